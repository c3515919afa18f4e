//! Clears up at the start what a crash or a loss of power left half done.

use std::fs;
use std::path::{Path, PathBuf};

use crate::write::draft::loosen;
use crate::write::journal::{Entry, Journal, State};
use crate::write::place::remove_empty;
use crate::write::undo;

/// What became of a project that was left half done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// It stood already; only the journal did not know.
    Finished,
    /// Everything is as it was before.
    RolledBack,
}

/// One project that was left half done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The project folder.
    pub target: PathBuf,
    /// What became of it.
    pub outcome: Recovered,
}

impl Journal {
    /// Finishes or rolls back what was left half done. Call it once at the start.
    pub fn recover(&self) -> Vec<Recovery> {
        let mut all = Vec::new();
        for (id, mut entry) in self.entries() {
            if is_at_work(&entry) {
                continue;
            }
            if !matches!(entry.state, State::Drafting | State::Placing) {
                // The project stood, but its empty draft was not removed any more.
                remove_staging(&entry.staging);
                continue;
            }
            let outcome = self.clear_up(&id, &mut entry);
            all.push(Recovery {
                target: entry.target,
                outcome,
            });
        }
        all
    }

    fn clear_up(&self, id: &str, entry: &mut Entry) -> Recovered {
        let moved = entry.state == State::Placing && entry.whole && !has_draft(entry);
        if moved && entry.target.is_dir() {
            remove_staging(&entry.staging);
            entry.state = State::Done;
            let _ = self.write(id, entry);
            return Recovered::Finished;
        }
        if entry.state == State::Placing && !entry.whole {
            undo::take_back(&self.folder(id), entry);
        }
        remove_staging(&entry.staging);
        remove_empty(&entry.parents);
        self.remove(id);
        Recovered::RolledBack
    }
}

/// Whether the project still lies in its draft.
fn has_draft(entry: &Entry) -> bool {
    let Some(name) = entry.target.file_name() else {
        return false;
    };
    entry.staging.join(name).is_dir()
}

/// Removes a draft, and only what is one.
fn remove_staging(staging: &Path) {
    let ours = staging
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with(".bakehouse-new-"));
    if ours {
        loosen(staging);
        let _ = fs::remove_dir_all(staging);
    }
}

/// Whether the process that began it is still there.
#[cfg(unix)]
fn is_at_work(entry: &Entry) -> bool {
    use rustix::process::{Pid, test_kill_process};
    if entry.process == std::process::id() {
        return false;
    }
    i32::try_from(entry.process)
        .ok()
        .and_then(Pid::from_raw)
        .is_some_and(|process| test_kill_process(process) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_at_work(entry: &Entry) -> bool {
    let age = jiff::Timestamp::now().duration_since(entry.began);
    entry.process != std::process::id() && age.as_hours() < 1
}
