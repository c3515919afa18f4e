//! Who executes an attempt on this computer.
//!
//! An attempt is guarded by a lock file in the platform's folder, so that two processes never
//! execute the same one. The system frees the lock when its process ends, however it ends; the file
//! stays until the attempt is over, and tells that a process of ours began it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

/// How often a process tries to take hold of an attempt.
const PATIENT_TRIES: usize = 20;

/// Holds an attempt for this process as long as it lives.
pub(crate) struct Hold {
    _file: File,
    path: PathBuf,
}

impl Hold {
    /// The attempt is over: nobody has to take it up.
    pub(crate) fn done(self) {
        // A file that stays is harmless: the attempt has ended.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Takes hold of an attempt at a bake on the platform in a folder; nothing if another process has
/// it.
pub(crate) fn hold(platform: &Path, attempt: &str) -> io::Result<Option<Hold>> {
    let path = lock_file(platform, attempt);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().create(true).append(true).open(&path)?;
    // Whoever asks for the holder has the lock for a moment.
    for _ in 0..PATIENT_TRIES {
        if lock(&file, FlockOperation::NonBlockingLockExclusive)? {
            return Ok(Some(Hold { _file: file, path }));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(None)
}

/// Whether a process of ours executes an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// None ever did, or it has executed it to the end.
    None,
    /// One does.
    Lives,
    /// One did, and ended before the attempt.
    Ended,
}

impl Holder {
    /// Looks at the lock of an attempt and leaves it as it is.
    pub(crate) fn of(platform: &Path, attempt: &str) -> io::Result<Self> {
        let file = match File::open(lock_file(platform, attempt)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::None),
            Err(error) => return Err(error),
        };
        let free = lock(&file, FlockOperation::NonBlockingLockShared)?;
        Ok(if free { Self::Ended } else { Self::Lives })
    }
}

fn lock_file(platform: &Path, attempt: &str) -> PathBuf {
    let name = attempt.replace(['/', '\\'], "_");
    platform.join("executors").join(format!("{name}.lock"))
}

fn lock(file: &File, how: FlockOperation) -> io::Result<bool> {
    match flock(file, how) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_held_by_one_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let first = hold(root.path(), "attempt-1").unwrap();
        assert!(first.is_some());
        assert!(hold(root.path(), "attempt-1").unwrap().is_none());
        assert!(hold(root.path(), "attempt-2").unwrap().is_some());
        drop(first);
        assert!(hold(root.path(), "attempt-1").unwrap().is_some());
    }

    #[test]
    fn what_a_process_left_is_told_from_what_none_of_ours_began() {
        let root = tempfile::tempdir().unwrap();
        let of = |attempt| Holder::of(root.path(), attempt).unwrap();
        assert_eq!(of("attempt-1"), Holder::None);
        let held = hold(root.path(), "attempt-1").unwrap();
        assert_eq!(of("attempt-1"), Holder::Lives);
        drop(held);
        assert_eq!(of("attempt-1"), Holder::Ended);
        hold(root.path(), "attempt-1").unwrap().unwrap().done();
        assert_eq!(of("attempt-1"), Holder::None);
    }
}
