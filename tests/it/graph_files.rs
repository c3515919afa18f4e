//! `bakehouse graph`: DOT files drawn without a project.

use std::path::Path;
use std::process::{Command, Output};

use crate::command_line::{code, text};
use crate::desk::program;

const GRAPH: &str = "digraph nightly {\n  node [shape=box];\n  load -> {train check} -> report;\n  \
                     subgraph cluster_0 { label=\"models\"; train; check }\n}\n";

/// The program in a folder that is no project and with no home at all.
fn graph(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program())
        .arg("graph")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

#[test]
fn a_dot_file_is_drawn_as_every_kind_without_a_project() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("nightly.dot"), GRAPH).expect("it is written");
    for (ending, beginning) in [
        ("pdf", "%PDF-1."),
        ("svg", "<svg"),
        ("png", "\u{FFFD}PNG"),
        ("dot", "digraph"),
        ("mmd", "flowchart LR"),
        ("json", "{"),
    ] {
        let file = format!("nightly.{ending}");
        let output = if ending == "dot" { "again.dot" } else { &file };
        let drawn = graph(folder.path(), &["nightly.dot", "-o", output]);
        assert_eq!(code(&drawn), 0, "{}", text(&drawn));
        let bytes = std::fs::read(folder.path().join(output)).expect("the file is there");
        let written = String::from_utf8_lossy(&bytes);
        assert!(written.starts_with(beginning), "{ending}");
        if !matches!(ending, "pdf" | "png") {
            for task in ["load", "train", "check", "report", "models"] {
                assert!(written.contains(task), "{task} in {ending}");
            }
        }
    }
}

#[test]
fn the_numbers_of_a_picture_are_printed_for_people_and_programs() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("nightly.dot"), GRAPH).expect("it is written");
    let drawn = graph(folder.path(), &["nightly.dot", "--stats"]);
    let said = text(&drawn);
    assert_eq!(code(&drawn), 0, "{said}");
    for row in [
        "nodes         4",
        "edges         4",
        "crossings     0",
        "layout",
        "total",
    ] {
        assert!(said.contains(row), "{row} in {said}");
    }
    let drawn = graph(
        folder.path(),
        &["nightly.dot", "-o", "a.json", "--stats", "--json"],
    );
    let answer: serde_json::Value = serde_json::from_slice(&drawn.stdout).expect("it prints JSON");
    assert_eq!(answer["stats"]["nodes"], 4);
    assert!(
        answer["stats"]["layoutMs"]
            .as_f64()
            .is_some_and(|time| time >= 0.0),
        "{answer}"
    );
    let length = std::fs::metadata(folder.path().join("a.json"))
        .expect("the file is there")
        .len();
    assert_eq!(answer["bytes"].as_u64(), Some(length));
}

#[test]
fn a_mistake_in_a_dot_file_is_shown_where_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("odd.dot"), "digraph {\n  a -- b\n}\n")
        .expect("it is written");
    let refused = graph(folder.path(), &["odd.dot", "-o", "odd.pdf"]);
    let said = text(&refused);
    assert_eq!(code(&refused), 1, "{said}");
    assert!(said.contains("odd.dot:2:5"), "{said}");
    assert!(said.contains("write `->` here"), "{said}");
    assert!(!folder.path().join("odd.pdf").exists());
    let missing = graph(folder.path(), &["gone.dot", "-o", "gone.pdf"]);
    assert_eq!(code(&missing), 1);
    assert!(
        text(&missing).contains("gone.dot cannot be read"),
        "{}",
        text(&missing)
    );
    let kind = graph(folder.path(), &["odd.dot", "-o", "odd.docx"]);
    assert_eq!(code(&kind), 2, "{}", text(&kind));
}
