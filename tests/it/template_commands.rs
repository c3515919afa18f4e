//! The program `bakehouse` and templates: the same use cases, with exit codes.

use std::process::{Command, Output};

use crate::desk::{TestDesk, program};
use crate::origin::Origin;

fn bakehouse(test: &TestDesk, arguments: &[&str]) -> Output {
    Command::new(program())
        .args(["--credentials", "session", "--platform-port", "0"])
        .args(arguments)
        .current_dir(test.folder.path())
        .env("BAKEHOUSE_HOME", test.folder.path())
        .output()
        .expect("the program runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

fn text(output: &Output) -> String {
    let (out, error) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(error)
    )
}

#[track_caller]
fn ends(test: &TestDesk, wanted: i32, arguments: &[&str]) -> String {
    let output = bakehouse(test, arguments);
    assert_eq!(code(&output), wanted, "{arguments:?}\n{}", text(&output));
    text(&output)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_made_followed_updated_and_taken_back_without_a_window() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let url = origin.url();
    let shown = ends(&test, 0, &["new", &url, "-a", "name=Oats", "--dry-run"]);
    assert!(shown.contains("README.md") && !test.folder.path().join("oats").exists());
    let answers = test.folder.path().join("answers.json");
    std::fs::write(&answers, r#"{"name": "Oats"}"#).expect("it can be written");
    ends(
        &test,
        0,
        &["new", &url, "--answers", "answers.json", "--json"],
    );
    ends(&test, 1, &["new", &url, "--answers-file", "answers.json"]);
    ends(&test, 2, &["new", &url, "-a", "nosuch=1"]);
    ends(&test, 1, &["new", "/no/such/template"]);
    ends(&test, 1, &["new", &url, "--checkout", "nosuch"]);
    ends(&test, 0, &["template", "check", "-C", "oats"]);
    origin.write("{{cookiecutter.slug}}/old.txt", "new\n");
    origin.commit("Second");
    ends(&test, 1, &["template", "check", "-C", "oats"]);
    let shown = ends(&test, 0, &["template", "update", "-C", "oats", "--dry-run"]);
    assert!(
        shown.contains("old.txt") && shown.contains("Nothing was written"),
        "{shown}"
    );
    ends(&test, 0, &["template", "update", "-C", "oats"]);
    let old = test.folder.path().join("oats/old.txt");
    assert_eq!(std::fs::read_to_string(&old).ok().as_deref(), Some("new\n"));
    ends(&test, 0, &["template", "undo"]);
    assert_eq!(std::fs::read_to_string(&old).ok().as_deref(), Some("old\n"));
    std::fs::write(&old, "mine\n").expect("it can be changed");
    ends(&test, 1, &["template", "update", "-C", "oats"]);
    ends(
        &test,
        0,
        &["template", "update", "-C", "oats", "--conflicts", "mine"],
    );
    assert_eq!(
        std::fs::read_to_string(&old).ok().as_deref(),
        Some("mine\n")
    );
    std::fs::remove_file(test.folder.path().join("oats/.cruft.json")).expect("it goes");
    ends(&test, 1, &["template", "check", "-C", "oats"]);
    ends(&test, 0, &["template", "adopt", &url, "-C", "oats"]);
    ends(&test, 0, &["template", "check", "-C", "oats"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_run_only_when_the_command_line_says_so() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    origin.write(
        "hooks/post_gen_project.sh",
        "#!/bin/sh\necho the hook speaks\nrm old.txt\n",
    );
    origin.commit("Hook");
    let url = origin.url();
    let told = ends(&test, 0, &["new", &url, "-a", "name=one"]);
    assert!(
        told.contains("was skipped") && !told.contains("speaks"),
        "{told}"
    );
    ends(
        &test,
        0,
        &["new", &url, "-a", "name=two", "--hooks", "skip"],
    );
    assert!(test.folder.path().join("two/old.txt").exists());
    let told = ends(
        &test,
        0,
        &["new", &url, "-a", "name=three", "--hooks", "run"],
    );
    assert!(told.contains("the hook speaks"), "{told}");
    assert!(!test.folder.path().join("three/old.txt").exists());
    ends(
        &test,
        1,
        &["new", &url, "-a", "name=four", "--hooks", "native"],
    );
    assert!(!test.folder.path().join("four").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_of_a_template_are_listed_for_its_author() {
    let test = TestDesk::open().await;
    let origin = Origin::small(&test);
    let folder = origin.path.display().to_string();
    origin.write("{{cookiecutter.slug}}/bad.txt", "{{ cookiecutter.nmae }}\n");
    let told = ends(&test, 1, &["template", "lint", &folder]);
    assert!(told.contains("bad.txt") && told.contains("nmae"), "{told}");
}
