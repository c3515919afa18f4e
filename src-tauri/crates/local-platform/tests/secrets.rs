//! Secrets: the service, where values lie, and how jobs get them.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local_platform::{Options, RunnerChoice, SecretsPlace};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::desk::{Desk, plain};

const VALUE: &str = "correct-horse-battery-staple";

fn in_session(options: &mut Options) {
    options.secrets = SecretsPlace::Session;
}

async fn put(desk: &Desk, key: &str, value: &[u8]) -> (StatusCode, Value) {
    let body = json!({
        "key": key, "value": STANDARD.encode(value),
        "org_name": "bakehouse", "project_name": "proj",
    });
    desk.send(Method::POST, "secrets", body).await
}

async fn get(desk: &Desk, key: &str) -> (StatusCode, Value) {
    desk.get(&format!(
        "secrets/{key}?project_name=proj&org_name=bakehouse"
    ))
    .await
}

fn error(answer: &(StatusCode, Value)) -> String {
    answer.1["error"].as_str().unwrap().to_owned()
}

/// Every file below a folder that holds the bytes, in clear or in base64.
fn holding(folder: &Path, value: &[u8]) -> Vec<String> {
    let encoded = STANDARD.encode(value);
    let needles = [value, encoded.as_bytes()];
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(holding(&entry.path(), value));
        } else if kind.is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let has = |needle: &&[u8]| bytes.windows(needle.len()).any(|part| part == *needle);
            if needles.iter().any(has) {
                found.push(entry.path().display().to_string());
            }
        }
    }
    found
}

