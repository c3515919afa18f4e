//! Projects with mistakes: they open, show what is good, and say what is wrong and where.

use contract::{BakeExecutor, BakeStart, FailureCode, LiveStart, ProjectAsk};
use indexmap::IndexMap;
use workbench::commands;

use crate::desk::TestDesk;

#[tokio::test]
async fn a_misspelt_key_is_told_with_its_place_and_the_rest_is_usable() {
    let test = TestDesk::open().await;
    let text =
        "kind: live\njobs:\n  good:\n    image: ubuntu\n    bash: echo\n  bad:\n    imge: x\n";
    let project = test.written("typo", "live.yml", text);
    let view = commands::project_open(&test.desk, ProjectAsk { project })
        .await
        .expect("it opens");
    let found = view.diagnostics.first().expect("the mistake is told");
    assert_eq!(
        (found.file.as_str(), found.line, found.column),
        (".neuro/live.yml", 7, 5)
    );
    assert_eq!(found.candidates, ["image"]);
    assert!(view.jobs.iter().any(|job| job.id == "good" && !job.broken));
    assert!(view.jobs.iter().any(|job| job.id == "bad" && job.broken));
}

#[tokio::test]
async fn yaml_that_is_no_yaml_is_told_and_the_project_opens() {
    let test = TestDesk::open().await;
    let project = test.written("torn", "live.yml", "kind: live\njobs:\n  a: [\n");
    let view = commands::project_open(&test.desk, ProjectAsk { project })
        .await
        .expect("it opens");
    let found = view.diagnostics.first().expect("the mistake is told");
    assert_eq!(found.file, ".neuro/live.yml");
    assert!(found.line >= 3, "at the place where it breaks: {found:?}");
}

#[tokio::test]
async fn bytes_that_are_no_text_do_no_harm() {
    let test = TestDesk::open().await;
    let project = test.written("noise", "live.yml", "");
    let file = std::path::Path::new(&project).join(".neuro/live.yml");
    std::fs::write(file, [0xff, 0xfe, 0x00, 0x9f, 0x0a, 0x80]).expect("it can be written");
    let view = commands::project_open(&test.desk, ProjectAsk { project })
        .await
        .expect("it opens");
    assert!(!view.diagnostics.is_empty());
}

#[tokio::test]
async fn a_folder_without_a_flow_is_refused_with_a_way_out() {
    let test = TestDesk::open().await;
    let folder = test.folder.path().join("empty");
    std::fs::create_dir(&folder).expect("it can be made");
    let ask = ProjectAsk {
        project: folder.display().to_string(),
    };
    let refused = commands::project_open(&test.desk, ask)
        .await
        .expect_err("it is refused");
    assert_eq!(refused.code, FailureCode::Invalid);
    assert!(refused.hint.is_some());
}

#[tokio::test]
async fn nothing_is_started_from_a_file_with_mistakes_but_what_runs_is_shown() {
    let test = TestDesk::open().await;
    let live = "kind: live\njobs:\n  a:\n    image: x\n    bash: echo\n    typo: 1\n";
    let project = test.written("half", "live.yml", live);
    let start = LiveStart {
        work: None,
        project: project.clone(),
        job: "a".to_owned(),
        suffix: None,
        params: IndexMap::new(),
    };
    let refused = commands::live_start(&test.desk, start).await;
    let refused = refused.expect_err("it is refused");
    assert_eq!(refused.code, FailureCode::FlowUnsound);
    assert_eq!(refused.diagnostics[0].line, 6);
    let table = commands::live_table(&test.desk, ProjectAsk { project }).await;
    assert_eq!(table.expect("it is there").rows.len(), 1);

    let batch = "kind: batch\ntasks:\n- id: a\n  image: x\n  bash: echo\n  typo: 1\n";
    let project = test.written("torso", "b.yml", batch);
    let start = BakeStart {
        work: None,
        executor: BakeExecutor::Here,
        project,
        batch: "b".to_owned(),
        params: IndexMap::new(),
        params_file: None,
        name: None,
        tags: Vec::new(),
    };
    let refused = commands::bake_start(&test.desk, start.clone()).await;
    let refused = refused.expect_err("it is refused");
    assert_eq!(refused.code, FailureCode::FlowUnsound);
    let plan = commands::bake_plan(&test.desk, start)
        .await
        .expect("it can be looked at");
    assert_eq!((plan.tasks, plan.diagnostics[0].line), (1, 6));
}
