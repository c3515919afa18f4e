//! The routes of the bridge.

use std::convert::Infallible;
use std::path::Path as FilePath;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use contract::{Failure, FailureCode};
use futures_util::{Stream, StreamExt as _};
use serde_json::Value;
use tokio_stream::wrappers::BroadcastStream;
use tower_http::cors::CorsLayer;
use tower_http::services::{ServeDir, ServeFile};
use workbench::Desk;

use crate::guard;

/// All routes, for a bridge that listens on `port`.
pub(crate) fn routes(desk: Desk, interface: &FilePath, port: u16) -> Router {
    let page = ServeFile::new(interface.join("index.html"));
    let cors = CorsLayer::new()
        .allow_origin(guard::development_origins())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE]);
    Router::new()
        .route("/call/{name}", post(call))
        .route("/stream/{name}", post(stream))
        .route("/events", get(events))
        .with_state(desk)
        .fallback_service(ServeDir::new(interface).fallback(page))
        .layer(cors)
        .layer(middleware::from_fn_with_state(
            port,
            guard::only_this_computer,
        ))
}

async fn call(State(desk): State<Desk>, Path(name): Path<String>, body: Bytes) -> Response {
    let answer = match read(&body) {
        Ok(request) => workbench::dispatch(&desk, &name, request).await,
        Err(failure) => Err(failure),
    };
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(failure) => refuse(failure),
    }
}

async fn stream(State(desk): State<Desk>, Path(name): Path<String>, body: Bytes) -> Response {
    let items = match read(&body) {
        Ok(request) => workbench::stream(&desk, &name, request).await,
        Err(failure) => Err(failure),
    };
    match items {
        Ok(items) => {
            let lines = items.map(|item| Ok::<_, Infallible>(format!("{item}\n")));
            let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
            (kind, Body::from_stream(lines)).into_response()
        }
        Err(failure) => refuse(failure),
    }
}

async fn events(State(desk): State<Desk>) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    // A page that was too slow for some events misses them, as a window would.
    let events = BroadcastStream::new(desk.listen()).filter_map(async |event| event.ok());
    Sse::new(events.map(|event| Event::default().json_data(event))).keep_alive(KeepAlive::default())
}

fn read(body: &Bytes) -> Result<Value, Failure> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::internal(format!("The request is not JSON: {error}.")))
}

fn refuse(failure: Failure) -> Response {
    (status(failure.code), Json(failure)).into_response()
}

fn status(code: FailureCode) -> StatusCode {
    match code {
        FailureCode::Invalid => StatusCode::BAD_REQUEST,
        FailureCode::NotFound => StatusCode::NOT_FOUND,
        FailureCode::Conflict => StatusCode::CONFLICT,
        FailureCode::Unreachable => StatusCode::FAILED_DEPENDENCY,
        FailureCode::Refused => StatusCode::FORBIDDEN,
        FailureCode::SignInNeeded => StatusCode::UNAUTHORIZED,
        FailureCode::CredentialsNeeded => StatusCode::PRECONDITION_REQUIRED,
        FailureCode::FlowUnsound => StatusCode::UNPROCESSABLE_ENTITY,
        FailureCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
