//! What the server wants of a running job. The file is the truth; the pipe only wakes.

use serde::{Deserialize, Serialize};

/// Orders to a supervisor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// End the job, for this reason.
    #[serde(default)]
    pub(crate) stop: Option<String>,
    /// A life span that replaces the one the job began with.
    #[serde(default)]
    pub(crate) max_run_seconds: Option<u64>,
    /// The size of the terminal the job is shown in.
    #[serde(default)]
    pub(crate) terminal: Option<Terminal>,
}

/// The size of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terminal {
    /// Lines.
    pub(crate) rows: u16,
    /// Letters in a line.
    pub(crate) cols: u16,
}

impl Default for Terminal {
    fn default() -> Self {
        Self { rows: 24, cols: 80 }
    }
}
