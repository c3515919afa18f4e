//! Storing records of tasks, and the patience of an executor.

use std::time::Duration;

use client::ClientError;
use flow::batch::TaskId;
use protocol::flow::NewTask;
use tokio::time::{Instant, sleep};

use super::order::{Done, Surroundings};

/// How long a platform may be away before an attempt is given up (to be taken up later).
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How long a platform may fail on one call: what lasts longer is no accident, and comes from the
/// call itself.
const PATIENCE_WITH_FAILURES: Duration = Duration::from_secs(2 * 60);
/// How long somebody waits for a bake to be set up.
const BRIEF: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
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
    let mut patience = Patience::new();
    loop {
        match call().await {
            Err(error) => patience.bear(error).await?,
            answer => return answer,
        }
    }
}

/// How long to go on with a call that fails, and how long to wait between its tries.
pub(super) struct Patience {
    since: Instant,
    pause: Duration,
    limit: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self {
            since: Instant::now(),
            pause: FIRST_PAUSE,
            limit: PATIENCE,
        }
    }

    /// That of a person who waits for an answer.
    pub(super) fn brief() -> Self {
        Self {
            limit: BRIEF,
            ..Self::new()
        }
    }

    /// Waits before the next try, as long as the platform asks for; gives the error back if there is
    /// to be none.
    pub(super) async fn bear(&mut self, error: ClientError) -> Result<(), ClientError> {
        let limit = match error.status() {
            Some(500) => self.limit.min(PATIENCE_WITH_FAILURES),
            _ => self.limit,
        };
        if !is_worth_waiting(&error) || self.since.elapsed() >= limit {
            return Err(error);
        }
        let pause = self.pause.max(error.retry_after().unwrap_or_default());
        tracing::warn!(%error, ?pause, "the platform is away, trying again");
        sleep(pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

/// Besides network trouble: refusals that a proxy or a token about to be renewed may cause.
fn is_worth_waiting(error: &ClientError) -> bool {
    error.is_passing() || matches!(error.status(), Some(401 | 403 | 405))
}
