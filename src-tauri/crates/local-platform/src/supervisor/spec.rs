//! What a supervisor is told at the start: `spec.json`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use protocol::RestartPolicy;
use serde::{Deserialize, Serialize};

/// A job, reduced to what its supervisor needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobSpec {
    /// Id of the job.
    pub(crate) id: String,
    /// What to start.
    pub(crate) launch: Launch,
    /// Life span.
    pub(crate) max_run_seconds: Option<u64>,
    /// Whether to start again.
    pub(crate) restart: RestartPolicy,
    /// Time between the polite and the final signal.
    pub(crate) grace_ms: u64,
    /// The environment has values that only the server which accepted the job knows.
    #[serde(default)]
    pub(crate) needs_secrets: bool,
}

/// A process to start on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Launch {
    /// Program and arguments.
    pub(crate) argv: Vec<String>,
    /// The whole environment, but for secrets.
    pub(crate) env: BTreeMap<String, String>,
    /// Folder to start in.
    pub(crate) cwd: PathBuf,
    /// Which processes belong to the job.
    pub(crate) scope: Scope,
}

/// Which processes get the signals of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// The whole process group of the command.
    Group,
    /// Everything inside the sandbox, but not the sandbox itself: if that were signalled, it would
    /// take the command down before the command could tidy up.
    InsideSandbox,
}
