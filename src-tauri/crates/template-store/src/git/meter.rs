//! Counts what git's machinery reports, so that another thread can look at it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use gix::progress::{Id, MessageLevel, Step, StepShared, Unit};
use gix::{Count, NestedProgress, Progress};

use crate::watch::{self, Stage};

/// Bytes of a pack that came in.
const PACK_BYTES: Id = *b"BWRB";
/// Objects of a pack that were listed.
const LISTED: Id = *b"IWIO";
/// Objects of a pack that were worked out.
const RESOLVED: Id = *b"IWRO";

#[derive(Debug)]
struct Task {
    id: Id,
    count: StepShared,
    most: Option<Step>,
}

/// Progress of git's machinery; clones share the counts.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    tasks: Arc<Mutex<Vec<Task>>>,
    id: Id,
    count: StepShared,
    name: String,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            tasks: Arc::default(),
            id: gix::progress::UNKNOWN,
            count: StepShared::default(),
            name: String::new(),
        }
    }
}

impl Meter {
    /// How far everything is.
    pub(crate) fn now(&self) -> watch::Progress {
        let Ok(tasks) = self.tasks.lock() else {
            return watch::Progress::new(Stage::Connecting);
        };
        let of = |id: Id| tasks.iter().rev().find(|task| task.id == id);
        let count = |task: &Task| task.count.load(Ordering::Relaxed) as u64;
        let bytes = of(PACK_BYTES).map_or(0, count);
        let (stage, task) = match (of(RESOLVED), of(LISTED)) {
            (Some(task), _) if count(task) > 0 => (Stage::Resolving, Some(task)),
            (_, Some(task)) => (Stage::Receiving, Some(task)),
            _ if bytes > 0 => (Stage::Receiving, None),
            _ => (Stage::Connecting, None),
        };
        watch::Progress {
            stage,
            bytes,
            done: task.map_or(0, count),
            total: task.and_then(|task| task.most).map(|most| most as u64),
        }
    }
}

impl Count for Meter {
    fn set(&self, step: Step) {
        self.count.store(step, Ordering::Relaxed);
    }

    fn step(&self) -> Step {
        self.count.load(Ordering::Relaxed)
    }

    fn inc_by(&self, step: Step) {
        self.count.fetch_add(step, Ordering::Relaxed);
    }

    fn counter(&self) -> StepShared {
        Arc::clone(&self.count)
    }
}

impl Progress for Meter {
    fn init(&mut self, max: Option<Step>, _unit: Option<Unit>) {
        self.set_max(max);
    }

    fn set_max(&mut self, max: Option<Step>) -> Option<Step> {
        let mut tasks = self.tasks.lock().ok()?;
        let own = tasks
            .iter_mut()
            .find(|task| Arc::ptr_eq(&task.count, &self.count))?;
        std::mem::replace(&mut own.most, max)
    }

    fn set_name(&mut self, name: String) {
        self.name = name;
    }

    fn name(&self) -> Option<String> {
        Some(self.name.clone())
    }

    fn id(&self) -> Id {
        self.id
    }

    fn message(&self, _level: MessageLevel, _message: String) {}
}

impl NestedProgress for Meter {
    type SubProgress = Self;

    fn add_child(&mut self, name: impl Into<String>) -> Self {
        self.add_child_with_id(name, gix::progress::UNKNOWN)
    }

    fn add_child_with_id(&mut self, name: impl Into<String>, id: Id) -> Self {
        let count = StepShared::default();
        if let Ok(mut tasks) = self.tasks.lock() {
            tasks.push(Task {
                id,
                count: Arc::clone(&count),
                most: None,
            });
        }
        Self {
            tasks: Arc::clone(&self.tasks),
            id,
            count,
            name: name.into(),
        }
    }
}
