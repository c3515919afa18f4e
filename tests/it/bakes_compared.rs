//! What bakes left behind: compared, timed, shown, forgotten; single tasks cancelled.

use contract::{
    AttemptAsk, BakeAsk, BakeCompare, BakeExecutor, BakeHistory, BakeStart, BakeState, BakeView,
    CacheClear, FailureCode, TaskAsk,
};
use serde_json::Value;
use workbench::commands;

use crate::command_line::{bakehouse, code, text};
use crate::desk::{TestDesk, eventually};

const BATCH: &str = r#"
kind: batch
params:
  lr: "0.1"
  pause: "0"
tasks:
  - id: prepare
    image: ubuntu
    bash: echo ready
  - id: train
    image: ubuntu
    needs: [prepare]
    bash: |
      echo training
      sleep ${{ params.pause }}
      echo lr is ${{ params.lr }}
      echo ::set-output name=loss::${{ params.lr }}
  - id: side
    image: ubuntu
    needs: []
    bash: echo aside
    cache: {strategy: none}
"#;

/// A task that lasts, and one that runs after it whatever becomes of it.
const LASTING: &str = r#"
kind: batch
tasks:
  - id: lasting
    image: ubuntu
    bash: sleep 300
  - id: after
    image: ubuntu
    needs: [lasting]
    enable: ${{ always() }}
    bash: echo after
"#;

async fn baked(test: &TestDesk, project: &str, params: &[(&str, &str)]) -> BakeView {
    let params = params.iter();
    let params = params.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let request = BakeStart {
        work: None,
        executor: BakeExecutor::Here,
        project: project.to_owned(),
        batch: "b".to_owned(),
        params: params.collect(),
        params_file: None,
        name: None,
        tags: Vec::new(),
    };
    let started = commands::bake_start(&test.desk, request).await;
    started.expect("it starts")
}

fn ask(project: &str, bake: &BakeView) -> BakeAsk {
    BakeAsk {
        project: project.to_owned(),
        bake: bake.row.id.clone(),
        attempt: None,
    }
}

async fn looked_at(test: &TestDesk, project: &str, bake: &BakeView) -> BakeView {
    let view = commands::bake_view(&test.desk, ask(project, bake)).await;
    view.expect("it is there")
}

async fn ended(test: &TestDesk, project: &str, bake: &BakeView) -> BakeView {
    eventually("the bake ends", async || {
        let view = looked_at(test, project, bake).await;
        let goes_on = [BakeState::Waiting, BakeState::Pending, BakeState::Running];
        let over = !goes_on.contains(&view.row.state) && !view.executed_here;
        Some(view).filter(|_| over)
    })
    .await
}

async fn history(test: &TestDesk, project: &str, bake: &BakeView) -> BakeHistory {
    let history = commands::bake_history(&test.desk, ask(project, bake)).await;
    history.expect("it is told")
}

fn state(view: &BakeView, id: &str) -> BakeState {
    let task = view.tasks.iter().find(|task| task.id == id);
    task.expect("the task is there").state
}

