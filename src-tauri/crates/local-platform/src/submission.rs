//! Checks of what is submitted, with the platform's own limits.

use protocol::{ContainerResources, JobPriority, JobSubmission, RestartPolicy, split};

use crate::machine::Machine;
use crate::refusal::Refusal;
use crate::runner::mount_target;

/// Refuses a submission that the platform would refuse.
pub(crate) fn check(submission: &JobSubmission) -> Result<(), Refusal> {
    place_name("project_name", &submission.project_name)?;
    place_name("cluster_name", &submission.cluster_name)?;
    if let Some(org) = &submission.org_name {
        place_name("org_name", org)?;
    }
    if let Some(name) = &submission.name {
        given_name("job", name)?;
    }
    tags(&submission.tags)?;
    words(submission)?;
    waiting(submission)?;
    command(submission)?;
    targets(submission)?;
    if submission.max_run_time_minutes == Some(0) {
        return Err(Refusal::bad_request(
            "`max_run_time_minutes` must be 1 or more",
        ));
    }
    if submission
        .working_dir
        .as_ref()
        .is_some_and(|path| !path.starts_with('/'))
    {
        return Err(Refusal::bad_request("`working_dir` must begin with `/`"));
    }
    if submission.pass_config && submission.env.contains_key("NEURO_PASSED_CONFIG") {
        return Err(Refusal::bad_request(
            "`env` already has NEURO_PASSED_CONFIG, which `pass_config` would set",
        ));
    }
    Ok(())
}

pub(crate) fn place_name(field: &str, name: &str) -> Result<(), Refusal> {
    let good = (3..=255).contains(&name.len())
        && name.split('-').all(|part| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        });
    good.then_some(()).ok_or_else(|| {
        Refusal::bad_request(format!(
            "`{field}` is `{name}`; it must be 3 to 255 lower-case letters and digits, with single dashes between them"
        ))
    })
}

/// Refuses a name that a job or a disk cannot have; what begins like an id is none.
pub(crate) fn given_name(kind: &str, name: &str) -> Result<(), Refusal> {
    let good = (3..=40).contains(&name.len())
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && !name.starts_with(&format!("{kind}-"))
        && name.split('-').all(|part| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        });
    good.then_some(()).ok_or_else(|| {
        Refusal::bad_request(format!(
            "`{name}` is no name for a {kind}: 3 to 40 lower-case letters, digits and single dashes, beginning with a letter and not with `{kind}-`"
        ))
    })
}

fn tags(tags: &[String]) -> Result<(), Refusal> {
    if tags.len() > 16 {
        let count = tags.len();
        return Err(Refusal::bad_request(format!(
            "a job has at most 16 tags, not {count}"
        )));
    }
    let bad = tags
        .iter()
        .find(|tag| !(1..=256).contains(&tag.len()) || tag.contains(char::is_whitespace));
    match bad {
        Some(tag) => Err(Refusal::bad_request(format!(
            "`{tag}` is no tag: 1 to 256 letters without blanks"
        ))),
        None => Ok(()),
    }
}

/// Words this version does not know would be ignored silently.
fn words(submission: &JobSubmission) -> Result<(), Refusal> {
    if let Some(RestartPolicy::Unknown(word)) = &submission.restart_policy {
        return Err(Refusal::bad_request(format!(
            "`restart_policy` is `{word}`; it must be never, on-failure or always"
        )));
    }
    if let Some(JobPriority::Unknown(word)) = &submission.priority {
        return Err(Refusal::bad_request(format!(
            "`priority` is `{word}`; it must be low, normal or high"
        )));
    }
    if let Some(name) = &submission.energy_schedule_name {
        return Err(Refusal::bad_request(format!(
            "`energy_schedule_name` is `{name}`, but no preset of this computer has a scheduler"
        )));
    }
    if submission.image.trim().is_empty() {
        return Err(Refusal::bad_request("`image` must not be empty"));
    }
    Ok(())
}

/// Longest time a job may wait for a place: less than thirty days.
const LONGEST_WAIT: f64 = 30.0 * 24.0 * 3600.0;

fn waiting(submission: &JobSubmission) -> Result<(), Refusal> {
    match submission.schedule_timeout {
        Some(seconds) if !(1.0..LONGEST_WAIT).contains(&seconds) => Err(Refusal::bad_request(
            "`schedule_timeout` must be 1 second or more, and less than 30 days",
        )),
        _ => Ok(()),
    }
}

