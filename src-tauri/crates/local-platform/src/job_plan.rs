//! What is to be run for a job: command, environment, folders.

use std::collections::BTreeMap;

use protocol::{Job, JobSubmission, split};

use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::runner::{Mount, Plan, mount_target};
use crate::{disk_use, job_secrets, storage_path};

/// What a runner needs to know of a job.
pub(crate) fn plan(
    platform: &Platform,
    job: &Job,
    submitted: &JobSubmission,
) -> Result<Plan, Refusal> {
    let words = |text: &Option<String>| match text {
        Some(text) => split(text).map_err(|error| Refusal::bad_request(error.to_string())),
        None => Ok(Vec::new()),
    };
    let resources = &job.container.resources;
    let mut env: BTreeMap<String, String> = submitted
        .env
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    env.extend(told_about_itself(job));
    Ok(Plan {
        image: submitted.image.clone(),
        entrypoint: words(&submitted.entrypoint)?,
        command: words(&submitted.command)?,
        env,
        working_dir: submitted.working_dir.clone(),
        mounts: mounts(platform, job, submitted)?,
        private: platform.job_folder(&job.id).private(),
        shm: resources.shm.unwrap_or(false),
        privileged: job.privileged,
        gpus: resources.nvidia_gpu.as_ref().map(|gpu| gpu.count),
        registry_port: platform.port(),
    })
}

fn mounts(
    platform: &Platform,
    job: &Job,
    submitted: &JobSubmission,
) -> Result<Vec<Mount>, Refusal> {
    let mut mounts = job_secrets::mounts(platform, job)?;
    mounts.extend(disk_use::mounts(platform, job));
    for volume in &submitted.volumes {
        let source = storage_path::of_uri(&platform.storage, &volume.src_storage_uri)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        if !source.exists() {
            std::fs::create_dir_all(&source).map_err(|error| {
                Refusal::bad_request(format!("{}: {error}", volume.src_storage_uri))
            })?;
        }
        // Checked before; a target that is none cannot come here.
        if let Some(target) = mount_target(&volume.dst_path) {
            mounts.push(Mount {
                source,
                target,
                read_only: volume.read_only,
            });
        }
    }
    Ok(mounts)
}

/// What a job may read about itself in its environment.
fn told_about_itself(job: &Job) -> [(String, String); 9] {
    let http = job.container.http.as_ref();
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        ("NEURO_JOB_ID", job.id.clone()),
        ("NEURO_JOB_NAME", or_empty(&job.name)),
        ("NEURO_JOB_OWNER", job.owner.clone()),
        ("NEURO_JOB_CLUSTER", job.cluster_name.clone()),
        (
            "NEURO_JOB_INTERNAL_HOSTNAME",
            or_empty(&job.internal_hostname),
        ),
        (
            "NEURO_JOB_INTERNAL_HOSTNAME_NAMED",
            or_empty(&job.internal_hostname_named),
        ),
        (
            "NEURO_JOB_HTTP_PORT",
            http.map(|http| http.port.to_string()).unwrap_or_default(),
        ),
        (
            "NEURO_JOB_HTTP_AUTH",
            http.map(|http| http.requires_auth.to_string())
                .unwrap_or_default(),
        ),
        ("NEURO_JOB_PRESET", or_empty(&job.preset_name)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}
