//! Runs git's machinery on a thread of its own, so that a caller can leave at any moment.
//!
//! The net may hang where no switch reaches. The caller then goes; the thread ends by its own time
//! limit, and what it wrote lies in a folder that nobody uses.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::git::meter::Meter;
use crate::git::repository::GitError;
use crate::limits::TooLarge;
use crate::watch::{Deadline, Progress};

/// How often progress is told.
const PERIOD: Duration = Duration::from_millis(40);

/// What the thread gets.
pub(crate) struct Handle {
    /// Counts.
    pub(crate) meter: Meter,
    /// Set when the caller has left.
    pub(crate) interrupt: Arc<AtomicBool>,
}

/// The caller's side.
#[derive(Clone, Copy)]
pub(crate) struct Overseer<'a> {
    pub(crate) progress: &'a (dyn Fn(Progress) + Sync),
    pub(crate) deadline: &'a Deadline,
    pub(crate) most_bytes: u64,
}

/// Does the job on another thread and waits for it.
pub(crate) fn run<T: Send + 'static>(
    overseer: Overseer<'_>,
    job: impl FnOnce(&Handle) -> Result<T, GitError> + Send + 'static,
) -> Result<T, GitError> {
    let handle = Handle {
        meter: Meter::default(),
        interrupt: Arc::default(),
    };
    let meter = handle.meter.clone();
    let interrupt = Arc::clone(&handle.interrupt);
    let (done, result) = channel();
    thread::Builder::new()
        .name("template-git".to_owned())
        .spawn(move || {
            // Nobody listens when the caller has left.
            let _ = done.send(job(&handle));
        })
        .map_err(|error| GitError::other(&error))?;
    loop {
        match result.recv_timeout(PERIOD) {
            Ok(result) => {
                (overseer.progress)(meter.now());
                return result;
            }
            Err(RecvTimeoutError::Disconnected) => return Err(GitError::Broken),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = meter.now();
        (overseer.progress)(now);
        let ended = overseer.deadline.ended().map(GitError::Ended);
        let large = (now.bytes > overseer.most_bytes)
            .then_some(GitError::TooLarge(TooLarge::Download(overseer.most_bytes)));
        if let Some(end) = ended.or(large) {
            interrupt.store(true, Ordering::Relaxed);
            return Err(end);
        }
    }
}
