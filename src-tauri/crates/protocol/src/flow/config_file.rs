//! A configuration file kept with a bake.

use serde::{Deserialize, Serialize};

/// A kept file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigFile {
    /// `config-file-<uuid>`.
    pub id: String,
    /// Bake.
    pub bake_id: String,
    /// Absolute path on the machine that submitted it.
    pub filename: String,
    /// Text.
    pub content: String,
}

/// The body that keeps a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewConfigFile {
    /// Bake.
    pub bake_id: String,
    /// Absolute path on the machine that submits it.
    pub filename: String,
    /// Text.
    pub content: String,
}
