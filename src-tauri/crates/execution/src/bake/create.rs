//! Setting up a bake: checks, then records of everything another process needs to execute it.

use std::path::Path;

use client::{BakeFilter, Client, ClientError, OnProgress};
use flow::ActionFile;
use flow::batch::{self, BakeImage, ConfigFiles};
use indexmap::IndexMap;
use protocol::flow::{
    Attempt, Bake, BakeMeta, ConfigsMeta, GitInfo, ImageStatus, NewAttempt, NewBake, NewBakeImage,
    NewConfigFile, NewProject, Project, TaskStatus,
};
use protocol::{PlatformUri, UriError};
use source::Diagnostic;

use super::observed::{FilesRead, RECORD};
use super::once::{briefly, once};
use super::start_key::StartKey;
use crate::place::Place;

/// What is to be baked.
pub struct Setup<'a> {
    /// The batch, evaluated with its parameters.
    pub batch: &'a batch::Bake,
    /// A name, free among the bakes that go on.
    pub name: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// What its tasks read of the project's files, to tell later what changed.
    pub files: FilesRead,
}

/// A bake that was set up and waits to be executed.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The flow's record.
    pub project: Project,
    /// The bake.
    pub bake: Bake,
    /// Its first attempt, pending.
    pub attempt: Attempt,
}

/// Why a bake was not set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The batch has mistakes.
    #[error("the batch cannot be baked: {}", first_of(.0))]
    Refused(Vec<Diagnostic>),
    /// A bake of this name goes on.
    #[error("a bake named `{name}` goes on; choose another name, or wait until it has ended")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// What an image is built from could not be uploaded.
    #[error("what `{reference}` is built from cannot be uploaded: `{folder}`: {source}")]
    Context {
        /// The image.
        reference: String,
        /// The folder on this computer.
        folder: String,
        /// Why.
        source: Box<ClientError>,
    },
    /// What an image is built from would be uploaded to a place that does not exist.
    #[error("what `{reference}` is built from cannot be uploaded: {source}")]
    Place {
        /// The image.
        reference: String,
        /// Why.
        source: UriError,
    },
    /// The platform does not do its part.
    #[error(transparent)]
    Platform(#[from] ClientError),
}

pub(super) fn first_of(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .first()
        .map(|first| first.message.clone())
        .unwrap_or_default()
}

/// Checks a batch and records a bake with its first attempt. Nothing runs yet.
pub async fn create(
    client: &Client,
    place: &Place,
    setup: Setup<'_>,
) -> Result<Created, CreateError> {
    let batch = setup.batch;
    check(batch)?;
    let images = batch.images.list();
    let project = record_flow(client, place, &batch.contexts.facts.project_id).await?;
    let bake = record_bake(client, &project, &setup).await?;
    let mut configs = record_files(client, &bake, &batch.config_files()).await?;
    record_files_read(client, &bake, (&setup.files, 1), &mut configs).await?;
    let attempt = NewAttempt {
        bake_id: bake.id.clone(),
        number: 1,
        result: TaskStatus::Pending,
        configs_meta: configs,
        executor_id: None,
        created_at: None,
    };
    let attempt = record_attempt(client, &attempt).await?;
    for image in images {
        let record = record_of(image, &bake);
        let images = client.flow().bake_images();
        let make = || async { images.create(&record).await };
        let find = || async { images.find(&bake.id, &record.reference).await };
        once(make, find).await?;
    }
    Ok(Created {
        project,
        bake,
        attempt,
    })
}

fn check(batch: &batch::Bake) -> Result<(), CreateError> {
    let found = batch.check().into_iter();
    let found: Vec<Diagnostic> = found.map(|finding| finding.diagnostic).collect();
    match found.iter().any(Diagnostic::is_error) {
        true => Err(CreateError::Refused(found)),
        false => Ok(()),
    }
}

/// The record of a flow, made if there is none.
pub async fn record_flow(
    client: &Client,
    place: &Place,
    flow_id: &str,
) -> Result<Project, ClientError> {
    let flow = NewProject {
        name: flow_id.to_owned(),
        project_name: Some(place.project.clone()),
        cluster: place.cluster.clone(),
        org_name: Some(place.org.clone()),
    };
    let flows = client.flow().projects();
    briefly(|| async { flows.get_or_create(&flow).await }).await
}

/// Records an attempt. One that an unanswered call has made is known by what it was to be.
pub(super) async fn record_attempt(
    client: &Client,
    new: &NewAttempt,
) -> Result<Attempt, ClientError> {
    let attempts = client.flow().attempts();
    let is_ours = |made: &Attempt| {
        made.configs_meta == new.configs_meta
            && made.result == new.result
            && made.executor_id == new.executor_id
    };
    let make = || async { attempts.create(new).await };
    let find = || async {
        let made = attempts.find(&new.bake_id, new.number).await?;
        Ok(made.filter(is_ours))
    };
    once(make, find).await
}

