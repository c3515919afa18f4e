//! What a supervisor is told at the start: `spec.json`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use protocol::RestartPolicy;
use serde::{Deserialize, Serialize};

use crate::runner::Mount;

/// A job, reduced to what its supervisor needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobSpec {
    /// Id of the job.
    pub(crate) id: String,
    /// What to start.
    pub(crate) launch: Launch,
    /// Life span.
    pub(crate) max_run_seconds: Option<u64>,
    /// Whether to start again.
    pub(crate) restart: RestartPolicy,
    /// Time between the polite and the final signal.
    pub(crate) grace_ms: u64,
    /// The environment has values that only the server which accepted the job knows.
    #[serde(default)]
    pub(crate) needs_secrets: bool,
    /// Where the files of its secrets lie while it runs.
    #[serde(default)]
    pub(crate) secret_folder: Option<PathBuf>,
    /// The job gets a terminal.
    #[serde(default)]
    pub(crate) tty: bool,
    /// What the job may use at most.
    #[serde(default)]
    pub(crate) limits: Option<Limits>,
    /// How much output is kept, in bytes.
    #[serde(default)]
    pub(crate) log_limit: Option<u64>,
}

/// What a job may use at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Processors; parts are allowed.
    pub(crate) cpu: f64,
    /// Bytes.
    pub(crate) memory: u64,
}

/// What to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Launch {
    /// A process of this computer.
    Process(ProcessLaunch),
    /// A container of an engine.
    Container(ContainerLaunch),
}

/// A process to start on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessLaunch {
    /// Program and arguments.
    pub(crate) argv: Vec<String>,
    /// The whole environment, but for secrets.
    pub(crate) env: BTreeMap<String, String>,
    /// Folder to start in.
    pub(crate) cwd: PathBuf,
    /// Which processes belong to the job.
    pub(crate) scope: Scope,
    /// Start it again when something else than itself or its orders ended it.
    #[serde(default)]
    pub(crate) again_when_killed: bool,
}

/// Which processes get the signals of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// The whole process group of the command.
    Group,
    /// Everything inside the sandbox, but not the sandbox itself: if that were signalled, it would
    /// take the command down before the command could tidy up.
    InsideSandbox,
}

/// A container to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContainerLaunch {
    /// Where the engine listens.
    pub(crate) socket: PathBuf,
    /// The image, as the job names it.
    pub(crate) image: String,
    /// Replaces the entry point of the image.
    pub(crate) entrypoint: Option<Vec<String>>,
    /// Replaces the command of the image.
    pub(crate) command: Option<Vec<String>>,
    /// What is added to the environment of the image, but for secrets.
    pub(crate) env: BTreeMap<String, String>,
    /// Replaces the working folder of the image.
    pub(crate) working_dir: Option<String>,
    /// Folders and files of this computer at paths of the container.
    pub(crate) mounts: Vec<Mount>,
    /// Shared memory as large as the computer's, not the engine's usual 64 MB.
    pub(crate) shm: bool,
    /// May do everything.
    pub(crate) privileged: bool,
    /// How many graphics processors it sees.
    pub(crate) gpus: Option<u32>,
    /// Port of our own registry.
    #[serde(default)]
    pub(crate) registry_port: u16,
    /// The data folder the job belongs to.
    pub(crate) data_dir: String,
}
