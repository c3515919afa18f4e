//! Single tasks and whole bakes that are cancelled, and what is cleaned up then.

use contract::{BakeAsk, BakeExecutor, BakeStart, BakeState, BakeView, TaskAsk};
use indexmap::IndexMap;
use workbench::commands;

use crate::command_line::{bakehouse, code, text};
use crate::desk::{TestDesk, eventually};

const LOCAL: &str = "
kind: batch
tasks:
- {id: here, action: 'ws:.neuro/here'}
- {id: there, image: ubuntu, bash: 'true'}
- {id: clean, image: ubuntu, enable: '${{ always() }}', needs: [here], bash: echo clean}
";

const HERE: &str = "kind: local\ncmd: sh -c 'echo began; sleep 600'\n";

const STATEFUL: &str = "
kind: batch
tasks:
- {id: place, action: 'ws:.neuro/place'}
- {id: work, image: ubuntu, bash: sleep 600}
- {id: more, image: ubuntu, bash: 'true'}
";

const PLACE: &str = "
kind: stateful
main: {image: ubuntu, bash: 'echo \"::save-state name=id::17\"'}
post: {image: ubuntu, bash: 'echo \"::set-output name=gone::${{ state.id }}\"'}
";

/// A bake in which a task has begun that does not end by itself.
struct Going {
    test: TestDesk,
    project: String,
    bake: String,
}

impl Going {
    async fn until(batch: &str, action: (&str, &str), task: &str) -> Self {
        let test = TestDesk::open().await;
        let project = test.written("rye", "b.yml", batch);
        test.written("rye", action.0, action.1);
        let start = BakeStart {
            work: None,
            executor: BakeExecutor::Here,
            project: project.clone(),
            batch: "b".to_owned(),
            params: IndexMap::new(),
            params_file: None,
            name: None,
            tags: Vec::new(),
        };
        let view = commands::bake_start(&test.desk, start).await;
        let bake = view.expect("it starts").row.id;
        let going = Self {
            test,
            project,
            bake,
        };
        eventually("the task has begun", async || {
            let view = going.view().await;
            let begun = [BakeState::Pending, BakeState::Running];
            begun.contains(&state(&view, task)).then_some(())
        })
        .await;
        going
    }

    async fn view(&self) -> BakeView {
        let ask = BakeAsk {
            project: self.project.clone(),
            bake: self.bake.clone(),
            attempt: None,
        };
        let view = commands::bake_view(&self.test.desk, ask).await;
        view.expect("it is there")
    }

    async fn ended(&self) -> BakeView {
        eventually("the bake ends", async || {
            let view = self.view().await;
            Some(view).filter(|view| view.row.state.is_over() && !view.executed_here)
        })
        .await
    }

    async fn cancel(&self, task: &str) {
        let ask = TaskAsk {
            project: self.project.clone(),
            bake: self.bake.clone(),
            task: task.to_owned(),
        };
        let cancelled = commands::task_cancel(&self.test.desk, ask).await;
        cancelled.expect("it can be cancelled");
    }
}

fn state(view: &BakeView, task: &str) -> BakeState {
    let found = view.tasks.iter().find(|one| one.id == task);
    found.expect("the bake has the task").state
}

fn states(view: &BakeView) -> Vec<(&str, BakeState)> {
    let tasks = view.tasks.iter();
    tasks.map(|task| (task.id.as_str(), task.state)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_on_this_computer_is_cancelled_by_itself() {
    let going = Going::until(LOCAL, ("here.yml", HERE), "here").await;
    // From another process than the one that executes it.
    let words = ["cancel", &going.bake, "here", "-C", &going.project];
    let cancelled = bakehouse(&going.test, &words);
    assert_eq!(code(&cancelled), 0, "{}", text(&cancelled));
    let view = going.ended().await;
    assert_eq!(
        states(&view),
        [
            ("here", BakeState::Cancelled),
            ("there", BakeState::Skipped),
            ("clean", BakeState::Succeeded),
        ]
    );
    assert_eq!(view.row.state, BakeState::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_action_set_up_is_cleaned_up_when_a_task_is_cancelled() {
    let going = Going::until(STATEFUL, ("place.yml", PLACE), "work").await;
    going.cancel("work").await;
    let view = going.ended().await;
    assert_eq!(
        states(&view),
        [
            ("place", BakeState::Succeeded),
            ("work", BakeState::Cancelled),
            ("more", BakeState::Skipped),
            ("post-place", BakeState::Succeeded),
        ]
    );
    let post = view.tasks.iter().find(|task| task.id == "post-place");
    assert_eq!(post.expect("it is there").outputs["gone"], "17");
    assert_eq!(view.row.state, BakeState::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_action_set_up_is_cleaned_up_when_the_bake_is_cancelled() {
    let going = Going::until(STATEFUL, ("place.yml", PLACE), "work").await;
    let ask = BakeAsk {
        project: going.project.clone(),
        bake: going.bake.clone(),
        attempt: None,
    };
    let cancelled = commands::bake_cancel(&going.test.desk, ask).await;
    cancelled.expect("it can be cancelled");
    let view = going.ended().await;
    assert_eq!(state(&view, "work"), BakeState::Cancelled);
    assert_eq!(state(&view, "more"), BakeState::Skipped);
    assert_eq!(state(&view, "post-place"), BakeState::Succeeded);
    assert_eq!(view.row.state, BakeState::Cancelled);
}
