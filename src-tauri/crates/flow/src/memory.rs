//! A workspace that lies in memory: for tests, and for flows stored with a bake.

use std::collections::BTreeMap;

use crate::workspace::{
    ActionError, ActionFile, Entry, EntryKind, GitInfo, ReadError, RemoteAction, Workspace,
    absolute, without_parents,
};

/// A folder in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryWorkspace {
    root: String,
    /// Contents under absolute paths.
    files: BTreeMap<String, Vec<u8>>,
    remote: BTreeMap<RemoteAction, ActionFile>,
    stored: BTreeMap<String, ActionFile>,
    git: Option<GitInfo>,
}

impl MemoryWorkspace {
    /// Makes an empty folder with an absolute path.
    pub fn new(root: impl Into<String>) -> Self {
        Self {
            root: root.into(),
            ..Self::default()
        }
    }

    /// Adds a file under a path relative to the folder, or an absolute path.
    #[must_use]
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        let path = self.place(path);
        self.files.insert(path, content.into());
        self
    }

    /// Adds an action of GitHub.
    #[must_use]
    pub fn remote(mut self, action: RemoteAction, file: ActionFile) -> Self {
        self.remote.insert(action, file);
        self
    }

    /// Adds an action under the exact reference by which flows call it.
    #[must_use]
    pub fn stored(mut self, reference: impl Into<String>, file: ActionFile) -> Self {
        self.stored.insert(reference.into(), file);
        self
    }

    /// Sets what git knows.
    #[must_use]
    pub fn with_git(mut self, git: GitInfo) -> Self {
        self.git = Some(git);
        self
    }

    fn place(&self, path: &str) -> String {
        without_parents(&absolute(&self.root, path))
    }

    fn inside<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let start = prefix.clone();
        self.files
            .range(start..)
            .map(|(path, _)| path.as_str())
            .take_while({
                let prefix = prefix.clone();
                move |path| path.starts_with(&prefix)
            })
            .map(move |path| &path[prefix.len()..])
    }
}

impl Workspace for MemoryWorkspace {
    fn root(&self) -> &str {
        &self.root
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.files.get(&self.place(path)) {
            Some(content) => Ok(content.clone()),
            None if self.kind(path).is_some() => Err(ReadError::Folder),
            None => Err(ReadError::Missing),
        }
    }

    fn entries(&self, folder: &str) -> Vec<Entry> {
        let folder = self.place(folder);
        let mut found: Vec<Entry> = Vec::new();
        for path in self.inside(&folder) {
            let (name, kind) = match path.split_once('/') {
                Some((name, _)) => (name, EntryKind::Folder),
                None => (path, EntryKind::File),
            };
            if found.last().is_none_or(|last| last.name != name) {
                found.push(Entry {
                    name: name.to_owned(),
                    kind,
                });
            }
        }
        found
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let path = self.place(path);
        if self.files.contains_key(&path) {
            return Some(EntryKind::File);
        }
        self.inside(&path).next().map(|_| EntryKind::Folder)
    }

    fn resolved(&self, path: &str) -> String {
        self.place(path)
    }

    fn git(&self) -> Option<GitInfo> {
        self.git.clone()
    }

    fn remote_action(&self, action: &RemoteAction) -> Result<ActionFile, ActionError> {
        self.remote.get(action).cloned().ok_or(ActionError::Missing)
    }

    fn stored_action(&self, reference: &str) -> Option<ActionFile> {
        self.stored.get(reference).cloned()
    }
}
