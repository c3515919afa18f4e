//! From a submission to a started job.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;

use jiff::Timestamp;
use protocol::{
    Container, ContainerResources, Credits, Job, JobHistory, JobPriority, JobStatus, JobSubmission,
    JobTransition, PASSED_CONFIG, PassedConfig, PlatformUri, RestartPolicy, Scheme, UriContext,
    named_host, reason, split,
};

use crate::native_job::NativeJob;
use crate::place::{CLUSTER, ORG};
use crate::platform::{Platform, PlatformEvent};
use crate::refusal::Refusal;
use crate::runner::{CannotRun, Mount, Plan, Prepared, mount_target};
use crate::store::{know_project, run_blocking};
use crate::supervisor::{Ending, JOB_WORD, JobSpec};
use crate::token::NewToken;
use crate::{job_store, job_tender, storage_path, submission, token};

/// Time between the polite and the final signal to a job.
const GRACE_MS: u64 = 10_000;

/// Accepts a job and starts it; returns it as it is then.
pub(crate) async fn submit(
    platform: &Arc<Platform>,
    user: String,
    submitted: JobSubmission,
) -> Result<Job, Refusal> {
    submission::check(&submitted)?;
    refuse_missing_services(&submitted)?;
    let mut job = job(platform, user, &submitted)?;
    let plan = plan(platform, &job, &submitted)?;
    let runners = Arc::clone(platform);
    let native = NativeJob::recognise(&submitted);
    let asked = native.clone();
    let prepared = run_blocking(move || match asked {
        Some(native) => {
            let data = runners.folder.path();
            Ok(native.prepare(&runners.supervisor, data, &plan))
        }
        None => runners.runners.prepare(&plan),
    })
    .await;
    if let Ok(prepared) = &prepared {
        job.runner = Some(prepared.runner.to_owned());
        job.runner_note = Some(prepared.note.clone());
    }
    let secrets = secrets(platform, &job, &submitted)?;
    let stored = job.clone();
    platform
        .store
        .write(move |connection| {
            know_project(connection, stored.project())?;
            job_store::insert(connection, &stored)?;
            match native {
                Some(native) => native.claim(connection, &stored).map_err(Refusal::from),
                None => Ok(()),
            }
        })
        .await?;
    platform.tell(PlatformEvent::JobChanged {
        id: job.id.clone(),
        status: job.status.clone(),
    });
    match prepared {
        Ok(prepared) => start(platform, &job, prepared, secrets).await?,
        Err(refused) => fail(platform, &job.id, &refused).await?,
    }
    Ok(job)
}

/// Says at once what this platform does not have, instead of starting a job that lacks it.
fn refuse_missing_services(submitted: &JobSubmission) -> Result<(), Refusal> {
    if let Some((name, uri)) = submitted.secret_env.first() {
        return Err(Refusal::bad_request(format!(
            "the local platform keeps no secrets: {name} cannot be set from {uri}; \
             give the value as a plain environment variable"
        )));
    }
    if let Some(volume) = submitted.secret_volumes.first() {
        return Err(Refusal::bad_request(format!(
            "the local platform keeps no secrets: {} cannot be put at {}",
            volume.src_secret_uri, volume.dst_path
        )));
    }
    if let Some(volume) = submitted.disk_volumes.first() {
        return Err(Refusal::bad_request(format!(
            "the local platform has no disks: use a storage volume instead of {}",
            volume.src_disk_uri
        )));
    }
    Ok(())
}

