//! How a caller follows slow work and ends it: progress, a stop switch, a time limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A switch that ends work from another thread. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks the work to end.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the work is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Waiting for the other side.
    Connecting,
    /// Receiving bytes.
    Receiving,
    /// Working out git objects from what was received.
    Resolving,
    /// Reading the files of the template.
    Reading,
    /// Writing the files of the project.
    Writing,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is busy with.
    pub stage: Stage,
    /// Bytes received so far.
    pub bytes: u64,
    /// Objects, entries or files that are done.
    pub done: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
}

impl Progress {
    /// The beginning of a stage.
    #[must_use]
    pub const fn new(stage: Stage) -> Self {
        Self {
            stage,
            bytes: 0,
            done: 0,
            total: None,
        }
    }
}

/// Why work ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The switch was used.
    Stopped,
    /// The time limit passed.
    TimedOut,
}

/// What a caller gives along with slow work.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Called with the progress, at most some thirty times a second.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// The switch.
    pub stop: &'a Stop,
    /// How long the whole may take.
    pub limit: Duration,
}

impl Watch<'_> {
    /// The moment at which the time limit passes, counted from now.
    #[must_use]
    pub(crate) fn deadline(&self) -> Deadline {
        Deadline {
            stop: self.stop.clone(),
            at: Instant::now().checked_add(self.limit),
        }
    }
}

/// A running time limit with the switch beside it.
#[derive(Debug, Clone)]
pub(crate) struct Deadline {
    stop: Stop,
    at: Option<Instant>,
}

impl Deadline {
    /// Why the work has to end now, if it has to.
    pub(crate) fn ended(&self) -> Option<Ended> {
        if self.stop.is_stopped() {
            return Some(Ended::Stopped);
        }
        let passed = self.at.is_some_and(|at| Instant::now() >= at);
        passed.then_some(Ended::TimedOut)
    }

    /// What is left of the time.
    pub(crate) fn left(&self) -> Duration {
        self.at.map_or(Duration::MAX, |at| {
            at.saturating_duration_since(Instant::now())
        })
    }
}
