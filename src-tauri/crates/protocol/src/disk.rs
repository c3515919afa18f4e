//! Persistent disks.

use serde::{Deserialize, Serialize};

/// A disk as the service shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disk {
    /// `disk-…`.
    pub id: String,
    /// Size in bytes.
    pub storage: u64,
    /// Who made it.
    pub owner: String,
    /// `Pending`, `Ready` or `Broken`.
    pub status: String,
    /// Name, where it has one.
    #[serde(default)]
    pub name: Option<String>,
    /// Organisation.
    #[serde(default)]
    pub org_name: Option<String>,
    /// Project.
    #[serde(default)]
    pub project_name: Option<String>,
    /// When it was made.
    #[serde(with = "crate::moment")]
    pub created_at: jiff::Timestamp,
    /// When a job last used it.
    #[serde(default, with = "crate::moment::option")]
    pub last_usage: Option<jiff::Timestamp>,
    /// Seconds without use after which it goes.
    #[serde(default)]
    pub life_span: Option<f64>,
    /// Bytes in use.
    #[serde(default)]
    pub used_bytes: Option<u64>,
}

/// The body that makes a disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewDisk {
    /// Size in bytes.
    pub storage: u64,
    /// Seconds without use after which it goes.
    #[serde(default)]
    pub life_span: Option<f64>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Project.
    pub project_name: String,
    /// Organisation.
    pub org_name: Option<String>,
}
