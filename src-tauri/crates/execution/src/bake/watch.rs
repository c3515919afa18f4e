//! Watching a job until it runs, and until it has ended; then reading what it said.

use std::time::Duration;

use client::ClientError;
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

/// Watches a job until it runs or has ended.
pub(super) async fn until_running(
    around: Surroundings,
    task: TaskId,
    job_id: String,
) -> Result<Done, ClientError> {
    let mut pause = SHORTEST_PAUSE;
    loop {
        let Some(job) = look(&around, &job_id).await? else {
            return Ok(vanished(task, &job_id));
        };
        if job.status == JobStatus::Running {
            let at = job.history.started_at.unwrap_or_else(Timestamp::now);
            return Ok(Done::Runs {
                task,
                job: job_id,
                at,
            });
        }
        if job.status.is_finished() {
            return ended(&around, task, job).await;
        }
        sleep(pause).await;
        pause = longer(pause);
    }
}

/// Watches a running job until it has ended.
pub(super) async fn until_ended(
    around: Surroundings,
    task: TaskId,
    job_id: String,
) -> Result<Done, ClientError> {
    let mut pause = SHORTEST_PAUSE;
    let silence = end_of_output(&around, &job_id);
    tokio::pin!(silence);
    let mut silent = false;
    loop {
        let Some(job) = look(&around, &job_id).await? else {
            return Ok(vanished(task, &job_id));
        };
        if job.status.is_finished() {
            return ended(&around, task, job).await;
        }
        tokio::select! {
            () = sleep(pause) => pause = longer(pause),
            // The end of the output comes together with the end of the job: look at once.
            () = &mut silence, if !silent => {
                silent = true;
                pause = SHORTEST_PAUSE;
            }
        }
    }
}

/// Ends when the output does. Only on this computer, where following it costs nothing; elsewhere it
/// never ends.
async fn end_of_output(around: &Surroundings, job_id: &str) {
    if !crate::is_local(&around.client) {
        return std::future::pending().await;
    }
    let mut log = around.cluster.logs(job_id, &LogQuery::default());
    while let Some(Ok(_)) = log.next().await {}
}

fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LONGEST_PAUSE)
}

/// The job, or nothing if the platform no longer knows it.
async fn look(around: &Surroundings, job_id: &str) -> Result<Option<Job>, ClientError> {
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
    Ok(Done::Happened(Happened::Ended { task, ending }))
}

/// What a job that has ended said through commands.
async fn said(around: &Surroundings, job_id: &str) -> Result<Said, ClientError> {
    patiently(|| async {
        let mut log = around.cluster.logs(job_id, &LogQuery::default());
        let mut reader = CommandReader::default();
        while let Some(piece) = log.next().await {
            reader.push(&piece?);
        }
        Ok(reader.finish().1)
    })
    .await
}
