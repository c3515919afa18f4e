//! Images that are built for a bake.

use super::*;

/// A batch whose tasks run in the image `im`, which is built from a folder.
fn built(lines: &[&str]) -> Files {
    let Files(mut files) = batch(lines);
    let images = "images:\n  im: {ref: 'image:my:v1', context: c, dockerfile: c/D}\n";
    let text = files[0]
        .1
        .replace("image: i,", "image: '${{ images.im.ref }}',");
    files[0].1 = text.replacen("tasks:", &format!("{images}tasks:"), 1);
    Files(files)
}

#[test]
fn tasks_wait_for_their_image_which_is_built_once_while_others_run() {
    let mut sim = built(&["a", "b", "c: a | action: 'ws:act'"])
        .call("act", &["x"], "")
        .sim()
        .script("BUILD", &["running", "running", "succeeded"], "");
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    insta::assert_snapshot!(sim.events.join("\n"), @r"
    start BUILD
    BUILD -> running
    BUILD -> running
    BUILD -> succeeded
    start a
    start b
    a -> running
    b -> running
    a -> succeeded
    start c.x
    b -> succeeded
    c.x -> running
    c.x -> succeeded
    ");
}

#[test]
fn while_an_image_is_built_its_tasks_take_no_place_of_others() {
    let Files(mut files) = built(&["a", "b"]);
    let one = "strategy: {matrix: {}, max_parallel: 1}, image: ubuntu";
    let more = format!("- {{id: other, needs: {{}}, {one}}}\n- {{id: more, needs: {{}}, {one}}}\n");
    files[0].1.push_str(&more);
    files[0].1 = files[0]
        .1
        .replace("id: a,", "id: a, strategy: {matrix: {}, max_parallel: 1},");
    let mut sim = Files(files).sim().script(
        "BUILD",
        &["running", "running", "running", "running", "succeeded"],
        "",
    );
    assert_eq!(sim.run(), TaskStatus::Succeeded);
    insta::assert_snapshot!(sim.events.join("\n"), @r"
    start BUILD
    start other
    BUILD -> running
    other -> running
    BUILD -> running
    other -> succeeded
    start more
    BUILD -> running
    more -> running
    BUILD -> running
    more -> succeeded
    BUILD -> succeeded
    start a
    start b
    a -> running
    b -> running
    a -> succeeded
    b -> succeeded
    ");
}

#[test]
fn a_build_that_fails_fails_the_tasks_that_wait_for_it_with_its_reason() {
    let clean = format!("clean: a | {ALWAYS}, image: ubuntu");
    let mut sim = built(&["a", "b: a"]).sim().script("BUILD", FAILS, "");
    let clean = task(&clean).replace("image: i,", "");
    let Files(mut files) = built(&["a", "b: a"]);
    files[0].1.push_str(&clean);
    sim.machine = Machine::new(recipe(&files));
    assert_eq!(sim.run(), TaskStatus::Failed);
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    a: failed
    b: skipped
    clean: pending running succeeded
    ");
    let [(task, problem)] = sim.machine.problems() else {
        panic!("one problem expected");
    };
    assert_eq!(task.to_string(), "a");
    assert_eq!(
        problem.0,
        "there is no image `image:my:v1`: its build failed"
    );
}

#[test]
fn without_fail_fast_a_failed_build_fails_all_its_tasks_and_leaves_the_others() {
    let a = format!("a | {PATIENT}");
    let b = format!("b | {PATIENT}");
    let Files(mut files) = built(&[&a, &b]);
    files[0]
        .1
        .push_str("- {id: other, needs: {}, image: ubuntu}\n");
    let mut sim = Files(files).sim().script("BUILD", FAILS, "");
    assert_eq!(sim.run(), TaskStatus::Failed);
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    a: failed
    b: failed
    other: pending running succeeded
    ");
}

#[test]
fn cancelling_stops_a_build_that_nobody_needs_any_more() {
    let mut sim = built(&["a", "b: a"]).sim().script("BUILD", LONG, "");
    sim.cancel_after = Some("BUILD -> running");
    assert_eq!(sim.run(), TaskStatus::Cancelled);
    insta::assert_snapshot!(sim.events.join("\n"), @r"
    start BUILD
    BUILD -> running
    kill BUILD
    ");
    assert_eq!(sim.histories(), ["a: skipped", "b: skipped"]);
}

#[test]
fn a_build_that_a_task_needs_which_always_runs_goes_on_when_the_bake_is_cancelled() {
    let a = format!("a | {ALWAYS}");
    let mut sim = built(&[&a, "b"]).sim().script(
        "BUILD",
        &["running", "running", "running", "succeeded"],
        "",
    );
    sim.cancel_after = Some("BUILD -> running");
    assert_eq!(sim.run(), TaskStatus::Cancelled);
    insta::assert_snapshot!(sim.histories().join("\n"), @r"
    a: pending running succeeded
    b: skipped
    ");
}

#[test]
fn results_of_earlier_bakes_need_no_image() {
    let batch = built(&["a"]);
    let mut first = batch.sim();
    first.run();
    let mut second = batch.sim();
    second.cache = first.cache;
    assert_eq!(second.run(), TaskStatus::Succeeded);
    assert_eq!(second.events, Vec::<String>::new());
}