#[expect(
    clippy::too_many_lines,
    reason = "one field a line; there is nothing to divide"
)]
fn job(platform: &Platform, user: String, submitted: &JobSubmission) -> Result<Job, Refusal> {
    if submitted.cluster_name != CLUSTER {
        return Err(Refusal::new(
            axum::http::StatusCode::FORBIDDEN,
            format!(
                "there is no cluster `{}` here, only `{CLUSTER}`",
                submitted.cluster_name
            ),
        ));
    }
    let preset = platform.preset(submitted.preset_name.as_deref())?;
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
        container: container(submitted, preset),
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
        preset_name: Some(preset.name.clone()),
        max_run_time_minutes: submitted.max_run_time_minutes,
        schedule_timeout: submitted.schedule_timeout,
        // Both are said when the job is shown: they depend on where the server listens then.
        http_url: None,
        http_url_named: None,
        internal_hostname: Some("127.0.0.1".to_owned()),
        internal_hostname_named: named
            .map(|name| named_host(name, Some(&org), &submitted.project_name)),
        materialized: true,
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

fn container(submitted: &JobSubmission, preset: &protocol::ResourcePreset) -> Container {
    Container {
        image: submitted.image.clone(),
        env: submitted.env.clone(),
        volumes: submitted.volumes.clone(),
        resources: ContainerResources {
            cpu: preset.cpu,
            memory: preset.memory,
            shm: submitted.resources.map(|resources| resources.shm),
            nvidia_gpu: preset.nvidia_gpu.clone(),
        },
        entrypoint: submitted.entrypoint.clone(),
        command: submitted.command.clone(),
        http: submitted.http.clone(),
        secret_env: submitted.secret_env.clone(),
        secret_volumes: submitted.secret_volumes.clone(),
        disk_volumes: submitted.disk_volumes.clone(),
        tty: submitted.tty,
        working_dir: submitted.working_dir.clone(),
    }
}

fn plan(platform: &Platform, job: &Job, submitted: &JobSubmission) -> Result<Plan, Refusal> {
    let mut argv = Vec::new();
    for text in [&submitted.entrypoint, &submitted.command]
        .into_iter()
        .flatten()
    {
        argv.extend(split(text).map_err(|error| Refusal::bad_request(error.to_string()))?);
    }
    let mut env: BTreeMap<String, String> = submitted
        .env
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    env.extend(told_about_itself(job));
    Ok(Plan {
        image: submitted.image.clone(),
        argv,
        env,
        working_dir: submitted.working_dir.clone(),
        mounts: mounts(platform, submitted)?,
        private: platform.job_folder(&job.id).private(),
    })
}

fn mounts(platform: &Platform, submitted: &JobSubmission) -> Result<Vec<Mount>, Refusal> {
    let mut mounts = Vec::new();
    for volume in &submitted.volumes {
        let source = storage_path::of_uri(&platform.storage, &volume.src_storage_uri)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        if !source.exists() {
            std::fs::create_dir_all(&source).map_err(|error| {
                Refusal::bad_request(format!("{}: {error}", volume.src_storage_uri))
            })?;
        }
        // Checked before; a target that is none cannot come here.
        if let Some(target) = mount_target(&volume.dst_path) {
            mounts.push(Mount {
                source,
                target,
                read_only: volume.read_only,
            });
        }
    }
    Ok(mounts)
}

/// What a job may read about itself in its environment.
fn told_about_itself(job: &Job) -> [(String, String); 9] {
    let http = job.container.http.as_ref();
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        ("NEURO_JOB_ID", job.id.clone()),
        ("NEURO_JOB_NAME", or_empty(&job.name)),
        ("NEURO_JOB_OWNER", job.owner.clone()),
        ("NEURO_JOB_CLUSTER", job.cluster_name.clone()),
        (
            "NEURO_JOB_INTERNAL_HOSTNAME",
            or_empty(&job.internal_hostname),
        ),
        (
            "NEURO_JOB_INTERNAL_HOSTNAME_NAMED",
            or_empty(&job.internal_hostname_named),
        ),
        (
            "NEURO_JOB_HTTP_PORT",
            http.map(|http| http.port.to_string()).unwrap_or_default(),
        ),
        (
            "NEURO_JOB_HTTP_AUTH",
            http.map(|http| http.requires_auth.to_string())
                .unwrap_or_default(),
        ),
        ("NEURO_JOB_PRESET", or_empty(&job.preset_name)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

/// Values that go to the supervisor without touching the disk.
fn secrets(
    platform: &Platform,
    job: &Job,
    submitted: &JobSubmission,
) -> Result<BTreeMap<String, String>, Refusal> {
    let mut secrets = BTreeMap::new();
    if submitted.pass_config {
        let token = token::mint(
            &platform.store.lock(),
            &NewToken::of_job(&job.owner, &job.id),
        )?;
        let config = PassedConfig {
            token,
            cluster: CLUSTER.to_owned(),
            url: format!("{}/api/v1", platform.origin),
            org_name: job.org_name.clone(),
            project_name: job.project_name.clone(),
        };
        secrets.insert(PASSED_CONFIG.to_owned(), config.encode());
    }
    Ok(secrets)
}

async fn start(
    platform: &Arc<Platform>,
    job: &Job,
    prepared: Prepared,
    secrets: BTreeMap<String, String>,
) -> Result<(), Refusal> {
    let spec = JobSpec {
        id: job.id.clone(),
        launch: prepared.launch,
        max_run_seconds: job
            .max_run_time_minutes
            .map(|minutes| minutes.saturating_mul(60)),
        restart: job.restart_policy.clone().unwrap_or(RestartPolicy::Never),
        grace_ms: GRACE_MS,
        needs_secrets: !secrets.is_empty(),
        tty: job.container.tty,
        limits: None,
        log_limit: None,
    };
    let folder = platform.job_folder(&job.id);
    let made = {
        let folder = folder.clone();
        run_blocking(move || folder.create(&spec)).await
    };
    if let Err(error) = made {
        let refused = Ending::cannot_run(format!("the job's folder could not be made: {error}"));
        return job_tender::end(platform, &job.id, refused)
            .await
            .map_err(Refusal::from);
    }
    // Watched before it starts, so that no change is missed.
    let changes = platform.watch.begin(&job.id, &folder);
    match spawn_supervisor(platform, &job.id, &secrets) {
        Ok(process) => {
            job_tender::tend(platform, job.id.clone(), changes, Some(process));
            Ok(())
        }
        Err(error) => {
            let program = platform.supervisor.display();
            let ending = Ending::cannot_run(format!("{program} could not be started: {error}"));
            Ok(job_tender::end(platform, &job.id, ending).await?)
        }
    }
}

/// Starts the supervisor of a job whose folder is ready.
pub(crate) fn spawn_supervisor(
    platform: &Platform,
    id: &str,
    secrets: &BTreeMap<String, String>,
) -> io::Result<tokio::process::Child> {
    let mut command = Command::new(&platform.supervisor);
    command
        .arg(JOB_WORD)
        .arg(platform.job_folder(id).path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut process = tokio::process::Command::from(command)
        .kill_on_drop(false)
        .spawn()?;
    if let Some(stdin) = process.stdin.take() {
        let mut stdin = std::fs::File::from(stdin.into_owned_fd()?);
        // Far less than a pipe holds, so this does not wait for the supervisor.
        stdin.write_all(&serde_json::to_vec(secrets)?)?;
    }
    Ok(process)
}

async fn fail(platform: &Arc<Platform>, id: &str, refused: &CannotRun) -> Result<(), Refusal> {
    Ok(job_tender::end(platform, id, Ending::cannot_run(refused.to_string())).await?)
}
