//! Live jobs: every command of `apolo-flow` for them.

use anyhow::Result;
use serde_json::json;

use super::tour::{Tour, ends, id_in};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    volumes(tour)?;
    detached(tour)?;
    attached(tour)?;
    several(tour)?;
    Ok(())
}

fn volumes(tour: &mut Tour) -> Result<()> {
    tour.step(&["apolo-flow", "mkvolumes"], ends(0).says("data"))?;
    tour.step(&["apolo-flow", "upload", "data"], ends(0))?;
    let ls = ["apolo", "storage", "ls", "storage:tour_flow/data"];
    tour.step(&ls, ends(0).says("in.txt"))?;
    tour.step(&["apolo-flow", "upload", "ALL"], ends(0))?;
    tour.step(&["apolo-flow", "upload", "nothing"], ends(1))?;
    Ok(())
}

fn detached(tour: &mut Tour) -> Result<()> {
    tour.step(&["apolo-flow", "ps"], ends(0).says("hello").says("unknown"))?;
    let said = tour.step(&["apolo-flow", "run", "hello"], ends(0).says("running"))?;
    let id = id_in(&said, "job")?;
    stored(tour, &id)?;
    let shown = ends(0).says("running").says(&*id);
    tour.step(&["apolo-flow", "ps"], shown)?;
    tour.step(&["apolo-flow", "status", "hello"], ends(0).says("running"))?;
    tour.until(&["apolo", "ls", "storage:tour_flow/data"], "out.txt")?;
    drop(tour.follow(&["apolo-flow", "logs", "hello"], "from the volume")?);
    // What runs is not started a second time.
    drop(tour.follow(&["apolo-flow", "run", "hello"], "Job hello is running")?);
    tour.step(&["apolo-flow", "kill", "hello"], ends(0).says("Killed job"))?;
    tour.step(&["apolo-flow", "ps"], ends(0).says("cancelled"))?;
    let data = tour.project().join("data/out.txt");
    tour.step(&["apolo-flow", "download", "data"], ends(0))?;
    let got = std::fs::read_to_string(data).unwrap_or_default();
    tour.same("what the job wrote is downloaded", &"made\n", &got.as_str());
    tour.step(&["apolo-flow", "clean", "data"], ends(0))?;
    let ls = ["apolo", "ls", "storage:tour_flow/data"];
    tour.step(&ls, ends(72))?;
    Ok(())
}

/// The job as the flow describes it, field by field.
fn stored(tour: &mut Tour, id: &str) -> Result<()> {
    let job = tour.job(id)?;
    let wanted = json!({
        "name": "tour-flow-hello",
        "description": "live.hello",
        "tags": ["flow:live", "job:hello", "project:tour-flow"],
        "status": "running",
        "owner": "user",
        "cluster_name": "local",
        "org_name": "bakehouse",
        "project_name": "default-project",
        "preset_name": "cpu-small",
        "max_run_time_minutes": 60,
        "restart_policy": "never",
        "pass_config": false,
    });
    tour.fields("the job of `hello` is stored as described", &wanted, &job);
    let wanted = json!({
        "image": "ubuntu:latest",
        "http": {"port": 80, "requires_auth": true, "health_check_path": "/"},
        "volumes": [{
            "src_storage_uri": "storage://local/bakehouse/default-project/tour_flow/data",
            "dst_path": "/project/data", "read_only": false,
        }],
    });
    tour.fields("its container, too", &wanted, &job["container"]);
    let flows = tour.api().list("flow/projects?name=tour_flow")?;
    let flow = flows
        .first()
        .map(|flow| flow["id"].clone())
        .unwrap_or_default();
    let flow = flow.as_str().unwrap_or_default();
    let live = tour
        .api()
        .list(&format!("flow/live_jobs?project_id={flow}"))?;
    let mut names: Vec<&str> = live
        .iter()
        .filter_map(|job| job["yaml_id"].as_str())
        .collect();
    names.sort_unstable();
    let names = names.join(" ");
    tour.same(
        "all live jobs are on record",
        &"hello many quick",
        &names.as_str(),
    );
    Ok(())
}

fn attached(tour: &mut Tour) -> Result<()> {
    let failed = ends(3).says("it comes to an end").says("failed");
    tour.step(&["apolo-flow", "run", "quick"], failed)?;
    tour.step(
        &["apolo-flow", "logs", "quick"],
        ends(0).says("it comes to an end"),
    )?;
    tour.step(&["apolo-flow", "run", "nothing"], ends(1).says("nothing"))?;
    Ok(())
}

/// Jobs of which several may run, with parameters.
fn several(tour: &mut Tour) -> Result<()> {
    for (suffix, word) in [("one", "plums"), ("two", "pears")] {
        let param = ["--param", "word", word];
        let mut run = vec!["apolo-flow", "run", "many", "-s", suffix];
        run.extend(param);
        tour.step(&run, ends(0).says("running"))?;
    }
    tour.step(
        &["apolo-flow", "ps"],
        ends(0).says("many one").says("many two"),
    )?;
    drop(tour.follow(&["apolo-flow", "logs", "many", "two"], "pears")?);
    let status = ["apolo-flow", "status", "many", "one"];
    tour.step(&status, ends(0).says("running").never_says("multi:two"))?;
    tour.step(
        &["apolo-flow", "kill", "many", "one"],
        ends(0).says("Killed job"),
    )?;
    tour.step(&["apolo-flow", "kill", "ALL"], ends(0).says("Killed job"))?;
    let running = tour
        .api()
        .list("jobs?tag=flow:live&status=running&status=pending")?;
    tour.same("no live job runs", &0, &running.len());
    Ok(())
}
