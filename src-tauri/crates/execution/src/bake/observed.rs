//! Which files evaluating a task reads, as `hash_files` does, and what was in them.
//!
//! The flow API keeps no trace of them, so bakes keep one as a file of their own beside the others:
//! a later dry run can then name the files that changed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use flow::batch::TaskId;
use flow::{
    ActionError, ActionFile, Entry, EntryKind, GitInfo, ReadError, RemoteAction, Workspace,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::recipe::Recipe;

/// Under this name the record lies among the files of an attempt; no action is called like this.
pub(super) const RECORD: &str = "bakehouse:files-read";

/// Paths below the project's folder, and the hash of what was in each file.
pub(super) type Digests = BTreeMap<String, String>;

/// A workspace that notes what is read.
pub(super) struct Observed<'a> {
    inner: &'a dyn Workspace,
    read: RefCell<Digests>,
}

impl<'a> Observed<'a> {
    pub(super) fn new(inner: &'a dyn Workspace) -> Self {
        Self {
            inner,
            read: RefCell::default(),
        }
    }

    pub(super) fn read(self) -> Digests {
        self.read.into_inner()
    }
}

impl Workspace for Observed<'_> {
    fn root(&self) -> &str {
        self.inner.root()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let content = self.inner.read(path)?;
        let full = self.inner.resolved(path);
        let short = full.strip_prefix(self.inner.root());
        let short = short.map_or(full.as_str(), |rest| rest.trim_start_matches('/'));
        self.read
            .borrow_mut()
            .insert(short.to_owned(), hex::encode(Sha256::digest(&content)));
        Ok(content)
    }

    fn entries(&self, folder: &str) -> Vec<Entry> {
        self.inner.entries(folder)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.inner.kind(path)
    }

    fn resolved(&self, path: &str) -> String {
        self.inner.resolved(path)
    }

    fn git(&self) -> Option<GitInfo> {
        self.inner.git()
    }

    fn remote_action(&self, action: &RemoteAction) -> Result<ActionFile, ActionError> {
        self.inner.remote_action(action)
    }

    fn stored_action(&self, reference: &str) -> Option<ActionFile> {
        self.inner.stored_action(reference)
    }
}

/// The files that the tasks of an attempt read while they were evaluated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesRead {
    /// The number of the attempt; other tools may copy the record to a later one.
    attempt: i64,
    files: Digests,
    /// Sets of paths; many tasks read the same.
    sets: Vec<BTreeSet<String>>,
    /// Tasks, each with the number of its set.
    tasks: BTreeMap<String, usize>,
}

impl FilesRead {
    /// What the tasks of a batch read as its files are now, as far as that is known before it runs.
    pub fn now(recipe: &Recipe) -> Self {
        let mut record = Self::default();
        let nothing = (&flow::batch::Results::new(), &BTreeSet::new());
        let shared = recipe.shared_files_read();
        for node in recipe.graph().walk().filter(|node| node.kind.is_remote()) {
            let mut read = recipe.files_read(&node.id, nothing);
            read.extend(shared.clone());
            record.note(&node.id, read);
        }
        record
    }

    fn note(&mut self, task: &TaskId, read: Digests) {
        if read.is_empty() {
            return;
        }
        let set: BTreeSet<String> = read.keys().cloned().collect();
        let known = self.sets.iter().position(|known| *known == set);
        let number = known.unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        });
        self.tasks.insert(task.to_string(), number);
        self.files.extend(read);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The file that is kept with an attempt.
    pub(super) fn file(&self, attempt: i64) -> ActionFile {
        let record = Self {
            attempt,
            ..self.clone()
        };
        ActionFile {
            name: RECORD.to_owned(),
            content: serde_json::to_string(&record).unwrap_or_default(),
        }
    }

    /// Reads a record that was kept with the attempt of this number.
    pub(super) fn kept(content: &str, attempt: i64) -> Option<Self> {
        let record: Self = serde_json::from_str(content).ok()?;
        (record.attempt == attempt).then_some(record)
    }

    /// What a task read.
    pub(super) fn of(&self, task: &TaskId) -> Digests {
        let set = self.tasks.get(&task.to_string());
        let set = set.and_then(|number| self.sets.get(*number));
        let paths = set.into_iter().flatten();
        let digest = |path: &String| Some((path.clone(), self.files.get(path)?.clone()));
        paths.filter_map(digest).collect()
    }
}
