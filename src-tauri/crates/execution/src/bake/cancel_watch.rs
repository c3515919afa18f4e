//! Seeing whether somebody has cancelled the attempt that is being executed.

use std::time::Duration;

use client::ClientError;
use protocol::flow::TaskStatus;
use tokio::time::Instant;

use super::order::{Done, Surroundings};

/// How often the attempt is read.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// When the attempt is looked at next, to see whether somebody cancelled it.
pub(super) struct CancelWatch {
    pub(super) cancelled: bool,
    pub(super) looking: bool,
    pub(super) next: Instant,
}

impl CancelWatch {
    pub(super) fn new(cancelled: bool) -> Self {
        Self {
            cancelled,
            looking: false,
            next: Instant::now() + LOOK_EVERY,
        }
    }

    pub(super) fn is_due(&self) -> bool {
        !self.cancelled && !self.looking
    }

    /// Takes in what was seen; answers whether it is news that the attempt is cancelled.
    pub(super) fn looked(&mut self, cancelled: bool) -> bool {
        self.looking = false;
        self.next = Instant::now() + LOOK_EVERY;
        let news = cancelled && !self.cancelled;
        self.cancelled |= cancelled;
        news
    }
}

/// A failed look is no reason to stop: the next one follows soon.
pub(super) async fn look(around: Surroundings) -> Result<Done, ClientError> {
    let attempts = around.client.flow().attempts();
    let cancelled = match attempts.get(&around.attempt.id).await {
        Ok(attempt) => attempt.result == TaskStatus::Cancelled,
        Err(error) => {
            tracing::warn!(%error, "the attempt cannot be read");
            false
        }
    };
    Ok(Done::Looked { cancelled })
}
