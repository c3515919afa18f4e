//! The life of one container, from its image to its removal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use bollard::errors::Error;
use bollard::models::ContainerState;
use bollard::query_parameters::InspectContainerOptions;
use jiff::Timestamp;
use protocol::reason;
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};

use super::super::output::Output;
use super::super::work::{Begun, Event, Exit};
use super::super::{ContainerLaunch, JobFolder, JobSpec};
use super::Command;
use super::begin::Beginning;
use super::create::environment;
use super::fetch::fetch;
use super::follow::{Sink, follow};
use super::hands::Hands;
use crate::engine::{Contact, Engine, container_name, status};

/// How long an engine may be away while its containers are looked after: it may be restarted.
const ABSENCE: Duration = Duration::from_secs(600);
/// How long it may be away before there is a container at all.
const SHORT_ABSENCE: Duration = Duration::from_secs(20);
/// Pause before an engine that does not answer is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// What a session begins with.
pub(in crate::supervisor) struct Start {
    pub(in crate::supervisor) folder: JobFolder,
    pub(in crate::supervisor) spec: JobSpec,
    pub(in crate::supervisor) launch: ContainerLaunch,
    pub(in crate::supervisor) secrets: BTreeMap<String, String>,
    pub(in crate::supervisor) events: Sender<Event>,
    /// An earlier supervisor has seen the container run.
    pub(in crate::supervisor) has_begun: bool,
}

/// Why a container does not run (any more).
pub(super) enum Trouble {
    /// That is how the job ends.
    Refused(Exit),
    /// There is no engine at the moment.
    Away(String),
    /// The engine answered, but not with sense.
    Engine(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

/// A container and everything needed to look after it.
pub(super) struct Session {
    start: Start,
    name: String,
    sink: Sink,
    typed: Receiver<Vec<u8>>,
    begun: Arc<AtomicBool>,
    contact: Arc<Contact>,
}

impl Session {
    pub(super) fn new(
        start: Start,
        output: Output,
        typed: Receiver<Vec<u8>>,
    ) -> std::io::Result<Self> {
        let journal = start.folder.container_journal();
        Ok(Self {
            name: container_name(&start.spec.id),
            sink: Sink::open(output, &journal)?,
            begun: Arc::new(AtomicBool::new(start.has_begun)),
            contact: Arc::new(Contact::new(&start.launch.socket)),
            start,
            typed,
        })
    }

    /// Lives until the container has ended and its removal was asked for.
    pub(super) async fn run(mut self, mut commands: UnboundedReceiver<Command>) {
        let contact = Arc::clone(&self.contact);
        let hands = Hands::new(contact, &self.name, Arc::clone(&self.begun));
        let events = self.start.events.clone();
        let exit = tokio::select! {
            exit = self.until_exit() => exit,
            exit = hands.obey(&mut commands) => exit,
        };
        // The supervisor waits for nothing else.
        let _ = events.send(Event::Exited(exit));
        hands.remove_when_asked(&mut commands).await;
    }

    async fn until_exit(&mut self) -> Exit {
        let mut away: Option<Instant> = None;
        loop {
            let error = match self.look_after().await {
                Ok(Some(exit)) | Err(Trouble::Refused(exit)) => return exit,
                Ok(None) => {
                    away = None;
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(Trouble::Away(why)) => why,
                Err(Trouble::Engine(error)) => error.to_string(),
            };
            let since = *away.get_or_insert_with(Instant::now);
            if let Some(exit) = self.given_up(since.elapsed(), &error) {
                return exit;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn given_up(&self, away: Duration, error: &str) -> Option<Exit> {
        if self.has_begun() {
            let why = format!("the container of the job was lost: {error}");
            (away > ABSENCE).then(|| Exit::refused(reason::NOT_FOUND, why))
        } else {
            let why = format!("the container could not be made: {error}");
            (away > SHORT_ABSENCE).then(|| Exit::refused(reason::CONTAINER_CANNOT_RUN, why))
        }
    }

    fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }

    /// Brings the container forward from wherever it is; `None` if it still runs.
    async fn look_after(&mut self) -> Result<Option<Exit>, Trouble> {
        let contact = Arc::clone(&self.contact);
        let engine = contact.engine().await.map_err(Trouble::Away)?;
        match self.inspect(engine).await? {
            None if self.has_begun() => {
                return Err(lost(
                    "the container of the job was removed by somebody else",
                ));
            }
            Some(state) if is_new(&state) && self.has_begun() => {
                return Err(lost(
                    "the engine has forgotten that it ran the container of the job; \
                     the computer was restarted",
                ));
            }
            Some(state) if is_new(&state) => self.begin(engine).await?,
            None => {
                fetch(engine, &self.start.launch, &self.start.events).await?;
                self.begin(engine).await?;
            }
            Some(state) => self.resume(engine, &state).await?,
        }
        let state = self.inspect(engine).await?.unwrap_or_default();
        Ok((!is_running(&state) && !is_new(&state)).then(|| exit(&state)))
    }

    async fn inspect(&self, engine: &Engine) -> Result<Option<ContainerState>, Trouble> {
        let options = None::<InspectContainerOptions>;
        match engine.client().inspect_container(&self.name, options).await {
            Ok(found) => Ok(Some(found.state.unwrap_or_default())),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the container if it is not there, starts it, and follows it.
    async fn begin(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let beginning = Beginning {
            engine,
            name: &self.name,
            spec: &self.start.spec,
            launch: &self.start.launch,
            env: environment(&self.start.launch, &self.start.secrets),
            events: &self.start.events,
        };
        let attached = beginning.started(&mut self.sink).await?;
        self.report_begun(Timestamp::now());
        follow(
            (engine.client(), &self.name),
            attached.output,
            (Some(attached.input), &mut self.typed),
            &mut self.sink,
        )
        .await;
        Ok(())
    }

    fn report_begun(&self, at: Timestamp) {
        self.begun.store(true, Ordering::Release);
        let begun = Begun { at, pid: None };
        // The supervisor is there as long as we are.
        let _ = self.start.events.send(Event::Begun(begun));
    }

    /// Goes on where the output ends.
    async fn resume(&mut self, engine: &Engine, state: &ContainerState) -> Result<(), Trouble> {
        let at = state.started_at.as_deref().and_then(|at| at.parse().ok());
        self.report_begun(at.unwrap_or_else(Timestamp::now));
        let client = (engine.client(), self.name.as_str());
        let output = self.sink.remaining(client, is_running(state));
        follow(client, output, (None, &mut self.typed), &mut self.sink).await;
        Ok(())
    }
}

fn lost(why: &str) -> Trouble {
    Trouble::Refused(Exit::refused(reason::NOT_FOUND, why.to_owned()))
}

fn is_new(state: &ContainerState) -> bool {
    use bollard::models::ContainerStateStatusEnum::CREATED;
    state.status == Some(CREATED)
}

fn is_running(state: &ContainerState) -> bool {
    let of = |part: Option<bool>| part.unwrap_or(false);
    of(state.running) || of(state.paused) || of(state.restarting)
}

fn exit(state: &ContainerState) -> Exit {
    let code = state.exit_code.and_then(|code| i32::try_from(code).ok());
    let out_of_memory = state.oom_killed.unwrap_or(false);
    Exit {
        code,
        killed: false,
        reason: out_of_memory.then_some(reason::OOM_KILLED),
        description: state.error.clone().unwrap_or_default(),
        is_final: false,
    }
}
