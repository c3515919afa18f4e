//! What somebody must be allowed so that a job may be started: jobs in its project, and everything
//! the job would touch.

use std::path::Path;

use protocol::{Action, JobSubmission, Scheme};
use rusqlite::Connection;

use crate::auth::Caller;
use crate::permission::allow;
use crate::place::ORG;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::storage_path;

/// Refuses a submission that touches what the caller may not touch.
pub(crate) async fn permit(
    platform: &Platform,
    caller: &Caller,
    submitted: &JobSubmission,
) -> Result<(), Refusal> {
    let registry = platform.origin.trim_start_matches("http://").to_owned();
    let needs = needs(submitted, &registry, &platform.storage)?;
    let caller = caller.clone();
    let read = move |connection: &Connection| {
        needs
            .iter()
            .try_for_each(|(action, resource)| allow(connection, &caller, action, resource))
    };
    platform.store.read(read).await
}

/// Everything a job needs.
fn needs(
    submitted: &JobSubmission,
    registry: &str,
    storage: &Path,
) -> Result<Vec<(Action, Resource)>, Refusal> {
    let place = (
        submitted.org_name.as_deref().unwrap_or(ORG),
        submitted.project_name.as_str(),
    );
    let mut needs = vec![(Action::Write, Resource::in_project(Scheme::Job, place, "")?)];
    let to = |read_only| {
        if read_only {
            Action::Read
        } else {
            Action::Write
        }
    };
    for volume in &submitted.volumes {
        let action = to(volume.read_only);
        let named = Resource::parse(&volume.src_storage_uri)?;
        let real = storage_path::real_resource(storage, &named)?;
        needs.extend(real.map(|real| (action.clone(), real)));
        needs.push((action, named));
    }
    for volume in &submitted.disk_volumes {
        let disk = Resource::parse(&volume.src_disk_uri)?;
        needs.push((to(volume.read_only), disk));
    }
    let files = submitted
        .secret_volumes
        .iter()
        .map(|volume| &volume.src_secret_uri);
    for uri in submitted.secret_env.values().chain(files) {
        needs.push((Action::Read, Resource::parse(uri)?));
    }
    if let Some(image) = image(&submitted.image, registry) {
        needs.push((Action::Read, image?));
    }
    Ok(needs)
}

/// The image of the job, if it lies in our registry.
fn image(
    reference: &str,
    registry: &str,
) -> Option<Result<Resource, crate::resource::ResourceError>> {
    let path = reference.strip_prefix(registry)?.strip_prefix('/')?;
    let name = match path.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => path,
    };
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    Some(Resource::at(Scheme::Image, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_of_a_job_is_a_resource_only_if_it_is_ours() {
        let uri = |text| {
            image(text, "127.0.0.1:7471").map(|found| found.map(|it| it.to_string()).unwrap())
        };
        let ours = Some("image://local/bakehouse/proj/a/b".to_owned());
        assert_eq!(uri("127.0.0.1:7471/bakehouse/proj/a/b:v1"), ours);
        assert_eq!(uri("127.0.0.1:7471/bakehouse/proj/a/b"), ours);
        assert_eq!(uri("127.0.0.1:7471/bakehouse/proj/a/b@sha256:00"), ours);
        assert_eq!(uri("ubuntu:latest"), None);
        assert_eq!(uri("127.0.0.1:74710/a/b/c"), None);
    }
}
