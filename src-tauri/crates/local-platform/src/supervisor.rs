//! The supervisor of one job: a small detached process that starts the command, writes its output
//! and its end to files, and keeps its life span and restart policy.
//!
//! It knows no network and no database, and it needs no server: the folder of the job is all the
//! two have in common. Whoever kills the server does not touch the job.

mod child;
mod job_folder;
mod orders;
mod output;
mod spec;
mod state;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use protocol::{JobStatus, RestartPolicy, reason};

pub(crate) use child::end_orphans;
pub(crate) use job_folder::JobFolder;
pub(crate) use orders::Orders;
pub(crate) use output::{IndexEntry, OUTPUT_INDEX_ENTRY};
pub(crate) use spec::{JobSpec, Launch, Scope};
pub(crate) use state::{Ending, JobState};

use child::{Child, Exit};

/// The first argument with which a program of ours becomes a supervisor: `<exe> __job <folder>`.
pub const JOB_WORD: &str = "__job";

/// How long output may go on after the command has ended, if somebody still holds its pipe.
const LAST_OUTPUT: Duration = Duration::from_secs(1);
/// Longest wait between two starts of a command that keeps ending.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What the supervisor waits for.
pub(crate) enum Event {
    /// The command has ended.
    Exited(Exit),
    /// The server has written new orders.
    Orders,
}

