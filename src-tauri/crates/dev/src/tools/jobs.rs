//! Jobs: all that `apolo run` submits, and all that can be done with a job.

use anyhow::Result;
use serde_json::json;

use super::tour::{Tour, ends, id_in};

pub(super) fn tour(tour: &mut Tour) -> Result<()> {
    attached(tour)?;
    every_field(tour)?;
    lists(tour)?;
    logs(tour)?;
    ends_of_life(tour)?;
    refusals(tour)
}

fn attached(tour: &mut Tour) -> Result<()> {
    let script = "echo first; sleep 1.5; echo second; exit 4";
    let run = [
        "apolo", "run", "--name", "attached", "ubuntu", "--", "bash", "-c", script,
    ];
    tour.step(&run, ends(4).says("first").says("second").says("failed"))?;
    tour.step(&["apolo", "logs", "attached"], ends(0).says("second"))?;
    tour.step(&["apolo", "status", "attached"], ends(0).says("failed"))?;
    let run = [
        "apolo",
        "run",
        "--no-tty",
        "ubuntu",
        "--",
        "echo",
        "all is well",
    ];
    tour.step(&run, ends(0).says("all is well"))?;
    Ok(())
}

/// `apolo run` with all that it can ask for.
fn full_run() -> Vec<&'static str> {
    const WORDS: &str = "apolo run --detach --name full --tag kind:tour --tag a \
        --volume storage:tour/in:/in:ro --workdir /tmp --life-span 2h --schedule-timeout 10m \
        --preset cpu-small --priority high --restart on-failure --http-port 8123 --no-http-auth \
        --no-extshm --pass-config";
    let mut run: Vec<&str> = WORDS.split_whitespace().collect();
    run.extend(["--description", "all of it", "--env", "PLAIN=words of text"]);
    run.extend(["--entrypoint", "bash -c", "ubuntu:22.04", "--"]);
    run.push("sleep 300; echo \"it's\"");
    run
}

fn every_field(tour: &mut Tour) -> Result<()> {
    tour.step(&["apolo", "mkdir", "-p", "storage:tour/in"], ends(0))?;
    let said = tour.step(&full_run(), ends(0).says("Job ID: job-"))?;
    let id = id_in(&said, "job")?;
    let job = tour.job(&id)?;
    let wanted = json!({
        "id": id, "name": "full", "description": "all of it", "tags": ["a", "kind:tour"],
        "owner": "user", "cluster_name": "local", "org_name": "bakehouse",
        "project_name": "default-project", "preset_name": "cpu-small", "priority": "high",
        "restart_policy": "on-failure", "schedule_timeout": 600.0, "max_run_time_minutes": 120,
        "pass_config": true, "uri": format!("job://local/bakehouse/default-project/{id}"),
    });
    tour.fields("the job has exactly the submitted fields", &wanted, &job);
    let container = json!({
        "image": "ubuntu:22.04", "entrypoint": "bash -c",
        "command": "sleep 300; echo \"it's\"", "env": {"PLAIN": "words of text"},
        "working_dir": "/tmp",
        "http": {"port": 8123, "requires_auth": false, "health_check_path": "/"},
        "volumes": [{
            "src_storage_uri": "storage://local/bakehouse/default-project/tour/in",
            "dst_path": "/in", "read_only": true,
        }],
    });
    tour.fields("and so has its container", &container, &job["container"]);
    tour.step(
        &["apolo", "status", "full"],
        ends(0).says("all of it").says("kind:tour"),
    )?;
    let again = ["apolo", "job", "generate-run-command", "full"];
    tour.step(&again, ends(0).says("--env").says("PLAIN=words of text"))?;
    let taken = [
        "apolo", "run", "--detach", "--name", "full", "ubuntu", "--", "true",
    ];
    tour.step(&taken, ends(65).says(&*id))?;
    Ok(())
}

