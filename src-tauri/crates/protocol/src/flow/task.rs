//! A task of an attempt.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Values;
use crate::open_enum::open_enum;

open_enum! {
    /// How a task or an attempt stands.
    TaskStatus {
        /// Accepted, not started yet.
        Pending = "pending",
        /// Started.
        Running = "running",
        /// Ended well.
        Succeeded = "succeeded",
        /// Ended badly.
        Failed = "failed",
        /// Stopped.
        Cancelled = "cancelled",
        /// Left out, because its condition was false or what it needs did not succeed.
        Skipped = "skipped",
        /// Taken from the cache.
        Cached = "cached",
    }
}

impl TaskStatus {
    /// True when nothing more will happen.
    pub fn is_finished(&self) -> bool {
        !matches!(self, Self::Pending | Self::Running | Self::Unknown(_))
    }

    /// True when the task gave what those after it need.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Cached)
    }
}

/// A task as the service keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// `task-<uuid>`.
    pub id: String,
    /// Attempt.
    pub attempt_id: String,
    /// Full id, joined by dots.
    pub yaml_id: String,
    /// Id of its job; empty for actions and for skipped tasks.
    #[serde(default)]
    pub raw_id: String,
    /// What it gave out.
    #[serde(default)]
    pub outputs: Option<Values>,
    /// What it kept for its `post` part.
    #[serde(default)]
    pub state: Option<Values>,
    /// Every status it had; the last is the current one.
    pub statuses: Vec<TaskTransition>,
}

impl Task {
    /// Current status.
    pub fn status(&self) -> TaskStatus {
        let last = self.statuses.last();
        last.map_or_else(|| TaskStatus::from("unknown"), |one| one.status.clone())
    }
}

/// One status a task had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskTransition {
    /// Since when.
    #[serde(with = "crate::moment")]
    pub created_at: Timestamp,
    /// The status.
    pub status: TaskStatus,
}

/// The body that makes or replaces a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// Attempt.
    pub attempt_id: String,
    /// Full id, joined by dots.
    pub yaml_id: String,
    /// Id of its job; empty for actions and for skipped tasks.
    pub raw_id: String,
    /// What it gave out.
    pub outputs: Option<Values>,
    /// What it kept for its `post` part.
    pub state: Option<Values>,
    /// Every status it had; never empty.
    pub statuses: Vec<TaskTransition>,
}

impl From<&Task> for NewTask {
    /// The body that replaces this task.
    fn from(task: &Task) -> Self {
        Self {
            attempt_id: task.attempt_id.clone(),
            yaml_id: task.yaml_id.clone(),
            raw_id: task.raw_id.clone(),
            outputs: task.outputs.clone(),
            state: task.state.clone(),
            statuses: task.statuses.clone(),
        }
    }
}
