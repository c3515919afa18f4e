//! Starting the job of a task, exactly once.
//!
//! The answer to a submission can get lost, and whoever submitted can die before noting the job. So
//! each submission has a key made of its attempt and its task, the same for whoever executes the
//! attempt. Our own platform takes a key only once. Others are asked for the job by a tag that holds
//! the key, before anything is sent again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use client::ClientError;
use flow::batch::{PlannedTask, TaskId};
use jiff::Timestamp;
use protocol::{Job, JobFilter, JobSubmission};
use tokio::time::sleep;

use super::event::Happened;
use super::order::{Done, Surroundings};
use super::start_key::StartKey;
use super::store::{Patience, patiently};
use crate::live::uploads;
use crate::submission::of_task;

/// After these times a job is looked for whose submission was not answered: the platform may still
/// be at work on it.
const LOOKS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];
/// The same where a second submission does no harm.
const LOOKS_HERE: [Duration; 1] = [Duration::from_millis(20)];

/// Starts the job of a task. A job whose acceptance never reached us is found and taken over.
pub(super) async fn start(
    around: Surroundings,
    task: TaskId,
    plan: Arc<PlannedTask>,
) -> Result<Done, ClientError> {
    let mut submission = match of_task(&plan.config.exec, &around.place) {
        Ok(submission) => submission,
        Err(error) => return Ok(not_started(task, error.to_string())),
    };
    if let Err(reason) = upload(&around, &plan).await {
        return Ok(not_started(task, reason));
    }
    let key = StartKey::of(&around.attempt.id, &task);
    key.mark(&mut submission.tags);
    match submit(&around, &submission, &key).await {
        Ok(job) => Ok(submitted(task, job)),
        Err(error) if error.is_passing() && error.status() != Some(500) => Err(error),
        Err(error) => Ok(not_started(task, reason(&error))),
    }
}

/// Uploads the folders that the task asked for with `upload()`; what is there already is not sent
/// again.
async fn upload(around: &Surroundings, plan: &PlannedTask) -> Result<(), String> {
    let uploads = uploads(&plan.effects, &around.place).map_err(|error| error.to_string())?;
    for upload in uploads {
        let storage = around.cluster.storage();
        let local = Path::new(&upload.local);
        patiently(|| storage.upload_folder(local, &upload.remote, &|_| {}))
            .await
            .map_err(|error| format!("`{}` cannot be uploaded: {error}", upload.local))?;
    }
    Ok(())
}

/// Submits a job once, and finds the job that came of it if nobody answers.
pub(super) async fn submit(
    around: &Surroundings,
    submission: &JobSubmission,
    key: &StartKey,
) -> Result<Job, ClientError> {
    let mut patience = Patience::new();
    loop {
        let jobs = around.client.jobs();
        let error = match jobs.submit_once(submission, key.as_str()).await {
            Ok(job) => return Ok(job),
            Err(error) => error,
        };
        // Whether a job may be started is for the platform to say, but who we are it forgets at
        // times.
        if !error.is_passing() && !error.is_unauthorized() {
            return Err(error);
        }
        let lost = !error.is_untouched();
        patience.bear(error).await?;
        if lost && let Some(job) = look_for(around, key).await? {
            return Ok(job);
        }
    }
}

/// Looks for a job whose submission was not answered, until it is certain that there is none.
async fn look_for(around: &Surroundings, key: &StartKey) -> Result<Option<Job>, ClientError> {
    let looks: &[Duration] = match crate::is_local(&around.client) {
        true => &LOOKS_HERE,
        false => &LOOKS,
    };
    for pause in looks {
        sleep(*pause).await;
        if let Some(job) = find(around, key).await? {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// The job with this key. Should the platform have been slower than we were patient, and made a
/// second one, only the first goes on.
async fn find(around: &Surroundings, key: &StartKey) -> Result<Option<Job>, ClientError> {
    let place = &around.place;
    let filter = JobFilter {
        tags: vec![key.tag()],
        clusters: vec![place.cluster.clone()],
        orgs: vec![place.org.clone()],
        projects: vec![place.project.clone()],
        ..JobFilter::default()
    };
    let mut found = patiently(|| async { around.client.jobs().list(&filter).await }).await?;
    found.sort_by_key(|job| job.history.created_at);
    let mut found = found.into_iter();
    let first = found.next();
    for second in found.filter(|job| !job.status.is_finished()) {
        tracing::warn!(
            job = second.id,
            "a job was started twice; the second one is stopped"
        );
        patiently(|| async { around.client.jobs().kill(&second.id).await }).await?;
    }
    Ok(first)
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
    Done::Job {
        task: task.clone(),
        happened: Happened::Submitted {
            task,
            job: job.id.clone(),
            at,
        },
        job: Box::new(job),
    }
}

pub(super) fn not_started(task: TaskId, reason: String) -> Done {
    Done::Happened(Happened::NotStarted { task, reason })
}

/// What the platform said, or what happened to the call.
fn reason(error: &ClientError) -> String {
    error.message().unwrap_or_else(|| error.to_string())
}
