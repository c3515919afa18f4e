//! Lists: one JSON object per line for who asks so, else a JSON document.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

const NDJSON: &str = "application/x-ndjson";

/// True if the client asks for lines.
pub(crate) fn wanted(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter();
    accepts
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(NDJSON))
}

/// The items as lines, each ended by `end`.
pub(crate) fn lines<T: Serialize>(items: &[T], end: &str) -> Response {
    let mut body = Vec::new();
    for item in items {
        // Wire types have string keys and finite numbers, so they always serialise.
        if serde_json::to_writer(&mut body, item).is_ok() {
            body.extend_from_slice(end.as_bytes());
        }
    }
    ([(header::CONTENT_TYPE, NDJSON)], body).into_response()
}

/// The items as lines or as one JSON array.
pub(crate) fn list<T: Serialize>(headers: &HeaderMap, items: &[T]) -> Response {
    if wanted(headers) {
        lines(items, "\n")
    } else {
        axum::Json(items).into_response()
    }
}
