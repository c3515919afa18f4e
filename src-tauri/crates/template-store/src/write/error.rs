//! Why a project could not be written, and what can be done about it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use crate::write::journal::JournalError;

/// Why a project could not be written. Nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The plan has errors, or names a place that must not be written.
    #[error("the plan of the project cannot be carried out: {why}")]
    Unsound {
        /// What is wrong.
        why: String,
    },
    /// The folder to make the project in is missing.
    #[error("the folder {} does not exist", path.display())]
    NoParent {
        /// The folder.
        path: PathBuf,
    },
    /// Something is in the way.
    #[error("{} exists already", path.display())]
    Taken {
        /// What is in the way.
        path: PathBuf,
    },
    /// The folder to make the project in cannot be written.
    #[error("the folder {} cannot be written: {source}", path.display())]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Two names are one on this disk.
    #[error("this disk takes `{path}` and another name that differs in case only for one file")]
    SameName {
        /// The second of the names.
        path: String,
    },
    /// A file could not be written.
    #[error("`{path}` could not be written: {source}")]
    File {
        /// Its path in the project.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The finished project could not be moved into its place.
    #[error("the project could not be moved to {}: {source}", path.display())]
    Move {
        /// The place.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Nobody said what to do with files that are there already.
    #[error("say first what to do with {}", paths.join(", "))]
    Undecided {
        /// The paths.
        paths: Vec<String>,
    },
    /// A folder, a link or something else stands where a file would be written.
    #[error("`{path}` is something else there than in the template and is not replaced")]
    InTheWay {
        /// The path.
        path: String,
    },
    /// A file is no longer what the person saw when deciding.
    #[error("`{path}` was changed since you looked at it")]
    Changed {
        /// The path.
        path: String,
    },
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The caller asked to stop.
    #[error("making the project was stopped")]
    Stopped,
}

impl WriteError {
    /// What can be done about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unsound { .. } => "Change the answers that are marked.",
            Self::NoParent { .. } => "Make it first, or pick another place.",
            Self::Taken { .. } => "Pick another folder name, or say for each file what to do.",
            Self::SameName { .. } => "Pick a place on another disk, or tell the template's author.",
            Self::NotWritable { source, .. }
            | Self::File { source, .. }
            | Self::Move { source, .. } => mend(source.kind()),
            Self::Undecided { .. } => "Keep, replace or merge each of them.",
            Self::InTheWay { .. } => "Keep it, or move it away first.",
            Self::Changed { .. } => "Look at the preview again.",
            Self::Journal(error) => mend(error.source.kind()),
            Self::Stopped => "Nothing was left behind.",
        }
    }
}

fn mend(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::PermissionDenied => "Pick a folder that is yours, or change its permissions.",
        ErrorKind::ReadOnlyFilesystem => "The disk is read-only; pick a place on another one.",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "The disk is full; make room, or pick a place on another one."
        }
        ErrorKind::InvalidFilename => "Pick a shorter name, or one with plain letters.",
        _ => "Pick another place.",
    }
}
