//! Asking for an attempt to be stopped.

use client::{Client, ClientError};
use jiff::Timestamp;
use protocol::flow::{Attempt, NewAttempt, TaskStatus};

use super::record::Record;

/// Why an attempt cannot be stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CancelError {
    /// It has ended.
    #[error("attempt {number} of {bake} has ended already ({result})")]
    Ended {
        /// The bake.
        bake: String,
        /// The number of the attempt.
        number: i64,
        /// How it ended.
        result: TaskStatus,
    },
    /// The platform does not do its part.
    #[error(transparent)]
    Platform(#[from] ClientError),
}

/// Marks an attempt as cancelled. Whoever executes it sees the mark within about a second, stops
/// its jobs, and lets run what always runs.
pub async fn cancel(client: &Client, attempt: &Attempt) -> Result<Attempt, CancelError> {
    let attempts = client.flow().attempts();
    let current = attempts.get(&attempt.id).await?;
    if current.result.is_finished() {
        return Err(CancelError::Ended {
            bake: current.bake_id,
            number: current.number,
            result: current.result,
        });
    }
    let mut cancelled = NewAttempt::from(&current);
    cancelled.result = TaskStatus::Cancelled;
    Ok(attempts.replace(&cancelled).await?)
}

/// Marks a task that runs on the executor's computer as cancelled; answers whether it was still
/// going on. It has no job, so this mark is all that can be done from elsewhere: whoever executes
/// the attempt sees it within about a second and ends the command.
pub async fn cancel_local(
    client: &Client,
    attempt: &Attempt,
    task: &str,
) -> Result<bool, ClientError> {
    let tasks = client.flow().tasks();
    let Some(found) = tasks.find(&attempt.id, task).await? else {
        return Ok(false);
    };
    let mut record = Record::stored(found);
    if record.status().is_finished() {
        return Ok(false);
    }
    record.becomes(TaskStatus::Cancelled, Timestamp::now());
    tasks.replace(&record.body(&attempt.id)).await?;
    Ok(true)
}
