//! The forwards that are opened again with the application.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Folders, stored};

/// A forward as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptForward {
    pub(super) raw_id: String,
    #[serde(default)]
    pub(super) job_name: Option<String>,
    pub(super) title: String,
    pub(super) local_port: u16,
    pub(super) job_port: u16,
}

/// The file they are kept in.
pub(super) struct Kept(PathBuf);

impl Kept {
    pub(super) fn at(folders: &Folders) -> Self {
        Self(folders.data.join("forwards.yml"))
    }

    /// What was kept last. A file that cannot be read means that nothing is opened again.
    pub(super) fn read(&self) -> Vec<KeptForward> {
        stored::read(&self.0).unwrap_or_else(|error| {
            tracing::warn!(%error, "ports are not forwarded again");
            Vec::new()
        })
    }

    pub(super) fn write(&self, forwards: Vec<KeptForward>) {
        if let Err(error) = stored::write(&self.0, &forwards) {
            tracing::warn!(%error, "ports will not be forwarded again");
        }
    }
}
