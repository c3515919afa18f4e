//! The jobs service.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use indexmap::IndexMap;
use jiff::Timestamp;
use protocol::{
    Action, Job, JobFilter, JobStatus, JobSubmission, JobTransition, JobsDocument, Query,
    RunTimeChange, reason,
};

use crate::auth::Caller;
use crate::platform::{Platform, PlatformEvent, Shared};
use crate::refusal::Refusal;
use crate::store::run_blocking;
use crate::{attempt_watch, job_start, job_store, ndjson, submission_permission};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", get(list).post(submit))
        .route("/capacity", get(capacity))
        .route("/{job}", get(show).delete(cancel))
        .route("/{job}/max_run_time_minutes", put(change_run_time))
        .route("/{job}/kill", post(cancel))
}

async fn list(
    State(platform): Shared,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let filter = JobFilter::read(&query).map_err(Refusal::bad_request)?;
    let jobs = readable(&platform, &caller, filter).await?;
    let jobs: Vec<Job> = jobs.into_iter().map(|job| platform.shown(job)).collect();
    Ok(if ndjson::wanted(&headers) {
        ndjson::lines(&jobs, "\n")
    } else {
        Json(JobsDocument { jobs }).into_response()
    })
}

/// The jobs a filter asks for, but for those that the caller may not read.
async fn readable(
    platform: &Platform,
    caller: &Caller,
    mut filter: JobFilter,
) -> Result<Vec<Job>, Refusal> {
    let access = platform.access(caller).await?;
    // Counted here for those who may not read everything, because the others must not count.
    let limit = filter.limit.take_if(|_| !caller.manager);
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    let found: Vec<Job> = platform
        .store
        .read(move |connection| job_store::list(connection, &filter))
        .await?;
    let readable = found
        .into_iter()
        .filter(|job| access.may_job(&Action::Read, job));
    Ok(readable.take(limit.unwrap_or(usize::MAX)).collect())
}

async fn submit(
    State(platform): Shared,
    caller: Caller,
    RawQuery(query): RawQuery,
    body: axum::body::Bytes,
) -> Result<Response, Refusal> {
    if Query::parse(&query.unwrap_or_default())
        .pairs()
        .iter()
        .all(|(key, _)| key != "from_preset")
    {
        return Err(Refusal::bad_request(
            "this platform takes jobs by preset: POST jobs?from_preset with a flat body",
        ));
    }
    let submitted: JobSubmission = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad_request(format!("the job could not be read: {error}")))?;
    submission_permission::permit(&platform, &caller, &submitted).await?;
    let job = job_start::submit(&platform, caller.user.clone(), submitted).await?;
    let job = found(&platform, &caller, job.id).await?;
    Ok((StatusCode::ACCEPTED, Json(job)).into_response())
}

/// The job of an id or name, for somebody who may read it.
pub(super) async fn found(
    platform: &Platform,
    caller: &Caller,
    id_or_name: String,
) -> Result<Job, Refusal> {
    permitted(platform, caller, Action::Read, id_or_name).await
}

/// The job of an id or name, for somebody who may do this with it; a job nobody knows is a bad
/// request here, not a missing page.
pub(super) async fn permitted(
    platform: &Platform,
    caller: &Caller,
    action: Action,
    id_or_name: String,
) -> Result<Job, Refusal> {
    let user = caller.user.clone();
    let key = id_or_name.clone();
    let job: Option<Job> = platform
        .store
        .read(move |connection| job_store::find(connection, &key, &user))
        .await?;
    let job = job.ok_or_else(|| Refusal::bad_request(format!("no such job {id_or_name}")))?;
    platform.permit_job(caller, action, &job).await?;
    Ok(platform.shown(job))
}

async fn show(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
) -> Result<Json<Job>, Refusal> {
    found(&platform, &caller, job).await.map(Json)
}

/// Ends a job: its status says so at once, its processes get the time of grace.
async fn cancel(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
) -> Result<StatusCode, Refusal> {
    let id = permitted(&platform, &caller, Action::Write, job).await?.id;
    let key = id.clone();
    let cancelled: bool = platform
        .store
        .write(move |connection| {
            let Some(mut job) = job_store::get(connection, &key)? else {
                return Ok(false);
            };
            if job.status.is_finished() {
                return Ok(false);
            }
            job_store::advance(&mut job, user_requested());
            job_store::update(connection, &job)?;
            attempt_watch::executor_ended(connection, &job)?;
            Ok::<_, Refusal>(true)
        })
        .await?;
    if cancelled {
        platform.tell(PlatformEvent::JobChanged {
            id: id.clone(),
            status: JobStatus::Cancelled,
        });
        give_orders(&platform, &id, |orders| {
            orders.stop = Some(reason::USER_REQUESTED.to_owned());
        })
        .await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn user_requested() -> JobTransition {
    JobTransition {
        status: JobStatus::Cancelled,
        transition_time: Timestamp::now(),
        reason: Some(reason::USER_REQUESTED.to_owned()),
        description: Some(String::new()),
        exit_code: None,
    }
}

async fn change_run_time(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    body: axum::body::Bytes,
) -> Result<StatusCode, Refusal> {
    let change: RunTimeChange = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad_request(format!("the change could not be read: {error}")))?;
    let id = permitted(&platform, &caller, Action::Write, job).await?.id;
    let key = id.clone();
    let minutes: u64 = platform
        .store
        .write(move |connection| {
            let job = job_store::get(connection, &key)?;
            let mut job = job.ok_or_else(|| Refusal::bad_request(format!("no such job {key}")))?;
            let minutes = new_run_time(change, job.max_run_time_minutes)?;
            job.max_run_time_minutes = Some(minutes);
            job_store::update(connection, &job)?;
            Ok::<_, Refusal>(minutes)
        })
        .await?;
    give_orders(&platform, &id, move |orders| {
        orders.max_run_seconds = Some(minutes.saturating_mul(60));
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn new_run_time(change: RunTimeChange, now: Option<u64>) -> Result<u64, Refusal> {
    match (
        change.max_run_time_minutes,
        change.additional_max_run_time_minutes,
    ) {
        (Some(minutes @ 1..), None) => Ok(minutes),
        (None, Some(more @ 1..)) => Ok(now.unwrap_or(0).saturating_add(more)),
        _ => Err(Refusal::bad_request(
            "give exactly one of `max_run_time_minutes` and `additional_max_run_time_minutes`, 1 or more",
        )),
    }
}

/// Changes the orders of a job's supervisor, if the job has a folder at all.
async fn give_orders(
    platform: &Platform,
    id: &str,
    change: impl FnOnce(&mut crate::supervisor::Orders) + Send + 'static,
) -> Result<(), Refusal> {
    let folder = platform.job_folder(id);
    let given = run_blocking(move || {
        if !folder.path().is_dir() {
            return Ok(());
        }
        folder.change_orders(change)
    });
    given.await.map_err(|error| {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("the job's supervisor could not be told: {error}"),
        )
    })
}

/// How many jobs of each preset could be started: this computer does not count.
async fn capacity(State(platform): Shared, _: Caller) -> Json<IndexMap<String, u32>> {
    Json(
        platform
            .presets
            .iter()
            .map(|preset| (preset.name.clone(), 1))
            .collect(),
    )
}
