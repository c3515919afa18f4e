//! Attempts of bakes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, put};
use axum::{Json, Router};
use jiff::Timestamp;
use protocol::Action;
use protocol::flow::{Attempt, NewAttempt};
use rusqlite::{Connection, params};

use super::body::{Asked, Strict, run};
use super::kept::{self, Kept as _};
use super::new_id;
use super::parent::{Parent, permit};
use crate::DataError;
use crate::auth::Caller;
use crate::ndjson;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store::{doc, text};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", get(list).post(create))
        .route("/replace", put(replace))
        .route("/by_number", get(by_number))
        .route("/{id}", get(kept::show::<Attempt>))
}

const BY_NUMBER: &str = "SELECT doc FROM attempts WHERE bake_id = ?1 AND number = ?2";

/// The newest attempt of a bake.
pub(super) fn newest(connection: &Connection, bake: &str) -> Result<Option<Attempt>, DataError> {
    let newest = "SELECT doc FROM attempts WHERE bake_id = ?1 ORDER BY number DESC LIMIT 1";
    doc(connection, newest, params![bake])
}

async fn list(
    State(platform): Shared,
    caller: Caller,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Refusal> {
    let bake = asked.need("bake_id")?;
    let all = "SELECT doc FROM attempts WHERE bake_id = ?1 ORDER BY number";
    let found: Vec<Attempt> =
        kept::all(&platform, caller, all, (|id| Parent::Bake(id), bake)).await?;
    Ok(ndjson::list(&headers, &found))
}

async fn create(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewAttempt>,
) -> Result<(StatusCode, Json<Attempt>), Refusal> {
    let attempt = platform
        .store
        .write(move |connection| insert(connection, &caller, new))
        .await?;
    Ok((StatusCode::CREATED, Json(attempt)))
}

fn insert(connection: &Connection, caller: &Caller, new: NewAttempt) -> Result<Attempt, Refusal> {
    permit(
        connection,
        caller,
        &Action::Write,
        Parent::Bake(&new.bake_id),
    )?;
    let attempt = Attempt {
        id: new_id("attempt"),
        bake_id: new.bake_id,
        number: new.number,
        created_at: new.created_at.unwrap_or_else(Timestamp::now),
        result: new.result,
        configs_meta: new.configs_meta,
        executor_id: new.executor_id,
    };
    let inserted = run(
        connection,
        "INSERT OR IGNORE INTO attempts (id, bake_id, number, result, executor_id, doc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            attempt.id,
            attempt.bake_id,
            attempt.number,
            attempt.result.as_str(),
            attempt.executor_id,
            text(&attempt)?
        ],
    )?;
    match inserted {
        0 => Err(Refusal::unique("Attempt with such number already exists")),
        _ => Ok(attempt),
    }
}

/// Only result and executor are taken from the body; whatever else it says stays as it was.
async fn replace(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewAttempt>,
) -> Result<Json<Attempt>, Refusal> {
    let attempt = platform
        .store
        .write(move |connection| {
            let known: Option<Attempt> =
                doc(connection, BY_NUMBER, params![new.bake_id, new.number])?;
            let mut attempt = known.ok_or_else(Refusal::not_found)?;
            permit(connection, &caller, &Action::Write, attempt.parent())?;
            attempt.result = new.result;
            attempt.executor_id = new.executor_id;
            run(
                connection,
                "UPDATE attempts SET result = ?2, executor_id = ?3, doc = ?4 WHERE id = ?1",
                params![
                    attempt.id,
                    attempt.result.as_str(),
                    attempt.executor_id,
                    text(&attempt)?
                ],
            )?;
            Ok::<_, Refusal>(attempt)
        })
        .await?;
    Ok(Json(attempt))
}

async fn by_number(
    State(platform): Shared,
    caller: Caller,
    asked: Asked,
) -> Result<Json<Attempt>, Refusal> {
    let bake = asked.need("bake_id")?;
    let number: i64 = asked
        .need("number")?
        .parse()
        .map_err(|_| Refusal::bad_request("`number` must be a whole number"))?;
    let read = move |connection: &Connection| {
        let found: Option<Attempt> = match number {
            -1 => newest(connection, &bake)?,
            number => doc(connection, BY_NUMBER, params![bake, number])?,
        };
        let found = found.ok_or_else(Refusal::not_found)?;
        permit(connection, &caller, &Action::Read, found.parent())?;
        Ok(found)
    };
    platform.store.read(read).await.map(Json)
}
