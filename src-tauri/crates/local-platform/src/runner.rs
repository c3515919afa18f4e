//! Ways of running a job on this computer, behind one interface.
//!
//! A runner turns a [`Plan`] into a [`Launch`]: a process or a container for the supervisor to start. It starts
//! nothing itself. Each job says which runner it got and what that means ([`Prepared`]).

mod container;
mod mount;
mod process;
mod sandbox;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use crate::data_folder::DataFolder;
use crate::engine::Engine;
use crate::supervisor::Launch;

use container::Container;
pub(crate) use mount::{Mount, behind, outer_first, target as mount_target};
use process::Process;
use sandbox::Sandbox;

/// Which runner to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RunnerChoice {
    /// The best one that works here.
    #[default]
    Best,
    /// Only containers; jobs fail while no engine answers.
    Container,
    /// Only the sandbox; jobs fail where it does not work.
    Sandbox,
    /// Plain processes.
    Process,
}

impl FromStr for RunnerChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "best" => Ok(Self::Best),
            "container" => Ok(Self::Container),
            "sandbox" => Ok(Self::Sandbox),
            "process" => Ok(Self::Process),
            _ => Err(format!(
                "`{text}` is no way of running jobs: give best, container, sandbox or process"
            )),
        }
    }
}

/// A way of running jobs, and whether it works on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerState {
    /// The runner.
    pub runner: RunnerChoice,
    /// Jobs can be run with it now.
    pub works: bool,
    /// With what it works, or why it does not.
    pub note: String,
}

/// A job, as far as running it is concerned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// The image the job names.
    pub(crate) image: String,
    /// Replaces the entry point of the image, if not empty.
    pub(crate) entrypoint: Vec<String>,
    /// Replaces the command of the image, if not empty.
    pub(crate) command: Vec<String>,
    /// Environment the job asks for.
    pub(crate) env: BTreeMap<String, String>,
    /// Working folder the job asks for.
    pub(crate) working_dir: Option<String>,
    /// Folders at paths.
    pub(crate) mounts: Vec<Mount>,
    /// A folder for this job alone, which goes when it ends.
    pub(crate) private: PathBuf,
    /// Much shared memory.
    pub(crate) shm: bool,
    /// May do everything, inside of a container.
    pub(crate) privileged: bool,
    /// Graphics processors.
    pub(crate) gpus: Option<u32>,
    /// Port of our own registry: images that are named with it are ours.
    pub(crate) registry_port: u16,
}

impl Plan {
    /// Program and arguments, where there is no image to have some.
    fn argv(&self) -> Vec<String> {
        let words = self.entrypoint.iter().chain(&self.command);
        words.cloned().collect()
    }
}

/// How a job will be run.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// The runner's name.
    pub(crate) runner: &'static str,
    /// What its user should know.
    pub(crate) note: String,
    /// What to start.
    pub(crate) launch: Launch,
}

/// Why a job cannot be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CannotRun {
    #[error(
        "the job has no command, and without a container engine the own command of the image \
         `{image}` cannot be run; give the job a command"
    )]
    NoCommand { image: String },
    #[error("there is no program `{program}` on this computer{hint}")]
    NoProgram { program: String, hint: String },
    #[error(
        "jobs are to run in containers, but {reason}; start Docker or Podman, or choose another \
         way of running jobs: `bakehouse serve --runner sandbox`"
    )]
    NoEngine { reason: String },
    #[error("the sandbox does not work here: {reason}")]
    NoSandbox { reason: String },
    #[error("the volume at {target} could not be prepared: {source}")]
    Volume {
        target: String,
        source: std::io::Error,
    },
}

/// A way of running jobs.
pub(crate) trait Runner {
    /// Its name, as shown on the job.
    fn name(&self) -> &'static str;

    /// What to start.
    fn launch(&self, plan: &Plan) -> Result<Launch, CannotRun>;

    /// What the user should know about this job being run this way.
    fn note(&self, plan: &Plan) -> String;
}

/// The runners of this computer. The engine may come and go, so it is brought along each time.
pub(crate) struct Runners {
    choice: RunnerChoice,
    sandbox: Result<Sandbox, String>,
    data_dir: String,
}

impl Runners {
    /// Finds out what works here.
    pub(crate) fn look(choice: RunnerChoice, folder: &DataFolder) -> Self {
        Self {
            choice,
            sandbox: Sandbox::look(folder.path()),
            data_dir: folder.path().display().to_string(),
        }
    }

    /// What works here, best first.
    pub(crate) fn states(&self, engine: &Result<Arc<Engine>, String>) -> Vec<RunnerState> {
        let state = |runner, found: Result<String, String>| RunnerState {
            runner,
            works: found.is_ok(),
            note: found.unwrap_or_else(|reason| reason),
        };
        let container = engine.as_ref().map(ToString::to_string);
        let sandbox = self.sandbox.as_ref();
        let sandbox = sandbox.map(|_| "bubblewrap works".to_owned());
        let process = "nothing keeps jobs apart from this computer".to_owned();
        vec![
            state(RunnerChoice::Container, container.map_err(Clone::clone)),
            state(RunnerChoice::Sandbox, sandbox.map_err(Clone::clone)),
            state(RunnerChoice::Process, Ok(process)),
        ]
    }