async fn record_bake(
    client: &Client,
    project: &Project,
    setup: &Setup<'_>,
) -> Result<Bake, CreateError> {
    let git = setup.batch.git.as_ref();
    let key = StartKey::of_bake();
    let mut tags = setup.tags.clone();
    key.mark(&mut tags);
    let bake = NewBake {
        project_id: project.id.clone(),
        batch: setup.batch.flow.name.clone(),
        graphs: setup.batch.graph.graphs(),
        params: Some(setup.batch.params.clone()),
        name: setup.name.clone(),
        tags,
        meta: BakeMeta {
            git_info: git.map(|git| GitInfo {
                sha: git.sha.clone(),
                branch: git.branch.clone(),
                tags: git.tags.clone(),
            }),
        },
        created_at: None,
    };
    let bakes = client.flow().bakes();
    let make = || async { bakes.create_once(&bake, key.as_str()).await };
    let marked = BakeFilter {
        tags: vec![key.tag()],
        ..BakeFilter::default()
    };
    let find = || async {
        let made = bakes.list(&project.id, &marked).await?;
        Ok(made.into_iter().find(|bake| bake.tags.contains(&key.tag())))
    };
    match once(make, find).await {
        Err(error) if error.is_conflict() => Err(CreateError::NameTaken {
            name: setup.name.clone().unwrap_or_default(),
        }),
        answer => Ok(answer?),
    }
}

/// Keeps a file with a bake; answers its id.
async fn keep(client: &Client, bake: &Bake, file: &ActionFile) -> Result<String, ClientError> {
    let file = NewConfigFile {
        bake_id: bake.id.clone(),
        filename: file.name.clone(),
        content: file.content.clone(),
    };
    // One that was kept twice does no harm: the attempt names those that count.
    let files = client.flow().config_files();
    let kept = briefly(|| async { files.create(&file).await }).await?;
    Ok(kept.id)
}

/// Keeps what the tasks of an attempt read, if they read anything.
pub(super) async fn record_files_read(
    client: &Client,
    bake: &Bake,
    (files, attempt): (&FilesRead, i64),
    configs: &mut ConfigsMeta,
) -> Result<(), ClientError> {
    if !files.is_empty() {
        let id = keep(client, bake, &files.file(attempt)).await?;
        configs.action_config_ids.insert(RECORD.to_owned(), id);
    }
    Ok(())
}

pub(super) async fn record_files(
    client: &Client,
    bake: &Bake,
    files: &ConfigFiles,
) -> Result<ConfigsMeta, ClientError> {
    let project_config_id = match &files.project {
        Some(project) => Some(keep(client, bake, project).await?),
        None => None,
    };
    let flow_config_id = keep(client, bake, &files.flow).await?;
    let mut action_config_ids = IndexMap::new();
    for (reference, file) in &files.actions {
        action_config_ids.insert(reference.clone(), keep(client, bake, file).await?);
    }
    Ok(ConfigsMeta {
        workspace: files.workspace.clone(),
        flow_config_id,
        project_config_id,
        action_config_ids,
    })
}

/// Uploads what images of a batch are built from, as far as it lies on this computer: it becomes
/// like the folder here, so only what changed since the last bake is sent. Answers why not, where
/// nothing is built.
pub async fn upload_contexts(
    client: &Client,
    place: &Place,
    batch: &batch::Bake,
    on_progress: OnProgress<'_>,
) -> Result<Option<String>, CreateError> {
    let images = batch.images.list();
    if images.iter().all(|image| image.local_context.is_none()) {
        return Ok(None);
    }
    check(batch)?;
    if let Some(runner) = client.local_runner().await?
        && !runner.uses_images
    {
        return Ok(Some(format!(
            "images are not built, because jobs do not run in them here: {}",
            runner.description
        )));
    }
    let services = client.cluster(&place.cluster).await?;
    let storage = services.storage();
    for image in &images {
        let places = (&image.local_context, &image.context_on_storage);
        let (Some(folder), Some(to)) = places else {
            continue;
        };
        let reference = image.reference.clone();
        let to = PlatformUri::parse(to, &place.uris());
        let to = to.map_err(|source| CreateError::Place {
            reference: reference.clone(),
            source,
        })?;
        let sent = storage
            .upload_folder(Path::new(folder), &to, on_progress)
            .await;
        sent.map_err(|source| CreateError::Context {
            reference,
            folder: folder.to_owned(),
            source: Box::new(source),
        })?;
    }
    Ok(None)
}

/// The record of an image; the executor finds out whether it has to be built.
fn record_of(image: BakeImage, bake: &Bake) -> NewBakeImage {
    NewBakeImage {
        bake_id: bake.id.clone(),
        yaml_defs: image.definitions.iter().map(ToString::to_string).collect(),
        reference: image.reference,
        status: ImageStatus::Pending,
        context_on_storage: image.context_on_storage,
        dockerfile_rel: image.dockerfile_rel,
        builder_job_id: None,
    }
}
