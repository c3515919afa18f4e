//! Storing records of tasks, and the patience of an executor.

use std::time::Duration;

use client::ClientError;
use flow::batch::TaskId;
use protocol::flow::NewTask;
use tokio::time::{Instant, sleep};

use super::order::{Done, Surroundings};

/// How long a platform may be away before an attempt is given up (to be taken up later).
const PATIENCE: Duration = Duration::from_secs(15 * 60);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Stores a record. Doing it twice does no harm: what exists is replaced.
pub(super) async fn store(
    around: Surroundings,
    task: TaskId,
    body: NewTask,
    known: bool,
) -> Result<Done, ClientError> {
    let tasks = around.client.flow().tasks();
    patiently(|| async {
        if known {
            return tasks.replace(&body).await;
        }
        match tasks.create(&body).await {
            Err(error) if error.is_conflict() => tasks.replace(&body).await,
            answer => answer,
        }
    })
    .await?;
    Ok(Done::Stored { task })
}

/// Repeats a call that may be repeated while the platform is away, for a quarter of an hour.
pub async fn patiently<T, F: Future<Output = Result<T, ClientError>>>(
    call: impl Fn() -> F,
) -> Result<T, ClientError> {
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match call().await {
            Err(error) if is_worth_waiting(&error) && start.elapsed() < PATIENCE => {
                tracing::warn!(%error, ?pause, "the platform is away, trying again");
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            answer => return answer,
        }
    }
}

/// Besides network trouble: refusals that a proxy or a token about to be renewed may cause.
fn is_worth_waiting(error: &ClientError) -> bool {
    error.is_passing() || matches!(error.status(), Some(401 | 403 | 405))
}
