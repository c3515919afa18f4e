//! What the machine asks about the batch it executes.

use flow::batch::{Results, TaskGraph, TaskId};
use flow::config::{Enable, TaskConfig};
use protocol::flow::Values;

/// Why a task cannot be evaluated, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(
    /// The words.
    pub String,
);

/// A batch whose tasks are evaluated as the results they need come in. Evaluation is pure: asked
/// twice, it answers the same.
pub trait Recipe {
    /// All tasks and calls.
    fn graph(&self) -> &TaskGraph;

    /// Whether a task, call or local command runs, now that what it needs has ended.
    fn enable(&self, id: &TaskId, results: &Results) -> Result<Enable, Problem>;

    /// The evaluated form of a task.
    fn task(&self, id: &TaskId, results: &Results) -> Result<TaskConfig, Problem>;

    /// The command of a local action.
    fn local(&self, id: &TaskId, results: &Results) -> Result<String, Problem>;

    /// The outputs of a call, now that everything inside it has ended.
    fn outputs(&self, call: &TaskId, results: &Results) -> Result<Values, Problem>;
}