#[tokio::test(flavor = "multi_thread")]
async fn two_bakes_are_compared_by_what_they_do_not_share() {
    let test = TestDesk::open().await;
    let project = test.written("rye", "b.yml", BATCH);
    let first = baked(&test, &project, &[]).await;
    let first = ended(&test, &project, &first).await;
    let second = baked(&test, &project, &[("lr", "0.2")]).await;
    let second = ended(&test, &project, &second).await;
    assert_eq!(second.row.state, BakeState::Succeeded, "{second:#?}");
    let side = |bake: &BakeView| AttemptAsk {
        bake: bake.row.id.clone(),
        attempt: Some(1),
    };
    let request = BakeCompare {
        project: project.clone(),
        left: side(&first),
        right: side(&second),
    };
    let found = commands::bake_compare(&test.desk, request).await;
    let found = found.expect("they can be compared");
    let values: Vec<_> = found.params.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(values, ["lr"]);
    assert!(found.files.is_empty(), "the files are the same");
    let train = found.tasks.iter().find(|task| task.id == "train");
    let train = train.expect("it is compared");
    assert_eq!(train.outputs[0].left.as_deref(), Some("0.1"));
    assert_eq!(train.outputs[0].right.as_deref(), Some("0.2"));
    let log = train.log.as_ref().expect("the logs part");
    assert_eq!(log.line, 2);
    assert_eq!(log.right.as_deref(), Some("lr is 0.2"));
    let prepare = found.tasks.iter().find(|task| task.id == "prepare");
    let prepare = prepare.expect("it is compared");
    assert!(prepare.outputs.is_empty() && prepare.log.is_none());
    let after = prepare.right.as_ref().map(|side| side.state);
    assert_eq!(after, Some(BakeState::Cached));

    std::fs::write(
        format!("{project}/.neuro/b.yml"),
        BATCH.replace("echo ready", "echo quite ready"),
    )
    .expect("it can be changed");
    let third = baked(&test, &project, &[]).await;
    let third = ended(&test, &project, &third).await;
    let (before, after) = (&first.row.id, format!("{}#1", third.row.id));
    let shown = bakehouse(&test, &["compare", before, &after, "-C", &project]);
    assert_eq!(code(&shown), 0, "{}", text(&shown));
    for words in [
        ".neuro/b.yml changed",
        "+    bash: echo quite ready",
        "+ quite ready",
    ] {
        assert!(text(&shown).contains(words), "{words}: {}", text(&shown));
    }
    let json = bakehouse(
        &test,
        &["compare", before, &after, "--json", "-C", &project],
    );
    let json: Value = serde_json::from_slice(&json.stdout).expect("it prints JSON");
    assert_eq!(json["files"][0]["kind"], "changed");
    let none = bakehouse(&test, &["compare", before, "nonsense", "-C", &project]);
    assert_eq!(code(&none), 1);

    check_shown(&test, (&project, before));
}

