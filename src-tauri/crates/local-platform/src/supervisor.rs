//! The supervisor of one job: a small detached process that starts what the job runs, writes its
//! output and its end to files, and keeps its life span and restart policy.
//!
//! It knows no database, and it needs no server: the folder of the job is all the two have in
//! common. Whoever kills the server does not touch the job. A supervisor whose job has ended may
//! take another one, so that short jobs do not wait for programs to start ([`standing`]). What runs is a [`work::Work`]: a
//! process of this computer or a container of an engine.

mod cage;
mod child;
mod container;
mod ears;
mod input;
mod job_folder;
mod orders;
mod output;
mod run;
mod secrets;
mod segment;
mod spec;
mod standing;
mod state;
mod work;

use std::path::Path;

pub(crate) use child::end_orphans;
pub(crate) use job_folder::JobFolder;
pub(crate) use orders::{Orders, Terminal};
pub(crate) use secrets::{Secrets, private_folder};
pub(crate) use segment::{IndexEntry, OUTPUT_INDEX_ENTRY};
pub(crate) use spec::{ContainerLaunch, JobSpec, Launch, Limits, ProcessLaunch, Scope};
pub(crate) use standing::FREE;
pub(crate) use state::{Ending, JobState, Waiting};

use crate::data_folder::DataFolder;
use crate::{ignored_signals, open_files};
use run::Run;

/// The first argument with which a program of ours becomes a supervisor: `<exe> __job <folder>`.
pub const JOB_WORD: &str = "__job";

/// What became of a job that was to be supervised.
struct Supervised {
    /// The exit code of a supervisor that does no more: 0 when the end of the job is on record,
    /// anything else when it could not be written.
    code: i32,
    /// Nothing of the job is left in this process, so that it may look after another one.
    is_free: bool,
}

impl Supervised {
    fn at_once(code: i32) -> Self {
        Self {
            code,
            is_free: true,
        }
    }
}

/// Supervises the job in `folder` until it ends, or if it is the folder of all jobs, one job after
/// the other, as the server asks over the standard input. Returns the exit code for the process.
pub fn supervise(folder: &Path) -> i32 {
    ignored_signals::keep_from_commands();
    detach();
    open_files::go_back();
    if DataFolder::holds_jobs(folder) {
        return standing::serve(folder);
    }
    one(folder, || Secrets::receive(std::io::stdin())).code
}

/// Supervises one job.
fn one(job_dir: &Path, secrets: impl FnOnce() -> Option<Secrets>) -> Supervised {
    let folder = JobFolder::new(job_dir);
    // Another supervisor holds the job: leave it alone.
    let Ok(Some(_lock)) = folder.lock() else {
        return Supervised::at_once(3);
    };
    let state = folder.state().unwrap_or_default();
    if state.ending.is_some() {
        return Supervised::at_once(0);
    }
    let spec = match folder.spec() {
        Ok(spec) => spec,
        Err(error) => {
            let unreadable = format!("the job's folder is unreadable: {error}");
            return refused(&folder, state, unreadable);
        }
    };
    let secrets = match secrets() {
        Some(secrets) => secrets,
        // The server ended while it wrote. The next one starts the job again.
        None if spec.needs_secrets && !state.container => return Supervised::at_once(4),
        None => Secrets::default(),
    };
    if let Err(error) = secrets.write_files() {
        let unwritten = format!("the files of its secrets could not be written: {error}");
        return refused(&folder, state, unwritten);
    }
    match Run::new(folder.clone(), spec, secrets.env, state.clone()) {
        Ok(run) => run.until_the_end(),
        Err(error) => {
            let deaf = format!("the job cannot be controlled: {error}");
            refused(&folder, state, deaf)
        }
    }
}

/// Ends a job that cannot be begun.
fn refused(folder: &JobFolder, state: JobState, why: String) -> Supervised {
    Supervised::at_once(record(folder, state, Ending::cannot_run(why)))
}

/// Writes the end of the job; returns our own exit code.
fn record(folder: &JobFolder, mut state: JobState, ending: Ending) -> i32 {
    folder.clear_private();
    state.pid = None;
    state.ending = Some(ending);
    match folder.write_state(&state) {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

/// Leaves the session of whoever started us, so that neither its terminal nor its end matters.
fn detach() {
    // Fails only for the leader of a group, which is detached already.
    let _ = rustix::process::setsid();
    let _ = std::env::set_current_dir("/");
}
