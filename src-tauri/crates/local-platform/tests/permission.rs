//! Users who may do only what they were granted, sharing, and roles.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::{Desk, plain};

const PLACE: &str = "local/bakehouse/proj";

async fn grant(desk: &Desk, user: &str, uri: &str, action: &str) -> (StatusCode, Value) {
    let body = json!([{ "uri": uri, "action": action }]);
    desk.send(Method::POST, &format!("users/{user}/permissions"), body)
        .await
}

async fn revoke(desk: &Desk, user: &str, uri: &str) -> StatusCode {
    let path = format!("users/{user}/permissions?uri={uri}");
    desk.send(Method::DELETE, &path, Value::Null).await.0
}

/// What somebody hears who may not.
fn missing(answer: &(StatusCode, Value)) -> (String, String) {
    let (status, body) = answer;
    assert_eq!(*status, StatusCode::FORBIDDEN, "{body}");
    assert!(
        body["error"].as_str().unwrap().contains("may not"),
        "{body}"
    );
    let missing = &body["missing"][0];
    let text = |key: &str| missing[key].as_str().unwrap().to_owned();
    (text("action"), text("uri"))
}

#[tokio::test]
async fn a_new_user_may_do_nothing_and_hears_what_is_missing() {
    let desk = Desk::with(plain).await;
    let bob = desk.add_user("bob");
    let job = desk
        .submit("sleep 60", json!({ "name": "secret-job" }))
        .await;
    let get = async |path: &str| desk.by(&bob, Method::GET, path, Value::Null).await;
    let (action, uri) = missing(&get(&format!("jobs/{}", job.id)).await);
    assert_eq!((action, uri), ("read".to_owned(), job.uri.clone()));
    assert_eq!(get("jobs").await.1, json!({ "jobs": [] }));
    missing(&get(&format!("jobs/{}/log", job.id)).await);
    missing(&get("storage/bakehouse/proj?op=LISTSTATUS").await);
    let killed = format!("jobs/{}", job.id);
    missing(&desk.by(&bob, Method::DELETE, &killed, Value::Null).await);
    let body = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "local",
        "org_name": "bakehouse", "image": "ubuntu", "command": "true",
    });
    let (action, uri) = missing(&desk.by(&bob, Method::POST, "jobs?from_preset", body).await);
    assert_eq!((action.as_str(), uri), ("write", format!("job://{PLACE}")));
    let (_, config) = get("config").await;
    assert_eq!(config["authorized"], true);
    let projects = config["projects"].as_array().unwrap();
    let only = &projects[0];
    assert_eq!(
        (projects.len(), &only["name"], &only["role"]),
        (1, &json!("default-project"), &json!("reader"))
    );
    desk.send(Method::DELETE, &killed, Value::Null).await;
}

#[tokio::test]
async fn a_shared_job_is_seen_by_id_and_name_and_nothing_else_is() {
    let desk = Desk::with(plain).await;
    let bob = desk.add_user("bob");
    let shared = desk
        .submit("sleep 60", json!({ "name": "shared-job" }))
        .await;
    let other = desk.submit("sleep 60", Value::Null).await;
    let by_name = format!("job://{PLACE}/shared-job");
    assert_eq!(
        grant(&desk, "bob", &by_name, "read").await.0,
        StatusCode::CREATED
    );
    let get = async |path: &str| desk.by(&bob, Method::GET, path, Value::Null).await;
    assert_eq!(get(&format!("jobs/{}", shared.id)).await.0, StatusCode::OK);
    let (_, list) = get("jobs?limit=1&reverse=1").await;
    assert_eq!(
        list["jobs"][0]["id"],
        shared.id.as_str(),
        "the other one does not count"
    );
    let path = format!("jobs/{}", shared.id);
    let kill = async || desk.by(&bob, Method::DELETE, &path, Value::Null).await;
    missing(&kill().await);
    grant(&desk, "bob", &shared.uri, "write").await;
    assert_eq!(kill().await.0, StatusCode::NO_CONTENT);
    missing(&get(&format!("jobs/{}", other.id)).await);
    desk.send(Method::DELETE, &format!("jobs/{}", other.id), Value::Null)
        .await;
}

