//! What a supervisor looks after, whether it is a process or a container.
//!
//! Whatever happens to it comes as [`Event`]s over the channel it was started with, so that life
//! span, restarts, orders and output are written once for all kinds.

use std::io::Write;

use jiff::Timestamp;
use protocol::{JobStatus, reason};

use super::{Ending, Terminal, Waiting};

/// What the supervisor waits for.
pub(crate) enum Event {
    /// It cannot start yet; this is why.
    Waiting(Waiting),
    /// Something about how it runs that its user should know.
    Noted(String),
    /// It runs.
    Begun(Begun),
    /// It has ended. Nothing follows.
    Exited(Exit),
    /// The server has written new orders.
    Orders,
}

/// The beginning of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    /// When.
    pub(crate) at: Timestamp,
    /// Its process on this computer, where it is one of ours.
    pub(crate) pid: Option<u32>,
}

/// How it ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exit {
    /// Exit code; 128 + n after signal n. `None` if it never ran.
    pub(crate) code: Option<i32>,
    /// A word of [`protocol::reason`] that says more than the code does.
    pub(crate) reason: Option<&'static str>,
    /// A sentence, or empty.
    pub(crate) description: String,
    /// Starting it again would end the same way.
    pub(crate) is_final: bool,
    /// A signal ended it.
    pub(crate) killed: bool,
}

impl Exit {
    /// It could not be started, and trying again is of no use.
    pub(crate) fn refused(reason: &'static str, description: String) -> Self {
        Self {
            code: None,
            reason: Some(reason),
            description,
            is_final: true,
            killed: false,
        }
    }

    /// It ran and gave this code.
    pub(crate) fn with_code(code: i32) -> Self {
        Self {
            code: Some(code),
            ..Self::default()
        }
    }

    /// The end of the job, if the job ends with it.
    pub(super) fn ending(&self) -> Ending {
        let good = self.code == Some(0) && self.reason.is_none();
        let (status, usual) = if good {
            (JobStatus::Succeeded, reason::COMPLETED)
        } else {
            (JobStatus::Failed, reason::ERROR)
        };
        Ending {
            at: Timestamp::now(),
            status,
            reason: self.reason.unwrap_or(usual).to_owned(),
            description: self.description.clone(),
            exit_code: self.code,
        }
    }
}

/// Something that runs.
pub(super) trait Work {
    /// Where the bytes for its standard input go.
    fn input(&self) -> Option<Box<dyn Write + Send>>;

    /// Gives its terminal a size, if it has one.
    fn resize(&self, terminal: Terminal);

    /// Asks it to end. Before it has begun, this ends it.
    fn terminate(&self);

    /// Ends it at once.
    fn kill(&self);

    /// Called after its end: ends what it left running, waits a moment for its last output. True
    /// if nothing of it is left in this process.
    fn settle(&mut self) -> bool;

    /// Removes what it left behind. Called once its end is on record, or before the next start.
    fn remove(&mut self) {}
}
