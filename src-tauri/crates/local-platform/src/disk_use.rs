//! Disks of jobs: found by id or name when the job is submitted, mounted while it runs.

use std::sync::Arc;

use protocol::{Job, JobSubmission, PlatformUri, Scheme, UriContext};
use rusqlite::Connection;

use crate::disk_store;
use crate::place::{CLUSTER, ORG};
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::runner::{Mount, mount_target};

/// Names the disks of a submission by their ids and notes their use; refuses missing ones.
pub(crate) async fn resolve(
    platform: &Arc<Platform>,
    mut submitted: JobSubmission,
) -> Result<JobSubmission, Refusal> {
    if submitted.disk_volumes.is_empty() {
        return Ok(submitted);
    }
    let write = move |connection: &Connection| {
        for volume in &mut submitted.disk_volumes {
            volume.src_disk_uri = found(connection, &volume.src_disk_uri)?;
        }
        Ok(submitted)
    };
    platform.store.write(write).await
}

/// The URI of a disk by its id.
fn found(connection: &Connection, uri: &str) -> Result<String, Refusal> {
    let resource = Resource::parse(uri)?;
    let disk = disk_store::of_resource(connection, &resource)?;
    let disk = disk.ok_or_else(|| {
        Refusal::bad_request(format!(
            "there is no disk {uri}; make it: apolo disk create --name NAME SIZE"
        ))
    })?;
    let org = disk.org_name.as_deref().unwrap_or(ORG);
    let project = disk.project_name.as_deref().unwrap_or_default();
    let context = UriContext::new(CLUSTER, org, project);
    let by_id = PlatformUri::new(Scheme::Disk, &context, &disk.id).to_string();
    disk_store::touch(connection, disk)?;
    Ok(by_id)
}

/// What a job is told about how it runs, with what it should know about its disks.
pub(crate) fn note(job: &Job, runner: &str) -> String {
    if job.container.disk_volumes.is_empty() {
        return runner.to_owned();
    }
    format!("{runner}; the sizes of its disks are not enforced")
}

/// The folders of the job's disks at the paths of the job.
pub(crate) fn mounts(platform: &Platform, job: &Job) -> Vec<Mount> {
    let volumes = job.container.disk_volumes.iter();
    let mounts = volumes.filter_map(|volume| {
        let (_, id) = volume.src_disk_uri.rsplit_once('/')?;
        Some(Mount {
            source: platform.disk_folder(id),
            target: mount_target(&volume.dst_path)?,
            read_only: volume.read_only,
        })
    });
    mounts.collect()
}