fn lists(tour: &mut Tour) -> Result<()> {
    let ls = |more: &[&'static str]| [&["apolo", "job", "ls"], more].concat();
    tour.step(&ls(&[]), ends(0).says("full").never_says("attached"))?;
    tour.step(&ls(&["--all"]), ends(0).says("full").says("attached"))?;
    tour.step(
        &ls(&["--status", "failed"]),
        ends(0).says("attached").never_says("full"),
    )?;
    tour.step(
        &ls(&["--all", "--name", "attached"]),
        ends(0).says("failed").never_says("full"),
    )?;
    tour.step(&ls(&["--tag", "kind:tour"]), ends(0).says("full"))?;
    tour.step(&ls(&["--tag", "kind:other"]), ends(0).never_says("full"))?;
    tour.step(&ls(&["--description", "all of it"]), ends(0).says("full"))?;
    tour.step(&ls(&["--owner", "nobody"]), ends(0).never_says("full"))?;
    tour.step(&ls(&["--all", "--since", "1h"]), ends(0).says("attached"))?;
    tour.step(
        &ls(&["--all", "--until", "1h"]),
        ends(0).never_says("attached"),
    )?;
    tour.step(
        &ls(&["--project", "no-such-project"]),
        ends(2).says("no-such-project"),
    )?;
    let order = |more| -> Vec<&str> { ls(&["--all", "--format", "{name}", more]) };
    let position = |text: &str, name| text.find(name).unwrap_or(usize::MAX);
    let text = tour.step(&order("--recent-first"), ends(0))?;
    let newest_first = position(&text, "full") < position(&text, "attached");
    tour.same("the newest job comes first", &true, &newest_first);
    let text = tour.step(&order("--recent-last"), ends(0))?;
    let newest_last = position(&text, "attached") < position(&text, "full");
    tour.same("the newest job comes last", &true, &newest_last);
    Ok(())
}

fn logs(tour: &mut Tour) -> Result<()> {
    let year = "20";
    let stamped = ["apolo", "logs", "--timestamps", "attached"];
    tour.step(&stamped, ends(0).says(year).says("Z first"))?;
    let recent = ["apolo", "logs", "--since", "1h", "attached"];
    tour.step(&recent, ends(0).says("first"))?;
    let future = [
        "apolo",
        "logs",
        "--since",
        "2100-01-01T00:00:00Z",
        "attached",
    ];
    tour.step(&future, ends(0).never_says("first"))?;
    let script = "for i in $(seq 1000); do echo line $i; sleep 0.05; done";
    let run = [
        "apolo", "run", "--detach", "--name", "talks", "ubuntu", "--", "bash", "-c", script,
    ];
    tour.step(&run, ends(0))?;
    drop(tour.follow(&["apolo", "logs", "talks"], "line 30")?);
    tour.step(&["apolo", "kill", "talks"], ends(0))?;
    Ok(())
}

fn ends_of_life(tour: &mut Tour) -> Result<()> {
    let bump = ["apolo", "job", "bump-life-span", "full", "1h"];
    tour.step(&bump, ends(0))?;
    let job = tour.job("full")?;
    let wanted = json!({"max_run_time_minutes": 180});
    tour.fields("the life span is longer", &wanted, &job);
    tour.step(&["apolo", "kill", "full"], ends(0).says("job-"))?;
    tour.step(&["apolo", "status", "full"], ends(0).says("cancelled"))?;
    let job = tour.job("full")?;
    tour.fields(
        "the reason is kept",
        &json!({"reason": "UserRequested"}),
        &job["history"],
    );
    let run = [
        "apolo",
        "run",
        "--restart",
        "never",
        "ubuntu",
        "--",
        "no-such-program",
    ];
    let said = tour.step(&run, ends(125))?;
    let status = ["apolo", "status", &id_in(&said, "job")?];
    tour.step(&status, ends(0).says("failed").says("no-such-program"))?;
    Ok(())
}

fn refusals(tour: &mut Tour) -> Result<()> {
    tour.step(
        &["apolo", "status", "no-such-job-at-all"],
        ends(65).says("no such job"),
    )?;
    tour.step(
        &["apolo", "kill", "no-such-job-at-all"],
        ends(1).says("no such job"),
    )?;
    tour.step(
        &["apolo", "logs", "no-such-job-at-all"],
        ends(65).says("no such job"),
    )?;
    let preset = ["apolo", "run", "--preset", "huge", "ubuntu", "--", "true"];
    tour.step(&preset, ends(2).says("huge"))?;
    Ok(())
}
