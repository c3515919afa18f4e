//! The flow API: strict bodies, conflicts, rules of names, executors that die.

use protocol::JobStatus;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::Desk;

async fn post(desk: &Desk, path: &str, body: Value) -> (StatusCode, Value) {
    desk.send(Method::POST, &format!("flow/{path}"), body).await
}

async fn flow(desk: &Desk) -> String {
    let body = json!({
        "name": "flow", "project_name": "proj", "cluster": "local", "org_name": "bakehouse"
    });
    let (status, flow) = post(desk, "projects", body).await;
    assert_eq!(status, StatusCode::CREATED);
    flow["id"].as_str().unwrap().to_owned()
}

async fn bake(desk: &Desk, flow: &str, name: Value) -> (StatusCode, Value) {
    let body = json!({
        "project_id": flow, "batch": "b", "graphs": {"": {"a": [], "c": ["a"]}},
        "params": {}, "name": name, "tags": ["t"], "meta": {"git_info": null}
    });
    post(desk, "bakes", body).await
}

fn attempt_body(bake: &str, number: i64, result: &str, executor: Value) -> Value {
    json!({
        "bake_id": bake, "number": number, "result": result, "executor_id": executor,
        "configs_meta": {
            "workspace": "/w", "flow_config_id": "config-file-1", "project_config_id": null,
            "action_config_ids": {}
        }
    })
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_flow_is_unique_and_found_by_all_its_names() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    assert!(flow.starts_with("projects-"));
    let body = json!({
        "name": "flow", "project_name": "proj", "cluster": "local", "org_name": "bakehouse"
    });
    let (status, conflict) = post(&desk, "projects", body).await;
    assert_eq!(
        (status, &conflict["code"]),
        (StatusCode::CONFLICT, &json!("unique"))
    );
    assert!(conflict.get("error").is_none());
    let query = "name=flow&cluster=local&owner=alice&project_name=proj";
    let by_name = async |more: &str| {
        desk.get(&format!("flow/projects/by_name?{query}{more}"))
            .await
    };
    assert_eq!(id(&by_name("&org_name=bakehouse").await.1), flow);
    let (status, missing) = by_name("").await;
    assert_eq!(
        (status, &missing["error"]),
        (StatusCode::NOT_FOUND, &json!("Not Found"))
    );
    let (_, config) = desk.get("config").await;
    let projects = config["projects"].as_array().unwrap();
    assert!(
        projects.iter().any(|one| one["name"] == "proj"),
        "the tools may name it now"
    );
}

#[tokio::test]
async fn bodies_are_strict() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    for body in [
        json!({"project_id": flow, "batch": "b", "graphs": {}, "more": 1}),
        json!({"project_id": flow, "batch": "b"}),
        json!({"project_id": flow, "batch": "b", "graphs": {}, "params": null}),
        json!({"project_id": flow, "batch": "b", "graphs": {}, "created_at": "2026-01-01T00:00:00"}),
    ] {
        let (status, refused) = post(&desk, "bakes", body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(
            refused["error"]
                .as_str()
                .unwrap()
                .contains("the body is not right"),
            "{refused}"
        );
    }
    let url = format!("{}/flow/projects", desk.running.url());
    let digest = desk
        .client
        .get(url)
        .header("authorization", "Digest x")
        .send()
        .await
        .unwrap();
    assert_eq!(digest.status(), StatusCode::BAD_REQUEST);
    let (status, _) = desk.get("flow/bakes").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "project_id is needed");
}

#[tokio::test]
async fn lists_of_nothing_are_an_empty_body_for_who_asks_for_lines() {
    let desk = Desk::new().await;
    let request = desk.request(Method::GET, "flow/bakes?project_id=projects-none");
    let request = request.header("accept", "application/x-ndjson");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.text().await.unwrap(), "");
}

