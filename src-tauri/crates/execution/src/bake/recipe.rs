//! A batch whose tasks are evaluated as the results they need come in.

use std::sync::Arc;

use flow::batch::{Bake, PlannedTask, Results, TaskGraph, TaskId};
use flow::config::Enable;
use flow::{NoJobs, Platform, Session, Troubles, Workspace};
use protocol::flow::Values;
use source::Diagnostic;

/// Why a task cannot be evaluated or started, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(
    /// The words.
    pub String,
);

impl From<Troubles> for Problem {
    fn from(troubles: Troubles) -> Self {
        let words: Vec<String> = troubles.diagnostics().iter().map(in_words).collect();
        Self(words.join("; "))
    }
}

/// `file:line:column: message`.
fn in_words(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.text.position(diagnostic.span.start);
    let (line, column) = (place.line, place.column);
    format!(
        "{}:{line}:{column}: {}",
        diagnostic.text.name(),
        diagnostic.message
    )
}

/// A batch that is ready to be baked, and what its evaluation may ask.
#[derive(Clone)]
pub struct Recipe {
    bake: Bake,
    workspace: Arc<dyn Workspace + Send + Sync>,
    platform: Platform,
}

impl Recipe {
    /// The recipe of a batch. The id of the bake becomes a tag of every job.
    pub fn new(
        mut bake: Bake,
        bake_id: &str,
        workspace: Arc<dyn Workspace + Send + Sync>,
        platform: Platform,
    ) -> Self {
        bake_id.clone_into(&mut bake.id);
        Self {
            bake,
            workspace,
            platform,
        }
    }

    /// All tasks and calls.
    pub fn graph(&self) -> &TaskGraph {
        &self.bake.graph
    }

    /// Whether a task, call or local command runs, now that what it needs has ended.
    pub(super) fn enable(&self, id: &TaskId, results: &Results) -> Result<Enable, Problem> {
        Ok(self.bake.enable(&self.session(), id, results)?)
    }

    /// The evaluated form of a task.
    pub(super) fn task(&self, id: &TaskId, results: &Results) -> Result<PlannedTask, Problem> {
        Ok(self.bake.task(&self.session(), id, results)?)
    }

    /// The command of a local action.
    pub(super) fn local(&self, id: &TaskId, results: &Results) -> Result<String, Problem> {
        Ok(self.bake.local(&self.session(), id, results)?)
    }

    /// The outputs of a call, now that everything inside it has ended.
    pub(super) fn outputs(&self, call: &TaskId, results: &Results) -> Result<Values, Problem> {
        Ok(self.bake.outputs(&self.session(), call, results)?)
    }

    fn session(&self) -> Session<'_> {
        Session {
            workspace: &*self.workspace,
            platform: &self.platform,
            jobs: &NoJobs,
        }
    }
}
