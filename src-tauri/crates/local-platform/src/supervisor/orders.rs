//! What the server wants of a running job. The file is the truth; the pipe only wakes.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::sync::mpsc::Sender;

use serde::{Deserialize, Serialize};

use super::JobFolder;
use super::work::Event;

/// Orders to a supervisor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// End the job, for this reason.
    #[serde(default)]
    pub(crate) stop: Option<String>,
    /// A life span that replaces the one the job began with.
    #[serde(default)]
    pub(crate) max_run_seconds: Option<u64>,
    /// The size of the terminal the job is shown in.
    #[serde(default)]
    pub(crate) terminal: Option<Terminal>,
}

/// The size of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terminal {
    /// Lines.
    pub(crate) rows: u16,
    /// Letters in a line.
    pub(crate) cols: u16,
}

impl Default for Terminal {
    fn default() -> Self {
        Self { rows: 24, cols: 80 }
    }
}

/// Reports every nudge as an event, from a thread of its own.
pub(super) fn listen(folder: &JobFolder, sender: Sender<Event>) -> io::Result<()> {
    // Open for both directions, so that the pipe never reports an end.
    let mut pipe = OpenOptions::new()
        .read(true)
        .write(true)
        .open(folder.nudge())?;
    std::thread::spawn(move || {
        let mut buffer = [0; 64];
        while pipe.read(&mut buffer).is_ok() {
            if sender.send(Event::Orders).is_err() {
                return;
            }
        }
    });
    Ok(())
}