/// Refuses resources that this computer does not have.
pub(crate) fn check_resources(
    asked: &ContainerResources,
    machine: &Machine,
) -> Result<(), Refusal> {
    if !(asked.cpu > 0.0 && asked.cpu <= f64::from(machine.cpus)) {
        return Err(Refusal::bad_request(format!(
            "`cpu` is {}; this computer has {} processors",
            asked.cpu, machine.cpus
        )));
    }
    if asked.memory == 0 || asked.memory > machine.memory {
        return Err(Refusal::bad_request(format!(
            "`memory` is {} bytes; this computer has {}",
            asked.memory, machine.memory
        )));
    }
    let has = machine.gpu.as_ref().map_or(0, |gpu| gpu.count);
    let makes = [
        ("nvidia_gpu", asked.nvidia_gpu.as_ref(), has),
        ("amd_gpu", asked.amd_gpu.as_ref(), 0),
        ("intel_gpu", asked.intel_gpu.as_ref(), 0),
    ];
    for (key, gpu, has) in makes {
        if gpu.is_some_and(|gpu| gpu.count > has) {
            return Err(Refusal::bad_request(format!(
                "`{key}`: this computer has {has} graphics processors of this make"
            )));
        }
    }
    match asked.tpu {
        Some(_) => Err(Refusal::bad_request("`tpu`: this computer has none")),
        None => Ok(()),
    }
}

fn command(submission: &JobSubmission) -> Result<(), Refusal> {
    for (field, text) in [
        ("entrypoint", &submission.entrypoint),
        ("command", &submission.command),
    ] {
        if let Some(text) = text {
            split(text).map_err(|error| Refusal::bad_request(format!("`{field}`: {error}")))?;
        }
    }
    Ok(())
}

fn targets(submission: &JobSubmission) -> Result<(), Refusal> {
    let mut seen = Vec::new();
    let storage = submission.volumes.iter().map(|one| &one.dst_path);
    let secret = submission.secret_volumes.iter().map(|one| &one.dst_path);
    let disk = submission.disk_volumes.iter().map(|one| &one.dst_path);
    for text in storage.chain(secret).chain(disk) {
        let target = mount_target(text).ok_or_else(|| {
            Refusal::bad_request(format!(
                "`{text}` is no place for a volume: it must be an absolute path without `..`, not `/`"
            ))
        })?;
        if seen.contains(&target) {
            return Err(Refusal::bad_request(format!(
                "two volumes have the place {text}"
            )));
        }
        seen.push(target);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::StorageVolume;

    fn refused(change: impl FnOnce(&mut JobSubmission)) -> Option<String> {
        let mut submission = JobSubmission {
            project_name: "proj".into(),
            cluster_name: "local".into(),
            org_name: Some("bakehouse".into()),
            image: "ubuntu".into(),
            ..JobSubmission::default()
        };
        change(&mut submission);
        check(&submission)
            .err()
            .and_then(|refusal| refusal.body.error)
    }

    #[test]
    fn a_plain_submission_is_accepted_and_bad_fields_are_named() {
        assert_eq!(refused(|_| ()), None);
        let has = |text: Option<String>, part: &str| assert!(text.unwrap().contains(part));
        has(
            refused(|job| job.project_name = "P".into()),
            "`project_name` is `P`",
        );
        has(
            refused(|job| job.name = Some("job-x".into())),
            "no name for a job",
        );
        has(
            refused(|job| job.tags = vec!["a b".into()]),
            "`a b` is no tag",
        );
        has(
            refused(|job| job.command = Some("echo 'a".into())),
            "`command`: ' is not closed",
        );
        has(
            refused(|job| job.working_dir = Some("x".into())),
            "`working_dir`",
        );
        has(
            refused(|job| job.schedule_timeout = Some(f64::NAN)),
            "1 second or more",
        );
        has(
            refused(|job| job.restart_policy = Some("sometimes".into())),
            "never, on-failure or always",
        );
        has(
            refused(|job| job.energy_schedule_name = Some("night".into())),
            "scheduler",
        );
        has(
            refused(|job| job.max_run_time_minutes = Some(0)),
            "1 or more",
        );
    }

    #[test]
    fn resources_beyond_this_computer_are_refused_with_what_it_has() {
        let machine = Machine {
            cpus: 2,
            memory: 1 << 30,
            gpu: None,
        };
        let of = |cpu, memory| ContainerResources {
            cpu,
            memory,
            ..ContainerResources::default()
        };
        let refused = |asked| {
            let refused = check_resources(&asked, &machine).err();
            refused.and_then(|refusal| refusal.body.error)
        };
        assert_eq!(refused(of(0.5, 1 << 20)), None);
        assert!(refused(of(3.0, 1)).unwrap().contains("has 2 processors"));
        assert!(refused(of(f64::NAN, 1)).is_some());
        assert!(refused(of(1.0, 2 << 30)).unwrap().contains("`memory`"));
    }

    #[test]
    fn two_volumes_cannot_share_a_place() {
        let volume = |path: &str| StorageVolume {
            src_storage_uri: "storage://local/o/p/x".into(),
            dst_path: path.into(),
            read_only: false,
        };
        let both = |first, second| refused(|job| job.volumes = vec![volume(first), volume(second)]);
        assert_eq!(both("/a", "/b"), None);
        assert!(both("/a", "/a/").unwrap().contains("two volumes"));
        assert!(
            both("/a", "/../b")
                .unwrap()
                .contains("no place for a volume")
        );
    }
}
