//! Jobs in containers of a real engine.

use std::process::Command;
use std::time::Duration;

use local_platform::{Options, RunnerChoice};
use protocol::{Job, JobStatus, reason};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::podman::{IMAGE, Podman};

/// A platform with an engine of its own.
struct Yard {
    desk: Desk,
    podman: Podman,
}

impl Yard {
    async fn open() -> Option<Self> {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut Options)) -> Option<Self> {
        let podman = Podman::start()?;
        let desk = Desk::with(|options| {
            options.runner = RunnerChoice::Container;
            options.engine = Some(podman.address());
            change(options);
        })
        .await;
        Some(Self { desk, podman })
    }

    async fn submit(&self, script: &str, more: Value) -> Job {
        let mut body = json!({
            "image": IMAGE, "command": format!("sh -c {}", protocol::quote(script)),
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        self.desk.submit("", body).await
    }

    async fn finished(&self, script: &str, more: Value) -> (Job, String) {
        let id = self.submit(script, more).await.id;
        let job = self.desk.finished(&id).await;
        let log = self.desk.log(&id, "").await;
        (job, log)
    }

    /// The process that looks after a job.
    fn supervisor(&self, id: &str) -> Option<i32> {
        let folder = self.desk.data_dir().join("jobs").join(id);
        let folder = folder.display().to_string();
        let processes = std::fs::read_dir("/proc").unwrap();
        processes.flatten().find_map(|entry| {
            let command = std::fs::read(entry.path().join("cmdline")).ok()?;
            let text = String::from_utf8_lossy(&command).into_owned();
            let ours = text.contains("__job") && text.contains(&folder);
            ours.then(|| entry.file_name().to_str()?.parse().ok())?
        })
    }

    async fn kill_supervisor(&self, id: &str) {
        let pid = loop {
            match self.supervisor(id) {
                Some(pid) => break pid,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }

    async fn no_containers(&self) {
        for _ in 0..1000 {
            if self.podman.containers().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("containers stay behind: {}", self.podman.containers());
    }
}

fn volume(path: &str, target: &str, read_only: bool) -> Value {
    json!({
        "src_storage_uri": format!("storage://local/bakehouse/proj/{path}"),
        "dst_path": target, "read_only": read_only
    })
}

#[tokio::test]
async fn a_job_runs_in_its_image_and_leaves_nothing_behind() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let script = "echo out; sleep 0.2; echo err >&2; sleep 0.2; printf last; test -e /bin/busybox || exit 9; exit 3";
    let (job, log) = yard.finished(script, Value::Null).await;
    assert_eq!(log, "out\nerr\nlast");
    assert_eq!(job.runner.as_deref(), Some("container"), "{job:#?}");
    assert!(job.runner_note.unwrap().contains("Podman"));
    assert_eq!(
        (job.status, job.history.exit_code),
        (JobStatus::Failed, Some(3))
    );
    assert_eq!(job.history.reason.as_deref(), Some(reason::ERROR));
    assert!(yard.desk.running.runner().starts_with("container: "));
    yard.no_containers().await;
}

#[tokio::test]
async fn command_and_entry_point_replace_those_of_the_image() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let (_, log) = yard.finished("", json!({"command": null})).await;
    assert_eq!(log, "own command\n", "neither is given");
    let (_, log) = yard
        .finished("", json!({"command": "echo 'two  words'"}))
        .await;
    assert_eq!(log, "two  words\n");
    let both = json!({"entrypoint": "echo entry", "command": "and command"});
    assert_eq!(yard.finished("", both).await.1, "entry and command\n");
    let only = json!({"entrypoint": "echo entry", "command": null});
    assert_eq!(
        yard.finished("", only).await.1,
        "entry\n",
        "the image's command is not added"
    );
}

#[tokio::test]
async fn a_job_sees_its_volumes_environment_and_working_folder() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let storage = yard.desk.data_dir().join("storage/bakehouse/proj");
    std::fs::create_dir_all(storage.join("data")).unwrap();
    std::fs::write(storage.join("data/in.txt"), "hello\n").unwrap();
    let script = "cat /project/data/in.txt; touch /project/data/x 2>/dev/null && echo WRITTEN; \
        echo result > /results/out.txt; pwd; echo $WHO; env | grep -c '^NEURO_JOB_ID=job-'";
    let more = json!({
        "volumes": [
            volume("code", "/project", false), volume("data", "/project/data", true),
            volume("results", "/results", false),
        ],
        "working_dir": "/project", "env": {"WHO": "me & you"}, "resources": {"shm": true},
    });
    let (job, log) = yard.finished(script, more).await;
    assert_eq!(log, "hello\n/project\nme & you\n1\n", "{job:#?}");
    let written = std::fs::read_to_string(storage.join("results/out.txt")).unwrap();
    assert_eq!(written, "result\n");
    assert!(!storage.join("data/x").exists());
}

#[tokio::test]
async fn values_of_secrets_are_in_the_container_and_in_no_file() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let job = yard
        .submit("echo ready; sleep 60", json!({"pass_config": true}))
        .await;
    yard.desk.output(&job.id, "ready").await;
    let inspected = yard
        .podman
        .output(&["inspect", &format!("bakehouse-{}", job.id)]);
    let (_, secret) = inspected.split_once("NEURO_PASSED_CONFIG=").unwrap();
    let (secret, _) = secret.split_once('"').unwrap();
    assert!(secret.len() > 20, "the job has it");
    let folder = yard.desk.data_dir().join("jobs").join(&job.id);
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(secret), "{:?}", entry.path());
        }
    }
    let path = format!("jobs/{}", job.id);
    yard.desk.send(Method::DELETE, &path, Value::Null).await;
    yard.no_containers().await;
}

