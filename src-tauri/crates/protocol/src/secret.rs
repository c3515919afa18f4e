//! Secrets: keys are listed, values travel base64-encoded.

use serde::{Deserialize, Serialize};

/// A secret as the service shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Its key.
    pub key: String,
    /// Who owns it; the service puts the project's name here.
    #[serde(default)]
    pub owner: String,
    /// Organisation.
    #[serde(default)]
    pub org_name: Option<String>,
    /// Project.
    #[serde(default)]
    pub project_name: Option<String>,
    /// The value in base64; only when a single secret was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The body that makes or replaces a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSecret {
    /// Its key: letters, digits, `_`, `.` and `-`, at most 253.
    pub key: String,
    /// The value in base64.
    pub value: String,
    /// Organisation.
    pub org_name: Option<String>,
    /// Project.
    pub project_name: String,
}

impl std::fmt::Debug for NewSecret {
    /// Leaves the value out, so that a log line cannot give it away.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("NewSecret")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
