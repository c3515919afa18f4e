//! Looks after a job while its supervisor lives: what the supervisor writes to the job's folder
//! goes into the database and to those who listen.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::{Job, JobStatus, JobTransition, reason};
use tokio::sync::watch;

use crate::DataError;
use crate::platform::{Platform, PlatformEvent};
use crate::store::run_blocking;
use crate::supervisor::{Ending, JobFolder, JobState, Launch, end_orphans};
use crate::supervisors::Supervisor;
use crate::{attempt_watch, job_queue, job_start, job_store};

/// How often we look whether a quiet supervisor still lives.
const PULSE: Duration = Duration::from_secs(1);
/// How often a supervisor that is killed over and over is replaced.
const REPLACEMENTS: u32 = 30;
/// How long a supervisor may take to begin.
const BIRTH: Duration = Duration::from_secs(10);

/// Takes up every job that had not ended when the last server went away.
pub(crate) async fn adopt(platform: &Arc<Platform>) -> Result<(), DataError> {
    let jobs: Vec<Job> = platform.store.read(job_store::tended).await?;
    for job in jobs {
        let folder = platform.job_folder(&job.id);
        if !folder.path().is_dir() {
            end(platform, &job.id, Ending::lost()).await?;
            continue;
        }
        if never_started(&job, &folder) {
            job_start::launch(platform, vec![job]);
            continue;
        }
        let changes = platform.watch.begin(&job.id, &folder);
        tend(platform, job.id, changes, None);
    }
    job_queue::advance(platform).await
}

/// True for a job that was given a place, but whose supervisor the last server did not get to start.
fn never_started(job: &Job, folder: &JobFolder) -> bool {
    job.status == JobStatus::Pending
        && !folder.is_supervised()
        && folder.state().is_err()
        && folder.spec().is_ok()
}

/// Looks after one job until it ends or the server does.
pub(crate) fn tend(
    platform: &Arc<Platform>,
    id: String,
    changes: watch::Receiver<()>,
    supervisor: Option<Supervisor>,
) {
    let tender = Tender {
        folder: platform.job_folder(&id),
        platform: Arc::clone(platform),
        id,
        changes,
        supervisor,
        seen: None,
        born: Instant::now(),
        replacements: 0,
    };
    tokio::spawn(tender.run());
}

struct Tender {
    platform: Arc<Platform>,
    id: String,
    folder: JobFolder,
    changes: watch::Receiver<()>,
    /// The supervisor, if this process started it.
    supervisor: Option<Supervisor>,
    /// The state we have taken over.
    seen: Option<(u64, i64, i64)>,
    born: Instant,
    /// How many supervisors we have started in place of others.
    replacements: u32,
}

impl Tender {
    async fn run(mut self) {
        let closing = self.platform.closing.clone();
        loop {
            match self.take_over().await {
                Ok(false) => {}
                Ok(true) => return self.done().await,
                Err(error) => tracing::error!(%error, id = self.id, "a job could not be updated"),
            }
            tokio::select! {
                () = closing.cancelled() => return,
                changed = self.changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                () = ended(&mut self.supervisor) => {
                    self.supervisor = None;
                    self.born = Instant::now() - BIRTH;
                    self.check_pulse().await;
                }
                () = tokio::time::sleep(PULSE) => self.check_pulse().await,
            }
        }
    }

    /// Takes over what the supervisor has written; true when it has written the end.
    async fn take_over(&mut self) -> Result<bool, DataError> {
        let mark = self.folder.state_mark();
        if mark.is_none() || mark == self.seen {
            return Ok(false);
        }
        let Ok(state) = self.folder.state() else {
            return Ok(false);
        };
        let ended = state.ending.is_some();
        apply(&self.platform, &self.id, state).await?;
        self.seen = mark;
        Ok(ended)
    }

    /// A supervisor that is gone without an end on record has lost the job.
    async fn check_pulse(&mut self) {
        let unborn = self.folder.state_mark().is_none() && self.born.elapsed() < BIRTH;
        if self.supervisor.is_some() || unborn || self.folder.is_supervised() {
            return;
        }
        if self.replace_supervisor().await {
            return;
        }
        // The end may have been written between our last look and the supervisor's departure.
        let mut state = self.folder.state().unwrap_or_default();
        if state.ending.is_none() {
            if let Some(pid) = state.pid.take() {
                end_orphans(pid, &self.id);
            }
            state.ending = Some(Ending::lost());
            self.folder.clear_private();
            if let Err(error) = self.folder.write_state(&state) {
                tracing::error!(%error, id = self.id, "the loss of a job could not be noted");
            }
        }
    }

