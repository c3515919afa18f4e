//! A project in the making, in a folder beside its target.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use template::{Content, Entry as Planned, Plan};

use crate::snapshot;
use crate::watch::{Ended, Progress, Stage, Watch};
use crate::write::error::WriteError;
use crate::write::journal::{self, Entry, Journal, State};

/// A project in the making. Dropping it removes every trace of it.
#[derive(Debug)]
pub struct Draft {
    pub(crate) staging: tempfile::TempDir,
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) parent: PathBuf,
    pub(crate) journal: Journal,
    pub(crate) id: String,
    pub(crate) entry: Entry,
    pub(crate) placed: bool,
}

impl Draft {
    /// An empty draft of a project folder in `parent`. Early hooks run in this state.
    ///
    /// # Errors
    /// When the place cannot be used.
    pub fn begin(journal: &Journal, parent: &Path, folder: &str) -> Result<Self, WriteError> {
        check_path(folder)?;
        if !parent.is_dir() {
            return Err(WriteError::NoParent {
                path: parent.to_owned(),
            });
        }
        let not_writable = |source| WriteError::NotWritable {
            path: parent.to_owned(),
            source,
        };
        let staging = tempfile::Builder::new()
            .prefix(".bakehouse-new-")
            .tempdir_in(parent)
            .map_err(not_writable)?;
        // Hooks may look at the name of the folder they run in.
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let root = staging.path().join(name);
        fs::create_dir(&root).map_err(not_writable)?;
        let target = parent.join(folder);
        let entry = Entry {
            state: State::Drafting,
            process: std::process::id(),
            began: Timestamp::now(),
            staging: staging.path().to_owned(),
            target: target.clone(),
            whole: true,
            parents: Vec::new(),
            made: std::collections::BTreeMap::new(),
            replaced: std::collections::BTreeMap::new(),
        };
        Ok(Self {
            id: journal.begin(&entry)?,
            staging,
            root,
            target,
            parent: parent.to_owned(),
            journal: journal.clone(),
            entry,
            placed: false,
        })
    }

    /// The folder that becomes the project. Hooks and git work here.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the project will stand.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Writes everything a plan holds. What early hooks made gives way.
    ///
    /// # Errors
    /// When the plan is unsound or the disk refuses.
    pub fn fill(&mut self, plan: &Plan, watch: &Watch<'_>) -> Result<(), WriteError> {
        check(plan)?;
        let deadline = watch.deadline();
        let there: HashSet<String> = snapshot::take(&self.root)
            .map_err(|source| self.not_writable(source))?
            .into_keys()
            .collect();
        let mut open = Vec::new();
        for (at, planned) in plan.entries.iter().enumerate() {
            let made = make(&self.root, planned, there.contains(&planned.path));
            open.extend(made.map_err(|source| failed(&planned.path, source))?);
            if open.len() >= 256 {
                flush(&mut open);
            }
            (watch.progress)(Progress {
                done: at as u64 + 1,
                total: Some(plan.entries.len() as u64),
                ..Progress::new(Stage::Writing)
            });
            if deadline.ended() == Some(Ended::Stopped) {
                return Err(WriteError::Stopped);
            }
        }
        flush(&mut open);
        restrict_folders(&self.root, &plan.entries)
    }

    /// Adds one more file, such as `.cruft.json`.
    ///
    /// # Errors
    /// When the path leads out or the disk refuses.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
        check_path(path)?;
        crate::cache::replace(&self.root.join(path), bytes)
            .map_err(|source| failed(path, source))?;
        set_mode(&self.root.join(path), Some(0o644)).map_err(|source| failed(path, source))
    }

    fn not_writable(&self, source: io::Error) -> WriteError {
        WriteError::NotWritable {
            path: self.parent.clone(),
            source,
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.placed {
            // Read-only folders of the draft would keep it from being removed.
            loosen(self.staging.path());
            self.journal.remove(&self.id);
        }
    }
}

