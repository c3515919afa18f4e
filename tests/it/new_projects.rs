//! Making projects.

use contract::{FailureCode, PlaceAsk, ProjectCreate, TemplateAsk};
use indexmap::IndexMap;
use serde_json::json;
use workbench::commands;

use crate::desk::TestDesk;

/// Everything that a project of the platform consists of.
const PARTS: &[&str] = &[
    ".github/dependabot.yml",
    ".github/workflows",
    ".gitignore",
    ".neuro.toml",
    ".neuro/live.yml",
    ".neuro/project.yml",
    ".neuroignore",
    "Dockerfile",
    "HELP.md",
    "README.md",
    "apt.txt",
    "config",
    "data",
    "modules",
    "notebooks",
    "requirements.txt",
    "results",
    "setup.cfg",
    "update_actions.py",
];

#[tokio::test]
async fn a_new_project_is_complete_and_without_errors() {
    let test = TestDesk::open().await;
    let project = test.project("Wheat heads").await;
    let root = std::path::Path::new(&project.path);
    for part in PARTS {
        assert!(root.join(part).exists(), "{part} is there");
    }
    assert_eq!(project.diagnostics, [], "it has no findings");
    let jobs: Vec<&str> = project.jobs.iter().map(|job| job.id.as_str()).collect();
    let expected = [
        "train",
        "multitrain",
        "jupyter",
        "tensorboard",
        "filebrowser",
        "remote_debug",
    ];
    assert_eq!(jobs, expected);
    assert!(
        project
            .jobs
            .iter()
            .any(|job| job.id == "multitrain" && job.multi)
    );
    assert!(
        project
            .jobs
            .iter()
            .any(|job| job.id == "train" && !job.params.is_empty())
    );
}

#[tokio::test]
async fn answers_derive_until_they_are_given() {
    let test = TestDesk::open().await;
    let answers = IndexMap::from([("project_name".to_owned(), "Wheat heads".to_owned())]);
    let ask = TemplateAsk {
        template: "project".to_owned(),
        answers,
        ..TemplateAsk::default()
    };
    let form = commands::template_form(&test.desk, ask)
        .await
        .expect("there is a form");
    let id = form
        .fields
        .iter()
        .find(|field| field.name == "project_id")
        .expect("it asks the id");
    assert_eq!((id.value.as_str(), id.derived), ("wheat_heads", true));
    assert_eq!(form.folder.as_deref(), Some("wheat-heads"));
}

#[tokio::test]
async fn a_bad_answer_is_told_at_its_field_and_nothing_is_written() {
    let test = TestDesk::open().await;
    let answers = IndexMap::from([
        ("project_name".to_owned(), "Rye".to_owned()),
        ("project_id".to_owned(), "no spaces please".to_owned()),
    ]);
    let ask = TemplateAsk {
        template: "project".to_owned(),
        answers: answers.clone(),
        ..TemplateAsk::default()
    };
    let form = commands::template_form(&test.desk, ask)
        .await
        .expect("there is a form");
    let id = form
        .fields
        .iter()
        .find(|field| field.name == "project_id")
        .expect("it asks the id");
    assert!(id.problem.is_some(), "the field says what is wrong");
    let create = ProjectCreate {
        template: "project".to_owned(),
        answers,
        parent: Some(test.path()),
    };
    let refused = commands::project_create(&test.desk, create)
        .await
        .expect_err("it is refused");
    assert_eq!(refused.code, FailureCode::Invalid);
    assert!(!test.folder.path().join("rye").exists());
}

#[tokio::test]
async fn an_existing_folder_is_never_touched() {
    let test = TestDesk::open().await;
    let taken = test.folder.path().join("rye");
    std::fs::create_dir(&taken).expect("it can be made");
    std::fs::write(taken.join("mine.txt"), "mine").expect("it can be written");
    let ask = PlaceAsk {
        parent: Some(test.path()),
        folder: "rye".to_owned(),
    };
    let place = commands::place_check(&test.desk, ask)
        .await
        .expect("it answers");
    assert!(place.problem.is_some() && place.hint.is_some());
    let create = json!({
        "template": "project",
        "answers": { "project_name": "Rye" },
        "parent": test.path(),
    });
    let refused = test
        .call("project_create", create)
        .await
        .expect_err("it is refused");
    assert_eq!(refused.field.as_deref(), Some("place"));
    let left: Vec<_> = std::fs::read_dir(&taken).expect("it is there").collect();
    assert_eq!(left.len(), 1, "nothing was added");
}

#[tokio::test]
async fn a_new_project_comes_first_on_the_home_screen_also_after_a_restart() {
    let test = TestDesk::open().await;
    test.project("Rye").await;
    test.project("Wheat").await;
    let test = test.restarted().await;
    let home = test
        .call("home_view", json!({}))
        .await
        .expect("home answers");
    let names: Vec<&str> = home["projects"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|project| project["name"].as_str())
        .collect();
    assert_eq!(names, ["Wheat", "Rye"]);
}