    /// A container does not need its supervisor: another one goes on where that one was. True if
    /// that is so here.
    async fn replace_supervisor(&mut self) -> bool {
        let ended = self
            .folder
            .state()
            .is_ok_and(|state| state.ending.is_some());
        let spec = self.folder.spec();
        let lives_on = spec.is_ok_and(|spec| matches!(spec.launch, Launch::Container(_)));
        if ended || !lives_on || self.replacements >= REPLACEMENTS {
            return false;
        }
        self.replacements += 1;
        match job_start::supervise_again(&self.platform, &self.id).await {
            Ok(supervisor) => {
                self.supervisor = Some(supervisor);
                self.born = Instant::now();
                true
            }
            Err(error) => {
                tracing::error!(%error, id = self.id, "a job has no supervisor any more");
                false
            }
        }
    }

    async fn done(self) {
        self.platform.watch.end(&self.id);
        if let Some(supervisor) = self.supervisor {
            supervisor.dismiss().await;
        }
    }
}

/// Waits for the supervisor; for ever if there is none of ours.
async fn ended(supervisor: &mut Option<Supervisor>) {
    match supervisor {
        Some(supervisor) => supervisor.ended().await,
        None => std::future::pending().await,
    }
}

/// Ends a job that has no supervisor.
pub(crate) async fn end(
    platform: &Arc<Platform>,
    id: &str,
    ending: Ending,
) -> Result<(), DataError> {
    let state = JobState {
        ending: Some(ending),
        ..JobState::default()
    };
    apply(platform, id, state).await?;
    platform.watch.end(id);
    let folder = platform.job_folder(id);
    run_blocking(move || folder.clear_private()).await;
    Ok(())
}

async fn apply(platform: &Arc<Platform>, id: &str, state: JobState) -> Result<(), DataError> {
    let over = state.ending.is_some();
    let (key, places) = (id.to_owned(), platform.places);
    let (changed, next): (Vec<JobStatus>, Vec<Job>) = platform
        .store
        .write(move |connection| {
            let Some(mut job) = job_store::get(connection, &key)? else {
                return Ok((Vec::new(), Vec::new()));
            };
            let mut next = Vec::new();
            let before = job.statuses.len();
            merge(&mut job, state);
            job_store::update(connection, &job)?;
            if over {
                job_store::untend(connection, &key)?;
                attempt_watch::executor_ended(connection, &job)?;
                next = job_queue::take(connection, places)?;
            }
            let news = job.statuses.into_iter().skip(before);
            Ok::<_, DataError>((news.map(|one| one.status).collect(), next))
        })
        .await?;
    job_start::launch(platform, next);
    for status in changed {
        platform.tell(PlatformEvent::JobChanged {
            id: id.to_owned(),
            status,
        });
    }
    Ok(())
}

/// Brings a job up to what its supervisor reports. Doing it twice changes nothing.
fn merge(job: &mut Job, state: JobState) {
    if state.ending.is_some() {
        job.materialized = false;
    }
    if job.status.is_finished() {
        return;
    }
    job.materialized = state.started_at.is_some() && state.ending.is_none();
    if let Some(note) = &state.note {
        let known = job.runner_note.get_or_insert_default();
        if !known.contains(note.as_str()) {
            known.push_str("; ");
            known.push_str(note);
        }
    }
    if let Some(waiting) = state.waiting
        && job.status == JobStatus::Pending
    {
        job_store::wait(job, waiting.reason, waiting.description);
    }
    let known = job
        .statuses
        .iter()
        .filter(|one| one.status == JobStatus::Running)
        .count();
    let starts = state.started_at.into_iter().chain(state.restarts);
    for (number, at) in starts.enumerate().skip(known) {
        let again = (number > 0).then(|| reason::RESTARTING.to_owned());
        let note = job.runner_note.clone();
        job_store::advance(job, transition(JobStatus::Running, at, again, note));
    }
    if let Some(ending) = state.ending {
        let Ending {
            at,
            status,
            reason,
            description,
            exit_code,
        } = ending;
        let last = transition(status, at, Some(reason), Some(description));
        job_store::advance(job, JobTransition { exit_code, ..last });
    }
}

fn transition(
    status: JobStatus,
    at: jiff::Timestamp,
    reason: Option<String>,
    description: Option<String>,
) -> JobTransition {
    JobTransition {
        status,
        transition_time: at,
        reason,
        description,
        exit_code: None,
    }
}
