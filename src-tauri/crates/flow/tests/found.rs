//! Small projects in which random comparison found a difference, with what the official tool made
//! of them: `tests/fixtures/found`. They need nothing but this repository.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use flow::conformance::{Case, Report, compare};
use flow::{GitInfo, MemoryWorkspace, Workspace};
use serde_json::Value;

const ROOT: &str = "/home/ada/found";

/// Compares a recorded project with ours.
fn project(recorded: &Value) -> Report {
    let record = &recorded["record"];
    let git: GitInfo =
        serde_json::from_value(record["context"]["git"].clone()).expect("git is recorded");
    let mut workspace = MemoryWorkspace::new(ROOT).with_git(git);
    for (path, text) in recorded["files"].as_object().expect("files are recorded") {
        workspace = workspace.file(path, text.as_str().unwrap_or(""));
    }
    let overlay = |files: Vec<(String, String)>| -> Box<dyn Workspace> {
        let over = files.into_iter();
        Box::new(over.fold(workspace.clone(), |all, (path, text)| all.file(&path, text)))
    };
    compare(&Case {
        workspace: &workspace,
        expected: record,
        replace: vec![(ROOT.to_owned(), "<WS>".to_owned())],
        overlay: &overlay,
    })
}

/// All recorded projects by name.
fn projects() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/found");
    let listed = fs::read_dir(folder).expect("the folder is there").flatten();
    listed
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).expect("fixtures can be read");
            let name = entry.file_name().to_string_lossy().into_owned();
            (
                name,
                serde_json::from_str(&text).expect("fixtures are JSON"),
            )
        })
        .collect()
}

#[test]
fn what_random_projects_found_stays_mended() {
    let projects = projects();
    assert!(projects.len() >= 26, "the fixtures are there");
    for (name, recorded) in &projects {
        let report = project(recorded);
        assert!(report.passed > 0, "{name}: nothing was compared");
        assert!(report.failed.is_empty(), "{name}: {:#?}", report.failed);
    }
}

#[test]
fn each_rule_that_projects_need_is_met_by_one_of_them() {
    let met: BTreeSet<&str> = projects()
        .values()
        .flat_map(|recorded| project(recorded).by_rule().into_keys())
        .collect();
    let wanted = [
        "defaults-without-args",
        "empty-list",
        "exclude-of-empty",
        "git-before-bake",
        "inputs-in-matrix",
        "key-of-difference",
        "mixins-in-matrix",
        "nothing-in-env",
        "order-of-mixins",
        "order-of-tasks",
        "plain-status",
    ];
    for rule in wanted {
        assert!(met.contains(rule), "no project meets the rule {rule}");
    }
}

#[test]
fn a_record_that_says_something_else_fails() {
    let mut recorded = projects()
        .remove("mixins-grow-from-row-to-row.json")
        .expect("the project is there");
    let volumes = "/record/files/.apolo~1bake.yml/batch/run/tasks/task-1-c/config/volumes";
    let volumes = recorded
        .pointer_mut(volumes)
        .expect("the third row is recorded");
    let volumes = volumes.as_array_mut().expect("volumes are a list");
    assert_eq!(
        volumes.len(),
        4,
        "the official tool took the mixin three times"
    );
    volumes.pop();
    let failed = project(&recorded).failed;
    let paths: Vec<&str> = failed.iter().map(|it| it.path.as_str()).collect();
    let config = ".apolo/bake.yml/run/task-1-c/config";
    assert_eq!(paths, [format!("{config}/volumes")]);
}