#[tokio::test]
async fn a_bake_name_is_free_again_once_its_attempt_is_over() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    let (_, first) = bake(&desk, &flow, json!("nightly")).await;
    let (status, conflict) = bake(&desk, &flow, json!("nightly")).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(conflict["description"], "Bake with such id exists");
    let body = attempt_body(&id(&first), 1, "running", Value::Null);
    let (status, attempt) = post(&desk, "attempts", body.clone()).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(post(&desk, "attempts", body).await.0, StatusCode::CONFLICT);
    let done = attempt_body(&id(&first), 1, "succeeded", Value::Null);
    let (status, replaced) = desk.send(Method::PUT, "flow/attempts/replace", done).await;
    assert_eq!((status, id(&replaced)), (StatusCode::OK, id(&attempt)));
    let (status, second) = bake(&desk, &flow, json!("nightly")).await;
    assert_eq!(status, StatusCode::CREATED);
    let path = format!("flow/bakes/by_name?project_id={flow}&name=nightly&fetch_last_attempt=1");
    assert_eq!(id(&desk.get(&path).await.1), id(&second), "the newest");

    let path = format!("flow/bakes?project_id={flow}&fetch_last_attempt=1&reverse=true&tags=t");
    let (_, bakes) = desk.get(&path).await;
    assert_eq!(id(&bakes[0]), id(&second));
    assert_eq!(bakes[0]["last_attempt"], Value::Null);
    assert_eq!(bakes[1]["last_attempt"]["result"], "succeeded");
    assert_eq!(bakes[1]["graphs"][""]["c"], json!(["a"]));
}

#[tokio::test]
async fn replacing_an_attempt_changes_result_and_executor_only() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    let bake = id(&bake(&desk, &flow, Value::Null).await.1);
    post(
        &desk,
        "attempts",
        attempt_body(&bake, 1, "pending", Value::Null),
    )
    .await;
    let mut change = attempt_body(&bake, 1, "running", json!("job-1"));
    change["configs_meta"]["workspace"] = json!("/elsewhere");
    desk.send(Method::PUT, "flow/attempts/replace", change)
        .await;
    let path = format!("flow/attempts/by_number?bake_id={bake}&number=-1");
    let (_, attempt) = desk.get(&path).await;
    assert_eq!(attempt["executor_id"], "job-1");
    assert_eq!(attempt["configs_meta"]["workspace"], "/w");
    let unknown = attempt_body(&bake, 2, "running", Value::Null);
    let (status, _) = desk
        .send(Method::PUT, "flow/attempts/replace", unknown)
        .await;
    assert!(status.is_client_error());
}

