//! Bakes in a process of their own: they go on whatever ends.

use std::path::Path;

use contract::{BakeAsk, BakeExecutor, BakeStart, BakeState};
use indexmap::IndexMap;
use workbench::{Folders, commands};

use crate::command_line::{bakehouse, code, text};
use crate::desk::{TestDesk, eventually};

/// A batch that still goes on when whoever started it has ended.
const BATCH: &str = "
kind: batch
tasks:
- id: first
  image: ubuntu
  bash: sleep 4
- id: second
  needs: [first]
  image: ubuntu
  bash: echo ran
";

/// Waits until the executor of its own says that the bake has ended well: nobody else is asked.
async fn ended(folder: &Path, bake: &str) {
    let executors = Folders::under(folder).platform.join("executors");
    let log = executors.join(format!("{bake}.log"));
    let said = eventually("the executor says how the bake ended", async || {
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        said.contains("Attempt #1 ").then_some(said)
    });
    let said = said.await;
    assert!(said.contains("Attempt #1 succeeded"), "{said}");
}

/// Looks at the bake afterwards.
async fn is_whole(test: &TestDesk, project: String, bake: String) {
    let ask = BakeAsk {
        project,
        bake,
        attempt: None,
    };
    let view = commands::bake_view(&test.desk, ask).await;
    let view = view.expect("it is there");
    assert_eq!(view.row.state, BakeState::Succeeded, "{view:#?}");
    let states: Vec<_> = view.tasks.iter().map(|task| task.state).collect();
    assert_eq!(states, [BakeState::Succeeded, BakeState::Succeeded]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bake_goes_on_after_the_process_that_started_it_has_ended() {
    let test = TestDesk::idle().await;
    let project = test.written("apart", "slow.yml", BATCH);
    let asked = ["bake", "slow", "--apart", "--json", "-C", &project];
    let begun = bakehouse(&test, &asked);
    assert_eq!(code(&begun), 0, "{}", text(&begun));
    let view: serde_json::Value = serde_json::from_slice(&begun.stdout).expect("it prints JSON");
    let bake = view["row"]["id"].as_str().expect("it has an id").to_owned();
    assert_ne!(view["row"]["state"], "succeeded");
    ended(test.folder.path(), &bake).await;
    is_whole(&test, project, bake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bake_goes_on_after_the_application_was_closed() {
    let test = TestDesk::open().await;
    let project = test.written("apart", "slow.yml", BATCH);
    let start = BakeStart {
        work: None,
        project: project.clone(),
        batch: "slow".to_owned(),
        params: IndexMap::new(),
        params_file: None,
        name: None,
        tags: Vec::new(),
        executor: BakeExecutor::Apart,
    };
    let begun = commands::bake_start(&test.desk, start).await;
    let bake = begun.expect("it starts").row.id;
    let ask = BakeAsk {
        project: project.clone(),
        bake: bake.clone(),
        attempt: None,
    };
    eventually("the first task runs", async || {
        let view = commands::bake_view(&test.desk, ask.clone()).await.ok()?;
        (view.tasks[0].state == BakeState::Running).then_some(())
    })
    .await;
    test.desk.close().await;
    ended(test.folder.path(), &bake).await;
    let test = test.restarted().await;
    is_whole(&test, project, bake).await;
}
