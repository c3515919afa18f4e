//! Disks: the service and their use by jobs. And buckets, of which there are none.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::{Desk, plain};

async fn create(desk: &Desk, name: Value) -> (StatusCode, Value) {
    let body = json!({
        "storage": 1 << 30, "life_span": 86400.0, "name": name,
        "project_name": "proj", "org_name": "bakehouse",
    });
    desk.send(Method::POST, "disk", body).await
}

fn path(disk: &str) -> String {
    format!("disk/{disk}?project_name=proj&org_name=bakehouse")
}

fn text(answer: &(StatusCode, Value)) -> String {
    answer.1["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_disk_is_made_listed_found_by_id_and_name_and_removed() {
    let desk = Desk::new().await;
    let (status, disk) = create(&desk, json!("my-disk")).await;
    assert_eq!(status, StatusCode::CREATED, "{disk}");
    let id = disk["id"].as_str().unwrap();
    assert!(id.starts_with("disk-"));
    assert_eq!(
        (
            &disk["status"],
            &disk["owner"],
            &disk["life_span"],
            &disk["last_usage"]
        ),
        (
            &json!("Ready"),
            &json!("alice"),
            &json!(86400.0),
            &Value::Null
        )
    );
    let again = create(&desk, json!("my-disk")).await;
    assert_eq!(
        (again.0, &again.1["code"]),
        (StatusCode::CONFLICT, &json!("unique"))
    );
    assert!(text(&again).contains("already"));
    create(&desk, Value::Null).await;
    let (status, second) = create(&desk, Value::Null).await;
    assert_eq!(status, StatusCode::CREATED, "disks without names: {second}");
    let (_, list) = desk.get("disk?org_name=bakehouse&project_name=proj").await;
    assert_eq!(list.as_array().unwrap().len(), 3);
    let (_, others) = desk.get("disk?org_name=bakehouse&project_name=other").await;
    assert_eq!(others, json!([]));
    for by in [id, "my-disk"] {
        let (status, found) = desk.get(&path(by)).await;
        assert_eq!((status, &found["id"]), (StatusCode::OK, &json!(id)));
    }
    let folder = desk.data_dir().join("disks").join(id);
    assert!(folder.is_dir());
    let remove = async || {
        desk.send(Method::DELETE, &path("my-disk"), Value::Null)
            .await
            .0
    };
    assert_eq!(remove().await, StatusCode::NO_CONTENT);
    assert!(!folder.exists());
    assert_eq!(remove().await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bad_disks_are_refused() {
    let desk = Desk::new().await;
    for name in ["disk-x", "A", "a--b"] {
        let refused = create(&desk, json!(name)).await;
        assert_eq!(refused.0, StatusCode::BAD_REQUEST);
        assert!(text(&refused).contains("no name for a disk"));
    }
    let body = json!({ "storage": 0, "project_name": "proj", "org_name": "bakehouse" });
    assert_eq!(
        desk.send(Method::POST, "disk", body).await.0,
        StatusCode::BAD_REQUEST
    );
}

fn volume(name: &str, read_only: bool) -> Value {
    json!({ "disk_volumes": [{
        "src_disk_uri": format!("disk://local/bakehouse/proj/{name}"),
        "dst_path": "/scratch", "read_only": read_only,
    }]})
}

#[tokio::test]
async fn what_a_job_leaves_on_a_disk_the_next_one_finds() {
    let desk = Desk::new().await;
    let (_, disk) = create(&desk, json!("my-disk")).await;
    let id = disk["id"].as_str().unwrap();
    let write = "head -c 100000 /dev/zero > /scratch/file; echo kept >> /scratch/file";
    let first = desk.submit(write, volume("my-disk", false)).await;
    assert_eq!(
        first.container.disk_volumes[0].src_disk_uri,
        format!("disk://local/bakehouse/proj/{id}")
    );
    let note = first.runner_note.unwrap();
    assert!(
        note.contains("sizes of its disks are not enforced"),
        "{note}"
    );
    desk.finished(&first.id).await;
    let second = desk
        .submit("tail -n 1 /scratch/file", volume(id, true))
        .await;
    desk.finished(&second.id).await;
    assert!(desk.log(&second.id, "").await.ends_with("kept\n"));
    let (_, disk) = desk.get(&path(id)).await;
    assert!(disk["used_bytes"].as_u64().unwrap() >= 100_000, "{disk}");
    assert!(disk["last_usage"].is_string());
}

#[tokio::test]
async fn a_disk_in_use_stays_until_its_job_ends() {
    let desk = Desk::with(plain).await;
    create(&desk, json!("my-disk")).await;
    let job = desk.submit("sleep 60", volume("my-disk", false)).await;
    let remove = async || {
        desk.send(Method::DELETE, &path("my-disk"), Value::Null)
            .await
    };
    let refused = remove().await;
    assert_eq!(refused.0, StatusCode::CONFLICT);
    assert!(text(&refused).contains(&job.id), "{refused:?}");
    desk.started(&job.id).await;
    desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
        .await;
    desk.until(&job.id, |job| !job.materialized).await;
    let start = std::time::Instant::now();
    while remove().await.0 != StatusCode::NO_CONTENT {
        assert!(start.elapsed().as_secs() < 30, "the job has ended");
    }
}

#[tokio::test]
async fn a_missing_disk_is_named_and_a_foreign_one_is_refused() {
    let desk = Desk::with(plain).await;
    let bob = desk.add_user("bob");
    create(&desk, json!("my-disk")).await;
    let submit = async |token: &str, name: &str, read_only| {
        let mut body = json!({
            "pass_config": false, "project_name": "proj", "cluster_name": "local",
            "org_name": "bakehouse", "image": "ubuntu", "command": "true",
        });
        body["disk_volumes"] = volume(name, read_only)["disk_volumes"].clone();
        desk.by(token, Method::POST, "jobs?from_preset", body).await
    };
    let missing = submit(&desk.token, "nothing", true).await;
    assert_eq!(missing.0, StatusCode::BAD_REQUEST);
    assert!(text(&missing).contains("no disk disk://local/bakehouse/proj/nothing"));
    for (uri, action) in [
        ("job://local/bakehouse/proj", "write"),
        ("disk://local/bakehouse/proj/my-disk", "read"),
    ] {
        let body = json!([{ "uri": uri, "action": action }]);
        desk.send(Method::POST, "users/bob/permissions", body).await;
    }
    assert_eq!(
        submit(&bob, "my-disk", false).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(submit(&bob, "my-disk", true).await.0, StatusCode::ACCEPTED);
    let (_, disk) = desk.get(&path("my-disk")).await;
    let by_id = disk["id"].as_str().unwrap();
    assert_eq!(
        submit(&bob, by_id, true).await.0,
        StatusCode::ACCEPTED,
        "shared by its name"
    );
    let remove = desk
        .by(&bob, Method::DELETE, &path("my-disk"), Value::Null)
        .await
        .0;
    assert_eq!(remove, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn buckets_are_answered_with_what_to_use_instead() {
    let desk = Desk::new().await;
    for (method, path) in [
        (Method::GET, "buckets/buckets?org_name=bakehouse"),
        (Method::POST, "buckets/buckets"),
        (Method::GET, "buckets/persistent_credentials"),
        (Method::DELETE, "buckets/buckets/x"),
    ] {
        let answer = desk.send(method, path, Value::Null).await;
        assert_eq!(answer.0, StatusCode::NOT_IMPLEMENTED);
        assert!(text(&answer).contains("use storage:"));
    }
}
