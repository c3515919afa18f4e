//! Asking for an attempt to be stopped.

use client::{Client, ClientError};
use protocol::flow::{Attempt, NewAttempt, TaskStatus};

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