#[tokio::test]
async fn killing_asks_politely_first_and_the_life_span_ends_a_job() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let script = "trap 'echo got TERM; exit 3' TERM; echo ready; while true; do sleep 0.1; done";
    let job = yard.submit(script, Value::Null).await;
    yard.desk.output(&job.id, "ready").await;
    let path = format!("jobs/{}", job.id);
    yard.desk.send(Method::DELETE, &path, Value::Null).await;
    let ended = yard.desk.until(&job.id, |job| !job.materialized).await;
    assert_eq!(ended.status, JobStatus::Cancelled);
    assert_eq!(yard.desk.log(&job.id, "").await, "ready\ngot TERM\n");

    // One that does nothing about it ends as well. A minute is the shortest life span on the wire,
    // so the supervisor's own order is used.
    let job = yard.submit("echo ready; sleep 1000", Value::Null).await;
    yard.desk.output(&job.id, "ready").await;
    let folder = yard.desk.data_dir().join("jobs").join(&job.id);
    std::fs::write(folder.join("orders.json"), r#"{"max_run_seconds": 0}"#).unwrap();
    std::fs::write(folder.join("nudge"), "!").unwrap();
    let ended = yard.desk.finished(&job.id).await;
    assert_eq!(
        ended.history.reason.as_deref(),
        Some(reason::LIFE_SPAN_ENDED)
    );
    yard.no_containers().await;
}

#[tokio::test]
async fn a_job_that_fails_is_started_again_in_a_new_container() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let script = "test -e /new && echo OLD; touch /new; echo run >> /v/runs; \
        test $(wc -l < /v/runs) -ge 2";
    let more = json!({"restart_policy": "on-failure", "volumes": [volume("v", "/v", false)]});
    let (job, log) = yard.finished(script, more).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{log}");
    assert_eq!(job.history.restarts, 1);
    assert_eq!(log, "", "nothing of the first container is left");
}

#[tokio::test]
async fn an_image_that_cannot_be_had_fails_the_job_with_advice() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let image = "127.0.0.1:1/nowhere/image:1";
    let (job, log) = yard.finished("echo never", json!({"image": image})).await;
    assert_eq!(job.status, JobStatus::Failed);
    assert_eq!(
        job.history.reason.as_deref(),
        Some(reason::ERR_IMAGE_PULL),
        "{job:#?}"
    );
    let description = job.history.description.unwrap();
    assert!(
        description.contains(image) && description.contains("--runner sandbox"),
        "{description}"
    );
    assert_eq!(log, "");
    let pulling = job
        .statuses
        .iter()
        .any(|one| one.reason.as_deref() == Some(reason::PULLING));
    assert!(pulling, "the attempt was visible: {:#?}", job.statuses);
    let (job, _) = yard.finished("x", json!({"image": "Not:A:Name"})).await;
    assert_eq!(
        job.history.reason.as_deref(),
        Some(reason::INVALID_IMAGE_NAME),
        "{job:#?}"
    );
}

#[tokio::test]
async fn a_program_that_the_image_does_not_have_is_named() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let (job, log) = yard
        .finished("", json!({"command": "no-such-program"}))
        .await;
    assert_eq!(
        job.history.reason.as_deref(),
        Some(reason::CONTAINER_CANNOT_RUN),
        "{job:#?}"
    );
    let description = job.history.description.unwrap();
    assert_eq!(
        description,
        format!("there is no program `no-such-program` in the image `{IMAGE}`")
    );
    assert_eq!(log, "");
    yard.no_containers().await;
}

