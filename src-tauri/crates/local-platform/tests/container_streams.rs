//! Commands in jobs that run in containers, what they use, and saving them.

use std::time::Duration;

use futures_util::SinkExt as _;
use local_platform::RunnerChoice;
use protocol::{Job, JobStatus};
use reqwest::Method;
use serde_json::{Value, json};

use crate::attach::{sized, typed, until};
use crate::desk::Desk;
use crate::exec::{PLAIN, TERMINAL, exec, outcome, run, script};
use crate::logs::socket;
use crate::podman::{IMAGE, Podman};
use crate::top::reading;

/// A platform that runs jobs in containers, where this computer can.
async fn desk() -> Option<(Podman, Desk)> {
    let podman = Podman::start()?;
    let desk = Desk::with(|options| {
        options.runner = RunnerChoice::Container;
        options.engine = Some(podman.address());
    })
    .await;
    Some((podman, desk))
}

async fn job(desk: &Desk, command: &str) -> Job {
    let more = json!({
        "image": IMAGE, "command": format!("sh -c {}", protocol::quote(command)),
        "env": {"COLOUR": "blue"}, "working_dir": "/lab"
    });
    let job = desk.submit("", more).await;
    let job = desk.until(&job.id, |job| !job.status.is_waiting()).await;
    assert_eq!(job.status, JobStatus::Running, "{job:#?}");
    assert_eq!(job.runner.as_deref(), Some("container"));
    job
}

/// Waits until the job is seen to use processors and memory.
async fn sees_use(desk: &Desk, id: &str) {
    let mut top = socket(desk, &format!("jobs/{id}/top")).await.unwrap();
    let mut seen = Vec::new();
    loop {
        let value = reading(&mut top).await;
        if value["cpu"].as_f64().unwrap() > 0.1 && value["memory_bytes"].as_u64().unwrap() > 0 {
            return;
        }
        seen.push(value);
        assert!(seen.len() < 30, "{seen:?}");
    }
}

/// Waits until no process of the container has this in its command line.
async fn gone(desk: &Desk, id: &str, word: &str) {
    let list = format!("cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c {word}");
    for _ in 0..300 {
        if run(desk, id, &list).await.0 == "0\n" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{word} is still there");
}

#[tokio::test]
async fn a_command_in_a_container_is_like_one_in_any_job() {
    let Some((_podman, desk)) = desk().await else {
        return;
    };
    let job = job(&desk, "sleep 600").await;
    let look = "echo $COLOUR; pwd; echo err >&2; exit 7";
    let out = run(&desk, &job.id, look).await;
    assert_eq!(out, ("blue\n/lab\n".to_owned(), "err\n".to_owned(), 7));
    let (stdout, _, code) = run(&desk, &job.id, "seq 1 100000").await;
    assert_eq!((stdout.lines().count(), code), (100_000, 0));
    let mut shell = exec(&desk, &job.id, "sh", PLAIN).await.unwrap();
    shell.send(typed("echo $((6 * 7))\n")).await.unwrap();
    until(&mut shell, "42\n").await;
    shell.send(typed("exit 3\n")).await.unwrap();
    assert_eq!(outcome(shell).await.2, 3);
    let mut terminal = exec(&desk, &job.id, "sh", TERMINAL).await.unwrap();
    terminal.send(sized(33, 111)).await.unwrap();
    let question = "test -t 0 && stty size; echo \"on $TERM\"\n";
    terminal.send(typed(question)).await.unwrap();
    let answer = until(&mut terminal, "on xterm\r\n").await;
    assert!(answer.contains("33 111\r\n"), "{answer}");
    terminal.send(typed("exit 9\n")).await.unwrap();
    assert_eq!(outcome(terminal).await.2, 9);
}

#[tokio::test]
async fn a_command_in_a_container_ends_when_its_client_leaves_or_its_job_ends() {
    let Some((_podman, desk)) = desk().await else {
        return;
    };
    let job = job(&desk, "sleep 600").await;
    for (streams, text, word) in [
        (PLAIN, "echo begun; sleep 611; true", "sle[e]p.611"),
        (
            PLAIN,
            "trap '' HUP; echo begun; sleep 612; true",
            "sle[e]p.612",
        ),
        (
            TERMINAL,
            "trap '' HUP; echo begun; sleep 613; true",
            "sle[e]p.613",
        ),
    ] {
        let mut client = exec(&desk, &job.id, &script(text), streams).await.unwrap();
        until(&mut client, "begun").await;
        drop(client);
        gone(&desk, &job.id, word).await;
    }
    let command = script("echo begun; sleep 614; true");
    let mut client = exec(&desk, &job.id, &command, PLAIN).await.unwrap();
    until(&mut client, "begun").await;
    desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
        .await;
    assert_ne!(outcome(client).await.2, 0);
}

#[tokio::test]
async fn what_a_container_uses_is_seen_and_a_saved_one_runs_again() {
    let Some((_podman, desk)) = desk().await else {
        return;
    };
    let job = job(&desk, "echo kept > /kept; while :; do :; done").await;
    sees_use(&desk, &job.id).await;
    loop {
        if run(&desk, &job.id, "cat /kept").await.0 == "kept\n" {
            break;
        }
    }
    let host = desk
        .running
        .url()
        .replace("http://", "")
        .replace("/api/v1", "");
    let image = format!("{host}/bakehouse/proj/saved:v1");
    let answer = desk
        .request(Method::POST, &format!("jobs/{}/save", job.id))
        .json(&json!({"container": {"image": image}}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    let text = answer.text().await.unwrap();
    let lines: Vec<Value> = text
        .split_terminator("\r\n")
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["status"], "CommitStarted", "{text}");
    assert_eq!(lines[0]["details"]["image"], image, "{text}");
    assert_eq!(lines[1], json!({"status": "CommitFinished"}));
    assert!(
        lines.iter().all(|line| line.get("error").is_none()),
        "{text}"
    );
    let again = json!({"image": image, "command": "cat /kept"});
    let again = desk.submit("", again).await;
    let again = desk.finished(&again.id).await;
    assert_eq!(desk.log(&again.id, "").await, "kept\n", "{again:#?}");
}
