//! Carries a plan out: everything into a folder beside the target, then one rename.
//!
//! Either the whole project stands in its place afterwards, or nothing does.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};

use contract::{Failure, FailureCode};
use template::{Content, Entry, Plan};

/// How far the writing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress<'a> {
    /// Entries that are made.
    pub(crate) done: usize,
    /// Entries in all.
    pub(crate) total: usize,
    /// The entry that was made last.
    pub(crate) path: &'a str,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// The project folder.
    pub(crate) target: PathBuf,
    /// How many files lie in it.
    pub(crate) files: usize,
}

/// Why a project could not be written. Nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum WriteError {
    /// The plan has errors, or names a place outside its folder.
    #[error("the plan of the project cannot be carried out: {why}")]
    Unsound {
        /// What is wrong.
        why: String,
    },
    /// The folder to make the project in is missing.
    #[error("the folder {} does not exist", path.display())]
    NoParent {
        /// The folder.
        path: PathBuf,
    },
    /// Something is in the way.
    #[error("{} exists already", path.display())]
    Taken {
        /// What is in the way.
        path: PathBuf,
    },
    /// The folder to make the project in cannot be written.
    #[error("the folder {} cannot be written: {source}", path.display())]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Two names are one on this disk.
    #[error("this disk takes `{path}` and another name that differs in case only for one file")]
    SameName {
        /// The second of the names.
        path: String,
    },
    /// A file could not be written.
    #[error("`{path}` could not be written: {source}")]
    File {
        /// Its path in the project.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The finished project could not be moved into its place.
    #[error("the project could not be moved to {}: {source}", path.display())]
    Move {
        /// The place.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The caller asked to stop.
    #[error("making the project was stopped")]
    Stopped,
}

impl WriteError {
    /// What can be done about it.
    fn hint(&self) -> &'static str {
        match self {
            Self::Unsound { .. } => "Change the answers that are marked.",
            Self::NoParent { .. } => "Make it first, or pick another place.",
            Self::Taken { .. } => "Pick another project directory, or another place.",
            Self::NotWritable { source, .. } => mend(source.kind()),
            Self::SameName { .. } => "Pick a place on another disk, or tell the template's author.",
            Self::File { source, .. } | Self::Move { source, .. } => mend(source.kind()),
            Self::Stopped => "Nothing was left behind.",
        }
    }

    /// The failure the window shows.
    pub(crate) fn failure(&self) -> Failure {
        let code = match self {
            Self::Taken { .. } => FailureCode::Conflict,
            Self::NoParent { .. } => FailureCode::NotFound,
            Self::Unsound { .. } => FailureCode::Invalid,
            _ => FailureCode::Refused,
        };
        Failure::new(code, format!("The project was not made: {self}.")).hint(self.hint())
    }
}

fn mend(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::PermissionDenied => "Pick a folder that is yours, or change its permissions.",
        ErrorKind::ReadOnlyFilesystem => "The disk is read-only; pick a place on another one.",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "The disk is full; make room, or pick a place on another one."
        }
        ErrorKind::InvalidFilename => "Pick a shorter name, or one with plain letters.",
        _ => "Pick another place.",
    }
}

