//! Ways of running a job on this computer, behind one interface.
//!
//! A runner turns a [`Plan`] into a [`Launch`]: a process for the supervisor to start. It starts
//! nothing itself. Each job says which runner it got and what that means ([`Prepared`]).

mod mount;
mod process;
mod sandbox;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::data_folder::DataFolder;
use crate::supervisor::Launch;

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
    /// Only the sandbox; jobs fail where it does not work.
    Sandbox,
    /// Plain processes.
    Process,
}

/// A job, as far as running it is concerned.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The image the job names.
    pub(crate) image: String,
    /// Program and arguments.
    pub(crate) argv: Vec<String>,
    /// Environment the job asks for.
    pub(crate) env: BTreeMap<String, String>,
    /// Working folder the job asks for.
    pub(crate) working_dir: Option<String>,
    /// Folders at paths.
    pub(crate) mounts: Vec<Mount>,
    /// A folder for this job alone, which goes when it ends.
    pub(crate) private: PathBuf,
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

    /// The process to start.
    fn launch(&self, plan: &Plan) -> Result<Launch, CannotRun>;

    /// What the user should know about this job being run this way.
    fn note(&self, plan: &Plan) -> String;
}

/// The runners of this computer.
pub(crate) struct Runners {
    choice: RunnerChoice,
    sandbox: Result<Sandbox, String>,
}

impl Runners {
    /// Finds out what works here.
    pub(crate) fn look(choice: RunnerChoice, folder: &DataFolder) -> Self {
        let sandbox = match choice {
            RunnerChoice::Process => Err("plain processes were asked for".to_owned()),
            RunnerChoice::Best | RunnerChoice::Sandbox => Sandbox::look(folder.path()),
        };
        Self { choice, sandbox }
    }

    /// How jobs are run here, in a few words.
    pub(crate) fn description(&self) -> String {
        match &self.sandbox {
            Ok(_) => "sandbox: jobs see this computer read-only, and their volumes".to_owned(),
            Err(reason) if self.choice == RunnerChoice::Sandbox => {
                format!("none: {reason}")
            }
            Err(reason) => format!("process: {reason}"),
        }
    }

    /// Chooses a runner for a job and prepares it.
    pub(crate) fn prepare(&self, plan: &Plan) -> Result<Prepared, CannotRun> {
        check_command(plan)?;
        match &self.sandbox {
            Ok(sandbox) => prepared(sandbox, plan, ""),
            Err(reason) if self.choice == RunnerChoice::Sandbox => Err(CannotRun::NoSandbox {
                reason: reason.clone(),
            }),
            Err(reason) => prepared(&Process, plan, &format!(" (no sandbox: {reason})")),
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
    let Some(program) = plan.argv.first() else {
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
