//! Who evaluates, where, and what may be asked of the outside.

use expression::Value;
use serde::{Deserialize, Serialize};

use crate::workspace::Workspace;

/// Who we are on the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// The name of the user.
    pub user: String,
    /// The current cluster.
    pub cluster: String,
    /// The current organisation, if there is one.
    pub org: Option<String>,
    /// The current project of the account.
    pub project: String,
}

/// Which job `inspect_job` looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobQuery {
    /// The id of the job in the flow.
    pub job: String,
    /// The suffix of one of several runs.
    pub suffix: Option<String>,
    /// The tags the platform job has; the newest active one is meant.
    pub tags: Vec<String>,
}

/// The answer to a [`JobQuery`].
#[derive(Debug, Clone, PartialEq)]
pub enum JobAnswer {
    /// The platform's description of the job, a record.
    Found(Value),
    /// No such job is active.
    NotFound,
    /// The platform was not asked.
    NotAsked,
}

/// Knows the platform jobs of a flow.
pub trait Jobs {
    /// The newest active job a query asks for.
    fn inspect(&self, query: &JobQuery) -> JobAnswer;
}

/// Knows no jobs: whatever depends on them is not known yet.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJobs;

impl Jobs for NoJobs {
    fn inspect(&self, _query: &JobQuery) -> JobAnswer {
        JobAnswer::NotAsked
    }
}

/// What evaluation may ask.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    /// The folder of the project.
    pub workspace: &'a dyn Workspace,
    /// Who we are.
    pub platform: &'a Platform,
    /// The platform jobs of the flow.
    pub jobs: &'a dyn Jobs,
}

impl Session<'_> {
    /// Where the account stands, for expressions.
    pub(crate) fn account(&self) -> expression::Home {
        expression::Home {
            cluster: self.platform.cluster.clone(),
            org: self.platform.org.clone(),
            project: self.platform.project.clone(),
        }
    }
}
