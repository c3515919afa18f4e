//! The image registry: there are no images yet, and the tools rely on hearing so.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, response::IntoResponse as _, response::Response};
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::platform::Platform;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/v2/", get(async |_: Caller| Json(json!({}))))
        .route(
            "/v2/_catalog",
            get(async |_: Caller| Json(json!({ "repositories": [] }))),
        )
        .route("/v2/{*rest}", get(nothing).delete(nothing))
}

async fn nothing(_: Caller) -> Response {
    let body: Value = json!({ "errors": [{ "code": "NAME_UNKNOWN", "message": "no such image" }] });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}
