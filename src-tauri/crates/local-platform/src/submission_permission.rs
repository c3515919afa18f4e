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
use crate::registry::ImageName;
use crate::resource::Resource;
use crate::storage_path;

/// Refuses a submission that touches what the caller may not touch.
pub(crate) async fn permit(
    platform: &Platform,
    caller: &Caller,
    submitted: &JobSubmission,
) -> Result<(), Refusal> {
    let needs = needs(submitted, platform.port(), &platform.storage)?;
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
    if let Some(image) = ImageName::of(&submitted.image, port) {
        let image = image.map_err(|error| Refusal::bad_request(error.to_string()))?;
        needs.push((Action::Read, image.repository.resource()));
    }
    Ok(needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_image(image: &str) -> Result<Vec<String>, Refusal> {
        let submitted = JobSubmission {
            project_name: "proj".into(),
            image: image.into(),
            ..JobSubmission::default()
        };
        let needs = needs(&submitted, 7471, Path::new("/nowhere"))?;
        let images = needs
            .into_iter()
            .filter(|(_, resource)| resource.scheme() == Scheme::Image);
        Ok(images.map(|(_, image)| image.to_string()).collect())
    }

    #[test]
    fn the_image_of_a_job_is_a_resource_only_if_it_is_ours() {
        let digest = format!(
            "127.0.0.1:7471/bakehouse/proj/a/b@sha256:{}",
            "0".repeat(64)
        );
        for ours in [
            "127.0.0.1:7471/bakehouse/proj/a/b:v1",
            "127.0.0.1:7471/bakehouse/proj/a/b",
            "localhost:7471/bakehouse/proj/a/b:v1",
            &digest,
        ] {
            let expected = ["image://local/bakehouse/proj/a/b"];
            assert_eq!(of_image(ours).unwrap(), expected, "{ours}");
        }
        for other in ["ubuntu:latest", "127.0.0.1:74710/a/b/c"] {
            assert!(of_image(other).unwrap().is_empty(), "{other}");
        }
        assert!(of_image("127.0.0.1:7471/bakehouse/proj/../other/a").is_err());
    }
}
