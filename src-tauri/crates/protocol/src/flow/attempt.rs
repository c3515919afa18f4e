//! An attempt: one try at a bake.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{TaskStatus, present::present_time};

/// An attempt as the service keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// `attempt-<uuid>`.
    pub id: String,
    /// Bake.
    pub bake_id: String,
    /// 1, 2, 3 …
    pub number: i64,
    /// When it was made.
    #[serde(with = "crate::moment")]
    pub created_at: Timestamp,
    /// How it stands.
    pub result: TaskStatus,
    /// Files it was made from.
    pub configs_meta: ConfigsMeta,
    /// Job that executes it, where one does.
    #[serde(default)]
    pub executor_id: Option<String>,
}

/// Ids of the configuration files an attempt was made from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigsMeta {
    /// Folder of the flow on the machine that submitted it.
    pub workspace: String,
    /// File of the batch.
    pub flow_config_id: String,
    /// File of the project.
    #[serde(default)]
    pub project_config_id: Option<String>,
    /// Name of an action to its file.
    pub action_config_ids: IndexMap<String, String>,
}

/// The body that makes an attempt, or replaces its result and executor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAttempt {
    /// Bake.
    pub bake_id: String,
    /// 1, 2, 3 …
    pub number: i64,
    /// How it stands.
    pub result: TaskStatus,
    /// Files it was made from.
    pub configs_meta: ConfigsMeta,
    /// Job that executes it, where one does.
    #[serde(default)]
    pub executor_id: Option<String>,
    /// When it was made; now where it is missing.
    #[serde(
        default,
        serialize_with = "crate::moment::option::serialize",
        deserialize_with = "present_time",
        skip_serializing_if = "Option::is_none"
    )]
    pub created_at: Option<Timestamp>,
}

impl From<&Attempt> for NewAttempt {
    /// The body that replaces this attempt.
    fn from(attempt: &Attempt) -> Self {
        Self {
            bake_id: attempt.bake_id.clone(),
            number: attempt.number,
            result: attempt.result.clone(),
            configs_meta: attempt.configs_meta.clone(),
            executor_id: attempt.executor_id.clone(),
            created_at: None,
        }
    }
}
