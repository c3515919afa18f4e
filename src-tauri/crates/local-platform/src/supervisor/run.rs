//! The life of a job: starts, restarts, orders, life span, end.

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use protocol::{RestartPolicy, reason};

use super::child::{self, Child};
use super::container::{self, Container};
use super::ears::Ears;
use super::input::Input;
use super::output::Output;
use super::work::{Begun, Event, Exit, Work};
use super::{Ending, JobFolder, JobSpec, JobState, Launch, Supervised, Terminal, record};

/// Longest wait between two starts of a command that keeps ending.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Why a job ends whose data was deleted; nobody is left who could read it.
const GONE: &str = "the folder of the job was deleted";
/// How often we look whether the folder of the job is still there.
const LOOK: Duration = Duration::from_secs(2);

/// A job under supervision.
pub(super) struct Run {
    folder: JobFolder,
    spec: JobSpec,
    secrets: BTreeMap<String, String>,
    state: JobState,
    sender: Sender<Event>,
    events: Receiver<Event>,
    ears: Ears,
    input: Input,
    /// When the job began to live, as far as its life span is concerned.
    born: Option<Instant>,
    /// The size its terminal has.
    terminal: Option<Terminal>,
    /// What ran last and is still to be tidied up.
    left: Option<Box<dyn Work>>,
    /// Everything that ran has left this process.
    is_tidy: bool,
}

/// Why a command was told to end.
struct Stop {
    reason: String,
    kill_at: Instant,
}

/// How one start of the command ended.
struct Ended {
    exit: Exit,
    stopped: Option<String>,
}

impl Run {
    /// Begins to listen to the server. `state` is what an earlier supervisor has left.
    pub(super) fn new(
        folder: JobFolder,
        spec: JobSpec,
        secrets: BTreeMap<String, String>,
        mut state: JobState,
    ) -> io::Result<Self> {
        state.supervisor = Some(std::process::id());
        let (sender, events) = mpsc::channel();
        let input = Input::default();
        let ears = Ears::listen(&folder, sender.clone(), input.clone())?;
        let born = state.started_at.map(moment);
        Ok(Self {
            folder,
            spec,
            secrets,
            state,
            sender,
            events,
            ears,
            input,
            born,
            terminal: None,
            left: None,
            is_tidy: true,
        })
    }

    /// Runs the job and records its end.
    pub(super) fn until_the_end(mut self) -> Supervised {
        let ending = self.run();
        let code = record(&self.folder, self.state.clone(), ending);
        // The state is not written again: it has the end.
        if let Some(mut left) = self.left.take() {
            left.remove();
        }
        Supervised {
            code,
            is_free: self.is_tidy && !self.ears.heard_typing(),
        }
    }

    fn run(&mut self) -> Ending {
        loop {
            let ended = match self.once() {
                Ok(ended) => ended,
                Err(ending) => return ending,
            };
            if let Some(reason) = ended.stopped {
                return Ending::cancelled(&reason, ended.exit.code);
            }
            if !self.again(&ended.exit) {
                return ended.exit.ending();
            }
            if let Some(reason) = self.pause() {
                return Ending::cancelled(&reason, ended.exit.code);
            }
            self.clear_left();
        }
    }

    /// Starts the command and waits for its end.
    fn once(&mut self) -> Result<Ended, Ending> {
        if let Some(reason) = self.folder.orders().stop
            && !self.state.container
        {
            return Err(Ending::cancelled(&reason, None));
        }
        let output = Output::open(&self.folder, self.spec.log_limit).map_err(|error| {
            Ending::cannot_run(format!("the job's output cannot be written: {error}"))
        })?;
        let mut work = self.start(output)?;
        self.terminal = None;
        self.input.connect(work.input());
        let ended = self.wait(work.as_ref());
        self.input.disconnect();
        self.is_tidy &= work.settle();
        self.left = Some(work);
        Ok(ended)
    }

    fn start(&self, output: Output) -> Result<Box<dyn Work>, Ending> {
        let sender = self.sender.clone();
        match &self.spec.launch {
            Launch::Process(launch) => {
                let child = Child::start(&self.spec, launch, &self.secrets, (output, sender));
                let explained = |error| Ending::cannot_run(child::explain(launch, &error));
                Ok(Box::new(child.map_err(explained)?))
            }
            Launch::Container(launch) => {
                let start = container::Start {
                    folder: self.folder.clone(),
                    spec: self.spec.clone(),
                    launch: launch.clone(),
                    secrets: self.secrets.clone(),
                    events: sender,
                    has_begun: self.state.container,
                };
                let explained = |error| {
                    Ending::cannot_run(format!("the container cannot be looked after: {error}"))
                };
                Ok(Box::new(
                    Container::start(start, output).map_err(explained)?,
                ))
            }
        }
    }

