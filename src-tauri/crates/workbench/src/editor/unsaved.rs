//! A project's folder with texts over it that are not saved.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::{
    ActionError, ActionFile, Entry, EntryKind, GitInfo, ReadError, RemoteAction, Workspace,
    absolute, without_parents,
};

use crate::project::disk::DiskWorkspace;

/// A folder on disk, and the texts that lie over it.
#[derive(Debug)]
pub(super) struct Unsaved {
    disk: Arc<DiskWorkspace>,
    /// By absolute path.
    texts: BTreeMap<String, String>,
}

impl Unsaved {
    /// Lays texts over a folder, given by paths relative to it.
    pub(super) fn new<'a>(
        disk: Arc<DiskWorkspace>,
        texts: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) -> Self {
        let place = |path: &str| without_parents(&absolute(disk.root(), path));
        let texts = texts.into_iter();
        let texts = texts.map(|(path, text)| (place(path), text.clone()));
        Self {
            texts: texts.collect(),
            disk: Arc::clone(&disk),
        }
    }

    /// Whether the text of a file is not saved.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.text(path).is_some()
    }

    fn text(&self, path: &str) -> Option<&String> {
        self.texts
            .get(&without_parents(&absolute(self.root(), path)))
    }
}

impl Workspace for Unsaved {
    fn root(&self) -> &str {
        self.disk.root()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.text(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.disk.read(path),
        }
    }

    fn entries(&self, folder: &str) -> Vec<Entry> {
        let mut found = self.disk.entries(folder);
        let place = without_parents(&absolute(self.root(), folder));
        for path in self.texts.keys() {
            let Some((above, name)) = path.rsplit_once('/') else {
                continue;
            };
            if above == place && found.iter().all(|entry| entry.name != name) {
                found.push(Entry {
                    name: name.to_owned(),
                    kind: EntryKind::File,
                });
            }
        }
        found
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        match self.text(path) {
            Some(_) => Some(EntryKind::File),
            None => self.disk.kind(path),
        }
    }

    fn resolved(&self, path: &str) -> String {
        self.disk.resolved(path)
    }

    fn git(&self) -> Option<GitInfo> {
        self.disk.git()
    }

    fn remote_action(&self, action: &RemoteAction) -> Result<ActionFile, ActionError> {
        self.disk.remote_action(action)
    }

    fn stored_action(&self, reference: &str) -> Option<ActionFile> {
        self.disk.stored_action(reference)
    }
}
