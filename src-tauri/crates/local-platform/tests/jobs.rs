//! Jobs from submission to end, whoever ends them.

use std::time::{Duration, Instant};

use protocol::{Job, JobStatus, reason};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::{Desk, plain};

#[tokio::test]
async fn a_job_runs_to_its_end_quickly_and_says_all_about_it() {
    let desk = Desk::new().await;
    // The first start of the supervisor pays for reading it from the disk.
    desk.finished(&desk.submit("true", Value::Null).await.id)
        .await;
    let start = Instant::now();
    let submitted = desk.submit("true", json!({"tags": ["b", "a", "a"]})).await;
    let job = desk.finished(&submitted.id).await;
    let took = start.elapsed();
    assert!(took < Duration::from_millis(500), "took {took:?}");
    assert_eq!(job.status, JobStatus::Succeeded);
    assert_eq!(job.tags, ["a", "b"]);
    assert_eq!(job.owner, "alice");
    assert_eq!(job.uri, format!("job://local/bakehouse/proj/{}", job.id));
    let history = job.history;
    assert_eq!(history.reason.as_deref(), Some(reason::COMPLETED));
    assert_eq!(history.exit_code, Some(0));
    assert!(history.created_at <= history.started_at && history.started_at <= history.finished_at);
    let statuses: Vec<&str> = job.statuses.iter().map(|one| one.status.as_str()).collect();
    assert_eq!(statuses, ["pending", "running", "succeeded"]);
}

