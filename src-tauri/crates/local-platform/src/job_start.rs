//! From a submission to a started job.
//!
//! Everything that can be refused is refused at submission, and what the supervisor needs is put
//! into the job's folder. Then the job waits for a place; one that is free is taken at once.

use std::io;
use std::sync::Arc;

use protocol::{
    ContainerResources, Job, JobSubmission, PASSED_CONFIG, PassedConfig, RestartPolicy,
};
use rusqlite::Connection;

use crate::DataError;
use crate::native_job::NativeJob;
use crate::place::CLUSTER;
use crate::platform::{Platform, PlatformEvent};
use crate::refusal::Refusal;
use crate::runner::{CannotRun, Prepared};
use crate::store::{know_project, run_blocking};
use crate::supervisor::{Ending, JobSpec, Secrets};
use crate::supervisors::Supervisor;
use crate::token::NewToken;
use crate::{
    disk_use, job_plan, job_queue, job_record, job_secrets, job_store, job_tender, submission,
    token,
};

/// Time between the polite and the final signal to a job.
const GRACE_MS: u64 = 10_000;

/// Who submits a job, and under which key, if it must not be submitted twice.
pub(crate) struct Submitter {
    pub(crate) user: String,
    pub(crate) key: Option<String>,
}

/// Accepts a job and starts it when there is a place; returns it as it is then. Explicit
/// `resources` replace the preset. A second submission under one key answers with the first job.
pub(crate) async fn submit(
    platform: &Arc<Platform>,
    from: Submitter,
    submitted: JobSubmission,
    resources: Option<ContainerResources>,
) -> Result<Job, Refusal> {
    let Submitter { user, key } = from;
    if let Some(job) = known(platform, &user, key.as_deref())? {
        return Ok(job);
    }
    submission::check(&submitted)?;
    let submitted = disk_use::resolve(platform, submitted).await?;
    job_secrets::check(platform, &submitted).await?;
    let mut job = job_record::job(platform, user, &submitted, resources)?;
    let plan = job_plan::plan(platform, &job, &submitted)?;
    let runners = Arc::clone(platform);
    let native = NativeJob::recognise(&submitted);
    let asked = native.clone();
    let engine = platform.engine_for_jobs().await;
    let prepared = run_blocking(move || match asked {
        Some(native) => Ok(native.prepare(&runners, &plan)),
        None => runners.runners.prepare(&plan, engine),
    })
    .await;
    if let Ok(prepared) = &prepared {
        job.runner = Some(prepared.runner.to_owned());
        job.runner_note = Some(disk_use::note(&job, &prepared.note));
    }
    let refused = match prepared {
        Ok(prepared) => lay_out(platform, &job, prepared).await.err(),
        Err(refused) => Some(cannot_run(&refused)),
    };
    match refused {
        None => enqueue(platform, job, (native, key)).await,
        Some(ending) => match record(platform, &job, (native, key), 0).await? {
            Recorded::Before(first) => Ok(*first),
            Recorded::Now(_) => {
                job_tender::end(platform, &job.id, ending).await?;
                Ok(job)
            }
        },
    }
}

/// The job that was submitted under this key before.
fn known(platform: &Platform, user: &str, key: Option<&str>) -> Result<Option<Job>, DataError> {
    let Some(key) = key else {
        return Ok(None);
    };
    platform
        .store
        .glance(|connection: &Connection| job_store::submitted_as(connection, user, key))
}

/// What became of putting a job on record.
enum Recorded {
    /// It is; these are to be started now.
    Now(Vec<Job>),
    /// Another request with the same key was quicker.
    Before(Box<Job>),
}

/// Puts what the supervisor needs into the job's folder.
async fn lay_out(platform: &Platform, job: &Job, prepared: Prepared) -> Result<(), Ending> {
    let spec = JobSpec {
        id: job.id.clone(),
        launch: prepared.launch,
        max_run_seconds: job
            .max_run_time_minutes
            .map(|minutes| minutes.saturating_mul(60)),
        restart: job.restart_policy.clone().unwrap_or(RestartPolicy::Never),
        grace_ms: GRACE_MS,
        needs_secrets: job.pass_config || job_secrets::any(job),
        secret_folder: job_secrets::folder(platform, job),
        tty: job.container.tty,
        limits: platform.limits(job),
        log_limit: Some(platform.log_limit),
    };
    let folder = platform.job_folder(&job.id);
    let made = run_blocking(move || folder.create(&spec)).await;
    made.map_err(|error| Ending::cannot_run(format!("the job's folder could not be made: {error}")))
}

/// Puts the job on record, and takes a place for it if one is free.
async fn enqueue(
    platform: &Arc<Platform>,
    job: Job,
    (native, key): (Option<NativeJob>, Option<String>),
) -> Result<Job, Refusal> {
    let taken = match record(platform, &job, (native, key), platform.places).await {
        Ok(Recorded::Now(taken)) => taken,
        Ok(Recorded::Before(first)) => {
            forget(platform, &job).await;
            return Ok(*first);
        }
        Err(refused) => {
            forget(platform, &job).await;
            return Err(refused);
        }
    };
    if job.schedule_timeout.is_some() {
        platform.queued.notify_one();
    }
    for taken in taken {
        if taken.id == job.id {
            begin(platform, taken).await?;
        } else {
            launch(platform, vec![taken]);
        }
    }
    Ok(job)
}

