//! Secrets of jobs: checked when the job is submitted, looked up when it starts, handed to its
//! supervisor over a pipe. Files of secrets lie in memory where this computer has such a folder,
//! and go when the job ends.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{Job, JobSubmission, Scheme};
use zeroize::Zeroizing;

use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::runner::{Mount, mount_target};
use crate::secret_store::SecretName;
use crate::supervisor::{Secrets, private_folder};

/// A single value of the environment cannot be larger on Linux.
const LARGEST_VARIABLE: usize = 128 << 10;
/// What the system calls a file system in memory.
const TMPFS: u64 = 0x0102_1994;

/// True for a job that gets any.
pub(crate) fn any(job: &Job) -> bool {
    let container = &job.container;
    !container.secret_env.is_empty() || !container.secret_volumes.is_empty()
}

/// Refuses a job whose secrets are not there or cannot be what it wants them to be.
pub(crate) async fn check(platform: &Platform, submitted: &JobSubmission) -> Result<(), Refusal> {
    for (name, uri) in &submitted.secret_env {
        variable(name, uri, &value(platform, uri).await?)?;
    }
    for volume in &submitted.secret_volumes {
        value(platform, &volume.src_secret_uri).await?;
    }
    Ok(())
}

/// Everything the job gets.
pub(crate) async fn collect(platform: &Platform, job: &Job) -> Result<Secrets, Refusal> {
    let mut secrets = Secrets::default();
    for (name, uri) in &job.container.secret_env {
        let text = variable(name, uri, &value(platform, uri).await?)?;
        secrets.env.insert(name.clone(), text);
    }
    // Where the job was told they would be, by this server or an earlier one.
    let spec = platform.job_folder(&job.id).spec();
    let folder = spec.ok().and_then(|spec| spec.secret_folder);
    for (number, volume) in job.container.secret_volumes.iter().enumerate() {
        let content = value(platform, &volume.src_secret_uri).await?;
        if let Some(folder) = &folder {
            let place = folder.join(number.to_string());
            secrets.files.insert(place, STANDARD.encode(&*content));
        }
    }
    Ok(secrets)
}

async fn value(platform: &Platform, uri: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let resource = Resource::parse(uri)?;
    let name = match resource.scheme() {
        Scheme::Secret => SecretName::of_parts(resource.parts()),
        _ => None,
    };
    let name = name.ok_or_else(|| {
        Refusal::bad_request(format!(
            "`{uri}` names no secret: secret://CLUSTER/ORG/PROJECT/KEY"
        ))
    })?;
    let value = platform.secret_value(&name).await?;
    value.ok_or_else(|| {
        let SecretName { project, key, .. } = &name;
        Refusal::bad_request(format!(
            "there is no secret {uri}; make it: apolo secret add --project {project} {key} VALUE"
        ))
    })
}

/// A value as a variable of the environment, if it can be one.
fn variable(name: &str, uri: &str, value: &[u8]) -> Result<String, Refusal> {
    let cannot = |why: &str| {
        Refusal::bad_request(format!(
            "{name} cannot be set from {uri}: {why}; mount the secret as a file: --volume {uri}:/path"
        ))
    };
    if value.len().saturating_add(name.len() + 2) > LARGEST_VARIABLE {
        return Err(cannot("its value is too large for the environment"));
    }
    match std::str::from_utf8(value) {
        Ok(text) if !text.contains('\0') => Ok(text.to_owned()),
        _ => Err(cannot("its value is no text")),
    }
}

/// Where the files of a job's secrets lie while it runs; `None` if it has none.
pub(crate) fn folder(platform: &Platform, job: &Job) -> Option<PathBuf> {
    if job.container.secret_volumes.is_empty() {
        return None;
    }
    let name = format!("bakehouse-{}", job.id);
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let in_memory = runtime
        .into_iter()
        .chain([PathBuf::from("/dev/shm")])
        .find(|folder| is_in_memory(folder));
    Some(match in_memory {
        Some(folder) => folder.join(name),
        None => platform.job_folder(&job.id).path().join("secrets"),
    })
}

/// True for a folder that lies in memory and that we may write to.
fn is_in_memory(folder: &Path) -> bool {
    let writable = rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok();
    let kind = rustix::fs::statfs(folder).map(|data| data.f_type as u64);
    writable && folder.metadata().is_ok_and(|data| data.nlink() > 0) && kind == Ok(TMPFS)
}

/// The files at the paths of the job. They are empty until its supervisor fills them.
pub(crate) fn mounts(platform: &Platform, job: &Job) -> Result<Vec<Mount>, Refusal> {
    let Some(folder) = folder(platform, job) else {
        return Ok(Vec::new());
    };
    let prepared = private_folder(&folder).and_then(|()| {
        (0..job.container.secret_volumes.len())
            .try_for_each(|number| std::fs::write(folder.join(number.to_string()), ""))
    });
    prepared.map_err(|error| {
        Refusal::bad_request(format!(
            "the files of the job's secrets could not be made in {}: {error}",
            folder.display()
        ))
    })?;
    let volumes = job.container.secret_volumes.iter().enumerate();
    let mounts = volumes.filter_map(|(number, volume)| {
        Some(Mount {
            source: folder.join(number.to_string()),
            target: mount_target(&volume.dst_path)?,
            read_only: true,
        })
    });
    Ok(mounts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_of_a_fair_size_is_a_variable() {
        let of = |value: &[u8]| variable("KEY", "secret://local/bakehouse/p/k", value);
        assert_eq!(of("größe".as_bytes()).unwrap(), "größe");
        for bad in [&b"a\0b"[..], &[0xff], &vec![b'x'; LARGEST_VARIABLE]] {
            let refused = of(bad).unwrap_err().body.error.unwrap();
            assert!(refused.contains("as a file"), "{refused}");
        }
    }
}
