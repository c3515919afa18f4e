//! Refusals in the form that container engines read.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::refusal::Refusal;
use crate::registry::RegistryError;

/// A refused request of the registry.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refused {
    /// Adds a header.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }
}

impl From<RegistryError> for Refused {
    fn from(error: RegistryError) -> Self {
        let status = status(&error);
        if status.is_server_error() {
            tracing::error!(%error, "a request failed on the images");
        }
        Self {
            status,
            code: error.code(),
            message: error.to_string(),
            headers: Vec::new(),
        }
    }
}

fn status(error: &RegistryError) -> StatusCode {
    use RegistryError as E;
    match error {
        E::NameInvalid { .. }
        | E::TagInvalid { .. }
        | E::DigestInvalid { .. }
        | E::DigestMismatch { .. }
        | E::ManifestInvalid { .. }
        | E::Interrupted { .. }
        | E::PageInvalid { .. } => StatusCode::BAD_REQUEST,
        E::NameUnknown { .. }
        | E::ManifestUnknown { .. }
        | E::ManifestBlobUnknown { .. }
        | E::BlobUnknown { .. }
        | E::UploadUnknown
        | E::NoSuchAddress => StatusCode::NOT_FOUND,
        E::UploadBusy => StatusCode::CONFLICT,
        E::OutOfOrder { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
        E::Unsupported { .. } => StatusCode::METHOD_NOT_ALLOWED,
        E::Io(_) | E::Data(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal.status {
            StatusCode::UNAUTHORIZED => "UNAUTHORIZED",
            StatusCode::FORBIDDEN => "DENIED",
            StatusCode::NOT_FOUND => "NAME_UNKNOWN",
            _ => "UNKNOWN",
        };
        let body = &refusal.body;
        let message = match &body.error {
            Some(text) => text.clone(),
            None => serde_json::to_string(body).unwrap_or_default(),
        };
        let refused = Self {
            status: refusal.status,
            code,
            message,
            headers: Vec::new(),
        };
        if refused.status == StatusCode::UNAUTHORIZED {
            return refused.with(header::WWW_AUTHENTICATE, "Basic realm=\"Bakehouse\"");
        }
        refused
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({ "errors": [{ "code": self.code, "message": self.message }] });
        let mut response = (self.status, Json(body)).into_response();
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
