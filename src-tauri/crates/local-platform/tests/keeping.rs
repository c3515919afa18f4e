//! What is kept of ended jobs, what is removed, and databases of other times and programs.

use local_platform::{DataError, KeepJobs, Server, StartError};
use protocol::JobStatus;
use reqwest::{Method, StatusCode};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::desk::{Desk, options};

/// What the first published layout held: made by the code of that time.
const FIRST: &str = include_str!("layouts/first.sql");

#[tokio::test]
async fn a_database_of_the_first_layout_is_brought_up_to_date_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let first = Connection::open(data.join("platform.sqlite")).unwrap();
    first.execute_batch(FIRST).unwrap();
    drop(first);
    let desk = Desk::on(folder, |_| ()).await;
    let list = "jobs?being_dropped=False&logs_removed=False&materialized=False&owner=user";
    let (_, jobs) = desk.get(list).await;
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 2, "{jobs}");
    assert_eq!(jobs["jobs"][0]["name"], "train");
    assert_eq!(jobs["jobs"][0]["history"]["exit_code"], 3);
    let asked = "flow/projects/by_name?name=flow_one&project_name=first-project&cluster=local";
    let (_, flow) = desk.get(&format!("{asked}&org_name=bakehouse")).await;
    let (_, bakes) = desk
        .get(&format!(
            "flow/bakes?project_id={}",
            flow["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(bakes[0]["name"], "one");
    let job = desk.submit("true", Value::Null).await;
    assert_eq!(desk.finished(&job.id).await.status, JobStatus::Succeeded);
}

async fn refused(content: &[u8]) -> DataError {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("platform.sqlite");
    std::fs::write(&path, content).unwrap();
    let error = match Server::start(options(folder.path())).await {
        Err(StartError::Data(error)) => error,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was taken"),
    };
    assert_eq!(std::fs::read(&path).unwrap(), content, "it was changed");
    error
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_refused_and_left_alone() {
    let text = refused(b"these are the accounts of the bakery").await;
    assert!(
        text.to_string().contains("is not a database of Bakehouse"),
        "{text}"
    );

    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.sqlite");
    let connection = Connection::open(&other).unwrap();
    connection
        .execute_batch("CREATE TABLE bread (name TEXT)")
        .unwrap();
    drop(connection);
    let error = refused(&std::fs::read(&other).unwrap()).await;
    assert!(matches!(error, DataError::Foreign { .. }), "{error}");
}

#[tokio::test]
async fn a_damaged_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound.sqlite");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(FIRST).unwrap();
    drop(connection);
    let mut bytes = std::fs::read(&path).unwrap();
    for byte in &mut bytes[4096 * 3..] {
        *byte = 0x55;
    }
    let error = refused(&bytes).await;
    assert!(matches!(error, DataError::Damaged { .. }), "{error}");
    assert!(
        error.to_string().contains("put a copy of it back"),
        "{error}"
    );
}

#[tokio::test]
async fn dropping_an_ended_job_removes_its_log_and_keeps_its_record() {
    let desk = Desk::new().await;
    let job = desk.submit("echo hello; sleep 60", Value::Null).await;
    desk.started(&job.id).await;
    let drop = |id: String| async move { (Method::POST, format!("jobs/{id}/drop")) };
    let (method, path) = drop(job.id.clone()).await;
    let (status, refused) = desk.send(method.clone(), &path, Value::Null).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
        .await;
    desk.until(&job.id, |job| !job.materialized).await;
    let (status, _) = desk.send(method, &path, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(desk.job(&job.id).await.logs_removed);
    assert_eq!(desk.log(&job.id, "").await, "");
    assert!(!desk.data_dir().join("jobs").join(&job.id).exists());
    let count = async |query: &str| {
        let (_, jobs) = desk.get(&format!("jobs?{query}")).await;
        jobs["jobs"].as_array().unwrap().len()
    };
    assert_eq!(count("logs_removed=False").await, 0);
    assert_eq!(count("logs_removed=True").await, 1);
}

#[tokio::test]
async fn old_jobs_go_but_not_those_of_a_running_attempt() {
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let job = desk.submit("echo kept", Value::Null).await;
        desk.finished(&job.id).await;
        ids.push(job.id);
    }
    let flow =
        json!({"name": "f", "project_name": "proj", "cluster": "local", "org_name": "bakehouse"});
    let post = async |path: &str, body: Value| {
        let (status, made) = desk.send(Method::POST, path, body).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["id"].as_str().unwrap().to_owned()
    };
    let flow = post("flow/projects", flow).await;
    let bake = json!({"project_id": flow, "batch": "b", "graphs": {"": {}}, "params": {}});
    let bake = post("flow/bakes", bake).await;
    let attempt = json!({
        "bake_id": bake, "number": 1, "result": "running",
        "configs_meta": {"workspace": "/p", "flow_config_id": "x",
            "project_config_id": null, "action_config_ids": {}},
    });
    let attempt = post("flow/attempts", attempt).await;
    let task = json!({
        "attempt_id": attempt, "yaml_id": "a", "raw_id": ids[0], "outputs": {}, "state": {},
        "statuses": [{"created_at": "2026-01-01T00:00:00Z", "status": "succeeded"}],
    });
    post("flow/tasks", task).await;

    let keep = KeepJobs {
        days: None,
        number: Some(1),
    };
    let desk = desk.restart_with(|options| options.keep_jobs = keep).await;
    for id in &ids[1..3] {
        desk.until(id, |job| job.logs_removed).await;
    }
    for id in [&ids[0], &ids[3]] {
        assert!(!desk.job(id).await.logs_removed);
        assert_eq!(desk.log(id, "").await, "kept\n");
    }
}

#[tokio::test]
async fn a_list_longer_than_a_page_comes_whole_and_in_order() {
    let desk = Desk::new().await;
    let path = desk.data_dir().join("platform.sqlite");
    let submitted = desk.submit("true", Value::Null).await;
    let template = desk.finished(&submitted.id).await;
    let connection = Connection::open(path).unwrap();
    let many = connection.unchecked_transaction().unwrap();
    for number in 0..1_000_i64 {
        let mut job = template.clone();
        job.id = format!("job-{number:08}-0000-4000-8000-000000000000");
        let doc = serde_json::to_string(&job).unwrap();
        let insert = "INSERT INTO jobs (id, owner, org, project, status, created_at, tended, doc)
            VALUES (?1, 'user/accounts/x', 'bakehouse', 'many', 'succeeded', ?2, 0, ?3)";
        // Several at the same moment, so that the order needs more than the time.
        many.execute(insert, rusqlite::params![job.id, number / 7, doc])
            .unwrap();
    }
    many.commit().unwrap();
    for (query, first, last, count) in [
        ("project_name=many", 0, 999, 1_000),
        ("project_name=many&reverse=1", 999, 0, 1_000),
        ("project_name=many&limit=450", 0, 449, 450),
        ("base_owner=user&limit=2", 0, 1, 2),
    ] {
        let request = desk.request(Method::GET, &format!("jobs?{query}"));
        let request = request.header("accept", "application/x-ndjson");
        let text = request.send().await.unwrap().text().await.unwrap();
        let ids: Vec<String> = text
            .lines()
            .map(|line| {
                let job: Value = serde_json::from_str(line).unwrap();
                job["id"].as_str().unwrap()[4..12].to_owned()
            })
            .collect();
        assert_eq!(ids.len(), count, "{query}");
        assert_eq!(ids[0], format!("{first:08}"), "{query}");
        assert_eq!(ids[count - 1], format!("{last:08}"), "{query}");
    }
    let (_, none) = desk.get("jobs?org_name=NO_ORG").await;
    assert_eq!(none["jobs"], json!([]));
}