/// Makes folders writable again, so that they can be removed.
pub(crate) fn loosen(folder: &Path) {
    let _ = set_mode(folder, Some(0o700));
    let Ok(all) = fs::read_dir(folder) else {
        return;
    };
    for entry in all.filter_map(Result::ok) {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            loosen(&entry.path());
        }
    }
}

/// A plan is checked again here: this is the last place before the disk.
fn check(plan: &Plan) -> Result<(), WriteError> {
    if let Some(error) = plan.diagnostics.iter().find(|one| one.is_error()) {
        return Err(WriteError::Unsound {
            why: error.message.clone(),
        });
    }
    plan.entries
        .iter()
        .map(|entry| entry.path.as_str())
        .chain([plan.folder.as_str()])
        .try_for_each(check_path)
}

/// Refuses paths that lead out, and those that git would run programs from.
pub(crate) fn check_path(path: &str) -> Result<(), WriteError> {
    let refuse = |why: &str| {
        Err(WriteError::Unsound {
            why: format!("`{path}` {why}"),
        })
    };
    let inside = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !inside || path.is_empty() || path.contains(['\0', '\\']) && cfg!(windows) {
        return refuse("lies outside the project");
    }
    for part in path.split('/') {
        let low = part.trim_end_matches(['.', ' ']).to_ascii_lowercase();
        if low == ".git" || low == "git~1" {
            return refuse("would change how git works in the project");
        }
        if cfg!(windows) && !keeps_on_windows(part) {
            return refuse("cannot be kept on Windows");
        }
    }
    Ok(())
}

fn keeps_on_windows(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end();
    let stem = stem.to_ascii_uppercase();
    let device = matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL")
        || ["COM", "LPT"].iter().any(|base| {
            stem.strip_prefix(base)
                .is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']))
        });
    !device && !part.contains(['<', '>', ':', '"', '|', '?', '*']) && !part.ends_with(['.', ' '])
}

/// Makes one file or folder; a file comes back open, so that all can be flushed together.
fn make(root: &Path, planned: &Planned, there: bool) -> io::Result<Option<File>> {
    let path = root.join(&planned.path);
    if let Content::Folder = planned.content {
        if there && path.is_dir() {
            return Ok(None);
        }
        fs::create_dir(&path)?;
        return Ok(None);
    }
    if there {
        fs::remove_file(&path)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)?;
    file.write_all(planned.content.bytes())?;
    set_mode(&path, planned.mode)?;
    Ok(Some(file))
}

/// Permission bits of folders are set last: they might forbid filling them. Their owner can always
/// go on working in them.
fn restrict_folders(root: &Path, entries: &[Planned]) -> Result<(), WriteError> {
    let folders = entries
        .iter()
        .rev()
        .filter(|entry| entry.content == Content::Folder);
    for entry in folders {
        set_mode(&root.join(&entry.path), entry.mode.map(|mode| mode | 0o700))
            .map_err(|source| failed(&entry.path, source))?;
    }
    Ok(())
}

fn failed(path: &str, source: io::Error) -> WriteError {
    let path = path.to_owned();
    match source.kind() {
        ErrorKind::AlreadyExists => WriteError::SameName { path },
        _ => WriteError::File { path, source },
    }
}

/// Sets read, write and execute as planned; set-user and set-group bits are never taken over.
#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, mode: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    match mode {
        Some(mode) => fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o777)),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_path: &Path, _mode: Option<u32>) -> io::Result<()> {
    Ok(())
}

/// Flushes files to the disk, so that a loss of power after the rename leaves no empty ones.
fn flush(files: &mut Vec<File>) {
    for file in files.drain(..) {
        // Some file systems cannot flush; the content is written all the same.
        let _ = file.sync_all();
    }
}

/// Flushes all folders of a draft.
pub(crate) fn sync_all(root: &Path) {
    journal::sync_folder(root);
    let Ok(all) = fs::read_dir(root) else {
        return;
    };
    for entry in all.filter_map(Result::ok) {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            sync_all(&entry.path());
        }
    }
}
