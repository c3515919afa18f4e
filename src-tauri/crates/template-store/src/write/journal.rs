//! What was done to folders of the person, on disk before it is done, kept until undo expires.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cache::replace;
use crate::snapshot::Item;

/// Why the journal could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the journal {} cannot be used: {source}", path.display())]
pub struct JournalError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// A project that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The name under which it can be undone.
    pub id: String,
    /// The project folder.
    pub target: PathBuf,
    /// How many files were written.
    pub files: usize,
    /// When.
    pub made: Timestamp,
}

/// How far an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// The draft is being filled; nothing outside of it was touched.
    Drafting,
    /// Files are moving into place.
    Placing,
    /// All files are in place.
    Done,
    /// It was taken back.
    Undone,
}

/// What a path looked like: enough to see whether it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Print {
    Folder,
    File {
        mode: u32,
        digest: String,
    },
    Link(String),
    Other,
    /// Nothing is there: the file was removed.
    Nothing,
}

impl From<&Item> for Print {
    fn from(item: &Item) -> Self {
        match item {
            Item::Folder => Self::Folder,
            Item::File { mode, digest, .. } => Self::File {
                mode: *mode,
                digest: hex::encode(digest),
            },
            Item::Link(target) => Self::Link(target.clone()),
            Item::Other => Self::Other,
        }
    }
}

/// A file whose place was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Replaced {
    /// The name of the old content below the entry's folder.
    pub(crate) kept: String,
    /// What was put there.
    pub(crate) new: Print,
}

/// One project in the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) state: State,
    pub(crate) process: u32,
    pub(crate) began: Timestamp,
    pub(crate) staging: PathBuf,
    pub(crate) target: PathBuf,
    /// Whether the project folder was made, too.
    pub(crate) whole: bool,
    /// Folders above the project that were made, outermost first.
    #[serde(default)]
    pub(crate) parents: Vec<PathBuf>,
    /// What was made, by path below the target.
    #[serde(default)]
    pub(crate) made: BTreeMap<String, Print>,
    /// What was replaced, by path below the target.
    #[serde(default)]
    pub(crate) replaced: BTreeMap<String, Replaced>,
}

/// The journal in a data folder.
#[derive(Debug, Clone)]
pub struct Journal {
    root: PathBuf,
}

impl Journal {
    /// Uses a folder of its own inside the given data folder.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self {
            root: data.join("journal"),
        }
    }

    /// Projects that can be undone, the latest first.
    #[must_use]
    pub fn list(&self) -> Vec<Written> {
        let mut all: Vec<Written> = self
            .entries()
            .into_iter()
            .filter(|(_, entry)| entry.state == State::Done)
            .map(|(id, entry)| Written {
                id,
                files: count(&entry),
                target: entry.target,
                made: entry.began,
            })
            .collect();
        all.sort_by_key(|written| std::cmp::Reverse(written.made));
        all
    }

    /// Forgets entries that are older than so long, with the old files they keep.
    pub fn expire(&self, age: Duration) {
        let now = Timestamp::now();
        for (id, entry) in self.entries() {
            let finished = matches!(entry.state, State::Done | State::Undone);
            let old = now.duration_since(entry.began).unsigned_abs() > age;
            if finished && old {
                self.remove(&id);
            }
        }
    }

    /// A new entry; gives back its name.
    pub(crate) fn begin(&self, entry: &Entry) -> Result<String, JournalError> {
        fs::create_dir_all(&self.root).map_err(|source| self.failed(source))?;
        let made = tempfile::Builder::new()
            .prefix(&format!("{}-", entry.began.as_millisecond()))
            .tempdir_in(&self.root)
            .map_err(|source| self.failed(source))?;
        let path = made.keep();
        let id = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        self.write(&id, entry)?;
        Ok(id)
    }

    pub(crate) fn write(&self, id: &str, entry: &Entry) -> Result<(), JournalError> {
        let text = serde_json::to_vec_pretty(entry).map_err(|error| self.failed(error.into()))?;
        replace(&self.folder(id).join("entry.json"), &text)
            .map_err(|source| self.failed(source))?;
        sync_folder(&self.folder(id));
        Ok(())
    }

    pub(crate) fn read(&self, id: &str) -> Option<Entry> {
        // An id is one name, never a path.
        if id.is_empty() || id.contains(['/', '\\']) || id.starts_with('.') {
            return None;
        }
        let bytes = fs::read(self.folder(id).join("entry.json")).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    pub(crate) fn entries(&self) -> Vec<(String, Entry)> {
        let Ok(all) = fs::read_dir(&self.root) else {
            return Vec::new();
        };
        all.filter_map(|found| {
            let id = found.ok()?.file_name().into_string().ok()?;
            let entry = self.read(&id)?;
            Some((id, entry))
        })
        .collect()
    }

    pub(crate) fn folder(&self, id: &str) -> PathBuf {
        self.root.join(id)
    }

    pub(crate) fn remove(&self, id: &str) {
        let _ = fs::remove_dir_all(self.folder(id));
    }

    pub(crate) fn failed(&self, source: io::Error) -> JournalError {
        JournalError {
            path: self.root.clone(),
            source,
        }
    }
}

/// Files of an entry, without those of git.
fn count(entry: &Entry) -> usize {
    let files = entry
        .made
        .iter()
        .filter(|(path, print)| **print != Print::Folder && !is_git(path));
    files.count() + entry.replaced.len()
}

/// Whether a path lies in the repository's own folder.
pub(crate) fn is_git(path: &str) -> bool {
    path == ".git" || path.starts_with(".git/")
}

/// Flushes a folder, where the system can.
pub(crate) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
