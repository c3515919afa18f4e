//! Records of live jobs.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, put};
use axum::{Json, Router};
use protocol::Action;
use protocol::flow::{LiveJob, NewLiveJob};
use rusqlite::{Connection, params};

use super::body::{Asked, Strict, run};
use super::kept;
use super::new_id;
use super::parent::{Parent, permit};
use crate::auth::Caller;
use crate::ndjson;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store::{doc, text};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", get(list).post(create))
        .route("/replace", put(replace))
        .route("/by_yaml_id", get(by_yaml_id))
        .route("/{id}", get(kept::show::<LiveJob>))
}

const BY_YAML_ID: &str = "SELECT doc FROM live_jobs WHERE project_id = ?1 AND yaml_id = ?2";

async fn list(
    State(platform): Shared,
    caller: Caller,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Refusal> {
    let flow = asked.need("project_id")?;
    let all = "SELECT doc FROM live_jobs WHERE project_id = ?1 ORDER BY rowid";
    let found: Vec<LiveJob> =
        kept::all(&platform, caller, all, (|id| Parent::Flow(id), flow)).await?;
    Ok(ndjson::list(&headers, &found))
}

async fn create(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewLiveJob>,
) -> Result<(StatusCode, Json<LiveJob>), Refusal> {
    let made = platform
        .store
        .write(move |connection| match find(connection, &caller, &new)? {
            Some(_) => Err(Refusal::unique("LiveJob with such yaml_id already exists")),
            None => put_record(connection, new_id("live-job"), new),
        })
        .await?;
    Ok((StatusCode::CREATED, Json(made)))
}

async fn replace(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewLiveJob>,
) -> Result<(StatusCode, Json<LiveJob>), Refusal> {
    let made = platform
        .store
        .write(move |connection| {
            let known = find(connection, &caller, &new)?.map(|record| record.id);
            put_record(connection, known.unwrap_or_else(|| new_id("live-job")), new)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(made)))
}

fn find(
    connection: &Connection,
    caller: &Caller,
    new: &NewLiveJob,
) -> Result<Option<LiveJob>, Refusal> {
    permit(
        connection,
        caller,
        &Action::Write,
        Parent::Flow(&new.project_id),
    )?;
    Ok(doc(
        connection,
        BY_YAML_ID,
        params![new.project_id, new.yaml_id],
    )?)
}

fn put_record(connection: &Connection, id: String, new: NewLiveJob) -> Result<LiveJob, Refusal> {
    let NewLiveJob {
        project_id,
        yaml_id,
        multi,
        tags,
        raw_id,
    } = new;
    let record = LiveJob {
        id,
        project_id,
        yaml_id,
        multi,
        tags,
        raw_id,
    };
    run(
        connection,
        "INSERT OR REPLACE INTO live_jobs (id, project_id, yaml_id, doc) VALUES (?1, ?2, ?3, ?4)",
        params![record.id, record.project_id, record.yaml_id, text(&record)?],
    )?;
    Ok(record)
}

async fn by_yaml_id(
    State(platform): Shared,
    caller: Caller,
    asked: Asked,
) -> Result<Json<LiveJob>, Refusal> {
    let (flow, yaml_id) = (asked.need("project_id")?, asked.need("yaml_id")?);
    kept::one(
        &platform,
        caller,
        BY_YAML_ID,
        vec![Box::new(flow), Box::new(yaml_id)],
    )
    .await
}
