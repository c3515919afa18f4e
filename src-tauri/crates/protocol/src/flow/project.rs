//! A flow; the wire calls it a project.

use serde::{Deserialize, Serialize};

/// A flow as the service keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// `projects-<uuid>`.
    pub id: String,
    /// Id of the flow.
    pub name: String,
    /// Who made it.
    pub owner: String,
    /// Platform project.
    pub project_name: String,
    /// Cluster.
    pub cluster: String,
    /// Organisation.
    #[serde(default)]
    pub org_name: Option<String>,
}

/// The body that makes a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// Id of the flow.
    pub name: String,
    /// Platform project; the user's name where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// Cluster.
    pub cluster: String,
    /// Organisation.
    #[serde(default)]
    pub org_name: Option<String>,
}
