//! A project's folder as a bake saw it: the files that are stored with the bake, over the folder as
//! it is now, wherever that lies.

use std::sync::Arc;

use flow::{
    ActionError, ActionFile, Entry, EntryKind, GitInfo, MemoryWorkspace, ReadError, RemoteAction,
    Workspace,
};

/// Stored files over a folder.
pub(super) struct Overlay {
    stored: MemoryWorkspace,
    folder: Arc<dyn Workspace + Send + Sync>,
}

impl Overlay {
    pub(super) fn new(stored: MemoryWorkspace, folder: Arc<dyn Workspace + Send + Sync>) -> Self {
        Self { stored, folder }
    }

    /// A path of the stored project as the folder knows it.
    fn there(&self, path: &str) -> String {
        moved(path, self.stored.root(), self.folder.root())
    }
}

/// A path below one root, below another; others stay as they are.
fn moved(path: &str, from: &str, to: &str) -> String {
    match path.strip_prefix(from) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{to}{rest}"),
        _ => path.to_owned(),
    }
}

impl Workspace for Overlay {
    fn root(&self) -> &str {
        self.stored.root()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.stored.read(path) {
            Err(ReadError::Missing | ReadError::Folder) => self.folder.read(&self.there(path)),
            answer => answer,
        }
    }

    fn entries(&self, folder: &str) -> Vec<Entry> {
        let mut entries = self.stored.entries(folder);
        let more = self.folder.entries(&self.there(folder)).into_iter();
        let new: Vec<Entry> = more
            .filter(|entry| entries.iter().all(|known| known.name != entry.name))
            .collect();
        entries.extend(new);
        entries
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let there = || self.folder.kind(&self.there(path));
        self.stored.kind(path).or_else(there)
    }

    fn resolved(&self, path: &str) -> String {
        let there = self.folder.resolved(&self.there(path));
        moved(&there, self.folder.root(), self.stored.root())
    }

    fn git(&self) -> Option<GitInfo> {
        self.stored.git()
    }

    fn remote_action(&self, action: &RemoteAction) -> Result<ActionFile, ActionError> {
        self.stored.remote_action(action)
    }

    fn stored_action(&self, reference: &str) -> Option<ActionFile> {
        self.stored.stored_action(reference)
    }
}
