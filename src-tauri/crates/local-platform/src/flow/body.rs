//! What requests of the flow API carry: strict bodies and queries, and words for what is missing.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use rusqlite::Connection;
use serde::de::DeserializeOwned;

use crate::DataError;
use crate::platform::Platform;
use crate::refusal::Refusal;

/// A JSON body in which every field must be known and right.
pub(super) struct Strict<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Platform>> for Strict<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, platform: &Arc<Platform>) -> Result<Self, Refusal> {
        let bytes = axum::body::Bytes::from_request(request, platform).await;
        let bytes = bytes.map_err(|refused| Refusal::new(refused.status(), refused.body_text()))?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Refusal::bad_request(format!("the body is not right: {error}")))
    }
}

/// The query of a request.
pub(super) struct Asked(protocol::Query);

impl FromRequestParts<Arc<Platform>> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Platform>) -> Result<Self, Refusal> {
        Ok(Self(protocol::Query::parse(
            parts.uri.query().unwrap_or_default(),
        )))
    }
}

impl Asked {
    /// A value that must be there.
    pub(super) fn need(&self, key: &str) -> Result<String, Refusal> {
        let value = self.0.get(key).map(str::to_owned);
        value.ok_or_else(|| Refusal::bad_request(format!("the query lacks `{key}`")))
    }

    /// A value that may be there.
    pub(super) fn get(&self, key: &str) -> Option<String> {
        self.0.get(key).map(str::to_owned)
    }

    /// All values of a key.
    pub(super) fn all(&self, key: &str) -> Vec<String> {
        self.0.all(key).map(str::to_owned).collect()
    }

    /// True only for exactly `1` and `true`, as in this API.
    pub(super) fn flag(&self, key: &str) -> bool {
        matches!(self.0.get(key), Some("1" | "true"))
    }

    /// A time that may be there.
    pub(super) fn time(&self, key: &str) -> Result<Option<jiff::Timestamp>, Refusal> {
        let time = self.0.get(key).map(protocol::moment::parse).transpose();
        time.map_err(|error| Refusal::bad_request(format!("`{key}` is no time: {error}")))
    }
}

/// Runs a statement that changes something.
pub(super) fn run(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<usize, DataError> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}
