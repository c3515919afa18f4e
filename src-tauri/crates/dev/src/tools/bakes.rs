//! Bakes that the tool itself executes (`--local-executor`).

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::tour::{Tour, Wanted, ends, id_in};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    let bake = succeeds(tour)?;
    cached(tour)?;
    restarted(tour, &bake)?;
    called(tour)?;
    failed(tour)?;
    cancelled(tour)?;
    deleted(tour)
}

/// Bakes with the executor inside the tool; answers the id of the bake.
fn bake(tour: &mut Tour, more: &[&str], wanted: Wanted) -> Result<String> {
    let words = [&["apolo-flow", "bake", "--local-executor"], more].concat();
    tour.step(&words, wanted)?;
    newest(tour)
}

/// The newest bake of the flow.
fn newest(tour: &Tour) -> Result<String> {
    let flows = tour.api().list("flow/projects?name=tour_flow")?;
    let flow = flows.first().and_then(|flow| flow["id"].as_str());
    let flow = flow.context("the flow is on record")?;
    let path = format!("flow/bakes?project_id={flow}&reverse=1");
    let bakes = tour.api().list(&path)?;
    let bake = bakes.first().and_then(|bake| bake["id"].as_str());
    bake.map(ToOwned::to_owned).context("it has a bake")
}

fn succeeds(tour: &mut Tour) -> Result<String> {
    let params = [
        "steps", "--param", "who", "tour", "--name", "first", "--tag", "a:b",
    ];
    let bake = bake(tour, &params, ends(0).says("Attempt #1 succeeded"))?;
    tour.step(
        &["apolo-flow", "bakes"],
        ends(0).says(&*bake).says("succeeded"),
    )?;
    tour.step(
        &["apolo-flow", "bakes", "--tag", "a:b"],
        ends(0).says(&*bake),
    )?;
    tour.step(
        &["apolo-flow", "bakes", "--tag", "a:c"],
        ends(0).never_says(&*bake),
    )?;
    tour.step(
        &["apolo-flow", "inspect", "first"],
        ends(0).says("two").says("succeeded"),
    )?;
    let show = ["apolo-flow", "show", &bake, "two"];
    tour.step(&show, ends(0).says("hello tour, got 42"))?;
    let stored = tour
        .api()
        .get(&format!("flow/bakes/{bake}?fetch_last_attempt=1"))?;
    let graphs = serde_json::json!({"": {"one": [], "two": ["one"]}});
    tour.same("the graph is stored", &graphs, &stored["graphs"]);
    let params = serde_json::json!({"who": "tour"});
    tour.same("the parameters are stored", &params, &stored["params"]);
    stored_tasks(tour, &bake, "one:succeeded two:succeeded")?;
    Ok(bake)
}

/// Compares the tasks of the newest attempt with `task:status …`.
pub(super) fn stored_tasks(tour: &mut Tour, bake: &str, wanted: &str) -> Result<()> {
    let attempt = attempt(tour, bake)?;
    let id = attempt["id"].as_str().context("it has an id")?;
    let tasks = tour.api().list(&format!("flow/tasks?attempt_id={id}"))?;
    let word = |task: &Value| {
        let last = task["statuses"].as_array().and_then(|all| all.last());
        let status = last.and_then(|last| last["status"].as_str());
        let name = task["yaml_id"].as_str().unwrap_or_default();
        format!("{name}:{}", status.unwrap_or_default())
    };
    let mut words: Vec<String> = tasks.iter().map(word).collect();
    words.sort();
    let what = format!("the tasks of {bake} are stored");
    tour.same(&what, &wanted, &words.join(" ").as_str());
    Ok(())
}

/// The newest attempt.
pub(super) fn attempt(tour: &Tour, bake: &str) -> Result<Value> {
    tour.api()
        .get(&format!("flow/attempts/by_number?bake_id={bake}&number=-1"))
}