#[tokio::test]
async fn what_a_user_starts_is_the_users_own() {
    let desk = Desk::with(plain).await;
    let bob = desk.add_user("bob");
    grant(&desk, "bob", &format!("job://{PLACE}"), "write").await;
    let carol = desk.add_user("carol");
    let body = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "local",
        "org_name": "bakehouse", "image": "ubuntu", "command": "sleep 60",
    });
    let submit = async |more: Value| {
        let mut body = body.clone();
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        desk.by(&bob, Method::POST, "jobs?from_preset", body).await
    };
    let volume = json!({ "volumes": [{
        "src_storage_uri": format!("storage://{PLACE}/data"), "dst_path": "/data",
        "read_only": true,
    }]});
    let (action, _) = missing(&submit(volume).await);
    assert_eq!(action, "read", "of the volume");
    let (status, job) = submit(Value::Null).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{job}");
    revoke(&desk, "bob", &format!("job://{PLACE}")).await;
    let id = job["id"].as_str().unwrap();
    let share = json!([{ "uri": job["uri"], "action": "read" }]);
    let (status, _) = desk
        .by(&bob, Method::POST, "users/carol/permissions", share.clone())
        .await;
    assert_eq!(status, StatusCode::CREATED, "the owner may share");
    let path = format!("jobs/{id}");
    assert_eq!(
        desk.by(&carol, Method::GET, &path, Value::Null).await.0,
        StatusCode::OK
    );
    missing(
        &desk
            .by(&carol, Method::POST, "users/bob/permissions", share)
            .await,
    );
    let (status, _) = desk.by(&bob, Method::DELETE, &path, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn storage_is_shared_folder_by_folder() {
    let desk = Desk::new().await;
    let bob = desk.add_user("bob");
    let put = async |token: &str, path: &str| {
        let path = format!("storage/bakehouse/{path}?op=CREATE");
        desk.by(token, Method::PUT, &path, json!("x")).await
    };
    for path in ["proj/a/file", "proj/ab/file", "other/file"] {
        assert_eq!(put(&desk.token, path).await.0, StatusCode::CREATED);
    }
    grant(&desk, "bob", &format!("storage://{PLACE}/a"), "read").await;
    let get = async |path: &str| {
        let path = format!("storage/bakehouse/{path}");
        desk.by(&bob, Method::GET, &path, Value::Null).await
    };
    assert_eq!(get("proj/a/file?op=OPEN").await.0, StatusCode::OK);
    missing(&get("proj/ab/file?op=OPEN").await);
    missing(&get("other/file?op=GETFILESTATUS").await);
    let (status, above) = get("proj?op=LISTSTATUS").await;
    assert_eq!(status, StatusCode::OK);
    let names = &above["FileStatuses"]["FileStatus"];
    assert_eq!(names.as_array().unwrap().len(), 1, "{names}");
    assert_eq!(
        (&names[0]["path"], &names[0]["permission"]),
        (&json!("a"), &json!("read"))
    );
    assert_eq!(missing(&put(&bob, "proj/a/new").await).0, "write");
    let rename = "storage/bakehouse/proj/a/file?op=RENAME&destination=/bakehouse/proj/ab/stolen";
    missing(&desk.by(&bob, Method::POST, rename, Value::Null).await);
    let (status, _) = grant(&desk, "bob", &format!("storage://{PLACE}/a/"), "write").await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(put(&bob, "proj/a/new").await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn a_link_in_a_shared_folder_shows_nothing_of_other_folders() {
    let desk = Desk::new().await;
    let bob = desk.add_user("bob");
    let storage = desk.data_dir().join("storage/bakehouse");
    std::fs::create_dir_all(storage.join("proj/a")).unwrap();
    std::fs::create_dir_all(storage.join("other")).unwrap();
    std::fs::write(storage.join("other/file"), "x").unwrap();
    std::os::unix::fs::symlink(storage.join("other"), storage.join("proj/a/link")).unwrap();
    grant(&desk, "bob", &format!("storage://{PLACE}/a"), "manage").await;
    let path = "storage/bakehouse/proj/a/link/file?op=OPEN";
    let (_, uri) = missing(&desk.by(&bob, Method::GET, path, Value::Null).await);
    assert_eq!(uri, "storage://local/bakehouse/other/file");
    assert_eq!(desk.get(path).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_flow_and_its_bakes_are_shared_by_name() {
    let desk = Desk::new().await;
    let bob = desk.add_user("bob");
    let body = json!({
        "name": "flow", "project_name": "proj", "cluster": "local", "org_name": "bakehouse"
    });
    let (_, flow) = desk.send(Method::POST, "flow/projects", body.clone()).await;
    let id = flow["id"].as_str().unwrap();
    let bake = json!({
        "project_id": id, "batch": "b", "graphs": {"": {"a": []}}, "params": {},
        "name": null, "tags": [], "meta": {"git_info": null}
    });
    let (_, made) = desk.send(Method::POST, "flow/bakes", bake.clone()).await;
    let path = format!("flow/bakes/{}", made["id"].as_str().unwrap());
    let (action, uri) = missing(&desk.by(&bob, Method::GET, &path, Value::Null).await);
    assert_eq!(
        (action.as_str(), uri),
        ("read", format!("flow://{PLACE}/flow"))
    );
    grant(&desk, "bob", &format!("flow://{PLACE}/flow"), "read").await;
    assert_eq!(
        desk.by(&bob, Method::GET, &path, Value::Null).await.0,
        StatusCode::OK
    );
    let write = desk.by(&bob, Method::POST, "flow/bakes", bake).await;
    assert_eq!(missing(&write).0, "write");
    let mut other = body;
    other["name"] = json!("other");
    missing(&desk.by(&bob, Method::POST, "flow/projects", other).await);
    let (_, flows) = desk
        .by(&bob, Method::GET, "flow/projects", Value::Null)
        .await;
    assert_eq!(flows.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn grants_are_listed_answered_with_what_holds_and_taken_back() {
    let desk = Desk::new().await;
    let bob = desk.add_user("bob");
    let folder = format!("storage://{PLACE}/a");
    let (_, given) = grant(&desk, "bob", &folder, "write").await;
    assert_eq!(given, json!([{ "uri": folder, "action": "write" }]));
    let inner = format!("{folder}/b");
    let (_, given) = grant(&desk, "bob", &inner, "read").await;
    assert_eq!(given[0]["action"], "write", "more is held already");
    let own = desk
        .by(&bob, Method::GET, "users/bob/permissions", Value::Null)
        .await
        .1;
    assert_eq!(
        own,
        json!([
            { "uri": folder, "action": "write" },
            { "uri": "role://bob", "action": "manage" },
        ])
    );
    let (_, of_images) = desk.get("users/bob/permissions?uri=image:").await;
    assert_eq!(of_images, json!([]));
    let (_, shared) = desk
        .get("users/alice/permissions/shared?uri=storage:")
        .await;
    assert_eq!(
        shared,
        json!([{ "user": "bob", "uri": folder, "action": "write" }])
    );
    missing(
        &desk
            .by(&bob, Method::GET, "users/alice/permissions", Value::Null)
            .await,
    );
    assert_eq!(revoke(&desk, "bob", &inner).await, StatusCode::NOT_FOUND);
    assert_eq!(revoke(&desk, "bob", &folder).await, StatusCode::NO_CONTENT);
    assert_eq!(revoke(&desk, "bob", &folder).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn grants_to_nobody_of_nothing_and_by_strangers_are_refused() {
    let desk = Desk::new().await;
    desk.add_user("bob");
    let folder = format!("storage://{PLACE}/a");
    let (status, body) = grant(&desk, "bobby", &folder, "read").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let text = body["error"].as_str().unwrap();
    assert!(text.contains("known are alice, bob, user"), "{text}");
    let (status, body) = grant(&desk, "team:readers", &folder, "read").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(
        body["error"]
            .as_str()
            .unwrap()
            .contains("add-role team/readers")
    );
    assert_eq!(
        grant(&desk, "bob", &folder, "deny").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        grant(&desk, "bob", "storage:a", "read").await.0,
        StatusCode::BAD_REQUEST
    );
    let elsewhere = "storage://cloud/bakehouse/proj";
    assert_eq!(
        grant(&desk, "bob", elsewhere, "read").await.0,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_role_passes_on_what_it_was_given_until_it_goes() {
    let desk = Desk::new().await;
    let bob = desk.add_user("bob");
    let role = json!({ "name": "team/readers" });
    let add = async || desk.send(Method::POST, "users", role.clone()).await.0;
    assert_eq!(add().await, StatusCode::CREATED);
    assert_eq!(add().await, StatusCode::BAD_REQUEST, "there is one already");
    let (_, roles) = desk.get("users/alice/subroles").await;
    assert_eq!(roles, json!({ "subroles": ["team/readers"] }));
    let folder = format!("storage://{PLACE}");
    grant(&desk, "team:readers", &folder, "write").await;
    let path = "storage/bakehouse/proj/x?op=MKDIRS";
    let make = async || desk.by(&bob, Method::PUT, path, Value::Null).await;
    missing(&make().await);
    grant(&desk, "bob", "role://team/readers", "read").await;
    assert_eq!(make().await.0, StatusCode::CREATED);
    missing(
        &desk
            .by(&bob, Method::POST, "users", json!({ "name": "team/more" }))
            .await,
    );
    let own = json!({ "name": "bob/friends" });
    let (status, _) = desk.by(&bob, Method::POST, "users", own).await;
    assert_eq!(
        status,
        StatusCode::CREATED,
        "below one's own name everybody may"
    );
    let gone = desk
        .send(Method::DELETE, "users/team:readers", Value::Null)
        .await
        .0;
    assert_eq!(gone, StatusCode::NO_CONTENT);
    missing(&make().await);
}

#[tokio::test]
async fn a_removed_user_is_out_at_once() {
    let desk = Desk::new().await;
    let bob = desk.add_user("bob");
    assert_eq!(
        desk.by(&bob, Method::GET, "jobs", Value::Null).await.0,
        StatusCode::OK
    );
    local_platform::remove_user(&desk.data_dir(), "bob").unwrap();
    let after = desk.by(&bob, Method::GET, "jobs", Value::Null).await.0;
    assert_eq!(after, StatusCode::UNAUTHORIZED);
    let (_, users) = desk.get("users").await;
    assert_eq!(users, json!([{ "name": "alice" }, { "name": "user" }]));
}

#[tokio::test]
async fn the_token_of_a_job_dies_with_the_job() {
    let desk = Desk::with(plain).await;
    let job = desk
        .submit("echo $NEURO_PASSED_CONFIG", json!({ "pass_config": true }))
        .await;
    desk.finished(&job.id).await;
    let log = desk.log(&job.id, "").await;
    let config = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, log.trim());
    let config: Value = serde_json::from_slice(&config.unwrap()).unwrap();
    let token = config["token"].as_str().unwrap();
    let (status, _) = desk.by(token, Method::GET, "jobs", Value::Null).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
