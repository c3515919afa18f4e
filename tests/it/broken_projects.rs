//! Projects with mistakes: they open, show what is good, and say what is wrong and where.

use contract::{FailureCode, ProjectAsk};
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
