//! A hook runs in a copy of the project; a person sees what it did before that becomes true.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use template::Hook;

use crate::hook::difference::{self, FileChange};
use crate::hook::environment;
use crate::hook::interpreter::Interpreter;
use crate::hook::process::{self, Ending, Line};
use crate::hook::sandbox::{Reach, Sandbox};
use crate::snapshot;
use crate::watch::Watch;

/// How a hook is run. Making one of these is the consent of the person.
#[derive(Clone, Copy)]
pub struct HookRun<'a> {
    /// The hook with its rendered text.
    pub hook: &'a Hook,
    /// What runs it.
    pub interpreter: &'a Interpreter,
    /// The walls around it.
    pub sandbox: &'a Sandbox,
    /// Whether it may use the net.
    pub network: bool,
    /// Stop and time limit.
    pub watch: Watch<'a>,
    /// The variables of the application; a few are handed on.
    pub around: &'a dyn Fn(&str) -> Option<OsString>,
}

/// Why a hook could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// It has no text.
    #[error("`{file}` cannot be run: its text could not be made from the answers")]
    NoText {
        /// The hook.
        file: String,
    },
    /// The copy could not be made.
    #[error("the project could not be copied for `{file}`: {source}")]
    Copy {
        /// The hook.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The program does not start.
    #[error("`{command}` does not start: {source}")]
    Start {
        /// The command.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// What the hook did could not be taken over.
    #[error("the changes of the hook could not be taken over: {source}")]
    Accept {
        /// What the system said.
        source: io::Error,
    },
}

/// A hook that has run in a copy. Dropping it forgets what the hook did.
#[derive(Debug)]
pub struct Rehearsal {
    /// How it ended.
    pub ending: Ending,
    /// What it did to the project.
    pub changes: Vec<FileChange>,
    copy: PathBuf,
    original: PathBuf,
    scratch: tempfile::TempDir,
}

impl Rehearsal {
    /// Runs a hook in a copy of a folder. The copy lies beside the folder and has its name.
    ///
    /// # Errors
    /// When the hook cannot be started. That it fails is no error, but its [`Ending`].
    pub fn run(
        run: &HookRun<'_>,
        folder: &Path,
        on_line: &mut dyn FnMut(Line),
    ) -> Result<Self, HookError> {
        let file = || run.hook.file.clone();
        let text = run.hook.text.as_deref();
        let text = text.ok_or_else(|| HookError::NoText { file: file() })?;
        let failed = |source| HookError::Copy {
            file: file(),
            source,
        };
        let stage = Stage::make(folder, &run.hook.file, text).map_err(failed)?;
        let before = snapshot::take(&stage.copy).map_err(failed)?;
        let ending = stage.play(run, on_line)?;
        let after = snapshot::take(&stage.copy).map_err(failed)?;
        Ok(Self {
            ending,
            changes: difference::between(&before, &after),
            copy: stage.copy,
            original: folder.to_owned(),
            scratch: stage.scratch,
        })
    }

    /// Puts the copy in the place of the folder, in two renames.
    ///
    /// # Errors
    /// When it cannot be moved; the folder is then as it was.
    pub fn accept(self) -> Result<(), HookError> {
        let aside = self.scratch.path().join("before");
        let failed = |source| HookError::Accept { source };
        fs::rename(&self.original, &aside).map_err(failed)?;
        fs::rename(&self.copy, &self.original).map_err(|error| {
            let _ = fs::rename(&aside, &self.original);
            failed(error)
        })
    }
}

/// The copy with what the hook needs beside it.
struct Stage {
    scratch: tempfile::TempDir,
    copy: PathBuf,
    home: PathBuf,
    script: PathBuf,
}

impl Stage {
    fn make(folder: &Path, file: &str, text: &str) -> io::Result<Self> {
        let beside = folder.parent().unwrap_or(Path::new("."));
        let scratch = tempfile::Builder::new()
            .prefix(".bakehouse-hook-")
            .tempdir_in(fs::canonicalize(beside)?)?;
        let name = folder.file_name().unwrap_or("project".as_ref());
        let copy = scratch.path().join("copy").join(name);
        let home = scratch.path().join("home");
        fs::create_dir(scratch.path().join("copy"))?;
        fs::create_dir(&home)?;
        copy_folder(folder, &copy)?;
        let script = home.join(file.rsplit('/').next().unwrap_or("hook"));
        let mut written = fs::File::create(&script)?;
        written.write_all(text.as_bytes())?;
        Ok(Self {
            scratch,
            copy,
            home,
            script,
        })
    }

    fn play(&self, run: &HookRun<'_>, on_line: &mut dyn FnMut(Line)) -> Result<Ending, HookError> {
        let person = (run.around)("HOME").map(PathBuf::from);
        let reach = Reach {
            folder: &self.copy,
            home: &self.home,
            person: person.as_deref(),
            network: run.network,
        };
        let mut command = run.sandbox.prefix(reach);
        command.push(run.interpreter.program.clone().into_os_string());
        command.extend(run.interpreter.arguments.iter().map(OsString::from));
        command.push(self.script.clone().into_os_string());
        let deadline = run.watch.deadline();
        let order = process::Run {
            command,
            folder: &self.copy,
            environment: environment::clean(run.around, &self.home, run.network),
            deadline: &deadline,
        };
        process::run(&order, on_line).map_err(|source| HookError::Start {
            command: run.interpreter.shown(),
            source,
        })
    }
}

/// Copies files with their modes, links as links.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_folder(&old, &new)?;
        } else if kind.is_symlink() {
            link(&fs::read_link(&old)?, &new)?;
        } else if kind.is_file() {
            fs::copy(&old, &new)?;
        }
    }
    fs::set_permissions(to, fs::metadata(from)?.permissions())
}

#[cfg(unix)]
pub(crate) fn link(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(windows)]
pub(crate) fn link(target: &Path, at: &Path) -> io::Result<()> {
    let whole = at.parent().unwrap_or(Path::new(".")).join(target);
    if whole.is_dir() {
        std::os::windows::fs::symlink_dir(target, at)
    } else {
        std::os::windows::fs::symlink_file(target, at)
    }
}
