//! Real projects against recorded results of the official tool.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use flow::conformance::{Case, Report, compare};
use flow::{GitInfo, Workspace};
use serde_json::Value;

use crate::folder::Folder;

/// The folder with material that is not part of the repository, if it is there.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let folder = env::var_os("BAKEHOUSE_SHARED").map_or(beside, PathBuf::from);
    folder
        .is_dir()
        .then(|| folder.canonicalize().ok())
        .flatten()
}

fn project(corpus: &Path, name: &str) -> Report {
    let read = |path: PathBuf| -> Value {
        let text = fs::read_to_string(path).expect("the corpus is complete");
        serde_json::from_str(&text).expect("the corpus is JSON")
    };
    let expected = read(corpus.join("expected").join(format!("{name}.json")));
    let meta = read(corpus.join(name).join("META.json"));
    let root = corpus
        .join(name)
        .join(meta["workspace"].as_str().unwrap_or(""));
    let root = root.to_string_lossy().trim_end_matches('/').to_owned();
    let actions = corpus.join("_gh");
    let git: GitInfo =
        serde_json::from_value(expected["context"]["git"].clone()).expect("git is recorded");
    let replace = vec![
        (actions.to_string_lossy().into_owned(), "<GH>".to_owned()),
        (root.clone(), "<WS>".to_owned()),
    ];
    let folder = Folder {
        root,
        actions,
        git: Some(git),
        ..Folder::default()
    };
    let overlay = |files: Vec<(String, String)>| -> Box<dyn Workspace> {
        Box::new(Folder {
            over: files.into_iter().collect(),
            ..folder.clone()
        })
    };
    compare(&Case {
        workspace: &folder,
        expected: &expected,
        replace,
        overlay: &overlay,
    })
}

#[test]
fn real_projects_come_to_what_the_official_tool_says() {
    let Some(shared) = shared() else {
        println!("skipped: there is no corpus (set BAKEHOUSE_SHARED)");
        return;
    };
    let corpus = shared.join("corpus/flows");
    let mut names: Vec<String> = fs::read_dir(&corpus)
        .expect("the corpus can be listed")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| corpus.join(name).join("META.json").is_file())
        .collect();
    names.sort();
    let mut whole = Report::default();
    for name in &names {
        let report = project(&corpus, name);
        for found in &report.failed {
            println!(
                "{name}/{}\n    expected {}\n    ours     {}",
                found.path, found.expected, found.ours
            );
        }
        for found in &report.intended {
            let differs = &found.mismatch;
            println!(
                "intended by {}: {name}/{}\n    expected {}\n    ours     {}",
                found.rule.name, differs.path, differs.expected, differs.ours
            );
        }
        whole.passed += report.passed;
        whole.failed.extend(report.failed);
        whole.intended.extend(report.intended);
    }
    println!(
        "{} passed, {} failed, {} intended",
        whole.passed,
        whole.failed.len(),
        whole.intended.len()
    );
    assert!(
        whole.failed.is_empty(),
        "{} results differ",
        whole.failed.len()
    );
}

#[test]
fn single_cases_come_to_what_the_official_tool_says() {
    let Some(shared) = shared() else {
        println!("skipped: there are no cases (set BAKEHOUSE_SHARED)");
        return;
    };
    let text = fs::read_to_string(shared.join("reference/verified-cases.json")).expect("cases");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("cases are JSON");
    let mut whole = Report::default();
    for case in &cases {
        let Some(report) = flow::conformance::compare_case(case) else {
            continue;
        };
        for found in &report.failed {
            println!(
                "{}\n    expected {}\n    ours     {}",
                found.path, found.expected, found.ours
            );
        }
        for found in &report.intended {
            let differs = &found.mismatch;
            println!(
                "intended by {}: {}\n    expected {}\n    ours     {}",
                found.rule.name, differs.path, differs.expected, differs.ours
            );
        }
        whole.passed += report.passed;
        whole.failed.extend(report.failed);
        whole.intended.extend(report.intended);
    }
    println!(
        "{} passed, {} failed, {} intended",
        whole.passed,
        whole.failed.len(),
        whole.intended.len()
    );
    assert!(
        whole.failed.is_empty(),
        "{} results differ",
        whole.failed.len()
    );
}
