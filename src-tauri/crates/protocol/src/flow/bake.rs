//! A bake: one run of a batch, possibly in several attempts.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Attempt, Values, present::present, present::present_time};

/// For each prefix its graph: full task id to the full ids it needs.
pub type Graphs = IndexMap<String, IndexMap<String, Vec<String>>>;

/// A bake as the service keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bake {
    /// `bake-<uuid>`.
    pub id: String,
    /// Flow.
    pub project_id: String,
    /// Name of the batch.
    pub batch: String,
    /// When it was made.
    #[serde(with = "crate::moment")]
    pub created_at: Timestamp,
    /// Where the source came from.
    #[serde(default)]
    pub meta: BakeMeta,
    /// Task graphs.
    #[serde(default)]
    pub graphs: Graphs,
    /// Parameters.
    #[serde(default)]
    pub params: Option<Values>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Newest attempt; only when it was asked for.
    #[serde(default)]
    pub last_attempt: Option<Attempt>,
}

/// What is known about the source of a bake.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BakeMeta {
    /// State of the Git repository, if there was one.
    #[serde(default)]
    pub git_info: Option<GitInfo>,
}

/// State of a Git repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitInfo {
    /// Commit.
    pub sha: String,
    /// Branch.
    pub branch: String,
    /// Tags on the commit.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// The body that makes a bake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBake {
    /// Flow.
    pub project_id: String,
    /// Name of the batch.
    pub batch: String,
    /// Task graphs.
    pub graphs: Graphs,
    /// Parameters; may be missing, must not be null.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub params: Option<Values>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where the source came from.
    #[serde(default)]
    pub meta: BakeMeta,
    /// When it was made; now where it is missing.
    #[serde(
        default,
        serialize_with = "crate::moment::option::serialize",
        deserialize_with = "present_time",
        skip_serializing_if = "Option::is_none"
    )]
    pub created_at: Option<Timestamp>,
}
