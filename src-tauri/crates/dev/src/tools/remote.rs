//! Bakes with the executor on the platform, which here is Bakehouse's own.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::bakes::{attempt, stored_tasks};
use super::tour::{Tour, ends, id_in};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    attached(tour)?;
    called(tour)?;
    failed(tour)?;
    cancelled(tour)?;
    detached(tour)
}

fn attached(tour: &mut Tour) -> Result<()> {
    let bake = ["apolo-flow", "bake", "steps", "--param", "who", "platform"];
    let wanted = ends(0).says("Starting remote executor").says("value: 42");
    let said = tour.step(&bake, wanted.says("Attempt #1 succeeded"))?;
    let bake = id_in(&said, "bake")?;
    stored_tasks(tour, &bake, "one:succeeded two:succeeded")?;
    tour.step(
        &["apolo-flow", "show", &bake, "two"],
        ends(0).says("hello platform"),
    )?;
    let job = executor(tour, &bake)?;
    tour.step(&["apolo-flow", "inspect", &bake], ends(0).says("succeeded"))?;
    tour.step(
        &["apolo-flow", "bakes"],
        ends(0).says(job["id"].as_str().unwrap_or_default()),
    )?;
    let wanted = json!({"status": "succeeded", "pass_config": true, "runner": "bakehouse"});
    tour.fields("the executor is our own program", &wanted, &job);
    tour.fields(
        "and it ended well",
        &json!({"exit_code": 0}),
        &job["history"],
    );
    let restart = ["apolo-flow", "restart", &bake, "--no-from-failed"];
    tour.step(&restart, ends(0).says("Attempt #2 succeeded"))?;
    let flows = tour.api().list("flow/projects")?;
    let names: Vec<&str> = flows
        .iter()
        .filter_map(|flow| flow["name"].as_str())
        .collect();
    let junk = names.contains(&"running_with_fake_workspace");
    tour.same("no flow of the executor's own is made", &false, &junk);
    Ok(())
}

/// The job that executes the newest attempt.
fn executor(tour: &Tour, bake: &str) -> Result<Value> {
    let attempt = attempt(tour, bake)?;
    let executor = attempt["executor_id"].as_str();
    tour.job(executor.context("the attempt has an executor")?)
}

fn called(tour: &mut Tour) -> Result<()> {
    let said = tour.step(
        &["apolo-flow", "bake", "called"],
        ends(0).says("Attempt #1 succeeded"),
    )?;
    let bake = id_in(&said, "bake")?;
    let mut words = vec!["call:succeeded", "call.inner:succeeded", "here:succeeded"];
    words.extend(["last:succeeded", "rows_a:succeeded", "rows_b:succeeded"]);
    words.sort_unstable();
    stored_tasks(tour, &bake, &words.join(" "))
}

fn failed(tour: &mut Tour) -> Result<()> {
    let broken = ["apolo-flow", "bake", "broken"];
    let said = tour.step(&broken, ends(1).says("Attempt #1 failed"))?;
    let bake = id_in(&said, "bake")?;
    stored_tasks(tour, &bake, "bad:failed good:succeeded")?;
    let result = attempt(tour, &bake)?["result"].clone();
    tour.same("the attempt has failed", &json!("failed"), &result);
    let restart = ["apolo-flow", "restart", &bake];
    tour.step(&restart, ends(1).says("Attempt #2 failed"))?;
    Ok(())
}

fn cancelled(tour: &mut Tour) -> Result<()> {
    let baking = tour.follow(&["apolo-flow", "bake", "long"], "is running")?;
    let bake = id_in(&baking.said(), "bake")?;
    tour.step(&["apolo-flow", "cancel", &bake], ends(0))?;
    let code = baking.end()?.code.unwrap_or(-1);
    tour.same("a cancelled bake ends with", &130, &code);
    stored_tasks(tour, &bake, "wait:cancelled")?;
    Ok(())
}

/// The tool goes away and the bake goes on.
fn detached(tour: &mut Tour) -> Result<()> {
    tour.step(&["apolo-flow", "clear-cache", "ALL"], ends(0))?;
    let bake = ["apolo-flow", "bake", "steps", "--param", "who", "nobody"];
    let baking = tour.follow(&bake, "Job ID: job-")?;
    let bake = id_in(&baking.said(), "bake")?;
    drop(baking);
    tour.until(&["apolo-flow", "inspect", &bake], "succeeded")?;
    let job = executor(tour, &bake)?;
    let id = job["id"].as_str().unwrap_or_default().to_owned();
    tour.until(&["apolo", "logs", &id], "Attempt #1 succeeded")?;
    stored_tasks(tour, &bake, "one:succeeded two:succeeded")
}