#[tokio::test]
async fn submissions_under_one_key_make_one_job_even_at_once_and_after_a_restart() {
    let desk = Desk::new().await;
    let body = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "local",
        "org_name": "bakehouse", "image": "ubuntu:latest", "command": "true",
    });
    let submit = async |desk: &Desk, key: &str| {
        let request = desk.request(Method::POST, "jobs?from_preset");
        let request = request.header("Idempotency-Key", key).json(&body);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let job: Value = answer.json().await.unwrap();
        (status, job["id"].as_str().unwrap_or_default().to_owned())
    };
    let at_once = (0..8).map(|_| submit(&desk, "one"));
    let answers = futures_util::future::join_all(at_once).await;
    let (status, first) = answers[0].clone();
    assert_eq!(status, StatusCode::ACCEPTED);
    assert!(answers.iter().all(|(_, id)| *id == first), "{answers:?}");
    desk.finished(&first).await;
    let desk = desk.pause().await.resume().await;
    assert_eq!(submit(&desk, "one").await.1, first);
    let (_, second) = submit(&desk, "two").await;
    assert_ne!(second, first);
    desk.finished(&second).await;
    let folders = std::fs::read_dir(desk.running.data_dir().join("jobs")).unwrap();
    assert_eq!(
        folders.count(),
        2,
        "nothing is left of jobs that never were"
    );
    assert_eq!(
        submit(&desk, &"x".repeat(257)).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_failing_job_keeps_its_exit_code() {
    let desk = Desk::new().await;
    let job = desk
        .finished(&desk.submit("exit 7", Value::Null).await.id)
        .await;
    assert_eq!(
        (job.status, job.history.exit_code),
        (JobStatus::Failed, Some(7))
    );
    assert_eq!(job.history.reason.as_deref(), Some(reason::ERROR));
}

#[tokio::test]
async fn a_job_killed_by_a_signal_says_which() {
    let desk = Desk::with(plain).await;
    let job = desk
        .finished(&desk.submit("kill -9 $$", Value::Null).await.id)
        .await;
    assert_eq!(job.history.exit_code, Some(137));
    assert!(job.history.description.unwrap().contains("SIGKILL"));
}

#[tokio::test]
async fn what_cannot_be_started_fails_with_a_reason_that_helps() {
    let desk = Desk::new().await;
    let bare = desk.submit("", json!({"command": null})).await;
    let job = desk.finished(&bare.id).await;
    assert_eq!(
        job.history.reason.as_deref(),
        Some(reason::CONTAINER_CANNOT_RUN)
    );
    assert!(
        job.history
            .description
            .unwrap()
            .contains("own command of the image `ubuntu:latest`")
    );
    assert!(job.history.started_at.is_some(), "the tools insist on it");
    assert_eq!(desk.log(&bare.id, "").await, "");

    let job = desk
        .submit("", json!({"command": "no-such-program-here --x"}))
        .await;
    let job = desk.finished(&job.id).await;
    assert!(
        job.history
            .description
            .unwrap()
            .contains("no program `no-such-program-here`")
    );
}

#[tokio::test]
async fn killing_ends_the_job_at_once_and_its_processes_with_it() {
    for choice in [
        local_platform::RunnerChoice::Best,
        local_platform::RunnerChoice::Process,
    ] {
        let desk = Desk::with(|options| options.runner = choice).await;
        let script = "trap 'echo got TERM; exit 3' TERM; echo ready; sleep 100 & wait";
        let job = desk.submit(script, Value::Null).await;
        desk.started(&job.id).await;
        wait_for_output(&desk, &job.id).await;
        let path = format!("jobs/{}", job.id);
        assert_eq!(
            desk.send(Method::DELETE, &path, Value::Null).await.0,
            StatusCode::NO_CONTENT
        );
        let job = desk.job(&job.id).await;
        assert_eq!(job.status, JobStatus::Cancelled);
        assert_eq!(job.history.reason.as_deref(), Some(reason::USER_REQUESTED));
        assert_eq!(
            desk.log(&job.id, "").await,
            "ready\ngot TERM\n",
            "{choice:?}"
        );
        let again = desk.send(Method::DELETE, &path, Value::Null).await.0;
        assert_eq!(again, StatusCode::NO_CONTENT, "ending an ended job is fine");
        let job = desk.until(&job.id, |job| !job.materialized).await;
        assert_eq!(
            job.status,
            JobStatus::Cancelled,
            "a finished job never changes"
        );
    }
}

async fn wait_for_output(desk: &Desk, id: &str) {
    let file = desk.data_dir().join("jobs").join(id).join("output.log");
    while std::fs::metadata(&file).is_ok_and(|data| data.len() == 0) || !file.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_life_span_ends_a_job() {
    let desk = Desk::new().await;
    let job = desk
        .submit("sleep 100", json!({"max_run_time_minutes": 1000}))
        .await;
    desk.started(&job.id).await;
    // A minute is the shortest life span on the wire, so the supervisor's own order is used.
    let folder = desk.data_dir().join("jobs").join(&job.id);
    std::fs::write(folder.join("orders.json"), r#"{"max_run_seconds": 0}"#).unwrap();
    use std::io::Write as _;
    let nudge = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(folder.join("nudge"));
    nudge.unwrap().write_all(b"!").unwrap();
    let job = desk.finished(&job.id).await;
    assert_eq!(job.status, JobStatus::Cancelled);
    assert_eq!(job.history.reason.as_deref(), Some(reason::LIFE_SPAN_ENDED));
}

#[tokio::test]
async fn a_life_span_can_be_changed_while_the_job_runs() {
    let desk = Desk::new().await;
    let job = desk
        .submit("sleep 100", json!({"max_run_time_minutes": 5}))
        .await;
    let path = format!("jobs/{}/max_run_time_minutes", job.id);
    let (status, _) = desk
        .send(
            Method::PUT,
            &path,
            json!({"additional_max_run_time_minutes": 10}),
        )
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(desk.job(&job.id).await.max_run_time_minutes, Some(15));
    let both = json!({"additional_max_run_time_minutes": 1, "max_run_time_minutes": 1});
    assert_eq!(
        desk.send(Method::PUT, &path, both).await.0,
        StatusCode::BAD_REQUEST
    );
    desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
        .await;
}

#[tokio::test]
async fn a_job_that_restarts_counts_its_restarts() {
    let desk = Desk::with(plain).await;
    let script = r#"cd "$TMPDIR"; echo x >> runs; [ $(wc -l < runs) -ge 2 ]"#;
    let job = desk
        .submit(script, json!({"restart_policy": "on-failure"}))
        .await;
    let job = desk.finished(&job.id).await;
    assert_eq!(
        (job.status, job.history.restarts),
        (JobStatus::Succeeded, 1)
    );
}

#[tokio::test]
async fn jobs_outlive_the_server_and_are_adopted_by_the_next_one() {
    let desk = Desk::new().await;
    let script = "for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.1; done; exit 5";
    let running = desk.submit(script, Value::Null).await;
    desk.started(&running.id).await;
    let over = desk.submit("sleep 0.3; exit 4", Value::Null).await;
    desk.started(&over.id).await;
    let data = desk.data_dir();
    // The first server is gone before the second job ends, and the next one comes after that.
    let desk = {
        let paused = desk.pause().await;
        let state = data.join("jobs").join(&over.id).join("state.json");
        while !std::fs::read_to_string(&state)
            .unwrap()
            .contains("exit_code\":4")
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        paused.resume().await
    };
    assert_eq!(desk.finished(&over.id).await.history.exit_code, Some(4));
    assert_eq!(desk.finished(&running.id).await.history.exit_code, Some(5));
    let log = desk.log(&running.id, "").await;
    assert_eq!(
        log,
        (1..=8)
            .map(|number| format!("line {number}\n"))
            .collect::<String>()
    );
}

#[tokio::test]
async fn a_job_whose_supervisor_was_killed_is_reported_lost_and_leaves_nothing_running() {
    for choice in [
        local_platform::RunnerChoice::Best,
        local_platform::RunnerChoice::Process,
    ] {
        let desk = Desk::with(|options| options.runner = choice).await;
        let mark = format!("98765.{}", std::process::id());
        let job = desk.submit(&format!("sleep {mark}"), Value::Null).await;
        desk.started(&job.id).await;
        let state = desk
            .data_dir()
            .join("jobs")
            .join(&job.id)
            .join("state.json");
        let state: Value = serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap();
        let pid = state["supervisor"].as_u64().unwrap();
        let killed = std::process::Command::new("kill")
            .args(["-9", &pid.to_string()])
            .status();
        assert!(killed.unwrap().success());
        let job = desk.finished(&job.id).await;
        assert_eq!(job.history.reason.as_deref(), Some(reason::NOT_FOUND));
        assert!(
            job.history
                .description
                .unwrap()
                .contains("supervisor is gone")
        );
        let left = || processes().any(|(_, line)| line.contains(&mark));
        for _ in 0..1_500 {
            if !left() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!left(), "{choice:?}");
    }
}

/// Numbers and command lines of everything that runs.
fn processes() -> impl Iterator<Item = (u32, String)> {
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((
                pid,
                std::fs::read_to_string(entry.path().join("cmdline")).ok()?,
            ))
        })
}

#[tokio::test]
async fn names_are_unique_among_unfinished_jobs_and_found_by_their_owner() {
    let desk = Desk::new().await;
    let named = json!({"name": "train-me"});
    let first = desk.submit("sleep 100", named.clone()).await;
    let body = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "local",
        "org_name": "bakehouse", "image": "x", "command": "true", "name": "train-me"
    });
    let (status, refused) = desk.send(Method::POST, "jobs?from_preset", body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        refused["error"]
            .as_str()
            .unwrap()
            .ends_with(&format!("'{}'", first.id)),
        "{refused}"
    );
    assert_eq!(desk.job("train-me").await.id, first.id);
    desk.send(Method::DELETE, "jobs/train-me", Value::Null)
        .await;
    let second = desk.submit("true", named).await;
    assert_eq!(desk.job("train-me").await.id, second.id);
}

