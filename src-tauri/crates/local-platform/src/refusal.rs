//! A refused request: status and body, and for WebSocket handshakes the header that carries the
//! body, because their clients never read it.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::ErrorBody;

use crate::DataError;

/// A status and what to say with it.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// Boxed, because nearly every function here may return one.
    pub(crate) body: Box<ErrorBody>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            body: Box::new(ErrorBody::message(text)),
        }
    }

    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    pub(crate) fn unique(description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::CONFLICT,
            body: Box::new(ErrorBody::unique(description)),
        }
    }

    /// A refusal of the storage: 404 for what is missing, else 400 with the error's name.
    pub(crate) fn storage(errno: &str, text: impl Into<String>) -> Self {
        let status = if errno == "ENOENT" {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::BAD_REQUEST
        };
        Self {
            status,
            body: Box::new(ErrorBody::storage(errno, text)),
        }
    }
}

impl From<DataError> for Refusal {
    fn from(error: DataError) -> Self {
        tracing::error!(%error, "a request failed on the data folder");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        DataError::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let header = serde_json::to_string(&self.body).unwrap_or_default();
        let mut response = (self.status, Json(self.body)).into_response();
        if let Ok(value) = HeaderValue::from_str(&ascii(&header)) {
            response
                .headers_mut()
                .insert(HeaderName::from_static("x-error"), value);
        }
        response
    }
}

/// JSON text with everything but ASCII escaped, fit for a header.
fn ascii(json: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            text.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            write!(text, "\\u{unit:04x}").expect("writing to a string cannot fail");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_the_body_in_ascii() {
        let response = Refusal::bad_request("größer 😀").into_response();
        let header = response.headers()["x-error"].to_str().unwrap();
        assert_eq!(header, r#"{"error":"gr\u00f6\u00dfer \ud83d\ude00"}"#);
        let read: ErrorBody = serde_json::from_str(header).unwrap();
        assert_eq!(read.error.as_deref(), Some("größer 😀"));
    }
}
