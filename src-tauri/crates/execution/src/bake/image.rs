//! Seeing to it that an image of a bake is there: found in the registry, or built by a job.
//!
//! The record of the bake says how far it got, so another process goes on with a build that runs.

use std::path::Path;

use client::ClientError;
use flow::{Image, ImagePlace};
use futures_util::StreamExt as _;
use protocol::flow::{BakeImage, BakeImageChange, ImageStatus};
use protocol::{ImageReference, Job, JobFilter, JobStatus, PlatformImage};
use tokio_util::sync::CancellationToken;

use super::event::Happened;
use super::order::{Done, Surroundings};
use super::start;
use super::start_key::StartKey;
use super::store::patiently;
use super::watch::{self, Watched};
use crate::build::{BuildPlan, plan};

/// So much of the end of a log is looked through for the reason of a failure.
const END_OF_LOG: usize = 16 << 10;
/// So long may the reason be.
const LONGEST_REASON: usize = 400;

/// Looks for an image, and begins to build it if need be.
pub(super) async fn prepare(around: Surroundings, image: Box<Image>) -> Result<Done, ClientError> {
    let records = around.client.flow().bake_images();
    let find = || async { records.find(&around.bake.id, &image.reference).await };
    let Some(record) = patiently(find).await? else {
        // Nobody knows what to build it from; the platform says whether it is there.
        return Ok(ready(&image.reference, None, None));
    };
    let parsed = ImageReference::parse(
        &image.reference,
        &around.place.uris(),
        &around.place.registry,
    );
    let target = match parsed {
        Ok(ImageReference::Platform(target)) => target,
        Ok(ImageReference::External(_)) => return Ok(ready(&image.reference, None, None)),
        Err(error) => return Ok(failed(&image.reference, error.to_string())),
    };
    let found = is_there(&around, &target).await?;
    let settled = matches!(record.status, ImageStatus::Built | ImageStatus::Cached);
    if found && (settled || !image.force_rebuild) {
        let record = match record.status {
            ImageStatus::Pending => Some(change(&around, &record, ImageStatus::Cached).await?),
            _ => None,
        };
        return Ok(ready(&image.reference, record, None));
    }
    if let Some(note) = needs_none(&around, &image).await? {
        return Ok(ready(&image.reference, None, Some(note)));
    }
    match (&record.status, &record.builder_job_id) {
        (ImageStatus::Building, Some(_)) => Ok(Done::Builds(record)),
        (ImageStatus::Built | ImageStatus::BuildFailed, Some(job))
            if is_of_attempt(&around, job).await? =>
        {
            ended(&around, record.clone(), job).await
        }
        _ => begin(&around, record, (*image, &target)).await,
    }
}

async fn is_there(around: &Surroundings, target: &PlatformImage) -> Result<bool, ClientError> {
    let registry = around.cluster.registry(&around.place.user);
    patiently(|| async { registry.has(target).await }).await
}

/// Why an image need not be there at all, if that is so.
async fn needs_none(around: &Surroundings, image: &Image) -> Result<Option<String>, ClientError> {
    let runner = patiently(|| async { around.client.local_runner().await }).await?;
    let without = runner.filter(|runner| !runner.uses_images);
    Ok(without.map(|runner| {
        format!(
            "`{}` is not built, because jobs do not run in images here: {}",
            image.reference, runner.description
        )
    }))
}

/// Whether a job was made for this attempt, and not for an earlier one.
async fn is_of_attempt(around: &Surroundings, job: &str) -> Result<bool, ClientError> {
    let job = watch::look(around, job).await?;
    let made = job.and_then(|job| job.history.created_at);
    Ok(made.is_some_and(|made| made >= around.attempt.created_at))
}

/// Starts the job that builds an image, or takes over one whose start was not recorded.
async fn begin(
    around: &Surroundings,
    record: BakeImage,
    (mut image, target): (Image, &PlatformImage),
) -> Result<Done, ClientError> {
    let reference = image.reference.clone();
    let stored = record.context_on_storage.as_deref();
    if let Some(context) = stored.and_then(ImagePlace::on_storage) {
        image.context = Some(context);
    }
    if record.dockerfile_rel.is_some() {
        image.dockerfile_rel.clone_from(&record.dockerfile_rel);
    }
    let folder = uuid::Uuid::new_v4().to_string();
    let mut plan = match plan(&image, &around.place, &folder) {
        Ok(plan) => plan,
        Err(error) => return Ok(failed(&reference, format!("it cannot be built: {error}"))),
    };
    plan.submission.tags.push(bake_tag(around));
    let job = match unrecorded(around, target).await? {
        Some(job) => job,
        None => match submit(around, &reference, &plan).await {
            Ok(job) => job,
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => {
                let why = error.message().unwrap_or_else(|| error.to_string());
                let why = format!("its build cannot be started: {why}");
                return Ok(failed(&reference, why));
            }
        },
    };
    let building = BakeImageChange {
        status: Some(ImageStatus::Building),
        builder_job_id: Some(job.id),
    };
    Ok(Done::Builds(store(around, &record, &building).await?))
}

fn bake_tag(around: &Surroundings) -> String {
    format!("bake_id:{}", around.bake.id)
}

/// A build that was submitted for this attempt, and of which no record was made.
async fn unrecorded(
    around: &Surroundings,
    target: &PlatformImage,
) -> Result<Option<Job>, ClientError> {
    if !around.resumed {
        return Ok(None);
    }
    let place = &around.place;
    let filter = JobFilter {
        tags: vec![format!("kaniko-builds-image:{target}"), bake_tag(around)],
        clusters: vec![place.cluster.clone()],
        orgs: vec![place.org.clone()],
        projects: vec![place.project.clone()],
        since: Some(around.attempt.created_at),
        ..JobFilter::default()
    };
    let found = patiently(|| async { around.client.jobs().list(&filter).await }).await?;
    Ok(found.into_iter().next())
}

