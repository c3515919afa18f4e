//! What the machine is told, and what it asks for.

use std::sync::Arc;

use flow::Image;
use flow::batch::{PlannedTask, TaskId};
use jiff::Timestamp;
use protocol::flow::{TaskStatus, Values};

/// Something that happened while a bake is executed.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// Execution begins, or is taken up again.
    Began,
    /// A result of an earlier bake was found for the task.
    CacheHit {
        /// The task.
        task: TaskId,
        /// The result.
        hit: Hit,
    },
    /// No earlier result can be used.
    CacheMiss {
        /// The task.
        task: TaskId,
    },
    /// The job of a task was accepted.
    Submitted {
        /// The task.
        task: TaskId,
        /// Its job.
        job: String,
        /// When the platform made it.
        at: Timestamp,
    },
    /// The job of a task was not accepted, or what is needed to start it failed.
    NotStarted {
        /// The task.
        task: TaskId,
        /// Why.
        reason: String,
    },
    /// The job of a task runs.
    Running {
        /// The task.
        task: TaskId,
        /// Since when.
        at: Timestamp,
    },
    /// The job (or the local command) of a task has ended.
    Ended {
        /// The task.
        task: TaskId,
        /// How.
        ending: Ending,
    },
    /// An image is there, and tasks can run in it.
    ImageReady {
        /// Its reference.
        reference: String,
    },
    /// An image is not there, and will not be.
    ImageFailed {
        /// Its reference.
        reference: String,
        /// Why.
        reason: String,
    },
    /// The user wants the bake to stop.
    CancelAsked,
}

/// How a job or a local command ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// Succeeded, failed or cancelled.
    pub status: TaskStatus,
    /// When it began to run, if it ever did.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub at: Timestamp,
    /// What its output gave.
    pub outputs: Values,
    /// What its output kept.
    pub state: Values,
}

/// A result of an earlier bake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The job that made it.
    pub job: String,
    /// Its outputs.
    pub outputs: Values,
    /// Its state.
    pub state: Values,
}

/// Something that has to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Look for an earlier result of the task.
    LookUp {
        /// The task.
        task: TaskId,
        /// Its evaluated form, with the key and the age that is allowed.
        plan: Arc<PlannedTask>,
    },
    /// Start the job of the task.
    Submit {
        /// The task.
        task: TaskId,
        /// What to start, and what to do before.
        plan: Arc<PlannedTask>,
    },
    /// See to it that an image of the flow is there, building it if need be.
    PrepareImage {
        /// The image, evaluated.
        image: Box<Image>,
    },
    /// Stop to build an image; nobody waits for it any more.
    StopBuild {
        /// Its reference.
        reference: String,
    },
    /// Run a command on this computer.
    RunLocal {
        /// The task.
        task: TaskId,
        /// The command, one text.
        command: String,
    },
    /// Tell when this job runs and how it ends.
    Watch {
        /// The task.
        task: TaskId,
        /// Its job.
        job: String,
    },
    /// Stop a job.
    Kill {
        /// The task.
        task: TaskId,
        /// Its job.
        job: String,
    },
    /// Stop a local command.
    KillLocal {
        /// The task.
        task: TaskId,
    },
    /// Store the record of the task; it is new or has changed.
    Write {
        /// The task.
        task: TaskId,
    },
    /// Remember the result of the task for later bakes.
    Remember {
        /// The task.
        task: TaskId,
        /// The key.
        key: String,
    },
    /// It is over.
    End {
        /// The result of the attempt.
        result: TaskStatus,
    },
}
