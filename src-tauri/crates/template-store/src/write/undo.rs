//! Takes a project back: removes what was made and restores what was replaced, as far as nobody
//! has changed it since.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::snapshot;
use crate::write::journal::{Entry, Journal, Print, State, is_git};
use crate::write::place::{prints, remove_empty};
use crate::write::step::copy;

/// What taking back did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undone {
    /// Files that are gone.
    pub removed: Vec<String>,
    /// Files that are as they were before.
    pub restored: Vec<String>,
    /// What was left alone.
    pub kept: Vec<Kept>,
    /// Whether the project folder itself is gone.
    pub folder_removed: bool,
}

/// Something that was left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The path below the project folder.
    pub path: String,
    /// Why.
    pub why: &'static str,
    /// Where the content from before lies, for a file that was replaced and then changed.
    pub before: Option<PathBuf>,
}

impl Journal {
    /// Takes a project back; nothing when there is no such entry, or it was taken back already.
    pub fn undo(&self, id: &str) -> Option<Undone> {
        let mut entry = self.read(id)?;
        if entry.state != State::Done {
            return None;
        }
        let undone = take_back(&self.folder(id), &entry);
        entry.state = State::Undone;
        // Should this fail, a second undo finds nothing more to do.
        let _ = self.write(id, &entry);
        if undone.kept.iter().all(|kept| kept.before.is_none()) {
            self.remove(id);
        }
        Some(undone)
    }
}

/// Takes back whatever of an entry is in place.
pub(crate) fn take_back(folder: &Path, entry: &Entry) -> Undone {
    let mut undone = Undone::default();
    let target = &entry.target;
    if !target.is_dir() {
        return undone;
    }
    restore(folder, entry, &mut undone);
    let git_changed = git_changed(target, &entry.made);
    // What lies deepest goes first.
    for (path, print) in entry.made.iter().rev() {
        if is_git(path) && git_changed {
            continue;
        }
        remove(target, path, print, &mut undone);
    }
    if git_changed {
        undone.kept.push(Kept {
            path: ".git".to_owned(),
            why: "the repository has changed since",
            before: None,
        });
    }
    if entry.whole {
        undone.folder_removed = fs::remove_dir(target).is_ok();
        if undone.folder_removed {
            remove_empty(&entry.parents);
        } else {
            foreign(target, entry, &mut undone);
        }
    }
    undone.removed.sort_unstable();
    undone
}

fn restore(folder: &Path, entry: &Entry, undone: &mut Undone) {
    for (path, replaced) in &entry.replaced {
        let place = entry.target.join(path);
        let before = folder.join(&replaced.kept);
        if same(&place, &before) {
            continue;
        }
        let now = snapshot::look(&place).map_or(Print::Nothing, |now| Print::from(&now));
        if now == replaced.new && put_back(&before, &place).is_some() {
            undone.restored.push(path.clone());
        } else {
            undone.kept.push(Kept {
                path: path.clone(),
                why: "it has changed since",
                before: Some(before),
            });
        }
    }
}

/// Copies a file back: beside its place first, so that no moment has only half of it.
fn put_back(before: &Path, place: &Path) -> Option<()> {
    let folder = place.parent()?;
    fs::create_dir_all(folder).ok()?;
    let beside = tempfile::Builder::new()
        .prefix(".bakehouse-undo-")
        .tempdir_in(folder)
        .ok()?;
    let staged = beside.path().join("file");
    copy(before, &staged).ok()?;
    fs::rename(&staged, place).ok()
}

/// Whether two files hold the same, so that nothing was replaced yet.
fn same(one: &Path, other: &Path) -> bool {
    match (snapshot::look(one), snapshot::look(other)) {
        (Ok(one), Ok(other)) => Print::from(&one) == Print::from(&other),
        _ => false,
    }
}

fn remove(target: &Path, path: &str, print: &Print, undone: &mut Undone) {
    let place = target.join(path);
    let Ok(now) = snapshot::look(&place) else {
        return;
    };
    if *print == Print::Folder {
        // Only an empty folder goes; what lies in it is told by itself.
        let _ = fs::remove_dir(&place);
        return;
    }
    // The index of git is written anew whenever somebody looks.
    let volatile = path == ".git/index";
    let why = if Print::from(&now) != *print && !volatile {
        "it has changed since"
    } else if fs::remove_file(&place).is_err() {
        "it cannot be removed"
    } else {
        if !is_git(path) {
            undone.removed.push(path.to_owned());
        }
        return;
    };
    undone.kept.push(Kept {
        path: path.to_owned(),
        why,
        before: None,
    });
}

/// Whether anything in the repository is not as it was made, its index aside.
fn git_changed(target: &Path, made: &BTreeMap<String, Print>) -> bool {
    if !made.contains_key(".git") {
        return false;
    }
    let Ok(now) = snapshot::take(&target.join(".git")) else {
        return true;
    };
    prints(&now)
        .iter()
        .any(|(path, print)| path != "index" && made.get(&format!(".git/{path}")) != Some(print))
}

/// Files in the project folder that are not ours.
fn foreign(target: &Path, entry: &Entry, undone: &mut Undone) {
    let Ok(there) = snapshot::take(target) else {
        return;
    };
    for path in there.into_keys() {
        let told = undone.kept.iter().any(|kept| kept.path == path);
        if !told && !is_git(&path) && !entry.made.contains_key(&path) {
            undone.kept.push(Kept {
                path,
                why: "it was not made with the project",
                before: None,
            });
        }
    }
}