#[tokio::test]
async fn a_secret_is_made_replaced_listed_shown_and_removed() {
    let desk = Desk::with(in_session).await;
    let (status, made) = put(&desk, "my-key.1_", b"first").await;
    assert_eq!(status, StatusCode::CREATED);
    let named = json!({
        "key": "my-key.1_", "owner": "proj", "org_name": "bakehouse", "project_name": "proj",
    });
    assert_eq!(made, named);
    put(&desk, "my-key.1_", &[0, 159, 255]).await;
    let (_, list) = desk
        .get("secrets?org_name=bakehouse&project_name=proj")
        .await;
    assert_eq!(list, json!([named]));
    let (_, others) = desk
        .get("secrets?org_name=bakehouse&project_name=other")
        .await;
    assert_eq!(others, json!([]));
    let (status, shown) = get(&desk, "my-key.1_").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(shown["value"], STANDARD.encode([0, 159, 255]));
    let path = "secrets/my-key.1_?project_name=proj&org_name=bakehouse";
    let remove = async || desk.send(Method::DELETE, path, Value::Null).await.0;
    assert_eq!(remove().await, StatusCode::NO_CONTENT);
    assert_eq!(remove().await, StatusCode::NOT_FOUND);
    assert_eq!(get(&desk, "my-key.1_").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_secret_is_refused_without_repeating_the_value() {
    let desk = Desk::with(in_session).await;
    let bad_name = put(&desk, "a/b", b"x").await;
    assert_eq!(bad_name.0, StatusCode::BAD_REQUEST);
    assert!(error(&bad_name).contains("no name for a secret"));
    let large = put(&desk, "k", &vec![b'x'; (1 << 20) + 1]).await;
    assert!(error(&large).contains("at most 1048576"), "{large:?}");
    let body = json!({ "key": "k", "value": "%%%", "project_name": "proj" });
    let garbled = desk.send(Method::POST, "secrets", body).await;
    assert!(error(&garbled).contains("base64"));
    let body = json!({ "key": "k", "value": [VALUE], "project_name": "proj" });
    let (status, text) = desk.send(Method::POST, "secrets", body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(!text.to_string().contains(VALUE), "{text}");
}

#[tokio::test]
async fn users_see_and_use_only_the_secrets_they_may() {
    let desk = Desk::with(|options| {
        plain(options);
        in_session(options);
    })
    .await;
    let bob = desk.add_user("bob");
    put(&desk, "shared", b"x").await;
    put(&desk, "other", b"x").await;
    for (uri, action) in [
        ("secret://local/bakehouse/proj/shared", "read"),
        ("job://local/bakehouse/proj", "write"),
    ] {
        let body = json!([{ "uri": uri, "action": action }]);
        desk.send(Method::POST, "users/bob/permissions", body).await;
    }
    let by = async |method, path: &str, body| desk.by(&bob, method, path, body).await;
    let (_, list) = by(Method::GET, "secrets?org_name=bakehouse", Value::Null).await;
    assert_eq!(list.as_array().unwrap().len(), 1);
    let path = |key: &str| format!("secrets/{key}?project_name=proj");
    let show = async |key| by(Method::GET, &path(key), Value::Null).await.0;
    assert_eq!(show("shared").await, StatusCode::OK);
    assert_eq!(show("other").await, StatusCode::FORBIDDEN);
    let (status, _) = by(Method::DELETE, &path("shared"), Value::Null).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let submit = async |key: &str| {
        let body = json!({
            "pass_config": false, "project_name": "proj", "cluster_name": "local",
            "org_name": "bakehouse", "image": "ubuntu", "command": "true",
            "secret_env": { "KEY": format!("secret://local/bakehouse/proj/{key}") },
        });
        by(Method::POST, "jobs?from_preset", body).await.0
    };
    assert_eq!(submit("shared").await, StatusCode::ACCEPTED);
    assert_eq!(submit("other").await, StatusCode::FORBIDDEN);
}

/// A job that says whether it got its secrets without saying what they are.
async fn job_gets_secrets(runner: RunnerChoice) {
    let desk = Desk::with(|options| {
        options.runner = runner;
        in_session(options);
    })
    .await;
    put(&desk, "word", VALUE.as_bytes()).await;
    let script = "printf %s \"$WORD\" | sha256sum; sha256sum < /secrets/deep/word; \
                  stat -c %a /secrets/deep/word; if echo no > /secrets/deep/word; then echo writable; fi; sleep 60";
    let uri = "secret://local/bakehouse/proj/word";
    let job = desk
        .submit(
            script,
            json!({
                "secret_env": { "WORD": uri },
                "secret_volumes": [{ "src_secret_uri": uri, "dst_path": "/secrets/deep/word" }],
            }),
        )
        .await;
    if runner == RunnerChoice::Sandbox && job.status.is_finished() {
        eprintln!("skipped: no sandbox here");
        return;
    }
    let output = desk
        .data_dir()
        .join("jobs")
        .join(&job.id)
        .join("output.log");
    let lines = || {
        let text = std::fs::read_to_string(&output).unwrap_or_default();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    desk.until(&job.id, |_| lines().len() >= 3).await;
    let digest = hex::encode(Sha256::digest(VALUE));
    let said = lines();
    assert!(said[0].starts_with(&digest), "{said:?}");
    assert!(said[1].starts_with(&digest), "{said:?}");
    assert_eq!(said[2], "400");
    assert_eq!(
        holding(&desk.data_dir(), VALUE.as_bytes()),
        Vec::<String>::new()
    );
    let files = std::fs::read_to_string(output.with_file_name("spec.json")).unwrap();
    let files: Value = serde_json::from_str(&files).unwrap();
    let folder = files["secret_folder"].as_str().unwrap().to_owned();
    assert!(Path::new(&folder).is_dir());
    desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
        .await;
    desk.until(&job.id, |_| !Path::new(&folder).exists()).await;
    assert_eq!(
        holding(&desk.data_dir(), VALUE.as_bytes()),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_plain_process_gets_secrets_and_no_file_of_the_data_keeps_them() {
    job_gets_secrets(RunnerChoice::Process).await;
}

#[tokio::test]
async fn a_sandboxed_job_gets_secrets_and_no_file_of_the_data_keeps_them() {
    job_gets_secrets(RunnerChoice::Sandbox).await;
}

#[tokio::test]
async fn a_large_secret_reaches_its_file_whole() {
    let desk = Desk::with(|options| {
        plain(options);
        in_session(options);
    })
    .await;
    let value: Vec<u8> = (0..(1 << 20))
        .map(|at: u32| at.to_le_bytes()[at as usize % 3])
        .collect();
    put(&desk, "large", &value).await;
    let uri = "secret://local/bakehouse/proj/large";
    let volumes = json!([{ "src_secret_uri": uri, "dst_path": "/large" }]);
    let job = desk
        .submit("sha256sum < /large", json!({ "secret_volumes": volumes }))
        .await;
    desk.finished(&job.id).await;
    let log = desk.log(&job.id, "").await;
    assert!(
        log.starts_with(&hex::encode(Sha256::digest(&value))),
        "{log}"
    );
    let body = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "local",
        "org_name": "bakehouse", "image": "ubuntu", "command": "true",
        "secret_env": { "LARGE": uri },
    });
    let refused = desk.send(Method::POST, "jobs?from_preset", body).await;
    assert_eq!(refused.0, StatusCode::BAD_REQUEST);
    assert!(error(&refused).contains("too large for the environment"));
}

#[tokio::test]
async fn a_missing_secret_is_named_when_the_job_is_submitted() {
    let desk = Desk::with(in_session).await;
    for field in [
        json!({ "secret_env": { "K": "secret://local/bakehouse/proj/nothing" } }),
        json!({ "secret_volumes": [
            { "src_secret_uri": "secret://local/bakehouse/proj/nothing", "dst_path": "/k" }
        ]}),
    ] {
        let mut body = json!({
            "pass_config": false, "project_name": "proj", "cluster_name": "local",
            "org_name": "bakehouse", "image": "ubuntu", "command": "true",
        });
        for (key, value) in field.as_object().unwrap() {
            body[key] = value.clone();
        }
        let refused = desk.send(Method::POST, "jobs?from_preset", body).await;
        assert_eq!(refused.0, StatusCode::BAD_REQUEST);
        let text = error(&refused);
        assert!(
            text.contains("no secret secret://local/bakehouse/proj/nothing"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn without_a_keyring_the_answer_names_the_other_places() {
    // This test needs a computer whose keyring cannot be reached; elsewhere it leaves it alone.
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some() || cfg!(target_os = "macos") {
        eprintln!("skipped: there may be a keyring here");
        return;
    }
    let desk = Desk::new().await;
    let refused = put(&desk, "k", b"x").await;
    assert_eq!(refused.0, StatusCode::INTERNAL_SERVER_ERROR);
    let text = error(&refused);
    assert!(
        text.contains("--secrets session") && text.contains("--secrets file"),
        "{text}"
    );
    let (status, list) = desk.get("secrets?org_name=bakehouse").await;
    assert_eq!(
        (status, list),
        (StatusCode::OK, json!([])),
        "names need no key"
    );
}

#[tokio::test]
async fn a_session_forgets_and_a_key_file_remembers() {
    let desk = Desk::with(in_session).await;
    put(&desk, "k", b"x").await;
    let paused = desk.pause().await;
    let desk = paused.resume_with(in_session).await;
    let lost = get(&desk, "k").await;
    assert_eq!(lost.0, StatusCode::CONFLICT);
    assert!(error(&lost).contains("set it again"), "{lost:?}");
    put(&desk, "other", b"y").await;
    let (_, list) = desk.get("secrets?org_name=bakehouse").await;
    assert_eq!(
        list.as_array().unwrap().len(),
        1,
        "what cannot be opened is gone"
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let in_file = |options: &mut Options| options.secrets = SecretsPlace::KeyFile(file.clone());
    let desk = desk.pause().await.resume_with(in_file).await;
    let elsewhere = get(&desk, "other").await;
    assert!(
        error(&elsewhere).contains("--secrets session"),
        "{elsewhere:?}"
    );
    put(&desk, "kept", b"z").await;
    let desk = desk.pause().await.resume_with(in_file).await;
    let (status, kept) = get(&desk, "kept").await;
    assert_eq!(
        (status, &kept["value"]),
        (StatusCode::OK, &json!(STANDARD.encode("z")))
    );
}
