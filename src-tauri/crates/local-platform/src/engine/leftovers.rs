//! Containers of jobs that have ended, whose supervisors did not get to remove them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bollard::query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder};
use protocol::Job;

use super::{DATA_LABEL, JOB_LABEL};
use crate::platform::Platform;
use crate::{DataError, job_store};

/// Removes what the jobs of this data folder have left in the engine, if there is one.
pub(crate) async fn remove(platform: Arc<Platform>) {
    let Ok(engine) = platform.engine.find().await else {
        return;
    };
    let ours = format!("{DATA_LABEL}={}", platform.folder.path().display());
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&HashMap::from([("label", vec![ours])]))
        .build();
    let Ok(containers) = engine.client().list_containers(Some(options)).await else {
        return;
    };
    // Read after the list: whatever is in it belongs to a job that was on record before.
    let living: Result<Vec<Job>, DataError> = platform.store.read(job_store::tended).await;
    let Ok(living) = living else { return };
    let living: HashSet<String> = living.into_iter().map(|job| job.id).collect();
    for container in containers {
        let labels = container.labels.unwrap_or_default();
        let ended = labels
            .get(JOB_LABEL)
            .is_some_and(|job| !living.contains(job));
        if let Some(id) = container.id.filter(|_| ended) {
            let options = RemoveContainerOptionsBuilder::default().force(true).v(true);
            let removed = engine.client().remove_container(&id, Some(options.build()));
            if let Err(error) = removed.await {
                tracing::warn!(%error, id, "a container stays behind");
            }
        }
    }
}