    /// Tidies up after what ran last. From here on its container is not missed.
    fn clear_left(&mut self) {
        let Some(mut left) = self.left.take() else {
            return;
        };
        self.state.container = false;
        self.write_state();
        left.remove();
    }

    fn note_begun(&mut self, begun: Begun) {
        self.state.waiting = None;
        self.born.get_or_insert_with(|| moment(begun.at));
        // A container that an earlier supervisor has started begins only once.
        if !self.state.container {
            if self.state.started_at.is_none() {
                self.state.started_at = Some(begun.at);
            } else {
                self.state.restarts.push(begun.at);
            }
        }
        self.state.container = matches!(self.spec.launch, Launch::Container(_));
        self.state.pid = begun.pid;
        self.write_state();
    }

    fn write_state(&self) {
        // If the disk is full now, the end may still be written later.
        let _ = self.folder.write_state(&self.state);
    }

    fn wait(&mut self, work: &dyn Work) -> Ended {
        let mut stop: Option<Stop> = None;
        loop {
            match self.next_event(stop.as_ref()) {
                Some(Event::Exited(exit)) => {
                    return Ended {
                        exit,
                        stopped: stop.map(|stop| stop.reason),
                    };
                }
                Some(Event::Begun(begun)) => {
                    self.note_begun(begun);
                    self.resize(work);
                }
                Some(Event::Waiting(waiting)) => {
                    self.state.waiting = Some(waiting);
                    self.write_state();
                }
                Some(Event::Noted(note)) => self.state.note = Some(note),
                Some(Event::Orders) => self.resize(work),
                None => {}
            }
            match &stop {
                Some(stop) if Instant::now() >= stop.kill_at => work.kill(),
                Some(_) => {}
                None => stop = self.wanted_stop().inspect(|_| work.terminate()),
            }
        }
    }

    fn resize(&mut self, work: &dyn Work) {
        let wanted = self.folder.orders().terminal;
        if let Some(wanted) = wanted.filter(|wanted| self.terminal != Some(*wanted)) {
            self.terminal = Some(wanted);
            work.resize(wanted);
        }
    }

    /// The next event, or `None` when a time has come.
    fn next_event(&self, stop: Option<&Stop>) -> Option<Event> {
        let now = Instant::now();
        let until = match stop {
            // Past the moment of the kill we look again now and then.
            Some(stop) => stop.kill_at.max(now + Duration::from_millis(50)),
            None => self
                .life_ends()
                .map_or(now + LOOK, |end| end.min(now + LOOK)),
        };
        let wait = until.saturating_duration_since(now);
        self.events.recv_timeout(wait).ok()
    }

    fn life_ends(&self) -> Option<Instant> {
        let orders = self.folder.orders();
        let seconds = orders.max_run_seconds.or(self.spec.max_run_seconds)?;
        self.born?.checked_add(Duration::from_secs(seconds))
    }

    fn wanted_stop(&self) -> Option<Stop> {
        let asked = self.folder.orders().stop;
        let over = || self.life_ends().is_some_and(|end| Instant::now() >= end);
        let reason = asked
            .or_else(|| over().then(|| reason::LIFE_SPAN_ENDED.to_owned()))
            .or_else(|| self.folder.is_gone().then(|| GONE.to_owned()))?;
        Some(Stop {
            reason,
            kill_at: Instant::now() + Duration::from_millis(self.spec.grace_ms),
        })
    }

    fn again(&self, exit: &Exit) -> bool {
        if exit.is_final {
            return false;
        }
        if let Launch::Process(launch) = &self.spec.launch
            && launch.again_when_killed
            && exit.killed
        {
            return true;
        }
        match self.spec.restart {
            RestartPolicy::Always => true,
            RestartPolicy::OnFailure => exit.code != Some(0),
            RestartPolicy::Never | RestartPolicy::Unknown(_) => false,
        }
    }

    /// Waits before the next start; gives a reason if the job is to end instead.
    fn pause(&self) -> Option<String> {
        let doublings = u32::try_from(self.state.restarts.len())
            .unwrap_or(u32::MAX)
            .min(5);
        let pause = Duration::from_secs(1 << doublings).min(LONGEST_PAUSE);
        let until = Instant::now() + pause;
        loop {
            if let Some(stop) = self.wanted_stop() {
                return Some(stop.reason);
            }
            let wait = until.min(self.life_ends().unwrap_or(until));
            let wait = wait.saturating_duration_since(Instant::now());
            let timed_out = self.events.recv_timeout(wait).is_err();
            if timed_out && Instant::now() >= until {
                return None;
            }
        }
    }
}

/// A time of the calendar on the clock that never jumps.
fn moment(at: Timestamp) -> Instant {
    let ago = Duration::try_from(Timestamp::now().duration_since(at)).unwrap_or_default();
    let now = Instant::now();
    now.checked_sub(ago).unwrap_or(now)
}