#[tokio::test]
async fn tasks_are_made_replaced_and_found() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    let bake = id(&bake(&desk, &flow, Value::Null).await.1);
    let attempt = id(&post(
        &desk,
        "attempts",
        attempt_body(&bake, 1, "running", Value::Null),
    )
    .await
    .1);
    let body = |statuses: Value, outputs: Value| {
        json!({
            "attempt_id": attempt, "yaml_id": "a.b", "raw_id": "job-1",
            "outputs": outputs, "state": outputs, "statuses": statuses
        })
    };
    let at = |status: &str| json!({"created_at": "2026-01-01T00:00:00+00:00", "status": status});
    let (status, task) = post(&desk, "tasks", body(json!([at("pending")]), Value::Null)).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(
        post(&desk, "tasks", body(json!([]), Value::Null)).await.0,
        StatusCode::BAD_REQUEST
    );
    let early = body(json!([at("succeeded")]), Value::Null);
    assert_eq!(post(&desk, "tasks", early).await.0, StatusCode::BAD_REQUEST);
    let done = body(json!([at("pending"), at("succeeded")]), json!({"o": "1"}));
    let (status, _) = desk.send(Method::PUT, "flow/tasks/replace", done).await;
    assert_eq!(status, StatusCode::OK);
    let path = format!("flow/tasks/by_yaml_id?attempt_id={attempt}&yaml_id=a.b");
    let (_, found) = desk.get(&path).await;
    assert_eq!(
        (id(&found), &found["outputs"]["o"]),
        (id(&task), &json!("1"))
    );
    assert_eq!(
        desk.get(&format!("flow/tasks?attempt_id={attempt}"))
            .await
            .1
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_remembered_result_is_renewed_under_its_key_and_forgotten_by_batch() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    let body = |value: &str, raw: &str| {
        json!({
            "project_id": flow, "task_id": "t", "batch": "b", "key": "k", "raw_id": raw,
            "outputs": {"o": value}, "state": {}
        })
    };
    let (_, first) = post(&desk, "cache_entries", body("1", "job-1")).await;
    let (status, second) = post(&desk, "cache_entries", body("2", "job-2")).await;
    assert_eq!((status, id(&second)), (StatusCode::CREATED, id(&first)));
    let path = format!("flow/cache_entries/by_key?project_id={flow}&task_id=t&batch=b&key=k");
    let (_, found) = desk.get(&path).await;
    assert_eq!(
        (&found["outputs"]["o"], &found["raw_id"]),
        (&json!("2"), &json!("job-1"))
    );
    let clear = async |batch: &str| {
        let path = format!("flow/cache_entries?project_id={flow}&batch={batch}");
        desk.send(Method::DELETE, &path, Value::Null).await.0
    };
    assert_eq!(clear("other").await, StatusCode::NO_CONTENT);
    assert_eq!(desk.get(&path).await.0, StatusCode::OK);
    assert_eq!(clear("b").await, StatusCode::NO_CONTENT);
    assert_eq!(desk.get(&path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn images_of_a_bake_are_made_found_and_changed() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    let bake = id(&bake(&desk, &flow, Value::Null).await.1);
    let body = json!({
        "bake_id": bake, "yaml_defs": ["a.img"], "ref": "image:x", "status": "pending",
        "context_on_storage": null, "dockerfile_rel": null, "builder_job_id": null
    });
    let (status, image) = post(&desk, "bake_images", body.clone()).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(
        (&image["prefix"], &image["yaml_id"]),
        (&json!("a"), &json!("img"))
    );
    assert_eq!(
        post(&desk, "bake_images", body).await.0,
        StatusCode::CONFLICT
    );
    let path = format!("flow/bake_images/{}", id(&image));
    desk.send(Method::PATCH, &path, json!({"status": "built"}))
        .await;
    let path = format!("flow/bake_images/by_ref?bake_id={bake}&ref=image:x");
    assert_eq!(desk.get(&path).await.1["status"], "built");
}

#[tokio::test]
async fn live_jobs_are_replaced_under_their_name() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    let body = json!({"project_id": flow, "yaml_id": "train", "multi": false, "tags": ["x"]});
    let (status, first) = desk
        .send(Method::PUT, "flow/live_jobs/replace", body.clone())
        .await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, second) = desk.send(Method::PUT, "flow/live_jobs/replace", body).await;
    assert_eq!((status, id(&first)), (StatusCode::CREATED, id(&second)));
    assert_eq!(second["raw_id"], "");
}

#[tokio::test]
async fn deleting_a_flow_deletes_all_that_belongs_to_it() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    let bake = id(&bake(&desk, &flow, Value::Null).await.1);
    let file = json!({"bake_id": bake, "filename": "/w/b.yml", "content": "kind: batch"});
    let (_, file) = post(&desk, "config_files", file).await;
    let path = format!("flow/config_files/{}", id(&file));
    assert_eq!(desk.get(&path).await.1["content"], "kind: batch");
    let delete = format!("flow/projects/{flow}");
    assert_eq!(
        desk.send(Method::DELETE, &delete, Value::Null).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(desk.get(&path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        desk.get(&format!("flow/bakes/{bake}")).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        desk.send(Method::DELETE, &delete, Value::Null).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_attempt_ends_when_the_job_that_executes_it_does() {
    let desk = Desk::new().await;
    let flow = flow(&desk).await;
    let bake = id(&bake(&desk, &flow, Value::Null).await.1);
    for (number, command, expected) in [(1, "sleep 0.2", "failed"), (2, "sleep 100", "cancelled")] {
        let job = desk.submit(command, Value::Null).await;
        let body = attempt_body(&bake, number, "running", json!(job.id));
        let attempt = id(&post(&desk, "attempts", body).await.1);
        if number == 2 {
            desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
                .await;
        }
        let job = desk.finished(&job.id).await;
        assert_ne!(job.status, JobStatus::Running);
        let (_, attempt) = desk.get(&format!("flow/attempts/{attempt}")).await;
        assert_eq!(attempt["result"], expected);
    }
}
