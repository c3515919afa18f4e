//! What somebody must be allowed so that a job may be started: jobs in its project, and everything
//! the job would touch.

use std::path::Path;

use protocol::{Action, JobSubmission, Scheme};
use rusqlite::Connection;

use crate::auth::Caller;
use crate::flow;
use crate::image_build::BuildRequest;
use crate::native_job::NativeJob;
use crate::permission::allow;
use crate::place::ORG;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::registry::{ImageName, RegistryError};
use crate::resource::Resource;
use crate::storage_path;

/// Refuses a submission that touches what the caller may not touch.
pub(crate) fn permit(
    platform: &Platform,
    caller: &Caller,
    submitted: &JobSubmission,
) -> Result<(), Refusal> {
    let port = platform.port();
    let mut needs = needs(submitted, port, &platform.storage)?;
    let native = NativeJob::recognise(submitted);
    if let Some(NativeJob::ImageBuild(request)) = &native {
        needs.extend(built(request, port)?);
    }
    platform.store.glance(|connection: &Connection| {
        if let Some(NativeJob::Executor { bake }) = &native {
            flow::permit_bake(connection, caller, bake)?;
        }
        needs
            .iter()
            .try_for_each(|(action, resource)| allow(connection, caller, action, resource))
    })
}

/// Everything a job needs.
fn needs(
    submitted: &JobSubmission,
    port: u16,
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
    if let Some(image) = image(&submitted.image, port) {
        needs.push((Action::Read, image?));
    }
    Ok(needs)
}

/// The images of our registry that a job which builds images would write.
fn built(request: &BuildRequest, port: u16) -> Result<Vec<(Action, Resource)>, Refusal> {
    let names = request.destinations.iter();
    let ours = names.filter_map(|name| image(name, port));
    ours.map(|image| Ok((Action::Write, image?))).collect()
}

/// The image of a reference, if it lies in our registry.
fn image(reference: &str, port: u16) -> Option<Result<Resource, Refusal>> {
    let name = ImageName::of(reference, port)?;
    let bad = |error: RegistryError| Refusal::bad_request(format!("`{reference}`: {error}"));
    Some(name.map(|name| name.repository.resource()).map_err(bad))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_of_a_job_is_a_resource_only_if_it_is_ours() {
        let uri = |text| image(text, 7471).map(|found| found.unwrap().to_string());
        let ours = Some("image://local/bakehouse/proj/a/b".to_owned());
        assert_eq!(uri("127.0.0.1:7471/bakehouse/proj/a/b:v1"), ours);
        assert_eq!(uri("localhost:7471/bakehouse/proj/a/b:v1"), ours);
        assert_eq!(uri("ubuntu:latest"), None);
        assert_eq!(uri("127.0.0.1:74710/bakehouse/b/c:v1"), None);
    }
}
