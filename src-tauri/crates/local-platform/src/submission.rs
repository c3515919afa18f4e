//! Checks of what is submitted, with the platform's own limits.

use protocol::{JobSubmission, split};

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
        job_name(name)?;
    }
    tags(&submission.tags)?;
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

fn place_name(field: &str, name: &str) -> Result<(), Refusal> {
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

fn job_name(name: &str) -> Result<(), Refusal> {
    let good = (3..=40).contains(&name.len())
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && !name.starts_with("job-")
        && name.split('-').all(|part| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        });
    good.then_some(()).ok_or_else(|| {
        Refusal::bad_request(format!(
            "`{name}` is no name for a job: 3 to 40 lower-case letters, digits and single dashes, beginning with a letter and not with `job-`"
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
            refused(|job| job.max_run_time_minutes = Some(0)),
            "1 or more",
        );
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
