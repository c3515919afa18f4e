//! Making a stored bake ready again.

use std::sync::Arc;

use client::{Client, ClientError};
use flow::batch::{self, ConfigFiles};
use flow::{ActionFile, GitInfo, NoJobs, Platform, Session, Workspace};
use indexmap::IndexMap;
use protocol::flow::{Attempt, Bake};
use source::Diagnostic;

use super::create::first_of;
use super::observed::{FilesRead, RECORD};
use super::overlay::Overlay;
use super::recipe::Recipe;

/// The files an attempt was made from, as they are stored with it.
pub async fn stored_files(client: &Client, attempt: &Attempt) -> Result<ConfigFiles, ClientError> {
    let meta = &attempt.configs_meta;
    let project = match &meta.project_config_id {
        Some(id) => Some(fetch(client, id).await?),
        None => None,
    };
    let mut actions = IndexMap::new();
    let references = meta.action_config_ids.iter();
    for (reference, id) in references.filter(|(reference, _)| *reference != RECORD) {
        actions.insert(reference.clone(), fetch(client, id).await?);
    }
    Ok(ConfigFiles {
        workspace: meta.workspace.clone(),
        flow: fetch(client, &meta.flow_config_id).await?,
        project,
        actions,
    })
}

/// What the tasks of an attempt read while they were evaluated, where that was recorded.
pub(super) async fn stored_files_read(
    client: &Client,
    attempt: &Attempt,
) -> Result<Option<FilesRead>, ClientError> {
    let Some(id) = attempt.configs_meta.action_config_ids.get(RECORD) else {
        return Ok(None);
    };
    let file = fetch(client, id).await?;
    Ok(FilesRead::kept(&file.content, attempt.number))
}

async fn fetch(client: &Client, id: &str) -> Result<ActionFile, ClientError> {
    let kept = client.flow().config_files().get(id).await?;
    Ok(ActionFile {
        name: kept.filename,
        content: kept.content,
    })
}

/// Why the batch of a stored attempt cannot be made ready again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReopenError {
    /// Its stored files have mistakes; another version may have accepted them.
    #[error("the stored batch cannot be read: {}", first_of(.0))]
    Broken(Vec<Diagnostic>),
    /// The platform does not do its part.
    #[error(transparent)]
    Platform(#[from] ClientError),
}

/// Makes a stored bake ready to be executed, from nothing but what the platform keeps of it.
///
/// `folder` is the project's folder where it is at hand: expressions that look at files need it.
pub async fn reopen(
    client: &Client,
    bake: &Bake,
    attempt: &Attempt,
    (folder, platform): (Option<Arc<dyn Workspace + Send + Sync>>, Platform),
) -> Result<Recipe, ReopenError> {
    let files = stored_files(client, attempt).await?;
    let mut stored = files.workspace();
    if let Some(git) = &bake.meta.git_info {
        stored = stored.with_git(GitInfo {
            sha: git.sha.clone(),
            branch: git.branch.clone(),
            tags: git.tags.clone(),
        });
    }
    let parsed = flow::open_in(&stored, &files.config_dir());
    let workspace: Arc<dyn Workspace + Send + Sync> = match folder {
        Some(folder) => Arc::new(Overlay::new(stored, folder)),
        None => Arc::new(stored),
    };
    let session = Session {
        workspace: &*workspace,
        platform: &platform,
        jobs: &NoJobs,
    };
    let params = bake.params.clone().unwrap_or_default();
    let batch = batch::prepare(&parsed.tree, &session, files.batch_name(), &params)
        .map_err(|troubles| ReopenError::Broken(troubles.diagnostics()))?;
    Ok(Recipe::new(batch, &bake.id, workspace, platform))
}
