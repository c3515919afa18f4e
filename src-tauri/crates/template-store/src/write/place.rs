//! Puts a finished draft in its place: one rename, or file by file into a folder that is there.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::snapshot::{self, Item, Snapshot};
use crate::write::draft::{Draft, set_mode, sync_all};
use crate::write::error::WriteError;
use crate::write::journal::{Print, State, Written, is_git, sync_folder};
use crate::write::meeting::{Decision, Decisions, beyond};
use crate::write::step::Step;
use crate::write::undo;

impl Draft {
    /// Puts the project in its place, where nothing may be but an empty folder.
    ///
    /// # Errors
    /// When it cannot be moved; everything is then as it was.
    pub fn place(mut self) -> Result<Written, WriteError> {
        refuse_taken(&self.target)?;
        sync_all(&self.root);
        let there = self.contents()?;
        self.entry.made = prints(&there);
        self.entry.parents = missing_parents(&self.target);
        self.entry.state = State::Placing;
        self.journal.write(&self.id, &self.entry)?;
        make_parents(&self.entry.parents)?;
        put(&self.root, &self.target).inspect_err(|_| remove_empty(&self.entry.parents))?;
        sync_folder(self.target.parent().unwrap_or(&self.parent));
        self.finish()
    }

    /// Puts the project into a folder that is there, as a person decided about each file.
    ///
    /// # Errors
    /// When something is undecided or cannot be written; everything is then as it was.
    pub fn place_into(self, decisions: &Decisions) -> Result<Written, WriteError> {
        if !self.target.is_dir() {
            return self.place();
        }
        sync_all(&self.root);
        let steps = self.steps(decisions)?;
        self.carry_out(steps)
    }

    /// Takes steps in a folder that is there: all or none.
    pub(crate) fn carry_out(mut self, steps: Vec<Step>) -> Result<Written, WriteError> {
        self.entry.whole = false;
        self.prepare(&steps)?;
        self.entry.state = State::Placing;
        self.journal.write(&self.id, &self.entry)?;
        for step in &steps {
            if let Err(error) = step.take(&self.root, &self.target) {
                undo::take_back(&self.journal.folder(&self.id), &self.entry);
                return Err(error);
            }
        }
        sync_folder(&self.target);
        self.finish()
    }

    fn finish(mut self) -> Result<Written, WriteError> {
        self.entry.state = State::Done;
        // The project stands; a journal that cannot be written must not take it away again.
        let _ = self.journal.write(&self.id, &self.entry);
        self.placed = true;
        let files = |print: &Print| !matches!(print, Print::Folder);
        let made = self.entry.made.iter();
        Ok(Written {
            id: self.id.clone(),
            target: self.target.clone(),
            files: made
                .filter(|(path, print)| files(print) && !is_git(path))
                .count()
                + self.entry.replaced.len(),
            made: self.entry.began,
        })
    }

    fn contents(&self) -> Result<Snapshot, WriteError> {
        snapshot::take(&self.root).map_err(|source| WriteError::NotWritable {
            path: self.root.clone(),
            source,
        })
    }

    /// What has to be done for each path of the draft.
    fn steps(&self, decisions: &Decisions) -> Result<Vec<Step>, WriteError> {
        let mut steps = Vec::new();
        let mut undecided = Vec::new();
        let mut kept: Vec<String> = Vec::new();
        for (path, item) in self.contents()? {
            if kept
                .iter()
                .any(|folder| path.starts_with(&format!("{folder}/")))
            {
                continue;
            }
            let there = snapshot::look(&self.target.join(&path)).ok();
            let decision = decisions.get(&path);
            match judge(&self.target, &path, &item, there.as_ref()) {
                Judged::Same => {}
                Judged::Free if item == Item::Folder => steps.push(Step::folder(path)),
                Judged::Free => steps.push(Step::write(path, false)),
                Judged::InTheWay if decision == Some(&Decision::Keep) => kept.push(path),
                Judged::InTheWay => return Err(WriteError::InTheWay { path }),
                Judged::Differs => match decision {
                    None => undecided.push(path),
                    Some(Decision::Keep) => {}
                    Some(Decision::Replace) => steps.push(Step::write(path, true)),
                    Some(Decision::Merge(text)) => {
                        let staged = self.root.join(&path);
                        rewrite(&staged, text).map_err(|source| WriteError::File {
                            path: path.clone(),
                            source,
                        })?;
                        steps.push(Step::write(path, true));
                    }
                },
            }
        }
        if undecided.is_empty() {
            Ok(steps)
        } else {
            Err(WriteError::Undecided { paths: undecided })
        }
    }
}

enum Judged {
    Free,
    Same,
    Differs,
    InTheWay,
}

fn judge(target: &Path, path: &str, item: &Item, there: Option<&Item>) -> Judged {
    if beyond(target, path) {
        return Judged::InTheWay;
    }
    match (item, there) {
        (_, None) => Judged::Free,
        (new, Some(old)) if new == old => Judged::Same,
        (Item::File { .. }, Some(Item::File { .. })) => Judged::Differs,
        _ => Judged::InTheWay,
    }
}

/// Writes a text over a file of the draft and keeps its mode.
fn rewrite(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

pub(crate) fn prints(there: &Snapshot) -> std::collections::BTreeMap<String, Print> {
    there
        .iter()
        .map(|(path, item)| (path.clone(), Print::from(item)))
        .collect()
}

/// An empty folder is no obstacle; everything else is, links too.
fn refuse_taken(target: &Path) -> Result<(), WriteError> {
    let taken = || WriteError::Taken {
        path: target.to_owned(),
    };
    match fs::symlink_metadata(target) {
        Err(_) => Ok(()),
        Ok(there) if there.is_dir() => match fs::read_dir(target).map(|mut all| all.next()) {
            Ok(None) => Ok(()),
            _ => Err(taken()),
        },
        Ok(_) => Err(taken()),
    }
}

/// Folders above the target that are missing, outermost first.
fn missing_parents(target: &Path) -> Vec<PathBuf> {
    let mut missing: Vec<PathBuf> = target
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.exists())
        .map(Path::to_owned)
        .collect();
    missing.reverse();
    missing
}

fn make_parents(missing: &[PathBuf]) -> Result<(), WriteError> {
    for (at, folder) in missing.iter().enumerate() {
        if let Err(source) = fs::create_dir(folder) {
            remove_empty(&missing[..at]);
            return Err(WriteError::NotWritable {
                path: folder.clone(),
                source,
            });
        }
    }
    Ok(())
}

pub(crate) fn remove_empty(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

fn put(root: &Path, target: &Path) -> Result<(), WriteError> {
    // A folder takes the system's default, as any new folder would.
    let _ = set_mode(root, default_mode(target));
    if cfg!(windows) {
        // Windows does not rename onto an empty folder.
        let _ = fs::remove_dir(target);
    }
    fs::rename(root, target).map_err(|source| match source.kind() {
        ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            WriteError::Taken {
                path: target.to_owned(),
            }
        }
        _ => WriteError::Move {
            path: target.to_owned(),
            source,
        },
    })
}

/// The mode of an empty folder that was there before.
fn default_mode(target: &Path) -> Option<u32> {
    fs::metadata(target)
        .ok()
        .map(|about| crate::folder::mode(&about))
}
