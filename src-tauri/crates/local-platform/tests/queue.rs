//! Jobs that wait for a place: who comes first, who gives up, and what a restart does to them.

use std::time::Duration;

use protocol::{Job, JobStatus, reason};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::{Desk, plain};

async fn narrow(places: usize) -> Desk {
    Desk::with(|options| {
        plain(options);
        options.jobs_at_once = Some(places);
    })
    .await
}

async fn kill(desk: &Desk, job: &Job) {
    let path = format!("jobs/{}", job.id);
    let (status, _) = desk.send(Method::DELETE, &path, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_job_without_a_place_waits_says_so_and_starts_when_one_is_free() {
    let desk = narrow(1).await;
    let first = desk.submit("sleep 60", Value::Null).await;
    desk.started(&first.id).await;
    let second = desk.submit("true", Value::Null).await;
    assert_eq!(second.status, JobStatus::Pending);
    assert_eq!(second.history.reason.as_deref(), Some(reason::SCHEDULING));
    assert!(
        second
            .history
            .description
            .unwrap()
            .contains("1 jobs at once")
    );
    assert!(!second.materialized);
    kill(&desk, &first).await;
    let second = desk.finished(&second.id).await;
    assert_eq!(second.status, JobStatus::Succeeded);
    let statuses: Vec<_> = second
        .statuses
        .iter()
        .map(|one| one.status.as_str())
        .collect();
    assert_eq!(statuses, ["pending", "pending", "running", "succeeded"]);
    assert_eq!(second.history.restarts, 0);
}

#[tokio::test]
async fn priority_comes_before_age() {
    let desk = narrow(1).await;
    let gate = desk.submit("sleep 60", Value::Null).await;
    desk.started(&gate.id).await;
    let mut ids = Vec::new();
    for priority in ["low", "normal", "high", "normal"] {
        ids.push(desk.submit("true", json!({"priority": priority})).await.id);
    }
    kill(&desk, &gate).await;
    let mut started = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        started.push((desk.finished(id).await.history.started_at, number));
    }
    started.sort();
    let order: Vec<usize> = started.into_iter().map(|(_, number)| number).collect();
    assert_eq!(order, [2, 1, 3, 0]);
}

#[tokio::test]
async fn a_waiting_job_can_be_cancelled_and_never_runs() {
    let desk = narrow(1).await;
    let first = desk.submit("sleep 60", Value::Null).await;
    desk.started(&first.id).await;
    let second = desk.submit("echo ran", Value::Null).await;
    kill(&desk, &second).await;
    let second = desk.job(&second.id).await;
    assert_eq!(second.status, JobStatus::Cancelled);
    assert_eq!(
        second.history.reason.as_deref(),
        Some(reason::USER_REQUESTED)
    );
    kill(&desk, &first).await;
    let third = desk.submit("true", Value::Null).await;
    desk.finished(&third.id).await;
    assert_eq!(desk.log(&second.id, "").await, "");
    assert_eq!(desk.job(&second.id).await, second);
}

#[tokio::test]
async fn a_job_that_waited_too_long_ends_with_that_reason() {
    let desk = narrow(1).await;
    let first = desk.submit("sleep 60", Value::Null).await;
    let late = desk.submit("true", json!({"schedule_timeout": 1})).await;
    let late = desk.finished(&late.id).await;
    assert_eq!(late.status, JobStatus::Failed);
    assert_eq!(
        late.history.reason.as_deref(),
        Some(reason::CLUSTER_SCALE_UP_FAILED)
    );
    assert!(late.history.description.unwrap().contains("within 1 s"));
    kill(&desk, &first).await;
}

#[tokio::test]
async fn the_queue_survives_a_restart_of_the_server() {
    let desk = narrow(1).await;
    let first = desk.submit("sleep 60", Value::Null).await;
    desk.started(&first.id).await;
    let passed = json!({"pass_config": true});
    let second = desk
        .submit("test -n \"$NEURO_PASSED_CONFIG\"", passed)
        .await;
    let third = desk.submit("true", Value::Null).await;
    let desk = desk.restart().await;
    kill(&desk, &first).await;
    for job in [second, third] {
        assert_eq!(desk.finished(&job.id).await.status, JobStatus::Succeeded);
    }
}

#[tokio::test]
async fn a_job_that_runs_a_bake_takes_no_place() {
    let desk = narrow(1).await;
    let executor = json!({"tags": ["remote_executor"]});
    let waiting = "while ! test -e done; do sleep 0.05; done";
    let volume = json!([{
        "src_storage_uri": "storage://local/bakehouse/proj/shared", "dst_path": "/shared"
    }]);
    let mut body = executor;
    body["volumes"] = volume.clone();
    body["working_dir"] = json!("/shared");
    let one = desk.submit(waiting, body.clone()).await;
    let two = desk.submit(waiting, body.clone()).await;
    body["tags"] = json!([]);
    let task = desk.submit("touch done", body).await;
    for job in [one, two, task] {
        assert_eq!(desk.finished(&job.id).await.status, JobStatus::Succeeded);
    }
}

#[tokio::test]
async fn capacity_counts_the_places_that_are_free() {
    let desk = narrow(3).await;
    let job = desk.submit("sleep 60", Value::Null).await;
    desk.started(&job.id).await;
    let (_, capacity) = desk.get("jobs/capacity").await;
    assert_eq!(capacity["cpu-small"], 2);
    kill(&desk, &job).await;
    desk.until_capacity("cpu-small", 3).await;
}

impl Desk {
    async fn until_capacity(&self, preset: &str, wanted: u64) {
        let start = std::time::Instant::now();
        while self.get("jobs/capacity").await.1[preset] != wanted {
            assert!(start.elapsed() < Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
