//! Attempts whose executor is a job: when the job ends without having said how the attempt went,
//! the attempt has ended too, or it would seem to run for ever; and nothing goes on that nobody
//! looks after any more.

use std::sync::Arc;

use jiff::Timestamp;
use protocol::flow::{Attempt, Task, TaskStatus, TaskTransition};
use protocol::{Job, JobStatus};
use rusqlite::{Connection, params};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::platform::{Platform, PlatformEvent};
use crate::routes::end_job;
use crate::store::{doc, docs, text};
use crate::{DataError, job_store};

const OF_EXECUTOR: &str = "SELECT doc FROM attempts WHERE executor_id = ?1 ORDER BY number";

/// Ends the attempts that a finished job was executing.
pub(crate) fn executor_ended(connection: &Connection, job: &Job) -> Result<(), DataError> {
    if !job.status.is_finished() {
        return Ok(());
    }
    let attempts: Vec<Attempt> = docs(connection, OF_EXECUTOR, params![job.id])?;
    for mut attempt in attempts {
        if attempt.result.is_finished() {
            continue;
        }
        attempt.result = match job.status {
            JobStatus::Cancelled => TaskStatus::Cancelled,
            _ => TaskStatus::Failed,
        };
        connection.execute(
            "UPDATE attempts SET result = ?2, doc = ?3 WHERE id = ?1",
            params![attempt.id, attempt.result.as_str(), text(&attempt)?],
        )?;
    }
    Ok(())
}

/// Clears up after every executor that ends from now on.
pub(crate) fn begin(platform: &Arc<Platform>) {
    let events = platform.events.subscribe();
    tokio::spawn(watch(Arc::clone(platform), events));
}

async fn watch(platform: Arc<Platform>, mut events: Receiver<PlatformEvent>) {
    let closing = platform.closing.clone();
    loop {
        let event = tokio::select! {
            () = closing.cancelled() => return,
            event = events.recv() => event,
        };
        let cleared = match event {
            Ok(PlatformEvent::JobChanged { id, status }) if status.is_finished() => {
                clear_up(&platform, id).await
            }
            Ok(_) => Ok(()),
            Err(RecvError::Lagged(_)) => sweep(&platform).await,
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = cleared {
            tracing::error!(%error, "what an executor left behind could not be ended");
        }
    }
}

/// Does the same for all executors that ended while nobody watched.
pub(crate) async fn sweep(platform: &Arc<Platform>) -> Result<(), DataError> {
    let ended: Vec<Job> = platform.store.read(ended_executors).await?;
    for job in ended {
        clear_up(platform, job.id).await?;
    }
    Ok(())
}

/// Executors that have ended, of attempts that go on or have jobs that do.
fn ended_executors(connection: &Connection) -> Result<Vec<Job>, DataError> {
    docs(
        connection,
        "SELECT executor.doc FROM jobs executor WHERE executor.status NOT IN ('pending', 'running')
         AND executor.id IN (
            SELECT executor_id FROM attempts WHERE executor_id IS NOT NULL AND (
                result IN ('pending', 'running') OR EXISTS (
                    SELECT 1 FROM job_tags JOIN jobs ON jobs.id = job_tags.job_id
                    WHERE job_tags.tag = 'bake_id:' || attempts.bake_id
                    AND jobs.status IN ('pending', 'running'))))",
        [],
    )
}

/// Ends what a job that has ended was executing.
async fn clear_up(platform: &Arc<Platform>, executor: String) -> Result<(), DataError> {
    let key = executor.clone();
    let attempts: Vec<Attempt> = platform
        .store
        .read(move |connection| docs(connection, OF_EXECUTOR, params![key]))
        .await?;
    if attempts.is_empty() {
        return Ok(());
    }
    let left: Vec<String> = platform
        .store
        .write(move |connection| {
            if let Some(job) = job_store::get(connection, &executor)? {
                executor_ended(connection, &job)?;
            }
            let mut left = Vec::new();
            for attempt in attempts {
                left.extend(end_tasks(connection, &attempt)?);
                left.extend(unrecorded(connection, &attempt)?);
            }
            left.retain(|job| *job != executor);
            Ok::<_, DataError>(left)
        })
        .await?;
    for job in left {
        if let Err(error) = end_job(platform, &job).await {
            let error = error.body.error.unwrap_or_default();
            tracing::error!(error, job, "the job of a task could not be stopped");
        }
    }
    Ok(())
}

/// Notes the tasks of an attempt that had not ended as cancelled; answers their jobs.
fn end_tasks(connection: &Connection, attempt: &Attempt) -> Result<Vec<String>, DataError> {
    let of_attempt = "SELECT doc FROM tasks WHERE attempt_id = ?1";
    let tasks: Vec<Task> = docs(connection, of_attempt, params![attempt.id])?;
    let mut jobs = Vec::new();
    for mut task in tasks {
        let last = task.statuses.last();
        if last.is_some_and(|last| last.status.is_finished()) {
            continue;
        }
        task.statuses.push(TaskTransition {
            created_at: Timestamp::now(),
            status: TaskStatus::Cancelled,
        });
        connection.execute(
            "UPDATE tasks SET doc = ?2 WHERE id = ?1",
            params![task.id, text(&task)?],
        )?;
        jobs.extend(Some(task.raw_id).filter(|job| !job.is_empty()));
    }
    Ok(jobs)
}

/// Jobs of an attempt that the executor had no time to record. A newer attempt has jobs of the same
/// bake, so then they cannot be told apart.
fn unrecorded(connection: &Connection, attempt: &Attempt) -> Result<Vec<String>, DataError> {
    let newer = "SELECT doc FROM attempts WHERE bake_id = ?1 AND number > ?2";
    let newer: Option<Attempt> = doc(connection, newer, params![attempt.bake_id, attempt.number])?;
    if newer.is_some() {
        return Ok(Vec::new());
    }
    let jobs: Vec<Job> = docs(
        connection,
        "SELECT jobs.doc FROM job_tags JOIN jobs ON jobs.id = job_tags.job_id
         WHERE job_tags.tag = 'bake_id:' || ?1 AND jobs.status IN ('pending', 'running')",
        params![attempt.bake_id],
    )?;
    Ok(jobs.into_iter().map(|job| job.id).collect())
}
