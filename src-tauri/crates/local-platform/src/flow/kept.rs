//! What all kinds of records have in common: each lies as a document in a table of its own.

use axum::Json;
use axum::extract::{Path, State};
use protocol::Action;
use protocol::flow::{Attempt, BakeImage, CacheEntry, ConfigFile, LiveJob, Project, Task};
use rusqlite::{Connection, ToSql, params_from_iter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::parent::{Parent, may_list, permit};
use crate::auth::Caller;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store::{doc, docs};

/// A kind of record.
pub(super) trait Kept: DeserializeOwned + Serialize + Send + 'static {
    /// How one is found by its id.
    const BY_ID: &'static str;

    /// What it belongs to; a flow belongs to itself.
    fn parent(&self) -> Parent<'_>;
}

macro_rules! kept {
    ($($kind:ty: $table:literal in $parent:ident($id:ident)),* $(,)?) => {
        $(impl Kept for $kind {
            const BY_ID: &'static str = concat!("SELECT doc FROM ", $table, " WHERE id = ?1");

            fn parent(&self) -> Parent<'_> {
                Parent::$parent(&self.$id)
            }
        })*
    };
}

kept! {
    Attempt: "attempts" in Bake(bake_id),
    BakeImage: "bake_images" in Bake(bake_id),
    CacheEntry: "cache_entries" in Flow(project_id),
    ConfigFile: "config_files" in Bake(bake_id),
    LiveJob: "live_jobs" in Flow(project_id),
    Project: "flows" in Flow(id),
    Task: "tasks" in Attempt(attempt_id),
}

/// Something a record is found by.
pub(super) type Key = Box<dyn ToSql + Send>;

/// The record that a query finds.
pub(super) async fn one<T: Kept>(
    platform: &Platform,
    caller: Caller,
    query: &'static str,
    keys: Vec<Key>,
) -> Result<Json<T>, Refusal> {
    let read = move |connection: &Connection| {
        let found: Option<T> = doc(connection, query, params_from_iter(keys))?;
        let found = found.ok_or_else(Refusal::not_found)?;
        permit(connection, &caller, &Action::Read, found.parent())?;
        Ok(found)
    };
    platform.store.read(read).await.map(Json)
}

/// All records that a query finds for the id of what they belong to.
pub(super) async fn all<T: Kept>(
    platform: &Platform,
    caller: Caller,
    query: &'static str,
    (parent, id): (fn(&str) -> Parent<'_>, String),
) -> Result<Vec<T>, Refusal> {
    let read = move |connection: &Connection| {
        if !may_list(connection, &caller, parent(&id))? {
            return Ok(Vec::new());
        }
        Ok::<_, Refusal>(docs(connection, query, [id])?)
    };
    platform.store.read(read).await
}

/// Answers with the record of an id.
pub(super) async fn show<T: Kept>(
    State(platform): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<T>, Refusal> {
    one(&platform, caller, T::BY_ID, vec![Box::new(id)]).await
}
