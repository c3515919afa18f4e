//! The program `bakehouse`: the same path without a window, and its exit codes.

use std::process::{Command, Output};

use crate::desk::{TestDesk, program};

pub(crate) fn bakehouse(test: &TestDesk, arguments: &[&str]) -> Output {
    Command::new(program())
        .args(["--credentials", "session", "--platform-port", "0"])
        .args(arguments)
        .env("BAKEHOUSE_HOME", test.folder.path())
        .output()
        .expect("the program runs")
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

pub(crate) fn text(output: &Output) -> String {
    let (out, error) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(error)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_path_works_without_a_window() {
    let test = TestDesk::open().await;
    let parent = test.path();
    let new = bakehouse(&test, &["new", "-a", "project_name=Rye", "-o", &parent]);
    assert_eq!(code(&new), 0, "{}", text(&new));
    let project = format!("{parent}/rye");
    let run = bakehouse(
        &test,
        &[
            "run", "train", "-C", &project, "-p", "epochs=1", "-p", "pause=0",
        ],
    );
    assert_eq!(code(&run), 0, "{}", text(&run));
    assert!(text(&run).contains("epoch 1/1"), "{}", text(&run));
    let ps = bakehouse(&test, &["ps", "-C", &project]);
    let head = text(&ps).lines().next().unwrap_or_default().to_owned();
    let words: Vec<&str> = head.split_whitespace().collect();
    assert_eq!(words, ["JOB", "STATUS", "RAW", "ID", "WHEN"]);
    let logs = bakehouse(&test, &["logs", "train", "-C", &project]);
    assert!(text(&logs).contains("epoch 1/1"), "{}", text(&logs));
    let bake = bakehouse(&test, &["bake", "sample", "-C", &project]);
    assert_eq!(code(&bake), 0, "{}", text(&bake));
    let bakes = bakehouse(&test, &["bakes", "--json", "-C", &project]);
    let bakes: serde_json::Value = serde_json::from_slice(&bakes.stdout).expect("it prints JSON");
    let id = bakes["rows"][0]["id"]
        .as_str()
        .expect("the bake has an id")
        .to_owned();
    let inspect = bakehouse(&test, &["inspect", &id, "-C", &project]);
    assert!(text(&inspect).contains("succeeded"), "{}", text(&inspect));
    for ending in ["pdf", "svg", "png", "dot"] {
        let file = format!("{parent}/graph.{ending}");
        let graph = bakehouse(&test, &["graph", &id, "-o", &file, "-C", &project]);
        assert_eq!(code(&graph), 0, "{}", text(&graph));
        assert!(std::path::Path::new(&file).is_file());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_refusals_from_wrong_usage() {
    let test = TestDesk::open().await;
    let parent = test.path();
    assert_eq!(
        code(&bakehouse(&test, &["ps", "-C", &parent])),
        1,
        "no flow"
    );
    assert_eq!(code(&bakehouse(&test, &["nonsense"])), 2);
    assert_eq!(code(&bakehouse(&test, &["graph", "x", "-o", "x.bmp"])), 2);
    assert_eq!(
        code(&bakehouse(
            &test,
            &["new", "-a", "no_such=1", "-o", &parent]
        )),
        2
    );
    assert_eq!(code(&bakehouse(&test, &["--help"])), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_new_writes_nothing() {
    let test = TestDesk::open().await;
    let parent = test.path();
    let new = ["new", "-a", "project_name=Rye", "-o", &parent, "--dry-run"];
    let output = bakehouse(&test, &new);
    assert_eq!(code(&output), 0, "{}", text(&output));
    assert!(text(&output).contains(".neuro/live.yml"));
    assert!(!test.folder.path().join("rye").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_are_printed_or_written() {
    let test = TestDesk::open().await;
    let live = bakehouse(&test, &["schema", "live"]);
    assert_eq!(code(&live), 0, "{}", text(&live));
    let schema: serde_json::Value = serde_json::from_slice(&live.stdout).expect("it prints JSON");
    assert_eq!(schema["title"], "Live flow");
    let folder = test.folder.path().join("schemas");
    let written = bakehouse(
        &test,
        &["schema", "--output", &folder.display().to_string()],
    );
    assert_eq!(code(&written), 0, "{}", text(&written));
    for kind in ["live", "batch", "project", "action", "module"] {
        let file = folder.join(format!("{kind}.schema.json"));
        let content = std::fs::read(&file).expect("it is written");
        let _: serde_json::Value = serde_json::from_slice(&content).expect("it is JSON");
    }
    let all = bakehouse(&test, &["schema"]);
    let all: serde_json::Value = serde_json::from_slice(&all.stdout).expect("it prints JSON");
    assert_eq!(all["live"], schema);
    assert_eq!(code(&bakehouse(&test, &["schema", "nonsense"])), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_users_are_made_listed_and_taken_back() {
    let test = TestDesk::open().await;
    let user = |arguments: &[&str]| bakehouse(&test, &[&["user"], arguments].concat());
    assert_eq!(code(&user(&["token", "anna"])), 1, "anna is nobody yet");
    assert_eq!(code(&user(&["add", "anna"])), 0);
    let token = user(&["token", "anna", "--life", "1h"]);
    assert_eq!(code(&token), 0, "{}", text(&token));
    let listed = || text(&user(&["tokens"]));
    let of_anna = |list: &str| list.lines().filter(|line| line.contains("anna")).count();
    let before = listed();
    assert_eq!(of_anna(&before), 2, "{before}");
    let last = before.lines().last().expect("there are tokens");
    let id = last.split_whitespace().next().expect("a line begins so");
    assert_eq!(code(&user(&["revoke", id])), 0);
    assert_eq!(of_anna(&listed()), 1, "{}", listed());
    let again = user(&["revoke", id]);
    assert_eq!(code(&again), 1);
    assert!(
        text(&again).contains("bakehouse user tokens"),
        "{}",
        text(&again)
    );
}
