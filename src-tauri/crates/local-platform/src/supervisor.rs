//! The supervisor of one job: a small detached process that starts what the job runs, writes its
//! output and its end to files, and keeps its life span and restart policy.
//!
//! It knows no database, and it needs no server: the folder of the job is all the two have in
//! common. Whoever kills the server does not touch the job. What runs is a [`work::Work`]: a
//! process of this computer or a container of an engine.

mod cage;
mod child;
mod container;
mod input;
mod job_folder;
mod orders;
mod output;
mod run;
mod secrets;
mod segment;
mod spec;
mod state;
mod work;

use std::path::Path;

pub(crate) use child::end_orphans;
pub(crate) use job_folder::JobFolder;
pub(crate) use orders::{Orders, Terminal};
pub(crate) use secrets::{Secrets, private_folder};
pub(crate) use segment::{IndexEntry, OUTPUT_INDEX_ENTRY};
pub(crate) use spec::{ContainerLaunch, JobSpec, Launch, Limits, ProcessLaunch, Scope};
pub(crate) use state::{Ending, JobState, Waiting};

use crate::{ignored_signals, open_files};
use run::Run;

/// The first argument with which a program of ours becomes a supervisor: `<exe> __job <folder>`.
pub const JOB_WORD: &str = "__job";

/// Supervises the job in `job_dir` until it ends. Returns the exit code for the process: 0 when the
/// end of the job is on record, anything else when it could not be written.
pub fn supervise(job_dir: &Path) -> i32 {
    ignored_signals::keep_from_commands();
    detach();
    open_files::go_back();
    let folder = JobFolder::new(job_dir);
    // Another supervisor holds the job: leave it alone.
    let Ok(Some(_lock)) = folder.lock() else {
        return 3;
    };
    let state = folder.state().unwrap_or_default();
    if state.ending.is_some() {
        return 0;
    }
    let spec = match folder.spec() {
        Ok(spec) => spec,
        Err(error) => {
            let unreadable = format!("the job's folder is unreadable: {error}");
            return record(&folder, state, Ending::cannot_run(unreadable));
        }
    };
    let secrets = match Secrets::receive(std::io::stdin()) {
        Some(secrets) => secrets,
        // The server ended while it wrote. The next one starts the job again.
        None if spec.needs_secrets && !state.container => return 4,
        None => Secrets::default(),
    };
    if let Err(error) = secrets.write_files() {
        let refused = format!("the files of its secrets could not be written: {error}");
        return record(&folder, state, Ending::cannot_run(refused));
    }
    match Run::new(folder.clone(), spec, secrets.env, state.clone()) {
        Ok(run) => run.until_the_end(),
        Err(error) => {
            let deaf = format!("the job cannot be controlled: {error}");
            record(&folder, state, Ending::cannot_run(deaf))
        }
    }
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