#[tokio::test]
async fn a_job_nobody_knows_is_a_bad_request() {
    let desk = Desk::new().await;
    let (status, body) = desk.get("jobs/nothing").await;
    assert_eq!(
        (status, &body["error"]),
        (StatusCode::BAD_REQUEST, &json!("no such job nothing"))
    );
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_come_as_lines_or_as_a_document() {
    let desk = Desk::new().await;
    for (name, tags) in [
        ("one", json!(["t:a"])),
        ("two", json!(["t:a", "t:b"])),
        ("three", json!([])),
    ] {
        let job = desk
            .submit("true", json!({"name": name, "tags": tags}))
            .await;
        desk.finished(&job.id).await;
    }
    let names = async |query: &str| {
        let (_, body) = desk.get(&format!("jobs?{query}")).await;
        let jobs = body["jobs"].as_array().unwrap().clone();
        jobs.iter()
            .map(|job| job["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["one", "two", "three"]);
    assert_eq!(names("tag=t%3Aa&reverse=1").await, ["two", "one"]);
    assert_eq!(names("tag=t:a&tag=t:b").await, ["two"]);
    assert_eq!(
        names("reverse=True&limit=1&being_dropped=False").await,
        ["three"]
    );
    assert_eq!(
        names("status=running&status=pending").await,
        Vec::<String>::new()
    );
    assert_eq!(names("project_name=other").await, Vec::<String>::new());
    assert_eq!(names("cluster_name=elsewhere").await, Vec::<String>::new());
    assert_eq!(
        names("since=2100-01-01T00:00:00%2B00:00").await,
        Vec::<String>::new()
    );
    assert_eq!(desk.get("jobs?limit=0").await.0, StatusCode::BAD_REQUEST);

    let lines = desk
        .request(Method::GET, "jobs")
        .header("accept", "application/x-ndjson");
    let response = lines.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = response.text().await.unwrap();
    assert_eq!(text.lines().count(), 3);
    assert!(text.ends_with('\n'));
}

#[tokio::test]
async fn a_passed_configuration_lets_the_job_in_and_lies_in_no_file() {
    let desk = Desk::new().await;
    let script = "echo $NEURO_PASSED_CONFIG; echo $NEURO_JOB_ID; sleep 60";
    let job = desk.submit(script, json!({"pass_config": true})).await;
    let output = desk
        .data_dir()
        .join("jobs")
        .join(&job.id)
        .join("output.log");
    let said = |_: &Job| {
        let log = std::fs::read_to_string(&output).unwrap_or_default();
        log.lines().count() == 2
    };
    desk.until(&job.id, said).await;
    let log = std::fs::read_to_string(&output).unwrap();
    let (encoded, id) = log.trim().split_once('\n').unwrap();
    assert_eq!(id, job.id);
    let bytes =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).unwrap();
    let config: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(config["url"], desk.running.url());
    assert_eq!(config["org_name"], "bakehouse");
    let token = config["token"].as_str().unwrap();
    let jobs = desk
        .client
        .get(format!("{}/jobs", desk.running.url()))
        .bearer_auth(token);
    assert_eq!(jobs.send().await.unwrap().status(), StatusCode::OK);
    let folder = desk.data_dir().join("jobs").join(&job.id);
    for file in ["spec.json", "state.json"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(!text.contains(encoded) && !text.contains(token), "{file}");
    }
    let path = format!("jobs/{}", job.id);
    desk.send(Method::DELETE, &path, Value::Null).await;
}

#[tokio::test]
async fn what_this_platform_lacks_is_refused_instead_of_left_out() {
    let desk = Desk::new().await;
    let base = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "local",
        "image": "x", "command": "true"
    });
    for (key, value, word) in [
        (
            "preset_name",
            json!("gpu-enormous"),
            "it has cpu-small, cpu-medium, cpu-large",
        ),
        (
            "disk_volumes",
            json!([{"src_disk_uri": "disk://local/bakehouse/proj/d", "dst_path": "/d", "read_only": false}]),
            "there is no disk",
        ),
    ] {
        let mut body = base.clone();
        body[key] = value;
        let (status, refused) = desk.send(Method::POST, "jobs?from_preset", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(
            refused["error"].as_str().unwrap().contains(word),
            "{refused}"
        );
    }
    let mut elsewhere = base;
    elsewhere["cluster_name"] = json!("cloud");
    let (status, _) = desk.send(Method::POST, "jobs?from_preset", elsewhere).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn those_in_the_same_process_hear_of_every_status() {
    let desk = Desk::new().await;
    let mut events = desk.running.subscribe();
    let job = desk.submit("true", Value::Null).await;
    let mut heard = Vec::new();
    while heard.last() != Some(&JobStatus::Succeeded) {
        let local_platform::PlatformEvent::JobChanged { id, status } = events.recv().await.unwrap()
        else {
            continue;
        };
        assert_eq!(id, job.id);
        heard.push(status);
    }
    assert_eq!(
        heard,
        [JobStatus::Pending, JobStatus::Running, JobStatus::Succeeded]
    );
}

/// Sends a request and hangs up without waiting for the answer.
async fn hang_up(desk: &Desk, method: &str, path: &str, body: &str) {
    use tokio::io::AsyncWriteExt as _;
    let address = desk
        .running
        .url()
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap();
    let mut raw = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        desk.token,
        body.len()
    );
    raw.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(u64::from(rand_byte() % 12))).await;
}

fn rand_byte() -> u8 {
    uuid::Uuid::new_v4().as_bytes()[0]
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_no_job_half_started_or_half_ended() {
    let desk = Desk::new().await;
    let body = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "local",
        "org_name": "bakehouse", "image": "x", "command": "true"
    });
    for _ in 0..30 {
        hang_up(&desk, "POST", "jobs?from_preset", &body.to_string()).await;
    }
    let (_, listed) = desk.get("jobs").await;
    for job in listed["jobs"].as_array().unwrap() {
        let job = desk.finished(job["id"].as_str().unwrap()).await;
        assert_eq!(job.status, JobStatus::Succeeded);
    }
    for _ in 0..10 {
        let job = desk.submit("sleep 100", Value::Null).await;
        desk.started(&job.id).await;
        hang_up(&desk, "DELETE", &format!("jobs/{}", job.id), "").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        if desk.job(&job.id).await.status == JobStatus::Cancelled {
            desk.until(&job.id, |job| !job.materialized).await;
        } else {
            desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
                .await;
        }
    }
}
