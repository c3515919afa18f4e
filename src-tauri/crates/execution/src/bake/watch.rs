//! Watching a job until it runs, and until it has ended; then reading what it said.

use std::time::Duration;

use client::{ByteStream, ClientError};
use flow::batch::TaskId;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use protocol::flow::TaskStatus;
use protocol::{Job, JobStatus, LogQuery};
use tokio::time::sleep;

use super::event::{Ending, Happened};
use super::order::{Done, Surroundings};
use super::start::not_started;
use super::store::patiently;
use crate::commands::{CommandReader, Said};

const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A job that was accepted has had a status.
const ACCEPTED: usize = 1;
/// A job that runs has had two.
const RUNNING: usize = 2;

/// Watches a job until it runs or has ended.
pub(super) async fn until_running(
    around: Surroundings,
    task: TaskId,
    job_id: String,
) -> Result<Done, ClientError> {
    let mut watched = Watched::after(&around, &job_id, ACCEPTED);
    loop {
        let Some(job) = watched.next().await? else {
            return Ok(vanished(task, &job_id));
        };
        if job.status == JobStatus::Running {
            let at = job.history.started_at.unwrap_or_else(Timestamp::now);
            return Ok(Done::Runs {
                task,
                job: Box::new(job),
                at,
            });
        }
        if job.status.is_finished() {
            return ended(&around, task, job).await;
        }
    }
}

/// Watches a running job until it has ended.
pub(super) async fn until_ended(
    around: Surroundings,
    task: TaskId,
    job_id: String,
) -> Result<Done, ClientError> {
    let mut watched = Watched::after(&around, &job_id, RUNNING);
    loop {
        let Some(job) = watched.next().await? else {
            return Ok(vanished(task, &job_id));
        };
        if job.status.is_finished() {
            return ended(&around, task, job).await;
        }
    }
}

/// A job that is looked at again and again: where the platform tells of changes, as soon as there
/// is one, elsewhere after a while.
pub(super) struct Watched<'a> {
    around: &'a Surroundings,
    id: &'a str,
    /// How many statuses it had when it was looked at last.
    known: Option<usize>,
    is_told: bool,
    pause: Duration,
}

impl<'a> Watched<'a> {
    pub(super) fn new(around: &'a Surroundings, id: &'a str) -> Self {
        Self {
            is_told: crate::is_local(&around.client),
            around,
            id,
            known: None,
            pause: SHORTEST_PAUSE,
        }
    }

    /// Watches a job that is known to have had so many statuses: where the platform tells of
    /// changes, the first look can wait for the next one.
    fn after(around: &'a Surroundings, id: &'a str, known: usize) -> Self {
        let watched = Self::new(around, id);
        Self {
            known: watched.is_told.then_some(known),
            ..watched
        }
    }

    /// The next look; nothing if the platform no longer knows the job.
    pub(super) async fn next(&mut self) -> Result<Option<Job>, ClientError> {
        let job = match self.known {
            Some(known) if self.is_told => self.told(known).await?,
            Some(_) => {
                sleep(self.pause).await;
                self.pause = longer(self.pause);
                look(self.around, self.id).await?
            }
            None => look(self.around, self.id).await?,
        };
        self.known = job.as_ref().map(|job| job.statuses.len());
        Ok(job)
    }

    async fn told(&mut self, known: usize) -> Result<Option<Job>, ClientError> {
        let jobs = self.around.client.jobs();
        match patiently(|| async { jobs.changed(self.id, known).await }).await {
            Ok(job) => Ok(Some(job)),
            // It is a platform on this computer, but not ours.
            Err(error) if error.status() == Some(404) => {
                self.is_told = false;
                look(self.around, self.id).await
            }
            Err(error) if error.status() == Some(400) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LONGEST_PAUSE)
}

/// The job, or nothing if the platform no longer knows it.
pub(super) async fn look(around: &Surroundings, job_id: &str) -> Result<Option<Job>, ClientError> {
    match patiently(|| async { around.client.jobs().get(job_id).await }).await {
        Ok(job) => Ok(Some(job)),
        Err(error) if matches!(error.status(), Some(400 | 404)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn vanished(task: TaskId, job_id: &str) -> Done {
    not_started(
        task,
        format!("the platform no longer knows its job {job_id}"),
    )
}

async fn ended(around: &Surroundings, task: TaskId, job: Job) -> Result<Done, ClientError> {
    let said = match said(around, &job.id).await {
        Ok(said) => said,
        // What a failed or stopped job said matters less than that it has ended.
        Err(error) if job.status != JobStatus::Succeeded => {
            tracing::warn!(%error, %task, "the output of the job cannot be read");
            Said::default()
        }
        Err(error) => {
            return Ok(not_started(
                task,
                format!("its output cannot be read: {error}"),
            ));
        }
    };
    let status = match job.status {
        JobStatus::Succeeded => TaskStatus::Succeeded,
        JobStatus::Cancelled => TaskStatus::Cancelled,
        _ => TaskStatus::Failed,
    };
    let ending = Ending {
        status,
        started_at: job.history.started_at,
        at: job.history.finished_at.unwrap_or_else(Timestamp::now),
        outputs: said.outputs,
        state: said.state,
    };
    Ok(Done::Job {
        task: task.clone(),
        job: Box::new(job),
        happened: Happened::Ended { task, ending },
    })
}

pub(super) async fn log_of(around: &Surroundings, job_id: &str) -> Result<ByteStream, ClientError> {
    if crate::is_local(&around.client) {
        return around.cluster.ended_log(job_id).await;
    }
    Ok(around.cluster.logs(job_id, &LogQuery::default()).boxed())
}

/// What a job that has ended said through commands.
async fn said(around: &Surroundings, job_id: &str) -> Result<Said, ClientError> {
    patiently(|| async {
        let mut log = log_of(around, job_id).await?;
        let mut reader = CommandReader::default();
        while let Some(piece) = log.next().await {
            reader.push(&piece?);
        }
        Ok(reader.finish().1)
    })
    .await
}
