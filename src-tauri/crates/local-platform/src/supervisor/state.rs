//! What a supervisor reports: `state.json`, always replaced as a whole.

use jiff::Timestamp;
use protocol::{JobStatus, reason};
use serde::{Deserialize, Serialize};

/// How a job stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct JobState {
    /// First start of the command.
    #[serde(default)]
    pub(crate) started_at: Option<Timestamp>,
    /// Every further start.
    #[serde(default)]
    pub(crate) restarts: Vec<Timestamp>,
    /// The command's process, while it runs.
    #[serde(default)]
    pub(crate) pid: Option<u32>,
    /// The process that looks after it.
    #[serde(default)]
    pub(crate) supervisor: Option<u32>,
    /// The job has a container that has begun and was not removed by us.
    #[serde(default)]
    pub(crate) container: bool,
    /// Why it has not started yet.
    #[serde(default)]
    pub(crate) waiting: Option<Waiting>,
    /// What turned out at the start about how it runs.
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// The end.
    #[serde(default)]
    pub(crate) ending: Option<Ending>,
}

/// Why a job has not started yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// A word of [`protocol::reason`].
    pub(crate) reason: String,
    /// How far it has come.
    pub(crate) description: String,
}

/// How and why a job ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ending {
    /// When.
    pub(crate) at: Timestamp,
    /// Succeeded, failed or cancelled.
    pub(crate) status: JobStatus,
    /// A word of [`protocol::reason`].
    pub(crate) reason: String,
    /// A sentence, or empty.
    pub(crate) description: String,
    /// Exit code, if the command got as far as having one.
    pub(crate) exit_code: Option<i32>,
}

impl Ending {
    /// The command could not be started.
    pub(crate) fn cannot_run(description: String) -> Self {
        Self {
            at: Timestamp::now(),
            status: JobStatus::Failed,
            reason: reason::CONTAINER_CANNOT_RUN.to_owned(),
            description,
            exit_code: None,
        }
    }

    /// The job was stopped.
    pub(crate) fn cancelled(reason: &str, exit_code: Option<i32>) -> Self {
        Self {
            at: Timestamp::now(),
            status: JobStatus::Cancelled,
            reason: reason.to_owned(),
            description: String::new(),
            exit_code,
        }
    }

    /// Nobody looks after the job any more, and nobody wrote down how it ended.
    pub(crate) fn lost() -> Self {
        Self {
            at: Timestamp::now(),
            status: JobStatus::Failed,
            reason: reason::NOT_FOUND.to_owned(),
            description: "the job's supervisor is gone without a word; \
                          the computer was restarted or the process was killed"
                .to_owned(),
            exit_code: None,
        }
    }
}
