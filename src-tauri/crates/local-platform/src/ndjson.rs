//! Lists: one JSON object per line for who asks so, else a JSON document.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::refusal::Refusal;

pub(crate) const NDJSON: &str = "application/x-ndjson";

/// True if the client asks for lines.
pub(crate) fn wanted(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter();
    accepts
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(NDJSON))
}

/// The items as lines, each ended by `end`.
pub(crate) fn lines<T: Serialize>(items: &[T], end: &str) -> Response {
    ([(header::CONTENT_TYPE, NDJSON)], text(items, end)).into_response()
}

fn text<T: Serialize>(items: &[T], end: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for item in items {
        // Wire types have string keys and finite numbers, so they always serialise.
        if serde_json::to_writer(&mut body, item).is_ok() {
            body.extend_from_slice(end.as_bytes());
        }
    }
    body
}

/// Pages of items as lines, each page asked for when the client has taken the one before. What
/// fails on the way is said in the last line.
pub(crate) fn pages<T, F, P>(end: &'static str, next: F) -> Response
where
    T: Serialize + Send + 'static,
    F: FnMut() -> P + Send + 'static,
    P: Future<Output = Result<Vec<T>, Refusal>> + Send + 'static,
{
    let stream = futures_util::stream::unfold(Some(next), move |next| async move {
        let mut next = next?;
        let (body, goes_on) = match next().await {
            Ok(items) if items.is_empty() => return None,
            Ok(items) => (text(&items, end), true),
            Err(refused) => (text(&[refused.body], end), false),
        };
        Some((Ok::<_, Infallible>(body), goes_on.then_some(next)))
    });
    ([(header::CONTENT_TYPE, NDJSON)], Body::from_stream(stream)).into_response()
}

/// The items as lines or as one JSON array.
pub(crate) fn list<T: Serialize>(headers: &HeaderMap, items: &[T]) -> Response {
    if wanted(headers) {
        lines(items, "\n")
    } else {
        axum::Json(items).into_response()
    }
}
