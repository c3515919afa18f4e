//! The storage service's answers.

use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;

open_enum! {
    /// What a storage entry is.
    FileKind {
        /// A file.
        File = "FILE",
        /// A folder.
        Directory = "DIRECTORY",
        /// A symbolic link.
        Symlink = "SYMLINK",
    }
}

/// One storage entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStatus {
    /// The whole path with a leading slash (stat), or the base name (list).
    pub path: String,
    /// Size in bytes; 0 for a folder.
    pub length: u64,
    /// Whole seconds since 1970.
    #[serde(rename = "modificationTime")]
    pub modification_time: i64,
    /// `read`, `write` or `manage`.
    pub permission: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: FileKind,
    /// Where a link points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// `{"FileStatus": …}`: the answer of stat, and a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStatusLine {
    /// The entry.
    #[serde(rename = "FileStatus")]
    pub status: FileStatus,
}

/// `{"FileStatuses": {"FileStatus": […]}}`: a list as one JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The envelope.
    #[serde(rename = "FileStatuses")]
    pub statuses: FileStatuses,
}

/// The inner envelope of [`Listing`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStatuses {
    /// The entries.
    #[serde(rename = "FileStatus")]
    pub entries: Vec<FileStatus>,
}

/// A line of the answer to a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Whole path of the removed entry.
    pub path: String,
    /// True for a folder.
    pub is_dir: bool,
}

/// Sizes in bytes: the answer of `op=GETDISKUSAGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskUsage {
    /// Of the whole disk.
    pub total: u64,
    /// In use.
    pub used: u64,
    /// Free.
    pub free: u64,
}
