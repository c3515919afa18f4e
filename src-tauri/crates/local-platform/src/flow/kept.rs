//! What all kinds of records have in common: each lies as a document in a table of its own.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::flow::{Attempt, BakeImage, CacheEntry, ConfigFile, LiveJob, Project, Task};
use rusqlite::{ToSql, params_from_iter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::auth::Caller;
use crate::ndjson;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store::{doc, docs};

/// A kind of record.
pub(super) trait Kept: DeserializeOwned + Serialize + Send + 'static {
    /// How one is found by its id.
    const BY_ID: &'static str;
}

macro_rules! kept {
    ($($kind:ty: $table:literal),* $(,)?) => {
        $(impl Kept for $kind {
            const BY_ID: &'static str = concat!("SELECT doc FROM ", $table, " WHERE id = ?1");
        })*
    };
}

kept! {
    Attempt: "attempts",
    BakeImage: "bake_images",
    CacheEntry: "cache_entries",
    ConfigFile: "config_files",
    LiveJob: "live_jobs",
    Project: "flows",
    Task: "tasks",
}

/// Something a record is found by.
pub(super) type Key = Box<dyn ToSql + Send>;

/// The record that a query finds.
pub(super) async fn one<T: Kept>(
    platform: &Platform,
    query: &'static str,
    keys: Vec<Key>,
) -> Result<Json<T>, Refusal> {
    let found: Option<T> = platform
        .store
        .read(move |connection| doc(connection, query, params_from_iter(keys)))
        .await?;
    found.map(Json).ok_or_else(Refusal::not_found)
}

/// All records that a query finds for one key.
pub(super) async fn all<T: Kept>(
    platform: &Platform,
    headers: &HeaderMap,
    query: &'static str,
    key: String,
) -> Result<Response, Refusal> {
    let found: Vec<T> = platform
        .store
        .read(move |connection| docs(connection, query, [key]))
        .await?;
    Ok(ndjson::list(headers, &found))
}

/// Answers with the record of an id.
pub(super) async fn show<T: Kept>(
    State(platform): Shared,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Json<T>, Refusal> {
    one(&platform, T::BY_ID, vec![Box::new(id)]).await
}