fn cached(tour: &mut Tour) -> Result<()> {
    let again = bake(
        tour,
        &["steps", "--param", "who", "tour"],
        ends(0).says("is cached"),
    )?;
    stored_tasks(tour, &again, "one:cached two:cached")?;
    tour.step(&["apolo-flow", "clear-cache", "steps", "two"], ends(0))?;
    let again = bake(
        tour,
        &["steps", "--param", "who", "tour"],
        ends(0).says("is cached"),
    )?;
    stored_tasks(tour, &again, "one:cached two:succeeded")?;
    tour.step(&["apolo-flow", "clear-cache", "ALL"], ends(0))?;
    let ran = ends(0).never_says("is cached");
    bake(tour, &["steps", "--param", "who", "tour"], ran)?;
    Ok(())
}

fn restarted(tour: &mut Tour, bake: &str) -> Result<()> {
    let mut restart = vec!["apolo-flow", "restart", bake, "--local-executor"];
    restart.push("--no-from-failed");
    tour.step(&restart, ends(0).says("Attempt #2 succeeded"))?;
    let attempts = tour.api().list(&format!("flow/attempts?bake_id={bake}"))?;
    tour.same("both attempts are stored", &2, &attempts.len());
    Ok(())
}

/// An action with a task of its own, a local action, a matrix.
fn called(tour: &mut Tour) -> Result<()> {
    let bake = bake(tour, &["called"], ends(0).says("Attempt #1 succeeded"))?;
    let wanted = "call:succeeded call.inner:succeeded here:succeeded last:succeeded \
                  rows_a:succeeded rows_b:succeeded";
    let mut words: Vec<&str> = wanted.split_whitespace().collect();
    words.sort_unstable();
    stored_tasks(tour, &bake, &words.join(" "))?;
    let show = ["apolo-flow", "show", &bake, "last"];
    tour.step(&show, ends(0).says("from inside and from here"))?;
    Ok(())
}

fn failed(tour: &mut Tour) -> Result<()> {
    let bake = bake(tour, &["broken"], ends(1).says("Attempt #1 failed"))?;
    stored_tasks(tour, &bake, "bad:failed good:succeeded")?;
    tour.step(
        &["apolo-flow", "inspect", &bake],
        ends(0).says("bad").says("failed"),
    )?;
    tour.step(
        &["apolo-flow", "show", &bake, "bad"],
        ends(0).says("going down"),
    )?;
    let restart = [
        "apolo-flow",
        "restart",
        &bake,
        "--local-executor",
        "--from-failed",
    ];
    tour.step(&restart, ends(1).says("Attempt #2 failed"))?;
    tour.step(
        &["apolo-flow", "cancel", &bake],
        ends(2).says("already stopped"),
    )?;
    tour.step(&["apolo-flow", "bake", "nothing"], ends(1))?;
    Ok(())
}

fn cancelled(tour: &mut Tour) -> Result<()> {
    let words = ["apolo-flow", "bake", "long", "--local-executor"];
    let baking = tour.follow(&words, "is running")?;
    let bake = id_in(&baking.said(), "bake")?;
    tour.step(&["apolo-flow", "cancel", &bake], ends(0))?;
    let code = baking.end()?.code.unwrap_or(-1);
    tour.same("a cancelled bake ends with", &130, &code);
    stored_tasks(tour, &bake, "wait:cancelled")?;
    let tasks = tour.api().list(&format!("jobs?tag=bake_id:{bake}"))?;
    let statuses: Vec<&str> = tasks
        .iter()
        .filter_map(|job| job["status"].as_str())
        .collect();
    tour.same(
        "its job is cancelled",
        &"cancelled",
        &statuses.join(" ").as_str(),
    );
    Ok(())
}

fn deleted(tour: &mut Tour) -> Result<()> {
    let delete = ["apolo-flow", "delete-flow", "tour_flow"];
    tour.step(&delete, ends(0).says("successfully removed"))?;
    let flows = tour.api().list("flow/projects?name=tour_flow")?;
    tour.same("no flow is left", &0, &flows.len());
    tour.step(&["apolo-flow", "init", "--help"], ends(0))?;
    Ok(())
}