/// Supervises the job in `job_dir` until it ends. Returns the exit code for the process: 0 when the
/// end of the job is on record, anything else when it could not be written.
pub fn supervise(job_dir: &Path) -> i32 {
    detach();
    let folder = JobFolder::new(job_dir);
    // Another supervisor holds the job: leave it alone.
    let Ok(Some(_lock)) = folder.lock() else {
        return 3;
    };
    let mut state = folder.state().unwrap_or_default();
    if state.ending.is_some() {
        return 0;
    }
    let ending = run(&folder, &mut state);
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

fn run(folder: &JobFolder, state: &mut JobState) -> Ending {
    let spec = match folder.spec() {
        Ok(spec) => spec,
        Err(error) => {
            return Ending::cannot_run(format!("the job's folder is unreadable: {error}"));
        }
    };
    let (sender, events) = mpsc::channel();
    if let Err(error) = orders::listen(folder, sender.clone()) {
        return Ending::cannot_run(format!("the job cannot be controlled: {error}"));
    }
    let run = Run {
        folder,
        spec,
        secrets: secrets(),
        sender,
        events,
    };
    run.until_the_end(state)
}

/// Values that must not lie in a file: the server writes them to our standard input.
fn secrets() -> BTreeMap<String, String> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.ok()
        .and_then(|_| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

struct Run<'a> {
    folder: &'a JobFolder,
    spec: JobSpec,
    secrets: BTreeMap<String, String>,
    sender: Sender<Event>,
    events: Receiver<Event>,
}

/// Why a command was told to end.
struct Stop {
    reason: String,
    kill_at: Instant,
}

impl Run<'_> {
    fn until_the_end(&self, state: &mut JobState) -> Ending {
        let born = Instant::now();
        loop {
            let ended = match self.once(state, born) {
                Ok(ended) => ended,
                Err(ending) => return ending,
            };
            if let Some(reason) = ended.stopped {
                return Ending::cancelled(&reason, ended.exit.code);
            }
            if !self.again(ended.exit.code) {
                return ended.exit.ending();
            }
            if let Some(reason) = self.pause(state, born) {
                return Ending::cancelled(&reason, ended.exit.code);
            }
        }
    }

    /// Starts the command and waits for its end.
    fn once(&self, state: &mut JobState, born: Instant) -> Result<Ended, Ending> {
        if let Some(reason) = self.folder.orders().stop {
            return Err(Ending::cancelled(&reason, None));
        }
        let output = output::Output::open(self.folder);
        let output = output.map_err(|error| {
            Ending::cannot_run(format!("the job's output cannot be written: {error}"))
        })?;
        let (child, pipe) = Child::start(&self.spec.launch, &self.secrets)
            .map_err(|error| Ending::cannot_run(child::explain(&self.spec.launch, &error)))?;
        self.note_start(state, child.pid());
        let drained = output.drain(pipe);
        child.report_exit(self.sender.clone());
        let ended = self.wait(&child, born);
        child.end_leftovers();
        // An error here means the last output is late: a process outside our reach holds the pipe.
        let _ = drained.recv_timeout(LAST_OUTPUT);
        Ok(ended)
    }

    fn note_start(&self, state: &mut JobState, pid: u32) {
        let now = Timestamp::now();
        if state.started_at.is_none() {
            state.started_at = Some(now);
        } else {
            state.restarts.push(now);
        }
        state.pid = Some(pid);
        // If the disk is full now, the end may still be written later.
        let _ = self.folder.write_state(state);
    }

    fn wait(&self, child: &Child, born: Instant) -> Ended {
        let mut stop: Option<Stop> = None;
        loop {
            match self.next_event(stop.as_ref(), born) {
                Some(Event::Exited(exit)) => {
                    return Ended {
                        exit,
                        stopped: stop.map(|stop| stop.reason),
                    };
                }
                Some(Event::Orders) | None => {}
            }
            match &stop {
                Some(stop) if Instant::now() >= stop.kill_at => child.kill(),
                Some(_) => {}
                None => stop = self.wanted_stop(born).inspect(|_| child.terminate()),
            }
        }
    }

    /// The next event, or `None` when a time has come.
    fn next_event(&self, stop: Option<&Stop>, born: Instant) -> Option<Event> {
        let until = match stop {
            // Past the moment of the kill we look again now and then.
            Some(stop) => Some(stop.kill_at.max(Instant::now() + Duration::from_millis(50))),
            None => self.life_ends(born),
        };
        let Some(until) = until else {
            return self.events.recv().ok();
        };
        let wait = until.saturating_duration_since(Instant::now());
        self.events.recv_timeout(wait).ok()
    }

    fn life_ends(&self, born: Instant) -> Option<Instant> {
        let seconds = self
            .folder
            .orders()
            .max_run_seconds
            .or(self.spec.max_run_seconds)?;
        born.checked_add(Duration::from_secs(seconds))
    }

    fn wanted_stop(&self, born: Instant) -> Option<Stop> {
        let asked = self.folder.orders().stop;
        let over = || {
            self.life_ends(born)
                .is_some_and(|end| Instant::now() >= end)
        };
        let reason = asked.or_else(|| over().then(|| reason::LIFE_SPAN_ENDED.to_owned()))?;
        Some(Stop {
            reason,
            kill_at: Instant::now() + Duration::from_millis(self.spec.grace_ms),
        })
    }

    fn again(&self, code: Option<i32>) -> bool {
        match self.spec.restart {
            RestartPolicy::Always => true,
            RestartPolicy::OnFailure => code != Some(0),
            RestartPolicy::Never | RestartPolicy::Unknown(_) => false,
        }
    }

    /// Waits before the next start; gives a reason if the job is to end instead.
    fn pause(&self, state: &JobState, born: Instant) -> Option<String> {
        let doublings = u32::try_from(state.restarts.len())
            .unwrap_or(u32::MAX)
            .min(5);
        let pause = Duration::from_secs(1 << doublings).min(LONGEST_PAUSE);
        let until = Instant::now() + pause;
        loop {
            if let Some(stop) = self.wanted_stop(born) {
                return Some(stop.reason);
            }
            let wait = until.min(self.life_ends(born).unwrap_or(until));
            let wait = wait.saturating_duration_since(Instant::now());
            let timed_out = self.events.recv_timeout(wait).is_err();
            if timed_out && Instant::now() >= until {
                return None;
            }
        }
    }
}

/// How one start of the command ended.
struct Ended {
    exit: Exit,
    stopped: Option<String>,
}

impl Exit {
    fn ending(&self) -> Ending {
        let good = self.code == Some(0);
        Ending {
            at: Timestamp::now(),
            status: if good {
                JobStatus::Succeeded
            } else {
                JobStatus::Failed
            },
            reason: if good {
                reason::COMPLETED
            } else {
                reason::ERROR
            }
            .to_owned(),
            description: self.description.clone(),
            exit_code: self.code,
        }
    }
}
