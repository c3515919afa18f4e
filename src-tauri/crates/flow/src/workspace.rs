//! What the language needs from the folder a flow lies in. The crate itself reads nothing.

use serde::{Deserialize, Serialize};

/// What is found under a path.
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

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name without folders.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is nothing under the path.
    #[error("there is no such file")]
    Missing,
    /// The path is a folder.
    #[error("it is a folder, not a file")]
    Folder,
    /// It exists but cannot be read.
    #[error("{reason}")]
    Unreadable {
        /// What the system said.
        reason: String,
    },
}

/// What git knows about the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitInfo {
    /// The commit.
    pub sha: String,
    /// The branch, `HEAD` when detached.
    pub branch: String,
    /// The tags of the commit.
    pub tags: Vec<String>,
}

/// An action on GitHub: `gh:OWNER/REPO@VERSION`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RemoteAction {
    /// Who owns the repository.
    pub owner: String,
    /// The repository.
    pub repo: String,
    /// A tag or a branch.
    pub version: String,
}

/// The file of an action, wherever it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionFile {
    /// The absolute name of the file, as messages show it.
    pub name: String,
    /// Its content.
    pub content: String,
}

/// Why the file of an action is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionError {
    /// It does not exist.
    #[error("the action does not exist")]
    Missing,
    /// It exists but is out of reach now.
    #[error("{reason}")]
    Unreachable {
        /// What happened, for people.
        reason: String,
    },
}

/// The folder of a project. Paths use `/`, are relative to the folder, or absolute.
pub trait Workspace {
    /// The absolute path of the folder, with links followed.
    fn root(&self) -> &str;

    /// The content of a file.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// What lies in a folder, in any order; nothing if there is no such folder.
    fn entries(&self, folder: &str) -> Vec<Entry>;

    /// What is found under a path, if anything.
    fn kind(&self, path: &str) -> Option<EntryKind>;

    /// The absolute path with all links followed.
    fn resolved(&self, path: &str) -> String {
        without_parents(&absolute(self.root(), path))
    }

    /// What git knows, nothing outside a repository.
    fn git(&self) -> Option<GitInfo> {
        None
    }

    /// The file of an action on GitHub.
    ///
    /// # Errors
    /// If it does not exist or cannot be fetched now; the reason is shown to people.
    fn remote_action(&self, action: &RemoteAction) -> Result<ActionFile, ActionError> {
        let _ = action;
        Err(ActionError::Unreachable {
            reason: "actions on GitHub cannot be fetched here".to_owned(),
        })
    }

    /// The file kept for exactly this reference, for flows that were stored with their actions.
    fn stored_action(&self, reference: &str) -> Option<ActionFile> {
        let _ = reference;
        None
    }
}

/// A path made absolute against a root; `..` is kept as it is written.
#[must_use]
pub fn absolute(root: &str, path: &str) -> String {
    expression::value::join(root, path)
}

/// An absolute path without `..`, taken literally: links are not followed.
#[must_use]
pub fn without_parents(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/').filter(|step| !step.is_empty()) {
        match step {
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}