    /// True if it matters whether there is an engine.
    pub(crate) fn want_engine(&self) -> bool {
        matches!(self.choice, RunnerChoice::Best | RunnerChoice::Container)
    }

    /// Whether jobs run in their images.
    pub(crate) fn uses_images(&self, engine: &Result<Arc<Engine>, String>) -> bool {
        // Where containers are asked for and there are none, jobs fail and say so.
        self.choice == RunnerChoice::Container || (self.want_engine() && engine.is_ok())
    }

    /// How jobs are run here, in a few words, and why not otherwise.
    pub(crate) fn description(&self, engine: &Result<Arc<Engine>, String>) -> String {
        let sandbox = "sandbox: jobs see this computer read-only, and their volumes";
        match (self.choice, engine, &self.sandbox) {
            (RunnerChoice::Best | RunnerChoice::Container, Ok(engine), _) => {
                format!("container: jobs run in their images, under {engine}")
            }
            (RunnerChoice::Container, Err(reason), _) => format!("none: no containers: {reason}"),
            (RunnerChoice::Sandbox, _, Ok(_)) => sandbox.to_owned(),
            (RunnerChoice::Sandbox, _, Err(reason)) => format!("none: no sandbox: {reason}"),
            (RunnerChoice::Best, Err(reason), Ok(_)) => {
                format!("{sandbox} (no containers: {reason})")
            }
            (RunnerChoice::Best, Err(engine), Err(sandbox)) => format!(
                "process: jobs are plain processes (no containers: {engine}; no sandbox: {sandbox})"
            ),
            (RunnerChoice::Process, ..) => "process: plain processes were asked for".to_owned(),
        }
    }

    /// Chooses a runner for a job and prepares it.
    pub(crate) fn prepare(
        &self,
        plan: &Plan,
        engine: Result<Arc<Engine>, String>,
    ) -> Result<Prepared, CannotRun> {
        let why_not = match (self.choice, engine) {
            (RunnerChoice::Best | RunnerChoice::Container, Ok(engine)) => {
                let data_dir = self.data_dir.clone();
                return prepared(&Container { engine, data_dir }, plan, "");
            }
            (RunnerChoice::Container, Err(reason)) => return Err(CannotRun::NoEngine { reason }),
            (RunnerChoice::Best, Err(reason)) => Some(format!("no containers: {reason}")),
            (RunnerChoice::Sandbox | RunnerChoice::Process, _) => None,
        };
        check_command(plan)?;
        let why = |reasons: Vec<String>| match reasons.is_empty() {
            true => String::new(),
            false => format!(" ({})", reasons.join("; ")),
        };
        if self.choice == RunnerChoice::Process {
            return prepared(&Process, plan, "");
        }
        match &self.sandbox {
            Ok(sandbox) => prepared(sandbox, plan, &why(why_not.into_iter().collect())),
            Err(reason) if self.choice == RunnerChoice::Sandbox => Err(CannotRun::NoSandbox {
                reason: reason.clone(),
            }),
            Err(reason) => {
                let no_sandbox = format!("no sandbox: {reason}");
                let reasons = why_not.into_iter().chain([no_sandbox]).collect();
                prepared(&Process, plan, &why(reasons))
            }
        }
    }
}

fn prepared(runner: &dyn Runner, plan: &Plan, why: &str) -> Result<Prepared, CannotRun> {
    Ok(Prepared {
        runner: runner.name(),
        note: format!("{}{why}", runner.note(plan)),
        launch: runner.launch(plan)?,
    })
}

/// Both runners of this computer's own programs need a command, and a program for it.
fn check_command(plan: &Plan) -> Result<(), CannotRun> {
    let argv = plan.argv();
    let Some(program) = argv.first() else {
        return Err(CannotRun::NoCommand {
            image: plan.image.clone(),
        });
    };
    if program.contains('/') || on_path(program, &search_path(plan)) {
        return Ok(());
    }
    let relative = format!("{program}3");
    let hint = if on_path(&relative, &search_path(plan)) {
        format!("; there is `{relative}`")
    } else {
        String::new()
    };
    Err(CannotRun::NoProgram {
        program: program.clone(),
        hint,
    })
}

fn on_path(program: &str, path: &str) -> bool {
    std::env::split_paths(path).any(|folder| folder.join(program).is_file())
}

/// Where the job's programs are looked for.
fn search_path(plan: &Plan) -> String {
    let own = || std::env::var("PATH").ok();
    plan.env
        .get("PATH")
        .cloned()
        .or_else(own)
        .unwrap_or_else(|| STANDARD_PATH.to_owned())
}

const STANDARD_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The little of our own environment that a job needs, and then its own.
pub(crate) fn environment(plan: &Plan) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for name in ["HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ"] {
        if let Ok(value) = std::env::var(name) {
            env.insert(name.to_owned(), value);
        }
    }
    env.insert("PATH".to_owned(), search_path(plan));
    env.extend(plan.env.clone());
    env
}

/// The user's own folder.
fn home() -> Option<PathBuf> {
    std::env::var_os("HOME")
        .map(PathBuf::from)
        .filter(|home| home != Path::new("/"))
}
