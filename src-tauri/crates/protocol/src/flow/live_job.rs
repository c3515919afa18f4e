//! A live job's record.

use serde::{Deserialize, Serialize};

/// A live job as the service keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveJob {
    /// `live-job-<uuid>`.
    pub id: String,
    /// Flow.
    pub project_id: String,
    /// Name in the flow.
    pub yaml_id: String,
    /// True when many may run at a time.
    pub multi: bool,
    /// Tags its jobs carry.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Id of its job, or empty.
    #[serde(default)]
    pub raw_id: String,
}

/// The body that makes or replaces a live job's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLiveJob {
    /// Flow.
    pub project_id: String,
    /// Name in the flow.
    pub yaml_id: String,
    /// True when many may run at a time.
    pub multi: bool,
    /// Tags its jobs carry.
    pub tags: Vec<String>,
    /// Id of its job; empty where it is missing.
    #[serde(default)]
    pub raw_id: String,
}
