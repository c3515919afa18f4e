//! A project on disk, and actions of GitHub from a folder beside it: for the tests of this crate and for
//! the comparison with the official tools, which includes this file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use flow::{
    ActionError, ActionFile, Entry, EntryKind, GitInfo, ReadError, RemoteAction, Workspace,
    without_parents,
};

/// A folder on disk; further files lie over it.
#[derive(Clone, Default)]
pub(crate) struct Folder {
    pub(crate) root: String,
    pub(crate) actions: PathBuf,
    pub(crate) git: Option<GitInfo>,
    pub(crate) over: BTreeMap<String, String>,
}

impl Folder {
    fn place(&self, path: &str) -> String {
        without_parents(&flow::absolute(&self.root, path))
    }
}

impl Workspace for Folder {
    fn root(&self) -> &str {
        &self.root
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let path = self.place(path);
        if let Some(content) = self.over.get(&path) {
            return Ok(content.clone().into_bytes());
        }
        if Path::new(&path).is_dir() {
            return Err(ReadError::Folder);
        }
        fs::read(path).map_err(|_| ReadError::Missing)
    }

    fn entries(&self, folder: &str) -> Vec<Entry> {
        let folder = self.place(folder);
        let mut found: Vec<Entry> = Vec::new();
        for path in self.over.keys() {
            if let Some(name) = path.strip_prefix(&format!("{folder}/")) {
                found.push(Entry {
                    name: name.to_owned(),
                    kind: EntryKind::File,
                });
            }
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let folder = entry.path().is_dir();
            let kind = if folder {
                EntryKind::Folder
            } else {
                EntryKind::File
            };
            found.push(Entry {
                name: entry.file_name().to_string_lossy().into_owned(),
                kind,
            });
        }
        found
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let path = self.place(path);
        if self.over.contains_key(&path) {
            return Some(EntryKind::File);
        }
        let meta = fs::metadata(path).ok()?;
        Some(if meta.is_dir() {
            EntryKind::Folder
        } else {
            EntryKind::File
        })
    }

    fn git(&self) -> Option<GitInfo> {
        self.git.clone()
    }

    fn remote_action(&self, action: &RemoteAction) -> Result<ActionFile, ActionError> {
        let version = action.version.replace('/', "__");
        let folder = self
            .actions
            .join(&action.owner)
            .join(format!("{}@{version}", action.repo));
        for name in ["action.yml", "action.yaml"] {
            let path = folder.join(name);
            if let Ok(content) = fs::read_to_string(&path) {
                return Ok(ActionFile {
                    name: path.to_string_lossy().into_owned(),
                    content,
                });
            }
        }
        Err(ActionError::Missing)
    }
}
