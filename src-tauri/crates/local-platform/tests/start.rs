//! Starting, stopping, and who may come in.

use local_platform::{Server, StartError, served};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::desk::{Desk, options, read};

#[tokio::test]
async fn a_second_server_on_the_same_data_is_told_where_the_first_one_is() {
    let desk = Desk::new().await;
    let found = served(&desk.data_dir()).unwrap();
    assert_eq!(found.url, desk.running.url());
    let Err(StartError::AlreadyServed { url, pid }) =
        Server::start(options(&desk.data_dir())).await
    else {
        panic!("two servers on one folder");
    };
    assert_eq!(
        (url.as_str(), pid),
        (desk.running.url(), std::process::id())
    );
    let data = desk.data_dir();
    let next = desk.restart().await;
    assert_eq!(served(&data).unwrap().url, next.running.url());
    next.running.shutdown().await;
    assert_eq!(served(&data), None);
}

#[tokio::test]
async fn a_port_in_use_is_said_to_be_so() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.port = port;
    let error = Server::start(options).await.err().unwrap();
    assert!(
        matches!(error, StartError::PortInUse { port: found } if found == port),
        "{error}"
    );
    assert!(
        error.to_string().contains("in use by another program"),
        "{error}"
    );
    assert_eq!(
        served(folder.path()),
        None,
        "a failed start leaves nothing behind"
    );
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Server::start(options(&file.join("data")))
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains("file/data"), "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("platform.sqlite");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = Server::start(options(folder.path())).await.err().unwrap();
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[tokio::test]
async fn configuration_is_open_but_everything_else_needs_a_token() {
    let desk = Desk::new().await;
    let url = desk.running.url().to_owned();
    let bare = async |path: &str| {
        read(
            desk.client
                .get(format!("{url}/{path}"))
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    let (status, config) = bare("config").await;
    assert_eq!(
        (status, &config["authorized"]),
        (StatusCode::OK, &Value::Bool(false))
    );
    assert_eq!(config["clusters"][0]["name"], "local");
    assert!(
        config["clusters"][0]["resource_presets"][0]["memory"]
            .as_u64()
            .unwrap()
            > 0
    );
    for path in [
        "jobs",
        "flow/projects",
        "storage/bakehouse/proj?op=LISTSTATUS",
        "users/x/permissions",
    ] {
        assert_eq!(bare(path).await.0, StatusCode::UNAUTHORIZED, "{path}");
    }
    let (_, config) = desk.get("config").await;
    assert_eq!(config["authorized"], true);
}

#[tokio::test]
async fn a_bad_token_is_no_error_for_configuration_and_shows_nothing() {
    let mut desk = Desk::new().await;
    desk.token = protocol::Claims::token("alice", b"forged");
    let (status, config) = desk.get("config").await;
    assert_eq!(
        (status, &config["authorized"]),
        (StatusCode::OK, &Value::Bool(false))
    );
    assert_eq!(config["clusters"].as_array().unwrap().len(), 0);
    assert_eq!(desk.get("jobs").await.0, StatusCode::UNAUTHORIZED);
}

/// Made by the command-line tool itself: claim `user`, HS256 with the key `neuro`.
const TOOL_TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJodHRwczovL3BsYXRmb3JtLm5ldXJvbWF0aW9uLmlvL3VzZXIiOiJ1c2VyIn0.c9RLM3ZV-Nua7qchDkbHd11OaqA4kkEC49IB2A5ZAwE";

#[tokio::test]
async fn the_tools_own_token_is_let_in_only_where_that_is_wanted() {
    let mut open = Desk::new().await;
    open.token = TOOL_TOKEN.to_owned();
    assert_eq!(open.get("jobs").await.0, StatusCode::OK);
    let mut closed = Desk::with(|options| options.tool_tokens = false).await;
    assert_eq!(
        closed.get("jobs").await.0,
        StatusCode::OK,
        "our own token is good anyway"
    );
    closed.token = TOOL_TOKEN.to_owned();
    assert_eq!(closed.get("jobs").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn web_pages_and_other_host_names_are_refused() {
    let desk = Desk::new().await;
    let with = async |name: &str, value: &str| {
        let request = desk.request(Method::GET, "jobs").header(name, value);
        request.send().await.unwrap().status()
    };
    assert_eq!(
        with("origin", "https://evil.example").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(with("host", "evil.example").await, StatusCode::FORBIDDEN);
    assert_eq!(
        with("origin", "http://127.0.0.1:5173").await,
        StatusCode::OK
    );
}

#[tokio::test]
async fn images_are_not_here_yet_and_that_is_a_404() {
    let desk = Desk::new().await;
    let origin = desk.running.url().trim_end_matches("/api/v1").to_owned();
    let url = format!("{origin}/v2/bakehouse/proj/x/manifests/latest");
    let response = desk
        .client
        .get(url)
        .basic_auth("token", Some(&desk.token))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}
