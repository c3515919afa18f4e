//! The projects that were opened before, kept in `projects.yml`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Folders, stored};

/// How many projects are remembered.
const LIMIT: usize = 100;

/// A project that was opened before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownProject {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    /// Id of its flow, when it was known at the last opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) flow: Option<String>,
    pub(crate) opened_at: Timestamp,
}

/// The list, in memory and on disk, last opened first.
#[derive(Debug)]
pub(crate) struct KnownProjects {
    path: PathBuf,
    list: Mutex<Vec<KnownProject>>,
}

impl KnownProjects {
    /// Reads the list; what cannot be read is told about and begun anew.
    pub(crate) fn open(folders: &Folders) -> Self {
        let path = folders.config.join("projects.yml");
        let list = stored::read(&path).unwrap_or_else(|error| {
            tracing::warn!(%error, "the list of projects could not be read");
            Vec::new()
        });
        Self {
            path,
            list: Mutex::new(list),
        }
    }

    /// All known projects, last opened first.
    pub(crate) fn all(&self) -> Vec<KnownProject> {
        self.lock().clone()
    }

    /// Puts a project at the head of the list.
    pub(crate) fn opened(&self, path: &Path, name: &str, flow: Option<&str>, now: Timestamp) {
        self.change(|list| {
            list.retain(|known| known.path != path);
            let known = KnownProject {
                path: path.to_owned(),
                name: name.to_owned(),
                flow: flow.map(str::to_owned),
                opened_at: now,
            };
            list.insert(0, known);
            list.truncate(LIMIT);
        });
    }

    /// Takes a project off the list; its folder stays.
    pub(crate) fn forget(&self, path: &Path) {
        self.change(|list| list.retain(|known| known.path != path));
    }

    /// Losing this list is a nuisance, not a reason to refuse opening a project.
    fn change(&self, change: impl FnOnce(&mut Vec<KnownProject>)) {
        let mut list = self.lock();
        change(&mut list);
        if let Err(error) = stored::write(&self.path, &*list) {
            tracing::warn!(%error, "the list of projects could not be saved");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<KnownProject>> {
        self.list
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_opened_project_comes_first_also_after_a_restart() {
        let root = tempfile::tempdir().unwrap();
        let folders = Folders::under(root.path());
        let known = KnownProjects::open(&folders);
        for name in ["rye", "wheat", "rye"] {
            known.opened(Path::new(name), name, None, Timestamp::UNIX_EPOCH);
        }
        let names: Vec<String> = KnownProjects::open(&folders)
            .all()
            .into_iter()
            .map(|known| known.name)
            .collect();
        assert_eq!(names, ["rye", "wheat"]);
    }
}
