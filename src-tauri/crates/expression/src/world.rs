//! What functions need from outside: files of the project, the platform, who we are there.
//!
//! This crate does no input or output. Whoever evaluates hands in a [`World`]; what a world cannot
//! tell now it answers with [`WorldError::Unknown`], and the expression is then not yet known.

use crate::value::{Record, Unknown, Value};

/// Why the world did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// It was tried and failed; the text is shown at the call.
    #[error("{0}")]
    Failed(String),
    /// It can be told only later.
    #[error("{0}")]
    Unknown(Unknown),
    /// The function has no meaning at this place.
    #[error("not available here")]
    Misplaced,
}

/// Where the account stands on the platform; short resource URIs are read against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The current cluster.
    pub cluster: String,
    /// The current organisation, if there is one.
    pub org: Option<String>,
    /// The current project of the account (not the one of the flow).
    pub project: String,
}

/// What lies in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name without folders.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What a name in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file, or a link to one.
    File,
    /// A folder.
    Folder,
    /// A link to a folder.
    FolderLink,
    /// A socket, a device, a link to nothing.
    Other,
}

impl EntryKind {
    /// Whether there are names inside.
    #[must_use]
    pub fn is_folder(self) -> bool {
        matches!(self, Self::Folder | Self::FolderLink)
    }
}

/// What functions need from outside. Every method has an answer that says "not known yet".
pub trait World {
    /// Where the account stands on the platform.
    ///
    /// # Errors
    /// If it is not known or there is no account.
    fn home(&self) -> Result<Home, WorldError> {
        Err(WorldError::Unknown(Unknown::platform()))
    }

    /// What lies in a folder; nothing if there is no such folder. In any order.
    ///
    /// # Errors
    /// If files cannot be read now, or not at all.
    fn entries(&mut self, folder: &str) -> Result<Vec<Entry>, WorldError> {
        let _ = folder;
        Err(WorldError::Unknown(Unknown::files()))
    }

    /// What a path is; nothing if there is no such path.
    ///
    /// # Errors
    /// If files cannot be read now, or not at all.
    fn kind(&mut self, path: &str) -> Result<Option<EntryKind>, WorldError> {
        let _ = path;
        Err(WorldError::Unknown(Unknown::files()))
    }

    /// A path with all links followed; worlds without links give it back as it is.
    ///
    /// # Errors
    /// If files cannot be read now, or not at all.
    fn resolved(&mut self, path: &str) -> Result<String, WorldError> {
        Ok(path.to_owned())
    }

    /// Feeds the content of a file to `sink`, piece by piece.
    ///
    /// # Errors
    /// If the file cannot be read now, or not at all.
    fn read(&mut self, path: &str, sink: &mut dyn FnMut(&[u8])) -> Result<(), WorldError> {
        let _ = (path, sink);
        Err(WorldError::Unknown(Unknown::files()))
    }

    /// The running job of this flow with this name, as a record; nothing if there is none.
    ///
    /// # Errors
    /// [`WorldError::Misplaced`] outside of jobs of a live flow.
    fn inspect_job(
        &mut self,
        job: &str,
        suffix: Option<&str>,
    ) -> Result<Option<Value>, WorldError> {
        let _ = (job, suffix);
        Err(WorldError::Misplaced)
    }

    /// Uploads the local folder of a volume to its remote place.
    ///
    /// # Errors
    /// If it fails, or cannot be done now (a preview must not upload).
    fn upload(&mut self, volume: &Record) -> Result<(), WorldError> {
        let _ = volume;
        Err(WorldError::Unknown(Unknown::platform()))
    }
}

/// A world that knows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl World for Nowhere {}
