//! What is stored of a task.

use flow::batch::{Outcome, TaskId, TaskResult};
use jiff::Timestamp;
use protocol::flow::{NewTask, Task, TaskStatus, TaskTransition, Values};

/// A task that was begun: its job, its statuses, and what it left.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The task.
    pub id: TaskId,
    /// Its job; empty for calls, local commands and skipped tasks.
    pub job: String,
    /// What it gave out, once it has ended.
    pub outputs: Option<Values>,
    /// What it kept, once it has ended.
    pub state: Option<Values>,
    /// Every status it had, oldest first; never empty.
    pub statuses: Vec<TaskTransition>,
}

impl Record {
    /// A record that begins with a status.
    pub(super) fn new(id: TaskId, status: TaskStatus, at: Timestamp) -> Self {
        Self {
            id,
            job: String::new(),
            outputs: None,
            state: None,
            statuses: vec![TaskTransition {
                created_at: at,
                status,
            }],
        }
    }

    /// Takes over what is stored.
    pub(super) fn stored(task: Task) -> Self {
        Self {
            id: TaskId::parse(&task.yaml_id),
            job: task.raw_id,
            outputs: task.outputs,
            state: task.state,
            statuses: task.statuses,
        }
    }

    /// The body that stores it.
    pub fn body(&self, attempt_id: &str) -> NewTask {
        NewTask {
            attempt_id: attempt_id.to_owned(),
            yaml_id: self.id.to_string(),
            raw_id: self.job.clone(),
            outputs: self.outputs.clone(),
            state: self.state.clone(),
            statuses: self.statuses.clone(),
        }
    }

    /// Its current status.
    pub fn status(&self) -> TaskStatus {
        let last = self.statuses.last();
        last.map_or(TaskStatus::Pending, |last| last.status.clone())
    }

    /// Adds a status. Times never run backwards, whatever the clocks of others say.
    pub(super) fn becomes(&mut self, status: TaskStatus, at: Timestamp) {
        let last = self.statuses.last().map(|last| last.created_at);
        let created_at = last.map_or(at, |last| last.max(at));
        self.statuses.push(TaskTransition { created_at, status });
    }

    /// Ends it.
    pub(super) fn ends(
        &mut self,
        status: TaskStatus,
        at: Timestamp,
        (outputs, state): (Values, Values),
    ) {
        self.becomes(status, at);
        self.outputs = Some(outputs);
        self.state = Some(state);
    }

    /// What those that wait for it are told; nothing while it has not ended.
    pub(super) fn result(&self) -> Option<TaskResult> {
        let outcome = match self.status() {
            TaskStatus::Succeeded | TaskStatus::Cached => Outcome::Succeeded,
            TaskStatus::Failed => Outcome::Failed,
            TaskStatus::Cancelled => Outcome::Cancelled,
            TaskStatus::Skipped => Outcome::Skipped,
            TaskStatus::Pending | TaskStatus::Running | TaskStatus::Unknown(_) => return None,
        };
        Some(TaskResult {
            outcome,
            outputs: self.outputs.clone().unwrap_or_default(),
            state: self.state.clone().unwrap_or_default(),
        })
    }
}
