//! Starting and stopping live jobs.

use std::path::Path;
use std::time::Duration;

use client::{Client, ClientError, TransferProgress, Transferred};
use protocol::Job;
use protocol::flow::NewLiveJob;

use super::plan::{LivePlan, Upload};
use crate::place::Place;

/// Where starting a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaunchStage {
    /// A folder is being uploaded.
    Uploading(Upload),
    /// So much of it is there.
    Sending(TransferProgress),
    /// It is there.
    Uploaded(Transferred),
    /// The job is being submitted.
    Submitting,
}

/// Why a live job did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// A folder could not be uploaded.
    #[error("`{local}` could not be uploaded: {source}")]
    Upload {
        /// The folder.
        local: String,
        /// The reason.
        source: ClientError,
    },
    /// The platform did not take the job.
    #[error(transparent)]
    Platform(#[from] ClientError),
}

/// Starts a planned job: uploads first, then submits. Answers the job as the platform shows it.
pub async fn launch(
    client: &Client,
    place: &Place,
    plan: &LivePlan,
    on_stage: impl Fn(LaunchStage) + Send + Sync,
) -> Result<Job, LaunchError> {
    for upload in &plan.uploads {
        on_stage(LaunchStage::Uploading(upload.clone()));
        let storage = client.cluster(&place.cluster).await?;
        let sent = storage
            .storage()
            .upload_folder(Path::new(&upload.local), &upload.remote, &|progress| {
                on_stage(LaunchStage::Sending(progress));
            })
            .await;
        let sent = sent.map_err(|source| LaunchError::Upload {
            local: upload.local.clone(),
            source,
        })?;
        on_stage(LaunchStage::Uploaded(sent));
    }
    on_stage(LaunchStage::Submitting);
    Ok(client.jobs().submit(&plan.submission).await?)
}

/// Records every live job of a flow, as is done before each start.
pub async fn register(client: &Client, jobs: &[NewLiveJob]) -> Result<(), ClientError> {
    for job in jobs {
        client.flow().live_jobs().replace(job).await?;
    }
    Ok(())
}

/// Stops a job and waits until it has ended; answers how.
pub async fn kill(client: &Client, job_id: &str) -> Result<Job, ClientError> {
    client.jobs().kill(job_id).await?;
    let mut pause = Duration::from_millis(20);
    loop {
        let job = client.jobs().get(job_id).await?;
        if job.status.is_finished() {
            return Ok(job);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(500));
    }
}