/// `show` prints the log of a task without what it says to the executor, unless that is asked for.
fn check_shown(test: &TestDesk, (project, bake): (&str, &str)) {
    let show = bakehouse(test, &["show", bake, "train", "-C", project]);
    assert!(text(&show).contains("lr is 0.1"), "{}", text(&show));
    assert!(!text(&show).contains("set-output"), "{}", text(&show));
    let raw = bakehouse(test, &["show", bake, "train", "--raw", "-C", project]);
    assert!(
        text(&raw).contains("::set-output name=loss::0.1"),
        "{}",
        text(&raw)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_bakes_tell_how_long_it_takes_and_nothing_is_invented_before() {
    let test = TestDesk::open().await;
    let project = test.written("rye", "b.yml", BATCH);
    let first = baked(&test, &project, &[("pause", "1")]).await;
    let unknown = history(&test, &project, &first).await;
    assert_eq!(unknown.expected_end, None, "nothing is known yet");
    assert!(unknown.runs.is_empty() && unknown.usual_seconds.is_none());
    let first = ended(&test, &project, &first).await;
    let over = history(&test, &project, &first).await;
    assert_eq!(over.critical_path, ["prepare", "train"]);
    let side = &over.tasks["side"];
    assert!(!side.critical && side.slack_seconds > Some(0.0), "{side:?}");
    let slack = over.tasks["train"].slack_seconds;
    assert!(slack.is_some_and(|slack| slack.abs() < 1e-6), "{slack:?}");

    let second = baked(&test, &project, &[("pause", "300")]).await;
    eventually("the task runs", async || {
        let view = looked_at(&test, &project, &second).await;
        (state(&view, "train") == BakeState::Running).then_some(())
    })
    .await;
    let told = history(&test, &project, &second).await;
    assert_eq!(told.runs.len(), 1);
    assert_eq!(told.runs[0].bake, first.row.id);
    assert!(told.usual_seconds > Some(1.0), "{told:?}");
    assert!(told.tasks["train"].usual_seconds > Some(1.0), "{told:?}");
    let end = told.expected_end.expect("it can be told");
    assert!(end > second.row.created_at);
    let inspect = bakehouse(&test, &["inspect", &second.row.id, "-C", &project]);
    for words in ["usually", "expected to end", "longest chain: train"] {
        assert!(
            text(&inspect).contains(words),
            "{words}: {}",
            text(&inspect)
        );
    }
    let cancelled = bakehouse(&test, &["cancel", &second.row.id, "-C", &project]);
    assert_eq!(code(&cancelled), 0, "{}", text(&cancelled));
    ended(&test, &project, &second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_task_is_cancelled_and_the_bake_goes_on() {
    let test = TestDesk::open().await;
    let project = test.written("rye", "b.yml", LASTING);
    let bake = baked(&test, &project, &[]).await;
    eventually("the task runs", async || {
        let view = looked_at(&test, &project, &bake).await;
        (state(&view, "lasting") == BakeState::Running).then_some(())
    })
    .await;
    let waiting = TaskAsk {
        project: project.clone(),
        bake: bake.row.id.clone(),
        task: "after".to_owned(),
    };
    let refused = commands::task_cancel(&test.desk, waiting.clone()).await;
    let refused = refused.expect_err("it has not begun");
    assert_eq!(refused.code, FailureCode::Conflict);
    let unknown = TaskAsk {
        task: "lastin".to_owned(),
        ..waiting.clone()
    };
    let refused = commands::task_cancel(&test.desk, unknown).await;
    let refused = refused.expect_err("there is none");
    assert_eq!(refused.hint.as_deref(), Some("Did you mean `lasting`?"));

    let cancel = ["cancel", &bake.row.id, "lasting", "-C", &project];
    let cancel = bakehouse(&test, &cancel);
    assert_eq!(code(&cancel), 0, "{}", text(&cancel));
    let over = ended(&test, &project, &bake).await;
    assert_eq!(state(&over, "lasting"), BakeState::Cancelled);
    assert_eq!(state(&over, "after"), BakeState::Succeeded, "{over:#?}");
    let again = TaskAsk {
        task: "lasting".to_owned(),
        ..waiting
    };
    let refused = commands::task_cancel(&test.desk, again).await;
    assert_eq!(
        refused.expect_err("it has ended").code,
        FailureCode::Conflict
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forgotten_results_are_made_anew() {
    let test = TestDesk::open().await;
    let project = test.written("rye", "b.yml", BATCH);
    let early = bakehouse(&test, &["clear-cache", "ALL", "-C", &project]);
    assert_eq!(code(&early), 0, "{}", text(&early));
    let run = async || {
        let bake = baked(&test, &project, &[]).await;
        let view = ended(&test, &project, &bake).await;
        ["prepare", "train"].map(|id| state(&view, id))
    };
    assert_eq!(run().await, [BakeState::Succeeded; 2]);
    assert_eq!(run().await, [BakeState::Cached; 2]);
    let one = bakehouse(&test, &["clear-cache", "b", "train", "-C", &project]);
    assert_eq!(code(&one), 0, "{}", text(&one));
    assert_eq!(run().await, [BakeState::Cached, BakeState::Succeeded]);
    let all = CacheClear {
        project: project.clone(),
        batch: None,
        task: None,
    };
    let cleared = commands::cache_clear(&test.desk, all).await;
    assert!(cleared.expect("it is cleared").known);
    assert_eq!(run().await, [BakeState::Succeeded; 2]);
    let unknown = bakehouse(&test, &["clear-cache", "c", "-C", &project]);
    assert_eq!(code(&unknown), 1, "{}", text(&unknown));
    let rows = bakehouse(&test, &["bakes", "--since", "1h", "--json", "-C", &project]);
    let rows: Value = serde_json::from_slice(&rows.stdout).expect("it prints JSON");
    assert_eq!(rows["rows"].as_array().map(Vec::len), Some(4));
    let none = bakehouse(&test, &["bakes", "-t", "x", "--json", "-C", &project]);
    let none: Value = serde_json::from_slice(&none.stdout).expect("it prints JSON");
    assert_eq!(none["rows"].as_array().map(Vec::len), Some(0));
}
