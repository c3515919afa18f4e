//! Remembered results of tasks.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use protocol::Action;
use protocol::flow::{CacheEntry, NewCacheEntry};
use rusqlite::{Connection, params};

use super::body::{Asked, Strict, run};
use super::kept;
use super::new_id;
use super::parent::{Parent, may_list, permit};
use crate::auth::Caller;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store::{doc, text};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", post(create).delete(delete))
        .route("/by_key", get(by_key))
        .route("/{id}", get(kept::show::<CacheEntry>))
}

const BY_KEY: &str = "SELECT doc FROM cache_entries
    WHERE project_id = ?1 AND task_id = ?2 AND batch = ?3 AND key = ?4";

async fn create(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewCacheEntry>,
) -> Result<(StatusCode, Json<CacheEntry>), Refusal> {
    let entry = platform
        .store
        .write(move |connection| remember(connection, &caller, new))
        .await?;
    Ok((StatusCode::CREATED, Json(entry)))
}

/// A known key gets the new result, but keeps its id and the job that first made it.
fn remember(
    connection: &Connection,
    caller: &Caller,
    new: NewCacheEntry,
) -> Result<CacheEntry, Refusal> {
    permit(
        connection,
        caller,
        &Action::Write,
        Parent::Flow(&new.project_id),
    )?;
    let key = params![new.project_id, new.task_id, new.batch, new.key];
    let known: Option<CacheEntry> = doc(connection, BY_KEY, key)?;
    let (id, raw_id) = match known {
        Some(known) => (known.id, known.raw_id),
        None => (new_id("cache-entry"), new.raw_id),
    };
    let entry = CacheEntry {
        id,
        project_id: new.project_id,
        task_id: new.task_id,
        batch: new.batch,
        key: new.key,
        created_at: new.created_at.unwrap_or_else(Timestamp::now),
        outputs: new.outputs,
        state: new.state,
        raw_id,
    };
    run(
        connection,
        "INSERT OR REPLACE INTO cache_entries (id, project_id, task_id, batch, key, doc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            entry.id,
            entry.project_id,
            entry.task_id,
            entry.batch,
            entry.key,
            text(&entry)?
        ],
    )?;
    Ok(entry)
}

async fn by_key(
    State(platform): Shared,
    caller: Caller,
    asked: Asked,
) -> Result<Json<CacheEntry>, Refusal> {
    let (flow, task) = (asked.need("project_id")?, asked.need("task_id")?);
    let (batch, key) = (asked.need("batch")?, asked.need("key")?);
    kept::one(
        &platform,
        caller,
        BY_KEY,
        vec![
            Box::new(flow),
            Box::new(task),
            Box::new(batch),
            Box::new(key),
        ],
    )
    .await
}

async fn delete(
    State(platform): Shared,
    caller: Caller,
    asked: Asked,
) -> Result<StatusCode, Refusal> {
    let flow = asked.need("project_id")?;
    let (batch, task) = (asked.get("batch"), asked.get("task_id"));
    platform
        .store
        .write(move |connection| {
            if !may_list(connection, &caller, Parent::Flow(&flow))? {
                return Ok(0);
            }
            permit(connection, &caller, &Action::Write, Parent::Flow(&flow))?;
            run(
                connection,
                "DELETE FROM cache_entries WHERE project_id = ?1
                 AND batch = ifnull(?2, batch) AND task_id = ifnull(?3, task_id)",
                params![flow, batch, task],
            )
            .map_err(Refusal::from)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