/// Writes the project of a plan into `parent`.
pub(crate) fn write(
    plan: &Plan,
    parent: &Path,
    progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<Written, WriteError> {
    check(plan)?;
    if !parent.is_dir() {
        return Err(WriteError::NoParent {
            path: parent.to_owned(),
        });
    }
    let target = parent.join(&plan.folder);
    refuse_taken(&target)?;
    let not_writable = |source| WriteError::NotWritable {
        path: parent.to_owned(),
        source,
    };
    let staging = tempfile::Builder::new()
        .prefix(".bakehouse-new-")
        .tempdir_in(parent)
        .map_err(not_writable)?;
    let root = staging.path().join("project");
    fs::create_dir(&root).map_err(not_writable)?;
    let files = fill(&root, plan, progress)?;
    let made = make_parents(&target)?;
    put_in_place(&root, &target).inspect_err(|_| remove_empty(&made))?;
    sync_folder(target.parent().unwrap_or(parent));
    Ok(Written { target, files })
}

/// A plan is checked again here: this is the last place before the disk.
fn check(plan: &Plan) -> Result<(), WriteError> {
    if let Some(error) = plan.diagnostics.iter().find(|one| one.is_error()) {
        return Err(WriteError::Unsound {
            why: error.message.clone(),
        });
    }
    let paths = plan
        .entries
        .iter()
        .map(|entry| &entry.path)
        .chain([&plan.folder]);
    for path in paths {
        let inside = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !inside || path.is_empty() {
            return Err(WriteError::Unsound {
                why: format!("`{path}` lies outside the project"),
            });
        }
    }
    Ok(())
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

fn fill(
    root: &Path,
    plan: &Plan,
    progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<usize, WriteError> {
    let mut written: Vec<File> = Vec::new();
    let mut files = 0;
    for (at, entry) in plan.entries.iter().enumerate() {
        let made = make(root, entry).map_err(|source| failed(entry, source))?;
        files += usize::from(made.is_some());
        written.extend(made);
        if written.len() >= 256 {
            sync(&mut written);
        }
        let now = Progress {
            done: at + 1,
            total: plan.entries.len(),
            path: &entry.path,
        };
        if progress(now).is_break() {
            return Err(WriteError::Stopped);
        }
    }
    sync(&mut written);
    restrict_folders(root, &plan.entries)?;
    Ok(files)
}

fn failed(entry: &Entry, source: io::Error) -> WriteError {
    let path = entry.path.clone();
    match source.kind() {
        ErrorKind::AlreadyExists => WriteError::SameName { path },
        _ => WriteError::File { path, source },
    }
}

/// Makes one file or folder; the file comes back open, so that all can be flushed together.
fn make(root: &Path, entry: &Entry) -> io::Result<Option<File>> {
    let path = root.join(&entry.path);
    if let Content::Folder = entry.content {
        fs::create_dir(&path)?;
        return Ok(None);
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)?;
    file.write_all(entry.content.bytes())?;
    set_mode(&path, entry.mode)?;
    Ok(Some(file))
}

/// Permission bits of folders are set last: they might forbid filling them.
fn restrict_folders(root: &Path, entries: &[Entry]) -> Result<(), WriteError> {
    let folders = entries
        .iter()
        .rev()
        .filter(|entry| entry.content == Content::Folder);
    for entry in folders {
        set_mode(&root.join(&entry.path), entry.mode).map_err(|source| failed(entry, source))?;
    }
    Ok(())
}

/// Sets read, write and execute as planned; set-user and set-group bits are never taken over.
#[cfg(unix)]
fn set_mode(path: &Path, mode: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    match mode {
        Some(mode) => fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o777)),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: Option<u32>) -> io::Result<()> {
    Ok(())
}

/// Flushes files to the disk, so that a loss of power after the rename leaves no empty ones.
fn sync(files: &mut Vec<File>) {
    for file in files.drain(..) {
        // Some file systems cannot flush; the content is written all the same.
        let _ = file.sync_all();
    }
}

fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Makes missing folders above the target; gives back those it made, outermost first.
fn make_parents(target: &Path) -> Result<Vec<PathBuf>, WriteError> {
    let missing: Vec<PathBuf> = target
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.exists())
        .map(Path::to_owned)
        .collect();
    let mut made = Vec::new();
    for folder in missing.into_iter().rev() {
        if let Err(source) = fs::create_dir(&folder) {
            remove_empty(&made);
            return Err(WriteError::NotWritable {
                path: folder,
                source,
            });
        }
        made.push(folder);
    }
    Ok(made)
}

fn remove_empty(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

fn put_in_place(root: &Path, target: &Path) -> Result<(), WriteError> {
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
