//! Bakes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use protocol::Action;
use protocol::flow::{Attempt, Bake, NewBake, TaskStatus};
use rusqlite::{Connection, params};

use super::attempts;
use super::body::{Asked, Strict, run};
use super::new_id;
use super::parent::{Parent, may_list, permit};
use crate::auth::Caller;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store::{doc, docs, text};
use crate::{DataError, ndjson, once_key};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", get(list).post(create))
        .route("/by_name", get(by_name))
        .route("/{id}", get(show))
}

async fn list(
    State(platform): Shared,
    caller: Caller,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Refusal> {
    let flow = asked.need("project_id")?;
    let (since, until) = (asked.time("since")?, asked.time("until")?);
    let (name, tags) = (asked.get("name"), asked.all("tags"));
    let (reverse, with_attempt) = (asked.flag("reverse"), asked.flag("fetch_last_attempt"));
    let wanted = move |bake: &Bake| {
        since.is_none_or(|since| bake.created_at >= since)
            && until.is_none_or(|until| bake.created_at <= until)
            && name
                .as_ref()
                .is_none_or(|name| bake.name.as_ref() == Some(name))
            && tags.iter().all(|tag| bake.tags.contains(tag))
    };
    let bakes: Vec<Bake> = platform
        .store
        .read(move |connection| {
            if !may_list(connection, &caller, Parent::Flow(&flow))? {
                return Ok(Vec::new());
            }
            let all = "SELECT doc FROM bakes WHERE project_id = ?1 ORDER BY created_at, rowid";
            let mut bakes: Vec<Bake> = docs(connection, all, params![flow])?;
            bakes.retain(wanted);
            if reverse {
                bakes.reverse();
            }
            let bakes = bakes
                .into_iter()
                .map(|bake| shown(connection, bake, with_attempt));
            Ok::<_, Refusal>(bakes.collect::<Result<_, DataError>>()?)
        })
        .await?;
    Ok(ndjson::list(&headers, &bakes))
}

/// A bake with its newest attempt, if that is asked for.
fn shown(connection: &Connection, mut bake: Bake, with_attempt: bool) -> Result<Bake, DataError> {
    if with_attempt {
        bake.last_attempt = attempts::newest(connection, &bake.id)?;
    }
    Ok(bake)
}

async fn create(
    State(platform): Shared,
    caller: Caller,
    headers: HeaderMap,
    Strict(new): Strict<NewBake>,
) -> Result<(StatusCode, Json<Bake>), Refusal> {
    let key = once_key::of(&headers)?;
    let bake = platform
        .store
        .write(move |connection| insert(connection, &caller, (new, key)))
        .await?;
    Ok((StatusCode::CREATED, Json(bake)))
}

/// Records a bake; a second one under one key answers with the first.
fn insert(
    connection: &Connection,
    caller: &Caller,
    (new, key): (NewBake, Option<String>),
) -> Result<Bake, Refusal> {
    permit(
        connection,
        caller,
        &Action::Write,
        Parent::Flow(&new.project_id),
    )?;
    let known = "SELECT doc FROM bakes WHERE project_id = ?1 AND submission_key = ?2";
    if let Some(first) = doc(connection, known, params![new.project_id, key])? {
        return Ok(first);
    }
    if let Some(name) = &new.name {
        refuse_taken_name(connection, &new.project_id, name)?;
    }
    let bake = Bake {
        id: new_id("bake"),
        project_id: new.project_id,
        batch: new.batch,
        created_at: new.created_at.unwrap_or_else(Timestamp::now),
        meta: new.meta,
        graphs: new.graphs,
        params: new.params,
        name: new.name,
        tags: new.tags,
        last_attempt: None,
    };
    run(
        connection,
        "INSERT INTO bakes (id, project_id, name, created_at, doc, submission_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            bake.id,
            bake.project_id,
            bake.name,
            bake.created_at.as_microsecond(),
            text(&bake)?,
            key
        ],
    )?;
    Ok(bake)
}

/// A name belongs to one unfinished bake at a time; one without an attempt is unfinished.
fn refuse_taken_name(connection: &Connection, flow: &str, name: &str) -> Result<(), Refusal> {
    let named: Vec<Bake> = docs(
        connection,
        "SELECT doc FROM bakes WHERE project_id = ?1 AND name = ?2",
        params![flow, name],
    )?;
    for bake in named {
        let newest: Option<Attempt> = attempts::newest(connection, &bake.id)?;
        let over = newest.is_some_and(|attempt| {
            matches!(
                attempt.result,
                TaskStatus::Succeeded | TaskStatus::Failed | TaskStatus::Cancelled
            )
        });
        if !over {
            return Err(Refusal::unique("Bake with such id exists"));
        }
    }
    Ok(())
}

async fn by_name(
    State(platform): Shared,
    caller: Caller,
    asked: Asked,
) -> Result<Json<Bake>, Refusal> {
    let (flow, name) = (asked.need("project_id")?, asked.need("name")?);
    let newest = "SELECT doc FROM bakes WHERE project_id = ?1 AND name = ?2
                  ORDER BY created_at DESC, rowid DESC LIMIT 1";
    let with_attempt = asked.flag("fetch_last_attempt");
    let read = move |connection: &Connection| {
        let found = doc(connection, newest, params![flow, name])?;
        permitted(connection, &caller, found, with_attempt)
    };
    platform.store.read(read).await.map(Json)
}

async fn show(
    State(platform): Shared,
    caller: Caller,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Json<Bake>, Refusal> {
    let with_attempt = asked.flag("fetch_last_attempt");
    let read = move |connection: &Connection| {
        let by_id = "SELECT doc FROM bakes WHERE id = ?1";
        let found = doc(connection, by_id, params![id])?;
        permitted(connection, &caller, found, with_attempt)
    };
    platform.store.read(read).await.map(Json)
}

/// A bake for somebody who may read it.
fn permitted(
    connection: &Connection,
    caller: &Caller,
    found: Option<Bake>,
    with_attempt: bool,
) -> Result<Bake, Refusal> {
    let bake = found.ok_or_else(Refusal::not_found)?;
    let parent = Parent::Flow(&bake.project_id);
    permit(connection, caller, &Action::Read, parent)?;
    Ok(shown(connection, bake, with_attempt)?)
}