/// Uploads what the builder signs in with, and submits its job.
async fn submit(
    around: &Surroundings,
    reference: &str,
    plan: &BuildPlan,
) -> Result<Job, ClientError> {
    let storage = around.cluster.storage();
    let registry = around.cluster.registry(&around.place.user);
    patiently(|| async { storage.mkdir(&plan.folder).await }).await?;
    // Only a folder that inputs of an action name was not uploaded when the bake was set up.
    if let Some(upload) = &plan.upload {
        let local = Path::new(&upload.local);
        patiently(|| storage.upload_folder(local, &upload.remote, &|_| {})).await?;
    }
    let credentials = registry.docker_config(&around.place.registry).await?;
    let write = || async { storage.create(&plan.credentials, credentials.clone()).await };
    patiently(write).await?;
    let key = StartKey::of_image(&around.attempt.id, reference);
    let mut submission = plan.submission.clone();
    key.mark(&mut submission.tags);
    start::submit(around, &submission, &key).await
}

/// Waits for the job that builds an image; stops it if nobody wants it any more.
pub(super) async fn until_built(
    around: Surroundings,
    record: BakeImage,
    stop: CancellationToken,
) -> Result<Done, ClientError> {
    let Some(job_id) = record.builder_job_id.clone() else {
        return Ok(failed(&record.reference, "no job builds it".to_owned()));
    };
    let jobs = around.client.jobs();
    let stopping = async {
        stop.cancelled().await;
        if let Err(error) = patiently(|| async { jobs.kill(&job_id).await }).await {
            tracing::warn!(%error, job = job_id, "the build cannot be stopped");
        }
        std::future::pending().await
    };
    tokio::select! {
        looked = finished(&around, &job_id) => looked?,
        never = stopping => match never {},
    };
    ended(&around, record, &job_id).await
}

/// Returns when a job has ended, or is no longer known.
async fn finished(around: &Surroundings, job_id: &str) -> Result<(), ClientError> {
    let mut watched = Watched::new(around, job_id);
    while let Some(job) = watched.next().await? {
        if job.status.is_finished() {
            break;
        }
    }
    Ok(())
}

/// Records how a build ended, and tells whoever waits for it.
async fn ended(
    around: &Surroundings,
    record: BakeImage,
    job_id: &str,
) -> Result<Done, ClientError> {
    let job = watch::look(around, job_id).await?;
    let built = match &job {
        Some(job) => job.status == JobStatus::Succeeded,
        None => record.status == ImageStatus::Built,
    };
    let status = match built {
        true => ImageStatus::Built,
        false => ImageStatus::BuildFailed,
    };
    let changed = match record.status == status {
        true => None,
        false => Some(change(around, &record, status).await?),
    };
    if built {
        return Ok(ready(&record.reference, changed, None));
    }
    let why = match job {
        Some(job) => why(around, job).await,
        None => format!("the platform no longer knows the job {job_id} that built it"),
    };
    let mut done = failed(&record.reference, why);
    if let Done::ImageSettled { image, .. } = &mut done {
        *image = changed.map(Box::new);
    }
    Ok(done)
}

/// Why a build did not succeed.
async fn why(around: &Surroundings, job: Job) -> String {
    let id = &job.id;
    if job.status == JobStatus::Cancelled {
        return format!("its build was stopped (job {id})");
    }
    let code = job.history.exit_code;
    let code = code.map_or(String::new(), |code| format!(" with exit code {code}"));
    let mut text = format!("its build failed{code} (job {id})");
    let told = match last_line(around, id).await {
        Some(line) => Some(line),
        None => job.history.description.filter(|words| !words.is_empty()),
    };
    if let Some(told) = told {
        text.push_str(": ");
        text.extend(told.chars().take(LONGEST_REASON));
    }
    text
}

/// The last line of a log that says anything.
async fn last_line(around: &Surroundings, job_id: &str) -> Option<String> {
    let mut log = watch::log_of(around, job_id).await.ok()?;
    let mut end = Vec::new();
    while let Some(piece) = log.next().await {
        end.extend_from_slice(&piece.ok()?);
        if end.len() > 2 * END_OF_LOG {
            end.drain(..end.len() - END_OF_LOG);
        }
    }
    let text = String::from_utf8_lossy(&end);
    let mut lines = text.lines().rev().map(str::trim);
    lines.find(|line| !line.is_empty()).map(str::to_owned)
}

async fn change(
    around: &Surroundings,
    record: &BakeImage,
    status: ImageStatus,
) -> Result<BakeImage, ClientError> {
    let change = BakeImageChange {
        status: Some(status),
        builder_job_id: None,
    };
    store(around, record, &change).await
}

/// Stores a change of a record; doing it twice does no harm.
async fn store(
    around: &Surroundings,
    record: &BakeImage,
    change: &BakeImageChange,
) -> Result<BakeImage, ClientError> {
    let records = around.client.flow().bake_images();
    patiently(|| async { records.change(&record.id, change).await }).await
}

fn ready(reference: &str, image: Option<BakeImage>, note: Option<String>) -> Done {
    let reference = reference.to_owned();
    Done::ImageSettled {
        image: image.map(Box::new),
        note,
        happened: Happened::ImageReady { reference },
    }
}

fn failed(reference: &str, why: String) -> Done {
    let reason = format!("there is no image `{reference}`: {why}");
    let reference = reference.to_owned();
    Done::ImageSettled {
        image: None,
        note: None,
        happened: Happened::ImageFailed { reference, reason },
    }
}
