//! What an execution is given, what it shows, and what its parts hand to each other.

use std::path::PathBuf;
use std::sync::Arc;

use client::{Client, ClientError, ClusterServices};
use flow::batch::TaskId;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use protocol::Job;
use protocol::flow::{Attempt, Bake, BakeImage};

use super::event::Happened;
use super::recipe::Recipe;
use super::record::Record;
use crate::place::Place;

/// An attempt to execute, and with what.
pub struct Order {
    /// The platform.
    pub client: Client,
    /// Where on it.
    pub place: Place,
    /// The bake.
    pub bake: Bake,
    /// The attempt; it may have been begun by another process.
    pub attempt: Attempt,
    /// The batch.
    pub recipe: Recipe,
    /// The folder of the project, where local actions run; missing where it is not at hand.
    pub folder: Option<PathBuf>,
}

/// Something to show while an attempt is executed.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The attempt runs.
    Running,
    /// A task was begun, or its status changed.
    Task(Record),
    /// The job of a task was made, runs, or has ended.
    Job {
        /// The task.
        task: TaskId,
        /// Its job.
        job: Box<Job>,
    },
    /// A task could not be evaluated or started.
    Problem {
        /// The task.
        task: TaskId,
        /// Why.
        reason: String,
    },
    /// An image of the bake is being built, or stands otherwise than before.
    Image(BakeImage),
    /// Something worth knowing.
    Note(String),
    /// A local action wrote something.
    LocalOutput {
        /// The task.
        task: TaskId,
        /// What it wrote, without commands.
        text: String,
    },
}

/// Why an attempt could not be executed to its end. Its state is stored, so it can be taken up
/// again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError {
    /// The platform does not do its part.
    #[error(transparent)]
    Platform(#[from] ClientError),
}

/// What the futures of the driver end with.
pub(super) enum Done {
    /// Something for the machine.
    Happened(Happened),
    /// The same, with the job that shows it.
    Job {
        task: TaskId,
        job: Box<Job>,
        happened: Happened,
    },
    /// A job runs; it goes on being watched.
    Runs {
        task: TaskId,
        job: Box<Job>,
        at: Timestamp,
    },
    /// An image is being built by a job.
    Builds(BakeImage),
    /// An image is there or never will be.
    ImageSettled {
        /// Its record, if that changed.
        image: Option<Box<BakeImage>>,
        note: Option<String>,
        happened: Happened,
    },
    /// A record is stored.
    Stored { task: TaskId },
    /// A result is remembered, or could not be.
    Remembered,
    /// The attempt was looked at: whether somebody cancelled it.
    Looked { cancelled: bool },
    /// A local action has ended, after it wrote this.
    LocalEnded { happened: Happened, text: String },
    /// Nothing that matters to the machine.
    Nothing,
}

pub(super) type Step = BoxFuture<'static, Result<Done, ClientError>>;

/// What every step needs.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) client: Client,
    pub(super) cluster: ClusterServices,
    pub(super) place: Place,
    pub(super) bake: Arc<Bake>,
    pub(super) attempt: Arc<Attempt>,
    pub(super) folder: Option<PathBuf>,
    /// Whether another process may have started jobs for this attempt.
    pub(super) resumed: bool,
}
