//! Tasks of attempts.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, put};
use axum::{Json, Router};
use protocol::Action;
use protocol::flow::{NewTask, Task};
use rusqlite::params;

use super::body::{Asked, Strict, run};
use super::kept::{self, Kept as _};
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
        .route("/{id}", get(kept::show::<Task>))
}

const BY_YAML_ID: &str = "SELECT doc FROM tasks WHERE attempt_id = ?1 AND yaml_id = ?2";

async fn list(
    State(platform): Shared,
    caller: Caller,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Refusal> {
    let attempt = asked.need("attempt_id")?;
    let all = "SELECT doc FROM tasks WHERE attempt_id = ?1 ORDER BY rowid";
    let found: Vec<Task> =
        kept::all(&platform, caller, all, (|id| Parent::Attempt(id), attempt)).await?;
    Ok(ndjson::list(&headers, &found))
}

/// A task has a status, and one that ended well has said what came of it.
fn check(new: &NewTask) -> Result<(), Refusal> {
    let Some(last) = new.statuses.last() else {
        return Err(Refusal::bad_request("`statuses` must not be empty"));
    };
    if last.status.is_good() && (new.outputs.is_none() || new.state.is_none()) {
        let status = &last.status;
        return Err(Refusal::bad_request(format!(
            "a {status} task must have `outputs` and `state`"
        )));
    }
    Ok(())
}

fn task(id: String, new: NewTask) -> Task {
    let NewTask {
        attempt_id,
        yaml_id,
        raw_id,
        outputs,
        state,
        statuses,
    } = new;
    Task {
        id,
        attempt_id,
        yaml_id,
        raw_id,
        outputs,
        state,
        statuses,
    }
}

async fn create(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewTask>,
) -> Result<(StatusCode, Json<Task>), Refusal> {
    check(&new)?;
    let task = task(new_id("task"), new);
    let task = platform
        .store
        .write(move |connection| {
            permit(
                connection,
                &caller,
                &Action::Write,
                Parent::Attempt(&task.attempt_id),
            )?;
            let inserted = run(
                connection,
                "INSERT OR IGNORE INTO tasks (id, attempt_id, yaml_id, doc)
                 VALUES (?1, ?2, ?3, ?4)",
                params![task.id, task.attempt_id, task.yaml_id, text(&task)?],
            )?;
            match inserted {
                0 => Err(Refusal::unique("Task with such yaml_id already exists")),
                _ => Ok(task),
            }
        })
        .await?;
    Ok((StatusCode::CREATED, Json(task)))
}

async fn replace(
    State(platform): Shared,
    caller: Caller,
    Strict(new): Strict<NewTask>,
) -> Result<Json<Task>, Refusal> {
    check(&new)?;
    let task = platform
        .store
        .write(move |connection| {
            let known: Option<Task> =
                doc(connection, BY_YAML_ID, params![new.attempt_id, new.yaml_id])?;
            let known = known.ok_or_else(Refusal::not_found)?;
            permit(connection, &caller, &Action::Write, known.parent())?;
            let task = task(known.id, new);
            let update = "UPDATE tasks SET doc = ?2 WHERE id = ?1";
            run(connection, update, params![task.id, text(&task)?])?;
            Ok::<_, Refusal>(task)
        })
        .await?;
    Ok(Json(task))
}

async fn by_yaml_id(
    State(platform): Shared,
    caller: Caller,
    asked: Asked,
) -> Result<Json<Task>, Refusal> {
    let (attempt, yaml_id) = (asked.need("attempt_id")?, asked.need("yaml_id")?);
    kept::one(
        &platform,
        caller,
        BY_YAML_ID,
        vec![Box::new(attempt), Box::new(yaml_id)],
    )
    .await
}
