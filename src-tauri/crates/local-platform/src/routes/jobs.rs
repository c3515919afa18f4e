//! The jobs service.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use indexmap::IndexMap;
use jiff::Timestamp;
use protocol::{
    Action, DropProgress, ExplicitSubmission, Job, JobFilter, JobStatus, JobSubmission,
    JobTransition, JobsDocument, Query, RunTimeChange, reason,
};
use rusqlite::Connection;

use crate::auth::Caller;
use crate::job_list::JobList;
use crate::job_start::Submitter;
use crate::platform::{Platform, PlatformEvent, Shared};
use crate::refusal::Refusal;
use crate::store::run_blocking;
use crate::{
    attempt_watch, job_queue, job_removal, job_start, job_store, ndjson, once_key, submission,
    submission_permission,
};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", get(list).post(submit))
        .route("/capacity", get(capacity))
        .route("/{job}", get(show).delete(cancel))
        .route("/{job}/max_run_time_minutes", put(change_run_time))
        .route("/{job}/kill", post(cancel))
        .route("/{job}/log", delete(remove))
        .route("/{job}/drop", post(remove))
        .route("/{job}/drop_progress", post(note_dropped))
        .route("/{job}/status", put(refuse_foreign_word))
        .route("/{job}/materialized", put(refuse_foreign_word))
}

async fn list(
    State(platform): Shared,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let filter = JobFilter::read(&query).map_err(Refusal::bad_request)?;
    let mut list = JobList::new(filter, platform.access(&caller).await?);
    if ndjson::wanted(&headers) {
        let list = Arc::new(Mutex::new(list));
        return Ok(ndjson::pages("\n", move || {
            next_page(Arc::clone(&platform), Arc::clone(&list))
        }));
    }
    let jobs: Vec<Job> = platform
        .store
        .read(move |connection| {
            let mut jobs = Vec::new();
            loop {
                let page = list.next(connection)?;
                if page.is_empty() {
                    return Ok::<_, Refusal>(jobs);
                }
                jobs.extend(page);
            }
        })
        .await?;
    let jobs = jobs.into_iter().map(|job| platform.shown(job)).collect();
    Ok(Json(JobsDocument { jobs }).into_response())
}

async fn next_page(
    platform: Arc<Platform>,
    list: Arc<Mutex<JobList>>,
) -> Result<Vec<Job>, Refusal> {
    let jobs: Vec<Job> = platform
        .store
        .read(move |connection| {
            let mut list = list.lock().unwrap_or_else(PoisonError::into_inner);
            list.next(connection)
        })
        .await?;
    Ok(jobs.into_iter().map(|job| platform.shown(job)).collect())
}

async fn submit(
    State(platform): Shared,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let by_preset = query.pairs().iter().any(|(key, _)| key == "from_preset");
    let unreadable = |error| Refusal::bad_request(format!("the job could not be read: {error}"));
    let (submitted, resources) = if by_preset {
        let job: JobSubmission = serde_json::from_slice(&body).map_err(unreadable)?;
        (job, None)
    } else {
        let explicit: ExplicitSubmission = serde_json::from_slice(&body).map_err(unreadable)?;
        submission::check_resources(&explicit.resources, &platform.machine)?;
        if explicit.scheduler_enabled {
            let text = "`scheduler_enabled`: jobs are never put to sleep on this computer";
            return Err(Refusal::bad_request(text));
        }
        (explicit.job, Some(explicit.resources))
    };
    submission_permission::permit(&platform, &caller, &submitted)?;
    let from = Submitter {
        user: caller.user.clone(),
        key: once_key::of(&headers)?,
    };
    let job = job_start::submit(&platform, from, submitted, resources).await?;
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
    let job: Option<Job> = platform
        .store
        .glance(|connection| job_store::find(connection, &id_or_name, &caller.user))?;
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
    end_job(&platform, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a job because somebody wants it. One that has ended stays as it is.
pub(crate) async fn end_job(platform: &Platform, id: &str) -> Result<(), Refusal> {
    let key = id.to_owned();
    let cancelled: Option<Cancelled> = platform
        .store
        .write(move |connection| note_cancelled(connection, &key))
        .await?;
    let Some(cancelled) = cancelled else {
        return Ok(());
    };
    platform.tell(PlatformEvent::JobChanged {
        id: id.to_owned(),
        status: JobStatus::Cancelled,
    });
    match cancelled {
        Cancelled::Waiting => {
            let folder = platform.job_folder(id);
            run_blocking(move || folder.clear_private()).await;
        }
        Cancelled::Started => {
            give_orders(platform, id, |orders| {
                orders.stop = Some(reason::USER_REQUESTED.to_owned());
            })
            .await?;
        }
    }
    Ok(())
}

/// What a job was that has been cancelled.
enum Cancelled {
    /// It waited for a place, and never starts.
    Waiting,
    /// It has a supervisor, or gets one at any moment.
    Started,
}

/// Notes that a job is cancelled, unless it has ended.
fn note_cancelled(connection: &Connection, id: &str) -> Result<Option<Cancelled>, Refusal> {
    let Some(mut job) = job_store::get(connection, id)? else {
        return Ok(None);
    };
    if job.status.is_finished() {
        return Ok(None);
    }
    let waited = job_store::place_given(connection, id)?;
    job_store::advance(&mut job, user_requested());
    job_store::update(connection, &job)?;
    attempt_watch::executor_ended(connection, &job)?;
    if !waited {
        return Ok(Some(Cancelled::Started));
    }
    job_store::untend(connection, id)?;
    Ok(Some(Cancelled::Waiting))
}

/// Removes the log of an ended job, and what else is left of it but the record.
async fn remove(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
) -> Result<StatusCode, Refusal> {
    let id = permitted(&platform, &caller, Action::Write, job).await?.id;
    job_removal::remove(&platform, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes note that the log of a job is gone, by making it so.
async fn note_dropped(
    platform: Shared,
    caller: Caller,
    job: Path<String>,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let progress: DropProgress = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad_request(format!("the progress is not right: {error}")))?;
    match progress.logs_removed {
        Some(true) => remove(platform, caller, job).await,
        _ => found(&platform, &caller, job.0)
            .await
            .map(|_| StatusCode::NO_CONTENT),
    }
}

/// The state of a job is what its supervisor says, here as on the platform nobody else may set it.
async fn refuse_foreign_word(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
) -> Result<StatusCode, Refusal> {
    found(&platform, &caller, job).await?;
    Err(Refusal::new(
        StatusCode::FORBIDDEN,
        "only the platform itself sets the state of a job",
    ))
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
    body: Bytes,
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

/// How many further jobs of each preset would start at once.
async fn capacity(
    State(platform): Shared,
    _: Caller,
) -> Result<Json<IndexMap<String, usize>>, Refusal> {
    let places = platform.places;
    let free: usize = platform
        .store
        .read(move |connection| job_queue::free(connection, places))
        .await?;
    let presets = platform.presets.iter();
    Ok(Json(
        presets.map(|preset| (preset.name.clone(), free)).collect(),
    ))
}
