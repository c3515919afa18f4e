//! What the engine is asked for: the container of a job.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    ContainerCreateBody, DeviceRequest, HostConfig, HostConfigLogConfig, Mount as EngineMount,
    MountType,
};

use super::super::{ContainerLaunch, JobSpec, Limits};
use super::begin::Wishes;
use crate::engine::load::tagged;
use crate::engine::{DATA_LABEL, EngineKind, JOB_LABEL};
use crate::registry::ImageName;
use crate::runner::Mount;

/// The container of a job.
pub(super) fn container(
    spec: &JobSpec,
    launch: &ContainerLaunch,
    env: &[String],
    (kind, wishes): (EngineKind, Wishes),
) -> ContainerCreateBody {
    let labels = [
        (JOB_LABEL.to_owned(), spec.id.clone()),
        (DATA_LABEL.to_owned(), launch.data_dir.clone()),
    ];
    ContainerCreateBody {
        image: Some(image(launch)),
        entrypoint: launch.entrypoint.clone(),
        cmd: launch.command.clone(),
        env: Some(env.to_vec()),
        working_dir: launch.working_dir.clone(),
        tty: Some(spec.tty),
        open_stdin: Some(true),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        labels: Some(HashMap::from(labels)),
        host_config: Some(host(spec, launch, kind, wishes)),
        ..ContainerCreateBody::default()
    }
}

fn host(spec: &JobSpec, launch: &ContainerLaunch, kind: EngineKind, wishes: Wishes) -> HostConfig {
    let limits = spec.limits.filter(|_| wishes.limits);
    let shared = spec.limits.map_or(u64::MAX, |limits| limits.memory);
    HostConfig {
        mounts: Some(launch.mounts.iter().map(bind).collect()),
        network_mode: Some("host".to_owned()),
        privileged: Some(launch.privileged),
        init: Some(wishes.init),
        // What a container has said must be there for the next supervisor, whatever the engine
        // does by default.
        log_config: Some(HostConfigLogConfig {
            typ: Some("json-file".to_owned()),
            config: None,
        }),
        // Volumes lie in the user's own folder, whose files must not be relabelled.
        security_opt: Some(vec!["label=disable".to_owned()]),
        shm_size: launch
            .shm
            .then(|| i64::try_from(shared.min(LARGEST_SHM)).unwrap_or(i64::MAX)),
        nano_cpus: limits.and_then(nano_cpus),
        memory: limits.and_then(|limits| i64::try_from(limits.memory).ok()),
        device_requests: launch.gpus.map(|count| vec![graphics(count, kind)]),
        ..HostConfig::default()
    }
}

/// Where nothing limits the memory of a job, its shared memory is limited by this.
const LARGEST_SHM: u64 = 64 << 30;

#[expect(
    clippy::cast_possible_truncation,
    reason = "computers have far fewer processors"
)]
fn nano_cpus(limits: Limits) -> Option<i64> {
    (limits.cpu > 0.0).then_some((limits.cpu * 1e9) as i64)
}

fn bind(mount: &Mount) -> EngineMount {
    EngineMount {
        typ: Some(MountType::BIND),
        source: Some(mount.source.display().to_string()),
        target: Some(mount.target.display().to_string()),
        read_only: Some(mount.read_only),
        ..EngineMount::default()
    }
}

fn graphics(count: u32, kind: EngineKind) -> DeviceRequest {
    match kind {
        EngineKind::Docker => DeviceRequest {
            count: Some(i64::from(count)),
            capabilities: Some(vec![vec!["gpu".to_owned()]]),
            ..DeviceRequest::default()
        },
        // Podman names devices the way the container device interface does.
        EngineKind::Podman => DeviceRequest {
            driver: Some("cdi".to_owned()),
            device_ids: Some(
                (0..count)
                    .map(|at| format!("nvidia.com/gpu={at}"))
                    .collect(),
            ),
            ..DeviceRequest::default()
        },
    }
}

/// The environment as the engine wants it; secrets win.
pub(super) fn environment(
    launch: &ContainerLaunch,
    secrets: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut env = launch.env.clone();
    env.extend(secrets.clone());
    env.into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}
/// What the engine calls the image: it has our own only under tags.
fn image(launch: &ContainerLaunch) -> String {
    match ImageName::of(&launch.image, launch.registry_port) {
        Some(_) => tagged(&launch.image),
        None => launch.image.clone(),
    }
}
