//! Building the images of a flow.

use std::path::Path;
use std::sync::Arc;

use client::{Client, ClientError};
use contract::{Failure, FailureCode, ImageBuild, ImageBuildRow, ImageBuilds, JobState, WorkStage};
use execution::Place;
use execution::build::{BuildError, BuildPlan, plan};
use flow::Image;
use flow::live::{PlannedJob, PreparedLive};
use protocol::ImageReference;

use crate::Desk;
use crate::live::place;
use crate::project::OpenProject;
use crate::templates::work::Work;
use crate::view::failure;

/// Starts to build one image, or all that have a context. One that exists already is left alone
/// unless it is forced. The jobs that build are followed by their logs.
pub async fn image_build(desk: &Desk, request: ImageBuild) -> Result<ImageBuilds, Failure> {
    let open = OpenProject::read(&request.project, desk.who())?;
    let images = chosen(&open, request.image.as_deref())?;
    let client = desk.client().await?;
    let place = place(&client, open.platform_project()).await?;
    let work = Work::begin(desk, request.work.as_deref());
    let mut rows = Vec::with_capacity(images.len());
    for image in images {
        let id = uuid::Uuid::new_v4().to_string();
        let plan = plan(&image, &place, &id).map_err(|error| not_planned(&image, &error))?;
        let forced = request.force || image.force_rebuild;
        let started = start(&client, &place, (&plan, forced), &work).await;
        let raw_id = started.map_err(|error| failure::of_client(&error))?;
        rows.push(ImageBuildRow {
            id: image.id,
            reference: plan.image.to_string(),
            state: raw_id.as_ref().map(|_| JobState::Pending),
            raw_id,
        });
    }
    desk.watches().wake();
    Ok(ImageBuilds {
        project: open.path(),
        rows,
    })
}

/// Starts the job that builds an image; none if the image is there and is not to be made anew.
async fn start(
    client: &Client,
    place: &Place,
    (plan, forced): (&BuildPlan, bool),
    work: &Work,
) -> Result<Option<String>, ClientError> {
    let services = client.cluster(&place.cluster).await?;
    let registry = services.registry(&place.user);
    if !forced && registry.has(&plan.image).await? {
        return Ok(None);
    }
    let storage = services.storage();
    storage.mkdir(&plan.folder).await?;
    if let Some(upload) = &plan.upload {
        let told = |now: client::TransferProgress| {
            work.transferred(WorkStage::Writing, now.bytes, (now.files, now.of_files));
        };
        let local = Path::new(&upload.local);
        storage.upload_folder(local, &upload.remote, &told).await?;
    }
    let credentials = registry.docker_config(&place.registry).await?;
    storage.create(&plan.credentials, credentials).await?;
    let job = client.jobs().submit(&plan.submission).await?;
    Ok(Some(job.id))
}

/// The image of a live job, if the flow says what to build it from.
pub(crate) fn built_for(job: &PlannedJob, prepared: &PreparedLive) -> Option<Image> {
    let wanted = &job.config.exec.image;
    let images = prepared.contexts.images.values();
    let mut built = images.filter(|image| image.context.is_some());
    built.find(|image| image.reference == *wanted).cloned()
}

/// Refuses where an image has to be built first: its job could only fail, and late.
pub(crate) async fn must_be_there(
    client: &Client,
    place: &Place,
    image: &Image,
) -> Result<(), Failure> {
    match is_there(client, place, &image.reference).await {
        true => Ok(()),
        false => Err(
            Failure::new(FailureCode::Conflict, absent(&image.reference))
                .hint(format!("`bakehouse build {}` builds it.", image.id)),
        ),
    }
}

fn absent(reference: &str) -> String {
    format!("The image `{reference}` is not in the registry: it has to be built first.")
}

/// What is to be said of the image of a live job that is not there, and how to mend it.
pub(crate) async fn missing(
    client: &Client,
    place: &Place,
    (wanted, built): (&str, Option<&Image>),
) -> Vec<String> {
    if is_there(client, place, wanted).await {
        return Vec::new();
    }
    vec![match built {
        Some(image) => format!(
            "{} `bakehouse build {}` builds it.",
            absent(wanted),
            image.id
        ),
        None => format!(
            "The image `{wanted}` is not in the registry, and the flow does not say what to build \
             it from. Push it, or correct its name."
        ),
    }]
}

/// Whether jobs find an image; where the registry does not tell, the platform knows better.
async fn is_there(client: &Client, place: &Place, reference: &str) -> bool {
    let target = ImageReference::parse(reference, &place.uris(), &place.registry);
    let Ok(ImageReference::Platform(target)) = target else {
        return true;
    };
    let found = async {
        let runner = client.local_runner().await?;
        if runner.is_some_and(|runner| !runner.uses_images) {
            return Ok(true);
        }
        let services = client.cluster(&place.cluster).await?;
        services.registry(&place.user).has(&target).await
    };
    found.await.unwrap_or_else(|error: ClientError| {
        tracing::warn!(%error, reference, "the registry cannot be asked");
        true
    })
}

fn not_planned(image: &Image, error: &BuildError) -> Failure {
    let message = format!("`{}` cannot be built: {error}.", image.id);
    Failure::new(FailureCode::FlowUnsound, message)
}

/// The image of a name, or all that have a context.
fn chosen(open: &OpenProject, asked: Option<&str>) -> Result<Vec<Image>, Failure> {
    let live = open.project.live.as_ref().ok_or_else(|| {
        Failure::not_found("The project has no live.yml, so it has no images of its own.")
    })?;
    let prepared = PreparedLive::new(&open.project, &open.session(), Arc::clone(live));
    let prepared = prepared
        .map_err(|troubles| open.unsound("The images cannot be told.", &troubles.diagnostics()))?;
    let images = &prepared.contexts.images;
    let Some(id) = asked else {
        let built = images.values().filter(|image| image.context.is_some());
        return Ok(built.cloned().collect());
    };
    let image = images.get(id).cloned().ok_or_else(|| {
        let refused = Failure::not_found(format!("The project has no image `{id}`."));
        let known: Vec<&str> = images.keys().map(String::as_str).collect();
        match source::nearest(id, known.iter().copied()).first() {
            Some(best) => refused.hint(format!("Did you mean `{best}`?")),
            None if known.is_empty() => refused,
            None => refused.hint(format!("It has {}.", known.join(", "))),
        }
    })?;
    Ok(vec![image])
}
