//! Slow work: its progress goes to the window, and it can be stopped from there.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use contract::{DeskEvent, Failure, WorkProgress, WorkStage, WorkStop, WorkStopped};
use template_store::{Progress, Stage, Stop, Watch};

use crate::Desk;

/// How often progress is told at most.
const PAUSE: Duration = Duration::from_millis(40);

/// How long fetching a template may take.
pub(crate) const FETCH_LIMIT: Duration = Duration::from_secs(600);

/// Work that goes on, by the names the requests gave it.
#[derive(Debug, Default)]
pub(crate) struct Works(Mutex<HashMap<String, Stop>>);

impl Works {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Stop>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that goes on. It is over when this is dropped.
pub(crate) struct Work {
    desk: Desk,
    name: Option<String>,
    stop: Stop,
    told: Mutex<Option<(Stage, Instant)>>,
    transferred: Mutex<Option<Instant>>,
}

impl Work {
    /// Begins work under the name of a request, if it has one.
    pub(crate) fn begin(desk: &Desk, name: Option<&str>) -> Self {
        let stop = Stop::default();
        if let Some(name) = name {
            desk.templates()
                .works
                .lock()
                .insert(name.to_owned(), stop.clone());
        }
        Self {
            desk: desk.clone(),
            name: name.map(str::to_owned),
            stop,
            told: Mutex::new(None),
            transferred: Mutex::new(None),
        }
    }

    /// Runs something that wants to be watched.
    pub(crate) fn watched<T>(&self, limit: Duration, act: impl FnOnce(Watch<'_>) -> T) -> T {
        act(Watch {
            progress: &|progress| self.tell(progress),
            stop: &self.stop,
            limit,
        })
    }

    /// Whether somebody asked it to end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    /// Tells the window how far it is.
    pub(crate) fn reach(&self, stage: WorkStage, done: u64, total: Option<u64>) {
        let progress = WorkProgress {
            stage,
            bytes: 0,
            done,
            total,
        };
        self.send(progress);
    }

    /// Tells the window how far a transfer is, not too often.
    pub(crate) fn transferred(&self, stage: WorkStage, bytes: u64, (done, total): (u64, u64)) {
        let now = Instant::now();
        let mut told = self
            .transferred
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_early = told.is_some_and(|at| now.duration_since(at) < PAUSE);
        if is_early && done < total {
            return;
        }
        *told = Some(now);
        drop(told);
        self.send(WorkProgress {
            stage,
            bytes,
            done,
            total: Some(total),
        });
    }

    /// The name the request gave it.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn tell(&self, progress: Progress) {
        let now = Instant::now();
        let is_end = progress.total == Some(progress.done);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_early = told.is_some_and(|(stage, at)| {
            stage == progress.stage && now.duration_since(at) < PAUSE && !is_end
        });
        if is_early {
            return;
        }
        *told = Some((progress.stage, now));
        drop(told);
        self.send(WorkProgress {
            stage: stage(progress.stage),
            bytes: progress.bytes,
            done: progress.done,
            total: progress.total,
        });
    }

    fn send(&self, progress: WorkProgress) {
        if let Some(work) = self.name.clone() {
            self.desk.tell(DeskEvent::WorkProgressed { work, progress });
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            self.desk.templates().works.lock().remove(name);
        }
    }
}

fn stage(stage: Stage) -> WorkStage {
    match stage {
        Stage::Connecting => WorkStage::Connecting,
        Stage::Receiving => WorkStage::Receiving,
        Stage::Resolving => WorkStage::Resolving,
        Stage::Writing => WorkStage::Writing,
        _ => WorkStage::Reading,
    }
}

/// Asks slow work to end.
pub async fn work_stop(desk: &Desk, request: WorkStop) -> Result<WorkStopped, Failure> {
    let found = desk.templates().works.lock().get(&request.work).cloned();
    if let Some(stop) = &found {
        stop.stop();
    }
    Ok(WorkStopped {
        found: found.is_some(),
    })
}
