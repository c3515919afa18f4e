//! What is known of tasks that have ended.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::id::TaskId;

/// How a task ended. A result taken from the cache counts as success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Well.
    Succeeded,
    /// Badly.
    Failed,
    /// It was stopped.
    Cancelled,
    /// It did not run.
    Skipped,
}

impl Outcome {
    /// The word conditions compare with.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }
}

/// What a task left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskResult {
    /// How it ended.
    pub outcome: Outcome,
    /// Its outputs.
    pub outputs: IndexMap<String, String>,
    /// Its state, for the post task.
    pub state: IndexMap<String, String>,
}

impl TaskResult {
    /// A result without outputs.
    #[must_use]
    pub fn bare(outcome: Outcome) -> Self {
        Self {
            outcome,
            outputs: IndexMap::new(),
            state: IndexMap::new(),
        }
    }
}

/// Results by full id.
pub type Results = BTreeMap<TaskId, TaskResult>;
