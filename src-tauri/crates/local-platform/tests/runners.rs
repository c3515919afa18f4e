//! Whatever runs a job, its user sees the same: output, status, reason, exit code.

use local_platform::{Options, RunnerChoice};
use protocol::{Job, JobStatus, reason};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::podman::{IMAGE, Podman};

const RUNNERS: [RunnerChoice; 3] = [
    RunnerChoice::Container,
    RunnerChoice::Sandbox,
    RunnerChoice::Process,
];

/// What becomes of a job.
type Seen = (String, JobStatus, Option<String>, Option<i32>);

/// What a job does, and what becomes of it.
fn jobs() -> Vec<(Value, Seen)> {
    let shell = |script: &str| format!("sh -c {}", protocol::quote(script));
    let good = |log: &str| {
        let reason = Some(reason::COMPLETED.to_owned());
        (log.to_owned(), JobStatus::Succeeded, reason, Some(0))
    };
    let bad = |log: &str, reason: &str, code: Option<i32>| {
        (
            log.to_owned(),
            JobStatus::Failed,
            Some(reason.to_owned()),
            code,
        )
    };
    let volume = json!([{
        "src_storage_uri": "storage://local/bakehouse/proj/v", "dst_path": "/v", "read_only": false
    }]);
    vec![
        (
            json!({"command": shell("echo hi; printf 'no end'")}),
            good("hi\nno end"),
        ),
        (
            json!({"command": shell("echo e >&2; exit 3")}),
            bad("e\n", reason::ERROR, Some(3)),
        ),
        (
            json!({"command": "echo 'two  words' \"$HOME\""}),
            good("two  words $HOME\n"),
        ),
        (
            json!({"entrypoint": "echo entry", "command": "and command"}),
            good("entry and command\n"),
        ),
        (
            json!({"command": shell("echo $A $NEURO_JOB_NAME"), "env": {"A": "b c"}, "name": "named"}),
            good("b c named\n"),
        ),
        (
            json!({"command": shell("cat f; echo 2 >> /v/f; cat /v/f"), "volumes": volume,
                "working_dir": "/v"}),
            good("1\n1\n2\n"),
        ),
        (
            json!({"command": shell("kill -TERM $$; sleep 5")}),
            bad("", reason::ERROR, Some(143)),
        ),
        (
            json!({"command": shell("exit 137")}),
            bad("", reason::ERROR, Some(137)),
        ),
        (
            json!({"command": "no-such-program-here -x"}),
            bad("", reason::CONTAINER_CANNOT_RUN, None),
        ),
        (
            json!({"command": shell("test -t 1 && echo terminal; exit 2"), "tty": true}),
            bad("terminal\r\n", reason::ERROR, Some(2)),
        ),
    ]
}

fn seen(job: Job, log: String) -> Seen {
    (log, job.status, job.history.reason, job.history.exit_code)
}

/// A platform with this runner, if this computer has it.
async fn desk(runner: RunnerChoice, podman: Option<&Podman>) -> Option<Desk> {
    let desk = Desk::with(|options: &mut Options| {
        options.runner = runner;
        if let Some(podman) = podman {
            options.engine = Some(podman.address());
        }
    })
    .await;
    let states = desk.running.runners().await;
    let state = states.into_iter().find(|state| state.runner == runner);
    let state = state.unwrap();
    if !state.works {
        eprintln!("skipped: {runner:?}: {}", state.note);
        return None;
    }
    Some(desk)
}

#[tokio::test]
async fn every_runner_shows_the_same() {
    let podman = Podman::start();
    for runner in RUNNERS {
        let Some(desk) = desk(runner, podman.as_ref()).await else {
            continue;
        };
        let storage = desk.data_dir().join("storage/bakehouse/proj/v");
        std::fs::create_dir_all(&storage).unwrap();
        std::fs::write(storage.join("f"), "1\n").unwrap();
        for (mut more, wanted) in jobs() {
            more["image"] = IMAGE.into();
            let id = desk.submit("", more.clone()).await.id;
            let job = desk.finished(&id).await;
            let log = desk.log(&id, "").await;
            let note = job.runner_note.clone();
            assert_eq!(seen(job, log), wanted, "{runner:?} {more} {note:?}");
        }
    }
}

#[tokio::test]
async fn a_job_that_wants_more_memory_than_it_has_is_ended_where_that_can_be_enforced() {
    let podman = Podman::start();
    for runner in RUNNERS {
        let Some(desk) = desk(runner, podman.as_ref()).await else {
            continue;
        };
        let hungry = "x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo still here";
        let body = json!({
            "pass_config": false, "project_name": "proj", "cluster_name": "local",
            "org_name": "bakehouse",
            "container": {
                "image": IMAGE, "command": format!("sh -c {}", protocol::quote(hungry)),
                "resources": {"cpu": 0.5, "memory": 64 << 20},
            },
        });
        let (status, job) = desk.send(Method::POST, "jobs", body).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{job}");
        let job = desk.finished(job["id"].as_str().unwrap()).await;
        let note = job.runner_note.clone().unwrap_or_default();
        if note.contains("not enforced") {
            eprintln!("skipped: {runner:?}: {note}");
            assert_eq!(
                job.status,
                JobStatus::Succeeded,
                "limits never break a job: {job:#?}"
            );
            continue;
        }
        let why = job.history.reason.as_deref();
        // Podman learns of it from its monitor, which does not see every kind of control group.
        let untold = runner == RunnerChoice::Container && why == Some(reason::ERROR);
        assert!(
            untold || why == Some(reason::OOM_KILLED),
            "{runner:?} {job:#?}"
        );
        assert_eq!(job.history.exit_code, Some(137));
    }
}

#[tokio::test]
async fn limits_can_be_left_off() {
    let desk = Desk::with(|options| options.enforce_limits = false).await;
    let job = desk.submit("cat /proc/self/cgroup", Value::Null).await;
    let job = desk.finished(&job.id).await;
    assert!(!desk.log(&job.id, "").await.contains(&job.id));
}
