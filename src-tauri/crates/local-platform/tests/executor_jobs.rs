//! Jobs that execute a bake: done by our own program, whatever the image.

use protocol::{Job, JobStatus};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::Desk;

async fn made(desk: &Desk, path: &str, body: Value) -> String {
    let (_, answer) = desk.send(Method::POST, &format!("flow/{path}"), body).await;
    answer["id"].as_str().unwrap().to_owned()
}

/// A bake with a pending attempt.
async fn bake(desk: &Desk) -> String {
    let flow = json!({
        "name": "flow", "project_name": "proj", "cluster": "local", "org_name": "bakehouse"
    });
    let flow = made(desk, "projects", flow).await;
    let bake = json!({
        "project_id": flow, "batch": "b", "graphs": {"": {"a": []}}, "params": {}, "name": null,
        "tags": [], "meta": {"git_info": null}
    });
    let bake = made(desk, "bakes", bake).await;
    let attempt = json!({
        "bake_id": bake, "number": 1, "result": "pending", "executor_id": null,
        "configs_meta": {
            "workspace": "/w", "flow_config_id": "config-file-1", "project_config_id": null,
            "action_config_ids": {}
        }
    });
    made(desk, "attempts", attempt).await;
    bake
}

async fn submit(desk: &Desk, bake: &str) -> Job {
    let more = json!({
        "image": "ghcr.io/neuro-inc/apolo-flow:v26.7.2",
        "command": format!("apolo-flow --fake-workspace execute {bake}"),
        "tags": ["project:flow", "flow:b", format!("bake_id:{bake}"), "remote_executor"],
        "pass_config": true,
    });
    desk.submit("", more).await
}

async fn attempt(desk: &Desk, bake: &str) -> Value {
    let path = format!("flow/attempts/by_number?bake_id={bake}&number=-1");
    desk.get(&path).await.1
}

#[tokio::test]
async fn an_executor_is_our_own_program_and_its_job_is_known_to_the_attempt_at_once() {
    let desk = Desk::new().await;
    let bake = bake(&desk).await;
    let job = submit(&desk, &bake).await;
    assert_eq!(job.runner.as_deref(), Some("bakehouse"));
    assert!(job.runner_note.unwrap().contains("own executor"));
    assert_eq!(attempt(&desk, &bake).await["executor_id"], job.id.as_str());
}

#[tokio::test]
async fn an_executor_that_cannot_run_says_so_and_its_attempt_has_failed() {
    // The program of these tests is the platform alone: it has no executor.
    let desk = Desk::new().await;
    let bake = bake(&desk).await;
    let job = submit(&desk, &bake).await;
    let job = desk.finished(&job.id).await;
    assert_eq!(job.status, JobStatus::Failed);
    let log = desk.log(&job.id, "").await;
    assert!(log.contains("without the executor"), "{log}");
    assert_eq!(attempt(&desk, &bake).await["result"], "failed");
}