/// Removes the folder of a job that never was: nobody knows of it, so nobody looks for it either.
async fn forget(platform: &Platform, job: &Job) {
    let folder = platform.job_folder(&job.id);
    let _ = run_blocking(move || std::fs::remove_dir_all(folder.path())).await;
}

/// Puts the job on record, unless one with its key is.
async fn record(
    platform: &Platform,
    job: &Job,
    (native, key): (Option<NativeJob>, Option<String>),
    places: usize,
) -> Result<Recorded, Refusal> {
    let mut stored = job.clone();
    let recorded = platform
        .store
        .write(move |connection| {
            if let Some(key) = &key
                && let Some(first) = job_store::submitted_as(connection, &stored.owner, key)?
            {
                return Ok(Recorded::Before(Box::new(first)));
            }
            know_project(connection, stored.project())?;
            job_store::insert(connection, &stored, key.as_deref())?;
            if let Some(native) = native {
                native.claim(connection, &stored)?;
            }
            let taken = job_queue::take(connection, places)?;
            if places > 0 && !taken.iter().any(|one| one.id == stored.id) {
                job_store::advance(&mut stored, job_queue::waits(places));
                job_store::update(connection, &stored)?;
            }
            Ok::<_, Refusal>(Recorded::Now(taken))
        })
        .await?;
    if let Recorded::Now(_) = &recorded {
        platform.tell(PlatformEvent::JobChanged {
            id: job.id.clone(),
            status: job.status.clone(),
        });
    }
    Ok(recorded)
}

/// Starts jobs that were given places.
pub(crate) fn launch(platform: &Arc<Platform>, jobs: Vec<Job>) {
    for job in jobs {
        let platform = Arc::clone(platform);
        tokio::spawn(async move {
            let id = job.id.clone();
            if let Err(refused) = begin(&platform, job).await {
                let said = refused.body.sentence();
                tracing::error!(id, said, "a job could not be started");
            }
        });
    }
}

/// Starts a job that was given a place.
async fn begin(platform: &Arc<Platform>, job: Job) -> Result<(), Refusal> {
    let secrets = match secrets(platform, &job).await {
        Ok(secrets) => secrets,
        Err(refused) => {
            let said = refused.body.sentence().unwrap_or_default();
            let ending = Ending::cannot_run(said);
            return Ok(job_tender::end(platform, &job.id, ending).await?);
        }
    };
    let folder = platform.job_folder(&job.id);
    // Watched before it starts, so that no change is missed.
    let changes = platform.watch.begin(&job.id, &folder);
    match platform.supervisors.take_on(&job, &secrets) {
        Ok(process) => {
            job_tender::tend(platform, job.id, changes, Some(process));
            Ok(())
        }
        Err(error) => {
            let program = platform.supervisors.program().display();
            let ending = Ending::cannot_run(format!("{program} could not be started: {error}"));
            Ok(job_tender::end(platform, &job.id, ending).await?)
        }
    }
}

/// Values that go to the supervisor without touching the disk. They are looked up when the job
/// starts, which may be long after it was submitted, and by another server.
async fn secrets(platform: &Arc<Platform>, job: &Job) -> Result<Secrets, Refusal> {
    let mut secrets = job_secrets::collect(platform, job).await?;
    if job.pass_config {
        let new = NewToken::of_job(&job.owner, &job.id);
        let token: String = platform
            .store
            .write(move |connection| token::mint(connection, &new))
            .await?;
        let config = PassedConfig {
            token,
            cluster: CLUSTER.to_owned(),
            url: format!("{}/api/v1", platform.origin),
            org_name: job.org_name.clone(),
            project_name: job.project_name.clone(),
        };
        secrets
            .env
            .insert(PASSED_CONFIG.to_owned(), config.encode());
    }
    Ok(secrets)
}

/// Starts a supervisor for a job that has lost the one it had.
pub(crate) async fn supervise_again(platform: &Arc<Platform>, id: &str) -> io::Result<Supervisor> {
    let key = id.to_owned();
    let job: Result<Option<Job>, DataError> = platform
        .store
        .read(move |connection| job_store::get(connection, &key))
        .await;
    let job = job.map_err(io::Error::other)?;
    let job = job.ok_or_else(|| io::Error::other("it is not on record"))?;
    // What runs has its secrets already; only a restart would miss them.
    let secrets = secrets(platform, &job).await.unwrap_or_default();
    platform.supervisors.take_on(&job, &secrets)
}

fn cannot_run(refused: &CannotRun) -> Ending {
    Ending::cannot_run(refused.to_string())
}
