//! Bytes for the standard input of a job: whoever writes to the pipe `input` in the job's folder
//! types into the job.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

type Sink = Box<dyn Write + Send>;

/// Passes the pipe's bytes to what runs at the moment; bytes that come too early wait.
#[derive(Clone, Default)]
pub(super) struct Input {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    current: Mutex<Current>,
    connected: Condvar,
}

#[derive(Default)]
struct Current {
    sink: Option<Sink>,
    /// Counts connections, so that a sink in use is not put back after its time.
    generation: u64,
}

impl Input {
    /// Passes on what comes through the pipe, from a thread of its own: what runs may be slow to
    /// read.
    pub(super) fn follow(&self, mut pipe: File) {
        let ours = self.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count) = pipe.read(&mut buffer) {
                ours.pass_on(&buffer[..count]);
            }
        });
    }

    /// From now on bytes go here.
    pub(super) fn connect(&self, sink: Option<Sink>) {
        let mut current = self.current();
        current.generation += 1;
        current.sink = sink;
        drop(current);
        self.shared.connected.notify_all();
    }

    /// What ran has ended.
    pub(super) fn disconnect(&self) {
        self.connect(None);
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        let locked = self.shared.current.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes outside of the lock: what runs may be slow to read, and its end must not wait for us.
    fn pass_on(&self, bytes: &[u8]) {
        let current = self.current();
        let waited = self
            .shared
            .connected
            .wait_while(current, |current| current.sink.is_none());
        let mut current = waited.unwrap_or_else(PoisonError::into_inner);
        let generation = current.generation;
        let Some(mut sink) = current.sink.take() else {
            return;
        };
        drop(current);
        // What no longer reads misses what was typed, as everywhere.
        let written = sink.write_all(bytes).and_then(|()| sink.flush());
        let mut current = self.current();
        if current.generation == generation {
            current.sink = Some(match written {
                Ok(()) => sink,
                Err(_) => Box::new(io::sink()),
            });
        }
    }
}
