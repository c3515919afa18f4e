//! Where the token goes.

use contract::{CredentialsPlace, FailureCode};
use serde_json::json;

use crate::desk::TestDesk;

#[tokio::test]
async fn the_token_is_in_no_file() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    test.call("live_table", json!({ "project": project.path }))
        .await
        .expect("the platform answers");
    let view = test.call("app_view", json!({})).await.expect("it answers");
    assert_eq!(
        view["credentials"]["place"],
        json!(CredentialsPlace::Session)
    );
    let mut looked_at = 0;
    let mut folders = vec![test.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)
            .expect("it can be listed")
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap_or_default();
            // The head of every token of ours: {"alg":"none"} in base64.
            let head = b"eyJhbGciOiJub25lIn0.";
            let found = bytes.windows(head.len()).any(|part| part == head);
            assert!(!found, "{} holds a token", path.display());
            looked_at += 1;
        }
    }
    assert!(looked_at > 10, "files were looked at");
}

#[tokio::test]
async fn a_short_password_is_refused_at_its_field() {
    let test = TestDesk::open().await;
    let choice = json!({ "kind": "file", "password": "short" });
    let refused = test
        .call("credentials_choose", choice)
        .await
        .expect_err("it is refused");
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (FailureCode::Invalid, Some("password"))
    );
}
