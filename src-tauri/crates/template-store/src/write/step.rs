//! One path that is made, replaced or removed in a folder that is there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::hook::rehearsal::link;
use crate::snapshot;
use crate::write::draft::Draft;
use crate::write::error::WriteError;
use crate::write::journal::{Print, Replaced, sync_folder};

/// What happens at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    MakeFolder,
    Make,
    Replace,
    Remove,
}

/// One path that is made, replaced or removed.
#[derive(Debug)]
pub(crate) struct Step {
    path: String,
    act: Act,
}

impl Step {
    pub(crate) fn folder(path: String) -> Self {
        let act = Act::MakeFolder;
        Self { path, act }
    }

    /// Moves the staged file into place.
    pub(crate) fn write(path: String, replaces: bool) -> Self {
        let act = if replaces { Act::Replace } else { Act::Make };
        Self { path, act }
    }

    pub(crate) fn remove(path: String) -> Self {
        let act = Act::Remove;
        Self { path, act }
    }

    pub(crate) fn take(&self, root: &Path, target: &Path) -> Result<(), WriteError> {
        let (staged, place) = (root.join(&self.path), target.join(&self.path));
        let there = fs::symlink_metadata(&place).is_ok();
        if there != matches!(self.act, Act::Replace | Act::Remove) {
            return Err(WriteError::Changed {
                path: self.path.clone(),
            });
        }
        match self.act {
            Act::MakeFolder => fs::create_dir(&place).and_then(|()| {
                let mode = fs::metadata(&staged)?.permissions();
                fs::set_permissions(&place, mode)
            }),
            Act::Make | Act::Replace => fs::rename(&staged, &place),
            Act::Remove => fs::remove_file(&place).map(|()| remove_empty_above(target, &place)),
        }
        .map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> WriteError {
        WriteError::File {
            path: self.path.clone(),
            source,
        }
    }
}

impl Draft {
    /// Copies what will be replaced or removed into the journal, and writes down what is new.
    pub(crate) fn prepare(&mut self, steps: &[Step]) -> Result<(), WriteError> {
        let folder = self.journal.folder(&self.id);
        let kept = folder.join("kept");
        fs::create_dir_all(&kept).map_err(|source| self.journal.failed(source))?;
        for (at, step) in steps.iter().enumerate() {
            let new = match step.act {
                Act::Remove => Print::Nothing,
                _ => {
                    let staged = snapshot::look(&self.root.join(&step.path));
                    Print::from(&staged.map_err(|source| step.failed(source))?)
                }
            };
            if matches!(step.act, Act::Make | Act::MakeFolder) {
                self.entry.made.insert(step.path.clone(), new);
                continue;
            }
            let name = format!("kept/{at}");
            copy(&self.target.join(&step.path), &folder.join(&name))
                .map_err(|source| self.journal.failed(source))?;
            let replaced = Replaced { kept: name, new };
            self.entry.replaced.insert(step.path.clone(), replaced);
        }
        sync_folder(&kept);
        Ok(())
    }
}

/// Copies a file with its mode, or a link as a link, and flushes the copy.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(from)?.is_symlink() {
        return link(&fs::read_link(from)?, to);
    }
    fs::copy(from, to)?;
    // A read-only copy could not be flushed on every system.
    if let Ok(file) = fs::File::open(to) {
        let _ = file.sync_all();
    }
    Ok(())
}

/// Removes folders above a removed file as far as they are empty; never the project itself.
fn remove_empty_above(target: &Path, place: &Path) {
    let above: Vec<PathBuf> = place
        .ancestors()
        .skip(1)
        .take_while(|folder| *folder != target)
        .map(Path::to_owned)
        .collect();
    for folder in above {
        if fs::remove_dir(&folder).is_err() {
            return;
        }
    }
}
