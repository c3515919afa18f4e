//! Attempts whose executor is a job: when the job ends without having said how the attempt went,
//! the attempt has ended too, or it would seem to run for ever.

use std::sync::Arc;

use protocol::flow::{Attempt, TaskStatus};
use protocol::{Job, JobStatus};
use rusqlite::{Connection, params};

use crate::platform::Platform;
use crate::store::{docs, text};
use crate::{DataError, job_store};

/// Ends the attempts that a finished job was executing.
pub(crate) fn executor_ended(connection: &Connection, job: &Job) -> Result<(), DataError> {
    if !job.status.is_finished() {
        return Ok(());
    }
    let left: Vec<Attempt> = docs(
        connection,
        "SELECT doc FROM attempts WHERE executor_id = ?1 AND result IN ('pending', 'running')",
        params![job.id],
    )?;
    for mut attempt in left {
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

/// Does the same for executors that ended while no server ran.
pub(crate) async fn sweep(platform: &Arc<Platform>) -> Result<(), DataError> {
    platform
        .store
        .write(|connection| {
            let running: Vec<Attempt> = docs(
                connection,
                "SELECT doc FROM attempts
                 WHERE executor_id IS NOT NULL AND result IN ('pending', 'running')",
                [],
            )?;
            for attempt in running {
                let executor = attempt.executor_id.unwrap_or_default();
                if let Some(job) = job_store::get(connection, &executor)? {
                    executor_ended(connection, &job)?;
                }
            }
            Ok(())
        })
        .await
}
