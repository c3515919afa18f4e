//! A server with just the endpoints and the faults that the tests need.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use serde_json::{Value, json};

pub(crate) const LOG: &str = "first\n\nzweite Zeile äöü\nno end";

#[derive(Default)]
pub(crate) struct Shared {
    /// How many answers from now are 503.
    pub(crate) unavailable: AtomicU32,
    /// Files of the storage by their whole path.
    pub(crate) files: Mutex<BTreeMap<String, Vec<u8>>>,
    folders: Mutex<BTreeSet<String>>,
    counts: Mutex<BTreeMap<&'static str, u32>>,
    host: Mutex<String>,
}

impl Shared {
    fn note(&self, what: &'static str) -> u32 {
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(what).or_default();
        *count += 1;
        *count
    }
}

pub(crate) struct Server {
    pub(crate) state: Arc<Shared>,
    address: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Shared::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        address.clone_into(&mut state.host.lock().unwrap());
        let routes = Router::new()
            .route("/api/v1/config", get(config))
            .route("/api/v1/jobs", get(list).post(submit))
            .route("/api/v1/jobs/{job}", get(job))
            .route("/api/v1/jobs/{job}/log_ws", get(log))
            .route("/api/v1/storage/{*path}", any(storage))
            .route("/api/v1/flow/projects/by_name", get(project))
            .route("/api/v1/flow/projects", axum::routing::post(conflict))
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn(guard))
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { state, address }
    }

    pub(crate) fn api(&self) -> String {
        format!("http://{}/api/v1", self.address)
    }

    pub(crate) fn count(&self, what: &'static str) -> u32 {
        self.state
            .counts
            .lock()
            .unwrap()
            .get(what)
            .copied()
            .unwrap_or(0)
    }
}

async fn guard(request: Request, next: Next) -> Response {
    let token = request.headers().get("authorization");
    if token.is_none_or(|token| token != "Bearer secret-token") {
        return refusal(StatusCode::UNAUTHORIZED, json!({"error": "Unauthorized"}));
    }
    next.run(request).await
}

fn refusal(status: StatusCode, body: Value) -> Response {
    (status, axum::Json(body)).into_response()
}

fn away(state: &Shared) -> Option<Response> {
    let left = state.unavailable.load(Ordering::SeqCst);
    if left == 0 {
        return None;
    }
    state.unavailable.store(left - 1, Ordering::SeqCst);
    let body = json!({"error": "away for a moment"});
    Some(refusal(StatusCode::SERVICE_UNAVAILABLE, body))
}

async fn config(State(state): State<Arc<Shared>>) -> axum::Json<Value> {
    state.note("config");
    let base = format!("http://{}", state.host.lock().unwrap());
    axum::Json(json!({
        "authorized": true, "auth_url": base, "token_url": base, "logout_url": base,
        "client_id": "x", "audience": "x", "headless_callback_url": base,
        "clusters": [{
            "name": "local", "orgs": ["org"], "registry_url": base,
            "storage_url": format!("{base}/api/v1/storage"), "users_url": base,
            "monitoring_url": format!("{base}/api/v1/jobs"), "secrets_url": base,
            "disks_url": base, "buckets_url": base,
        }],
    }))
}

pub(crate) fn job_json(id: &str) -> Value {
    json!({
        "id": id, "owner": "user", "cluster_name": "local", "status": "running", "history": {},
        "container": {"image": "ubuntu", "resources": {"cpu": 1.0, "memory": 1}},
        "uri": format!("job://local/org/proj/{id}"),
    })
}

async fn list(RawQuery(query): RawQuery) -> Response {
    let lines = |body: String| ([("content-type", "application/x-ndjson")], body).into_response();
    let job = job_json("job-1");
    match query.unwrap_or_default().as_str() {
        "name=lines" => lines(format!("{job}\n{job}\n")),
        "name=broken" => lines(format!("{job}\n{{\"error\": \"the database is gone\"}}\n")),
        "name=nothing" => lines(String::new()),
        _ => axum::Json(json!({"jobs": [job]})).into_response(),
    }
}

async fn submit(State(state): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    state.note("submit");
    assert_eq!(query.as_deref(), Some("from_preset"));
    away(&state).unwrap_or_else(|| refusal(StatusCode::ACCEPTED, job_json("job-1")))
}

async fn job(State(state): State<Arc<Shared>>, Path(job): Path<String>) -> Response {
    state.note("get");
    if let Some(refusal) = away(&state) {
        return refusal;
    }
    match job.as_str() {
        "no-such" => {
            let body = json!({"error": "no such job no-such"});
            refusal(StatusCode::BAD_REQUEST, body)
        }
        "forbidden" => {
            let missing = json!({"uri": "job://local/x", "action": "read"});
            refusal(StatusCode::FORBIDDEN, json!({"missing": [missing]}))
        }
        "plain" => (StatusCode::INTERNAL_SERVER_ERROR, "Oops\n").into_response(),
        "empty" => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        "busy" => {
            let body = json!({"error": "too many"});
            let refusal = refusal(StatusCode::TOO_MANY_REQUESTS, body);
            ([("retry-after", "0")], refusal).into_response()
        }
        "cut" => (StatusCode::OK, "{\"id\": \"job").into_response(),
        "garbage" => (StatusCode::OK, "<html>").into_response(),
        id => axum::Json(job_json(id)).into_response(),
    }
}

