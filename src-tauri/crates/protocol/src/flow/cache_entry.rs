//! The remembered result of a task.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Values, present::present_time};

/// A result as the service keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CacheEntry {
    /// `cache-entry-<uuid>`.
    pub id: String,
    /// Flow.
    pub project_id: String,
    /// Full task id, joined by dots.
    pub task_id: String,
    /// Name of the batch.
    pub batch: String,
    /// SHA-256 of everything the result depends on, 64 hex digits.
    pub key: String,
    /// When it was remembered.
    #[serde(with = "crate::moment")]
    pub created_at: Timestamp,
    /// What the task gave out.
    pub outputs: Values,
    /// What the task kept.
    pub state: Values,
    /// Id of the job that made it.
    #[serde(default)]
    pub raw_id: String,
}

/// The body that remembers a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCacheEntry {
    /// Flow.
    pub project_id: String,
    /// Full task id, joined by dots.
    pub task_id: String,
    /// Name of the batch.
    pub batch: String,
    /// SHA-256 of everything the result depends on, 64 hex digits.
    pub key: String,
    /// What the task gave out.
    pub outputs: Values,
    /// What the task kept.
    pub state: Values,
    /// Id of the job that made it.
    #[serde(default)]
    pub raw_id: String,
    /// When it was remembered; now where it is missing.
    #[serde(
        default,
        serialize_with = "crate::moment::option::serialize",
        deserialize_with = "present_time",
        skip_serializing_if = "Option::is_none"
    )]
    pub created_at: Option<Timestamp>,
}