#[tokio::test]
async fn jobs_have_input_and_terminals() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let script = "test -t 0 && echo terminal; read line; echo got $line";
    for tty in [false, true] {
        let job = yard.submit(script, json!({"tty": tty})).await;
        yard.desk.type_into(&job.id, "one line\n").await;
        let job = yard.desk.finished(&job.id).await;
        assert_eq!(job.status, JobStatus::Succeeded);
        let log = yard
            .desk
            .log(&job.id, "")
            .await
            .replacen("one line\r\n", "", 1);
        let wanted = if tty {
            "terminal\r\ngot one line\r\n"
        } else {
            "got one line\n"
        };
        assert_eq!(log, wanted);
    }
}

#[tokio::test]
async fn a_container_outlives_its_supervisor_and_loses_no_line() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let script = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo out $i; echo err $i >&2; \
        sleep 0.01; done; printf end; exit 5";
    let job = yard.submit(script, Value::Null).await;
    for line in ["out 20\n", "out 120\n", "out 200\n"] {
        yard.desk.output(&job.id, line).await;
        yard.kill_supervisor(&job.id).await;
    }
    let ended = yard.desk.finished(&job.id).await;
    assert_eq!(ended.history.exit_code, Some(5), "{ended:#?}");
    assert_eq!(ended.history.restarts, 0);
    let log = yard.desk.log(&job.id, "").await;
    for stream in ["out", "err"] {
        let lines = log.lines().filter(|line| line.starts_with(stream));
        let wanted = (1..=300).map(|number| format!("{stream} {number}"));
        assert!(lines.eq(wanted), "{log}");
    }
    assert!(log.ends_with("end"));
    yard.no_containers().await;
}

#[tokio::test]
async fn a_container_that_ends_while_nobody_looks_is_taken_up_by_the_next_server() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let job = yard
        .submit("echo first; sleep 1; echo second; exit 6", Value::Null)
        .await;
    yard.desk.output(&job.id, "first").await;
    let supervisor = yard.supervisor(&job.id).unwrap();
    let Yard { desk, podman } = yard;
    let paused = desk.pause().await;
    Command::new("kill")
        .args(["-9", &supervisor.to_string()])
        .status()
        .unwrap();
    podman.output(&["wait", &format!("bakehouse-{}", job.id)]);
    let desk = paused.resume().await;
    let ended = desk.finished(&job.id).await;
    assert_eq!(ended.history.exit_code, Some(6), "{ended:#?}");
    assert_eq!(desk.log(&job.id, "").await, "first\nsecond\n");
}

#[tokio::test]
async fn what_an_ended_job_has_left_in_the_engine_is_removed_by_the_next_server() {
    let Some(yard) = Yard::open().await else {
        return;
    };
    let data = yard.desk.data_dir().display().to_string();
    for (name, data) in [("ours", data.as_str()), ("theirs", "/other")] {
        let data = format!("bakehouse.data={data}");
        let labels = ["--label", &data, "--label", "bakehouse.job=job-gone"];
        let mut arguments = vec!["create", "--name", name];
        arguments.extend(labels);
        arguments.push(IMAGE);
        yard.podman.output(&arguments);
    }
    let Yard { desk, podman } = yard;
    let _desk = desk.restart().await;
    for _ in 0..1000 {
        if podman.containers() == "theirs\n" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{}", podman.containers());
}

#[tokio::test]
async fn an_engine_that_is_restarted_loses_no_job() {
    let Some(mut yard) = Yard::open().await else {
        return;
    };
    let script = "echo first; sleep 2; echo second; exit 4";
    let job = yard.submit(script, Value::Null).await;
    yard.desk.output(&job.id, "first").await;
    yard.podman.stop_serving();
    tokio::time::sleep(Duration::from_millis(500)).await;
    yard.podman.serve();
    let ended = yard.desk.finished(&job.id).await;
    assert_eq!(ended.history.exit_code, Some(4), "{ended:#?}");
    assert_eq!(yard.desk.log(&job.id, "").await, "first\nsecond\n");
}

#[tokio::test]
async fn without_an_engine_jobs_fail_or_run_otherwise_as_it_was_chosen() {
    let nowhere = |options: &mut Options| options.engine = Some("unix:///nowhere/x".into());
    let desk = Desk::with(|options| {
        nowhere(options);
        options.runner = RunnerChoice::Container;
    })
    .await;
    let job = desk
        .finished(&desk.submit("true", Value::Null).await.id)
        .await;
    assert_eq!(job.status, JobStatus::Failed);
    let description = job.history.description.unwrap();
    assert!(
        description.contains("no container engine at unix:///nowhere/x"),
        "{description}"
    );
    let desk = Desk::with(nowhere).await;
    let job = desk
        .finished(&desk.submit("true", Value::Null).await.id)
        .await;
    assert_eq!(job.status, JobStatus::Succeeded);
    let note = job.runner_note.unwrap();
    assert!(
        note.contains("no containers: there is no container engine"),
        "{note}"
    );
}
