//! The folder of a job: the files that server and supervisor share.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::{FlockOperation, Mode, flock};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{JobSpec, JobState, Orders};

/// How often a supervisor tries to take its lock.
const PATIENT_TRIES: usize = 20;

/// Paths and files of one job.
#[derive(Debug, Clone)]
pub(crate) struct JobFolder {
    path: PathBuf,
}

impl JobFolder {
    /// The folder at `path`, which need not exist yet.
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// True if somebody has deleted the folder: nobody will ever ask for the job again.
    pub(super) fn is_gone(&self) -> bool {
        let found = fs::symlink_metadata(&self.path);
        found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    }

    /// Makes the folder with everything a supervisor expects in it.
    pub(crate) fn create(&self, spec: &JobSpec) -> io::Result<()> {
        fs::create_dir_all(self.private())?;
        let mode = Mode::from_raw_mode(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, self.nudge(), mode)?;
        self.make_input()?;
        self.replace("spec.json", spec)
    }

    /// The pipe to the job's standard input. Open it for writing only and without waiting: where
    /// that fails, no supervisor listens.
    pub(crate) fn input(&self) -> PathBuf {
        self.path.join("input")
    }

    /// Makes the pipe, if it is not there.
    pub(super) fn make_input(&self) -> io::Result<()> {
        let mode = Mode::from_raw_mode(0o600);
        match rustix::fs::mkfifoat(rustix::fs::CWD, self.input(), mode) {
            Err(error) if error != rustix::io::Errno::EXIST => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// A folder only this job writes to (its `/tmp`); it goes when the job ends.
    pub(crate) fn private(&self) -> PathBuf {
        self.path.join("private")
    }

    /// Removes what only the running job needed.
    pub(crate) fn clear_private(&self) {
        let _ = fs::remove_dir_all(self.private());
        if let Some(folder) = self.spec().ok().and_then(|spec| spec.secret_folder) {
            let _ = fs::remove_dir_all(folder);
        }
    }

    /// The pipe that wakes the supervisor.
    pub(crate) fn nudge(&self) -> PathBuf {
        self.path.join("nudge")
    }

    /// What of the output comes from which stream of the job's container.
    pub(super) fn container_journal(&self) -> PathBuf {
        self.path.join("container.journal")
    }

    /// What to run.
    pub(crate) fn spec(&self) -> io::Result<JobSpec> {
        read(&self.path.join("spec.json"))
    }

    /// How the job stands, as far as its supervisor has said.
    pub(crate) fn state(&self) -> io::Result<JobState> {
        read(&self.path.join("state.json"))
    }

    /// A mark that differs whenever the state has been written anew.
    pub(crate) fn state_mark(&self) -> Option<(u64, i64, i64)> {
        let data = fs::metadata(self.path.join("state.json")).ok()?;
        Some((data.ino(), data.mtime(), data.mtime_nsec()))
    }

    /// Reports how the job stands.
    pub(crate) fn write_state(&self, state: &JobState) -> io::Result<()> {
        self.replace("state.json", state)
    }

    /// The orders given so far.
    pub(crate) fn orders(&self) -> Orders {
        read(&self.path.join("orders.json")).unwrap_or_default()
    }

    /// Changes the orders and wakes the supervisor. One change after the other, so that none is
    /// lost; only the server gives orders.
    pub(crate) fn change_orders(&self, change: impl FnOnce(&mut Orders)) -> io::Result<()> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let lock = ONE_AT_A_TIME.lock();
        let _lock = lock.unwrap_or_else(PoisonError::into_inner);
        let mut orders = self.orders();
        change(&mut orders);
        self.replace("orders.json", &orders)?;
        // Opened for both directions it never blocks, and an absent reader is no error: the
        // supervisor looks at the orders before it waits for the pipe.
        let pipe = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
            .open(self.nudge());
        match pipe.and_then(|mut pipe| pipe.write(b"!")) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes the supervisor's lock; `None` if a living supervisor holds it.
    pub(crate) fn lock(&self) -> io::Result<Option<File>> {
        // A server that asks whether we live holds the lock for a moment.
        for _ in 0..PATIENT_TRIES {
            if let Some(file) = self.try_lock(FlockOperation::NonBlockingLockExclusive)? {
                return Ok(Some(file));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(None)
    }

    /// True while a supervisor holds the job.
    pub(crate) fn is_supervised(&self) -> bool {
        matches!(
            self.try_lock(FlockOperation::NonBlockingLockShared),
            Ok(None)
        )
    }

    fn try_lock(&self, how: FlockOperation) -> io::Result<Option<File>> {
        let path = self.path.join("supervisor.lock");
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)?;
        match flock(&file, how) {
            Ok(()) => Ok(Some(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn replace(&self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let partial = self.path.join(format!(".{name}.{}", std::process::id()));
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)?;
        file.write_all(&serde_json::to_vec(value)?)?;
        file.sync_data()?;
        fs::rename(partial, self.path.join(name))
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}
