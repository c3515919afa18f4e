//! Supervisors that stay for the next job.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use axum::http::Method;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::desk::Desk;

/// The process that looks after a job, once it does.
async fn supervisor(desk: &Desk, id: &str) -> i32 {
    let state = desk.data_dir().join("jobs").join(id).join("state.json");
    loop {
        if let Ok(text) = std::fs::read(&state) {
            let state: Value = serde_json::from_slice(&text).unwrap();
            return i32::try_from(state["supervisor"].as_i64().unwrap()).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Runs a job to its end; answers who looked after it.
async fn ran(desk: &Desk, command: &str) -> i32 {
    let job = desk.submit(command, Value::Null).await;
    let ended = desk.finished(&job.id).await;
    assert_eq!(ended.history.exit_code, Some(0));
    supervisor(desk, &job.id).await
}

/// Runs jobs until one has the supervisor of an earlier one; answers it.
async fn one_that_stays(desk: &Desk) -> i32 {
    let mut seen = HashSet::new();
    for _ in 0..500 {
        let pid = ran(desk, "true").await;
        if !seen.insert(pid) {
            return pid;
        }
    }
    panic!("no supervisor took a second job: {seen:?}");
}

fn lives(pid: i32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

async fn is_gone(pid: i32) {
    for _ in 0..1_500 {
        if !lives(pid) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{pid} is still there");
}

async fn stop(desk: &Desk, id: &str) {
    desk.send(Method::DELETE, &format!("jobs/{id}"), Value::Null)
        .await;
    desk.finished(id).await;
}

#[tokio::test]
async fn a_supervisor_takes_the_next_job_and_jobs_that_run_at_once_have_one_each() {
    let desk = Desk::new().await;
    one_that_stays(&desk).await;
    let first = desk.submit("sleep 600", Value::Null).await;
    let second = desk.submit("sleep 600", Value::Null).await;
    let of_first = supervisor(&desk, &first.id).await;
    let of_second = supervisor(&desk, &second.id).await;
    assert_ne!(of_first, of_second);
    stop(&desk, &first.id).await;
    stop(&desk, &second.id).await;
}

#[tokio::test]
async fn a_supervisor_that_was_killed_between_two_jobs_is_replaced() {
    let desk = Desk::new().await;
    let pid = one_that_stays(&desk).await;
    let killed = kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL);
    killed.unwrap();
    for _ in 0..3 {
        assert_ne!(ran(&desk, "true").await, pid);
    }
}

#[tokio::test]
async fn what_was_typed_into_a_job_does_not_reach_the_next_one() {
    let desk = Desk::new().await;
    one_that_stays(&desk).await;
    let job = desk.submit("read word; echo \"$word\"", Value::Null).await;
    desk.type_into(&job.id, "typed\nmore\n").await;
    desk.finished(&job.id).await;
    assert_eq!(desk.log(&job.id, "").await, "typed\n");
    for _ in 0..3 {
        let command = "read -t 0.2 word; echo \"[$word]\"";
        let job = desk.submit(command, Value::Null).await;
        desk.finished(&job.id).await;
        assert_eq!(desk.log(&job.id, "").await, "[]\n");
    }
}

#[tokio::test]
async fn supervisors_end_with_their_server_but_see_their_jobs_to_the_end() {
    let desk = Desk::new().await;
    let free = one_that_stays(&desk).await;
    let busy = desk.submit("sleep 600", Value::Null).await;
    let of_busy = supervisor(&desk, &busy.id).await;
    let desk = desk.restart().await;
    if free != of_busy {
        is_gone(free).await;
    }
    assert!(lives(of_busy));
    stop(&desk, &busy.id).await;
    let ended = desk.job(&busy.id).await;
    assert_eq!(ended.history.reason.as_deref(), Some("UserRequested"));
    is_gone(of_busy).await;
}

#[tokio::test]
async fn a_job_whose_data_were_deleted_ends_and_its_supervisor_with_it() {
    let desk = Desk::new().await;
    let job = desk.submit("sleep 600", Value::Null).await;
    desk.started(&job.id).await;
    let pid = supervisor(&desk, &job.id).await;
    let data = desk.data_dir();
    let paused = desk.pause().await;
    std::fs::remove_dir_all(data).unwrap();
    is_gone(pid).await;
    drop(paused);
}
