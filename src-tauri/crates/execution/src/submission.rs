//! From an evaluated job or task to the body that the platform is sent.

use flow::config::{ExecConfig, Mount, MountError, Restart};
use protocol::{
    DiskVolume, HttpPort, ImageError, ImageReference, JobSubmission, PlatformUri, RestartPolicy,
    Scheme, SecretVolume, StorageVolume, SubmittedResources, UriError,
};

use crate::place::Place;

/// Why a job cannot be submitted as it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmissionError {
    /// There is no image, or its name is wrong.
    #[error("image: {0}")]
    Image(#[from] ImageError),
    /// A volume is not `URI:PATH[:ro|rw]`.
    #[error("volumes: {0}")]
    Volume(#[from] MountError),
    /// A URI of a volume or secret is wrong.
    #[error("{field}: {source}")]
    Uri {
        /// The field.
        field: &'static str,
        /// What is wrong.
        source: UriError,
    },
    /// A volume is neither storage, nor a secret, nor a disk.
    #[error("volumes: `{uri}` cannot be mounted; only `storage:`, `secret:` and `disk:` can")]
    Unmountable {
        /// The URI.
        uri: String,
    },
    /// A port that does not exist.
    #[error("http_port: {port} is no port; ports go from 1 to 65535 (0 means none)")]
    Port {
        /// The number.
        port: i64,
    },
    /// The command is not a line of words.
    #[error("cmd: {0}")]
    Command(#[from] flow::words::WordsError),
}

/// What jobs and tasks have in common. Command, port, preset and life span differ between the two,
/// because the command line tool adds its own defaults to live jobs only.
pub(crate) fn common(config: &ExecConfig, place: &Place) -> Result<JobSubmission, SubmissionError> {
    let image = ImageReference::parse(&config.image, &place.uris(), &place.registry)?;
    let mut submission = JobSubmission {
        pass_config: config.pass_config.unwrap_or(false),
        project_name: place.project.clone(),
        cluster_name: place.cluster.clone(),
        org_name: Some(place.org.clone()),
        name: config.name.clone(),
        preset_name: config.preset.clone(),
        tags: config.tags.iter().cloned().collect(),
        description: filled(config.title.as_ref()),
        schedule_timeout: config.schedule_timeout,
        restart_policy: config.restart.and_then(restart_policy),
        image: image.docker(&place.registry),
        resources: Some(SubmittedResources { shm: true }),
        entrypoint: filled(config.entrypoint.as_ref()),
        working_dir: config.workdir.clone(),
        ..JobSubmission::default()
    };
    add_env(&mut submission, config, place)?;
    for mount in config.mounts()? {
        add_mount(&mut submission, mount, place)?;
    }
    Ok(submission)
}

/// The body of a batch task: the command stays one text, there is a port only if one is asked for,
/// and the life span only if there is one.
pub fn of_task(config: &ExecConfig, place: &Place) -> Result<JobSubmission, SubmissionError> {
    let mut submission = common(config, place)?;
    submission.preset_name = submission
        .preset_name
        .or_else(|| place.first_preset.clone());
    submission.command = filled(config.cmd.as_ref());
    submission.http = port(config.http_port.unwrap_or(0), config.http_auth)?;
    submission.max_run_time_minutes = config.life_span.map(minutes);
    Ok(submission)
}

/// A port to publish; 0 is none.
pub(crate) fn port(port: i64, auth: Option<bool>) -> Result<Option<HttpPort>, SubmissionError> {
    if port == 0 {
        return Ok(None);
    }
    let port = u16::try_from(port).map_err(|_| SubmissionError::Port { port })?;
    Ok(Some(HttpPort {
        port,
        requires_auth: auth.unwrap_or(true),
        health_check_path: None,
    }))
}

/// Whole minutes of a life span; the platform knows no shorter one than a minute.
pub(crate) fn minutes(seconds: f64) -> u64 {
    // A cast of a float never fails: it stops at the ends of the range.
    ((seconds / 60.0) as u64).max(1)
}

fn filled(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

fn restart_policy(restart: Restart) -> Option<RestartPolicy> {
    match restart {
        Restart::Never => None,
        Restart::OnFailure => Some(RestartPolicy::OnFailure),
        Restart::Always => Some(RestartPolicy::Always),
    }
}

pub(crate) fn add_env(
    submission: &mut JobSubmission,
    config: &ExecConfig,
    place: &Place,
) -> Result<(), SubmissionError> {
    for (name, value) in config.plain_env() {
        submission.env.insert(name.to_owned(), value.to_owned());
    }
    for (name, uri) in config.secret_env() {
        let uri = full(uri, "env", place)?;
        submission
            .secret_env
            .insert(name.to_owned(), uri.to_string());
    }
    Ok(())
}

pub(crate) fn add_mount(
    submission: &mut JobSubmission,
    mount: Mount,
    place: &Place,
) -> Result<(), SubmissionError> {
    let uri = full(&mount.uri, "volumes", place)?;
    match uri.scheme() {
        Scheme::Storage => submission.volumes.push(StorageVolume {
            src_storage_uri: uri.to_string(),
            dst_path: mount.path,
            read_only: mount.read_only,
        }),
        Scheme::Secret => submission.secret_volumes.push(SecretVolume {
            src_secret_uri: uri.to_string(),
            dst_path: mount.path,
        }),
        Scheme::Disk => submission.disk_volumes.push(DiskVolume {
            src_disk_uri: uri.to_string(),
            dst_path: mount.path,
            read_only: mount.read_only,
        }),
        Scheme::Image | Scheme::Job | Scheme::Blob | Scheme::Role | Scheme::Flow => {
            return Err(SubmissionError::Unmountable { uri: mount.uri });
        }
    }
    Ok(())
}

fn full(uri: &str, field: &'static str, place: &Place) -> Result<PlatformUri, SubmissionError> {
    PlatformUri::parse(uri, &place.uris()).map_err(|source| SubmissionError::Uri { field, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::place;

    fn config() -> ExecConfig {
        ExecConfig {
            image: "image:z:1".into(),
            cmd: Some("x y".into()),
            title: Some(String::new()),
            life_span: Some(3599.0),
            volumes: vec![
                "secret:k:/s".into(),
                "disk:d:/d".into(),
                "storage:a:/a:ro".into(),
            ],
            env: [("S", "secret:k"), ("N", "x")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            restart: Some(Restart::Always),
            ..ExecConfig::default()
        }
    }

    #[test]
    fn a_task_becomes_the_body_that_the_reference_sends() {
        let submission = of_task(&config(), &place()).unwrap();
        insta::assert_json_snapshot!(submission, @r#"
        {
          "pass_config": false,
          "project_name": "proj",
          "cluster_name": "cl",
          "org_name": "org",
          "preset_name": "cpu-small",
          "restart_policy": "always",
          "max_run_time_minutes": 59,
          "image": "registry.cl.example.com/org/proj/z:1",
          "resources": {
            "shm": true
          },
          "command": "x y",
          "env": {
            "N": "x"
          },
          "secret_env": {
            "S": "secret://cl/org/proj/k"
          },
          "volumes": [
            {
              "src_storage_uri": "storage://cl/org/proj/a",
              "dst_path": "/a",
              "read_only": true
            }
          ],
          "secret_volumes": [
            {
              "src_secret_uri": "secret://cl/org/proj/k",
              "dst_path": "/s"
            }
          ],
          "disk_volumes": [
            {
              "src_disk_uri": "disk://cl/org/proj/d",
              "dst_path": "/d",
              "read_only": false
            }
          ]
        }
        "#);
    }

    #[test]
    fn what_the_platform_would_refuse_is_named_by_its_field() {
        let refused = |change: fn(&mut ExecConfig)| {
            let mut config = config();
            change(&mut config);
            of_task(&config, &place()).unwrap_err().to_string()
        };
        assert!(refused(|config| config.http_port = Some(70_000)).starts_with("http_port: 70000"));
        assert!(refused(|config| config.image = String::new()).starts_with("image: "));
        assert!(
            refused(|config| config.volumes = vec!["blob:a:/x".into()])
                .contains("`blob:a` cannot be mounted")
        );
        assert!(refused(|config| config.volumes = vec!["a".into()]).starts_with("volumes: "));
        let env = [("S".to_owned(), "secret:a?b".to_owned())];
        let mut odd = config();
        odd.env = env.into();
        assert!(
            of_task(&odd, &place())
                .unwrap_err()
                .to_string()
                .starts_with("env: ")
        );
    }
}
