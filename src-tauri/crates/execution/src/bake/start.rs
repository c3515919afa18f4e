//! Starting the job of a task, exactly once.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use client::{ClientError, Failure};
use flow::batch::{PlannedTask, TaskId};
use flow::tag::tag_of;
use jiff::Timestamp;
use protocol::{Job, JobFilter, JobSubmission};
use tokio::time::sleep;

use super::event::Happened;
use super::order::{Done, Surroundings};
use super::store::patiently;
use crate::live::uploads;
use crate::submission::of_task;

/// Submissions whose answer got lost are repeated this often, after looking for their job.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// Starts the job of a task. A job that another process started for this attempt, or one whose
/// acceptance never reached us, is found by its tags and taken over.
pub(super) async fn start(
    around: Surroundings,
    task: TaskId,
    plan: Arc<PlannedTask>,
    taken: BTreeSet<String>,
) -> Result<Done, ClientError> {
    let submission = match of_task(&plan.config.exec, &around.place) {
        Ok(submission) => submission,
        Err(error) => return Ok(not_started(task, error.to_string())),
    };
    if let Err(reason) = upload(&around, &plan).await {
        return Ok(not_started(task, reason));
    }
    let mut lost = around.resumed;
    for _ in 0..TRIES {
        if lost && let Some(job) = find(&around, &task, &taken).await? {
            return Ok(submitted(task, job));
        }
        match submit(&around, &submission).await {
            Ok(job) => return Ok(submitted(task, job)),
            Err(error) if error.is_passing() => {
                tracing::warn!(%error, %task, "the answer to a submission got lost");
                lost = true;
                sleep(PAUSE).await;
            }
            Err(error) => return Ok(not_started(task, reason(&error))),
        }
    }
    Ok(not_started(task, "the platform does not answer".to_owned()))
}

/// Uploads the folders that the task asked for with `upload()`.
async fn upload(around: &Surroundings, plan: &PlannedTask) -> Result<(), String> {
    let uploads = uploads(&plan.effects, &around.place).map_err(|error| error.to_string())?;
    for upload in uploads {
        let storage = around.cluster.storage();
        let sent = storage
            .upload_folder(Path::new(&upload.local), &upload.remote, &|_| {})
            .await;
        sent.map_err(|error| format!("`{}` cannot be uploaded: {error}", upload.local))?;
    }
    Ok(())
}

/// Submits; repeated only as long as nothing has reached the platform.
async fn submit(around: &Surroundings, submission: &JobSubmission) -> Result<Job, ClientError> {
    let jobs = around.client.jobs();
    patiently(|| async {
        match jobs.submit(submission).await {
            Err(error) if !matches!(error.failure, Failure::Unreachable { .. }) => Ok(Err(error)),
            other => other.map(Ok),
        }
    })
    .await?
}

/// A job of this task in this attempt that no record knows yet.
async fn find(
    around: &Surroundings,
    task: &TaskId,
    taken: &BTreeSet<String>,
) -> Result<Option<Job>, ClientError> {
    let place = &around.place;
    let filter = JobFilter {
        tags: vec![
            format!("task:{}", tag_of(&task.to_string())),
            format!("bake_id:{}", around.bake.id),
        ],
        clusters: vec![place.cluster.clone()],
        orgs: vec![place.org.clone()],
        projects: vec![place.project.clone()],
        since: Some(around.attempt.created_at),
        ..JobFilter::default()
    };
    let found = patiently(|| async { around.client.jobs().list(&filter).await }).await?;
    Ok(found.into_iter().find(|job| !taken.contains(&job.id)))
}

/// Stops a job. That it has ended is seen by whoever watches it.
pub(super) async fn kill(
    around: Surroundings,
    task: TaskId,
    job: String,
) -> Result<Done, ClientError> {
    if let Err(error) = patiently(|| async { around.client.jobs().kill(&job).await }).await {
        tracing::warn!(%error, %task, %job, "the job cannot be stopped");
    }
    Ok(Done::Nothing)
}

fn submitted(task: TaskId, job: Job) -> Done {
    let at = job.history.created_at.unwrap_or_else(Timestamp::now);
    Done::Happened(Happened::Submitted {
        task,
        job: job.id,
        at,
    })
}

pub(super) fn not_started(task: TaskId, reason: String) -> Done {
    Done::Happened(Happened::NotStarted { task, reason })
}

/// What the platform said, or what happened to the call.
fn reason(error: &ClientError) -> String {
    error.message().unwrap_or_else(|| error.to_string())
}
