//! The record of a job, as a submission makes it.

use jiff::Timestamp;
use protocol::{
    Container, ContainerResources, Credits, HttpPort, Job, JobHistory, JobPriority, JobStatus,
    JobSubmission, JobTransition, PlatformUri, ResourcePreset, RestartPolicy, Scheme, UriContext,
    named_host, reason,
};

use crate::job_store;
use crate::place::{CLUSTER, ORG};
use crate::platform::Platform;
use crate::refusal::Refusal;

/// A job as it is at first: accepted, and nothing more.
#[expect(
    clippy::too_many_lines,
    reason = "one field a line; there is nothing to divide"
)]
pub(crate) fn job(
    platform: &Platform,
    user: String,
    submitted: &JobSubmission,
    resources: Option<ContainerResources>,
) -> Result<Job, Refusal> {
    if submitted.cluster_name != CLUSTER {
        return Err(Refusal::new(
            axum::http::StatusCode::FORBIDDEN,
            format!(
                "there is no cluster `{}` here, only `{CLUSTER}`",
                submitted.cluster_name
            ),
        ));
    }
    let (preset_name, resources) = match resources {
        Some(asked) => (None, asked),
        None => {
            let preset = platform.preset(submitted.preset_name.as_deref())?;
            (Some(preset.name.clone()), of_preset(submitted, preset))
        }
    };
    let id = format!("job-{}", uuid::Uuid::new_v4());
    let org = submitted.org_name.clone().unwrap_or_else(|| ORG.to_owned());
    let context = UriContext::new(CLUSTER, &org, &submitted.project_name);
    let created = JobTransition {
        status: JobStatus::Pending,
        transition_time: Timestamp::now(),
        reason: Some(reason::CREATING.to_owned()),
        description: Some(String::new()),
        exit_code: None,
    };
    let mut tags = submitted.tags.clone();
    tags.sort();
    tags.dedup();
    let named = submitted.name.as_deref();
    let mut job = Job {
        uri: PlatformUri::new(Scheme::Job, &context, &id).to_string(),
        owner: user,
        cluster_name: CLUSTER.to_owned(),
        project_name: Some(submitted.project_name.clone()),
        name: submitted.name.clone(),
        description: submitted.description.clone(),
        tags,
        status: JobStatus::Pending,
        history: JobHistory::default(),
        statuses: Vec::new(),
        container: container(submitted, resources),
        scheduler_enabled: false,
        pass_config: submitted.pass_config,
        preemptible_node: false,
        privileged: submitted.privileged,
        restart_policy: Some(
            submitted
                .restart_policy
                .clone()
                .unwrap_or(RestartPolicy::Never),
        ),
        priority: Some(submitted.priority.clone().unwrap_or(JobPriority::Normal)),
        preset_name,
        max_run_time_minutes: submitted.max_run_time_minutes,
        schedule_timeout: submitted.schedule_timeout,
        // Both are said when the job is shown: they depend on where the server listens then.
        http_url: None,
        http_url_named: None,
        internal_hostname: Some("127.0.0.1".to_owned()),
        internal_hostname_named: named
            .map(|name| named_host(name, Some(&org), &submitted.project_name)),
        materialized: false,
        being_dropped: false,
        logs_removed: false,
        total_price_credits: Credits::default(),
        price_credits_per_hour: Credits::default(),
        runner: None,
        runner_note: None,
        org_name: Some(org),
        id,
    };
    job_store::advance(&mut job, created);
    Ok(job)
}

fn of_preset(submitted: &JobSubmission, preset: &ResourcePreset) -> ContainerResources {
    ContainerResources {
        cpu: preset.cpu,
        memory: preset.memory,
        shm: submitted.resources.map(|resources| resources.shm),
        nvidia_gpu: preset.nvidia_gpu.clone(),
        amd_gpu: preset.amd_gpu.clone(),
        intel_gpu: preset.intel_gpu.clone(),
        tpu: preset.tpu.clone(),
    }
}

/// As the platform tells of it: the page that shows whether a job is well is the first one, unless
/// another is named.
fn with_health_check(http: HttpPort) -> HttpPort {
    let path = http.health_check_path.unwrap_or_else(|| "/".to_owned());
    HttpPort {
        health_check_path: Some(path),
        ..http
    }
}

fn container(submitted: &JobSubmission, resources: ContainerResources) -> Container {
    Container {
        image: submitted.image.clone(),
        env: submitted.env.clone(),
        volumes: submitted.volumes.clone(),
        resources,
        entrypoint: submitted.entrypoint.clone(),
        command: submitted.command.clone(),
        http: submitted.http.clone().map(with_health_check),
        secret_env: submitted.secret_env.clone(),
        secret_volumes: submitted.secret_volumes.clone(),
        disk_volumes: submitted.disk_volumes.clone(),
        tty: submitted.tty,
        working_dir: submitted.working_dir.clone(),
    }
}
