//! The data folder: who serves it, and where things lie in it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::DataError;

/// The folder with one folder for each job.
const JOBS: &str = "jobs";

/// Who serves a data folder, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// API address.
    pub url: String,
    /// Process.
    pub pid: u32,
}

/// Who serves the folder, if somebody living does.
pub fn served(data_dir: &Path) -> Option<Served> {
    let folder = DataFolder::new(data_dir);
    // If the lock can be had, nobody serves; what the file says is left over from a crash.
    if folder.lock().ok()?.is_some() {
        return None;
    }
    folder.read_served()
}

/// Where the folder is served, or was served last. Unlike [`served`] it touches nothing, so it may
/// be asked again and again.
pub fn last_served(data_dir: &Path) -> Option<Served> {
    DataFolder::new(data_dir).read_served()
}

/// Paths in the data folder.
#[derive(Debug, Clone)]
pub(crate) struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Makes the folder, readable by its owner only. From then on its path is absolute, because
    /// supervisors work elsewhere.
    pub(crate) fn create(path: &Path) -> Result<Self, DataError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| DataError::Folder { path, source }
        };
        builder.create(path).map_err(failed(path))?;
        let folder = Self {
            path: path.canonicalize().map_err(failed(path))?,
        };
        for inner in [folder.jobs(), folder.storage()] {
            builder.create(&inner).map_err(failed(&inner))?;
        }
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("platform.sqlite")
    }

    pub(crate) fn jobs(&self) -> PathBuf {
        self.path.join(JOBS)
    }

    /// True for a path of [`DataFolder::jobs`], and for no folder of one job.
    pub(crate) fn holds_jobs(path: &Path) -> bool {
        path.ends_with(JOBS)
    }

    pub(crate) fn job(&self, id: &str) -> PathBuf {
        self.jobs().join(id)
    }

    /// The secret that the keys of jobs are made of.
    pub(crate) fn job_keys(&self) -> PathBuf {
        self.path.join("job-keys")
    }

    pub(crate) fn disks(&self) -> PathBuf {
        self.path.join("disks")
    }

    pub(crate) fn storage(&self) -> PathBuf {
        self.path.join("storage")
    }

    /// Folder of the image registry.
    pub(crate) fn images(&self) -> PathBuf {
        self.path.join("images")
    }

    fn served_file(&self) -> PathBuf {
        self.path.join("server.json")
    }

    /// Takes the lock of the folder; `None` if a living process has it.
    pub(crate) fn lock(&self) -> io::Result<Option<File>> {
        let path = self.path.join("server.lock");
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn read_served(&self) -> Option<Served> {
        serde_json::from_slice(&fs::read(self.served_file()).ok()?).ok()
    }

    pub(crate) fn write_served(&self, served: &Served) -> Result<(), DataError> {
        let path = self.served_file();
        let partial = self.path.join(".server.json");
        let written = fs::write(&partial, serde_json::to_vec(served)?)
            .and_then(|()| fs::rename(&partial, &path));
        written.map_err(|source| DataError::Folder { path, source })
    }

    pub(crate) fn remove_served(&self) {
        let _ = fs::remove_file(self.served_file());
    }
}