async fn log(
    State(state): State<Arc<Shared>>,
    Path(job): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let connection = state.note("log");
    if job == "gone" {
        let said = r#"{"error": "job `gone` has no log"}"#;
        return (StatusCode::NOT_FOUND, [("x-error", said)]).into_response();
    }
    upgrade.on_upgrade(move |socket| send_log(socket, job, connection))
}

/// Sends a little more on each connection, in small pieces, and hangs up in the middle of it.
async fn send_log(mut socket: WebSocket, job: String, connection: u32) {
    if job == "hopeless" {
        return;
    }
    let reach = (connection as usize * 9).min(LOG.len());
    for piece in LOG.as_bytes()[..reach].chunks(4) {
        let message = Message::Binary(Bytes::copy_from_slice(piece));
        if socket.send(message).await.is_err() {
            return;
        }
    }
    if reach == LOG.len() {
        socket.send(Message::Close(None)).await.ok();
    } else if connection.is_multiple_of(2) {
        let farewell = CloseFrame {
            code: 1001,
            reason: "restarting".into(),
        };
        socket.send(Message::Close(Some(farewell))).await.ok();
    }
}

async fn project(State(state): State<Arc<Shared>>) -> Response {
    if state.note("project") == 1 {
        return refusal(StatusCode::NOT_FOUND, json!({"error": "Not Found"}));
    }
    axum::Json(json!({
        "id": "projects-1", "name": "flow", "owner": "user", "project_name": "proj",
        "cluster": "local", "org_name": "org",
    }))
    .into_response()
}

async fn conflict(State(state): State<Arc<Shared>>) -> Response {
    state.note("project");
    refusal(
        StatusCode::CONFLICT,
        json!({"code": "unique", "description": "there is one"}),
    )
}

async fn storage(
    State(state): State<Arc<Shared>>,
    Path(path): Path<String>,
    (method, RawQuery(query), headers): (Method, RawQuery, HeaderMap),
    body: Bytes,
) -> Response {
    let path = format!("/{path}");
    let mut files = state.files.lock().unwrap();
    match (method.as_str(), query.unwrap_or_default().as_str()) {
        ("PUT", "op=CREATE") => {
            files.insert(path, body.to_vec());
            StatusCode::CREATED.into_response()
        }
        ("PUT", "op=MKDIRS") => {
            state.folders.lock().unwrap().insert(path);
            StatusCode::CREATED.into_response()
        }
        ("PATCH", "op=WRITE") => {
            let file = files.get_mut(&path).unwrap();
            let start = first_byte(&headers, "content-range", "bytes ");
            file.truncate(start);
            file.extend_from_slice(&body);
            StatusCode::OK.into_response()
        }
        ("GET", "op=GETFILESTATUS") => match files.get(&path) {
            Some(file) => axum::Json(json!({"FileStatus": status(&path, file)})).into_response(),
            None => refusal(
                StatusCode::NOT_FOUND,
                json!({"error": "x", "errno": "ENOENT"}),
            ),
        },
        ("GET", "op=LISTSTATUS") if state.folders.lock().unwrap().contains(&path) => {
            listing(&files, &path)
        }
        ("GET", "op=LISTSTATUS") => refusal(
            StatusCode::NOT_FOUND,
            json!({"error": "x", "errno": "ENOENT"}),
        ),
        ("GET", "op=OPEN") => {
            let asked = headers.contains_key("range");
            let start = if asked {
                first_byte(&headers, "range", "bytes=")
            } else {
                0
            };
            let file = &files[&path];
            let range = format!("bytes {start}-{}/{}", file.len() - 1, file.len());
            let body = Body::from(file[start..].to_vec());
            (
                StatusCode::PARTIAL_CONTENT,
                [("content-range", range)],
                body,
            )
                .into_response()
        }
        (method, query) => panic!("{method} {query}"),
    }
}

fn listing(files: &BTreeMap<String, Vec<u8>>, folder: &str) -> Response {
    let prefix = format!("{folder}/");
    let inside: String = files
        .iter()
        .filter_map(|(path, file)| Some((path.strip_prefix(&prefix)?, file)))
        .filter(|(name, _)| !name.contains('/'))
        .map(|(name, file)| format!("{}\r\n", json!({"FileStatus": status(name, file)})))
        .collect();
    ([("content-type", "application/x-ndjson")], inside).into_response()
}

fn status(path: &str, file: &[u8]) -> Value {
    json!({
        "path": path, "length": file.len(), "modificationTime": 4_000_000_000_u32,
        "permission": "manage", "type": "FILE",
    })
}

fn first_byte(headers: &HeaderMap, name: &str, before: &str) -> usize {
    let value = headers[name].to_str().unwrap();
    let range = value.strip_prefix(before).unwrap();
    range.split('-').next().unwrap().parse().unwrap()
}
