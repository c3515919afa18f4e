//! What is asked of the platform: the complete description of one job.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// What becomes of a job that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    /// It is over.
    Never,
    /// It starts again if it failed.
    OnFailure,
    /// It starts again.
    Always,
}

/// What jobs and tasks have in common, evaluated. Times are in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct ExecConfig {
    /// What people see.
    pub title: Option<String>,
    /// The name of the platform job, if one was chosen.
    pub name: Option<String>,
    /// The image.
    pub image: String,
    /// The resources; nothing means the first preset of the platform.
    pub preset: Option<String>,
    /// How long it may wait for resources.
    pub schedule_timeout: Option<f64>,
    /// The port published over HTTP.
    pub http_port: Option<i64>,
    /// Whether the port asks for the login.
    pub http_auth: Option<bool>,
    /// Whether the job gets the login of the one who starts it.
    pub pass_config: Option<bool>,
    /// Replaces the entry point of the image.
    pub entrypoint: Option<String>,
    /// The command, one text; see [`crate::words::split`].
    pub cmd: Option<String>,
    /// The working directory.
    pub workdir: Option<String>,
    /// What is mounted: `URI:PATH[:ro|rw]`.
    pub volumes: Vec<String>,
    /// How long it may run.
    pub life_span: Option<f64>,
    /// Environment variables, `secret:` values included.
    pub env: IndexMap<String, String>,
    /// Tags.
    pub tags: BTreeSet<String>,
    /// What becomes of it when it ends.
    pub restart: Option<Restart>,
}

/// One volume text of [`ExecConfig::volumes`], taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What is mounted, such as `storage:data`, `secret:key` or `disk:name`.
    pub uri: String,
    /// Where.
    pub path: String,
    /// Whether it cannot be written to.
    pub read_only: bool,
}

/// A volume text that is not `URI:PATH[:ro|rw]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no volume: write `URI:PATH`, `URI:PATH:ro` or `URI:PATH:rw`")]
pub struct MountError {
    /// The text.
    pub text: String,
}

impl ExecConfig {
    /// Environment variables that hold no secret.
    pub fn plain_env(&self) -> impl Iterator<Item = (&str, &str)> {
        self.env
            .iter()
            .filter(|(_, value)| !is_secret(value))
            .map(|(k, v)| (&**k, &**v))
    }

    /// Environment variables whose value is a secret: name and URI.
    pub fn secret_env(&self) -> impl Iterator<Item = (&str, &str)> {
        self.env
            .iter()
            .filter(|(_, value)| is_secret(value))
            .map(|(k, v)| (&**k, &**v))
    }

    /// What is mounted, taken apart.
    ///
    /// # Errors
    /// If a text is not of the form `URI:PATH[:ro|rw]`.
    pub fn mounts(&self) -> Result<Vec<Mount>, MountError> {
        self.volumes.iter().map(|text| mount(text)).collect()
    }
}

fn is_secret(value: &str) -> bool {
    value.starts_with("secret:")
}

fn mount(text: &str) -> Result<Mount, MountError> {
    let broken = || MountError {
        text: text.to_owned(),
    };
    let (rest, read_only) = match (text.strip_suffix(":ro"), text.strip_suffix(":rw")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => (text, false),
    };
    let (uri, path) = rest.rsplit_once(':').ok_or_else(broken)?;
    if !path.starts_with('/') || !uri.contains(':') {
        return Err(broken());
    }
    Ok(Mount {
        uri: uri.to_owned(),
        path: path.to_owned(),
        read_only,
    })
}

/// Something evaluation asks to be done before the job starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Effect {
    /// Upload a folder of the project to storage.
    Upload {
        /// The absolute path of the folder.
        local: String,
        /// The storage URI it becomes.
        remote: String,
    },
}

/// A live job, evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobConfig {
    /// The id in the flow.
    pub id: String,
    /// What jobs and tasks have in common.
    #[serde(flatten)]
    pub exec: ExecConfig,
    /// Whether starting it does not wait for its output.
    pub detach: bool,
    /// Whether its web page opens.
    pub browse: bool,
    /// Ports to forward, `LOCAL:REMOTE`.
    pub port_forward: Vec<String>,
    /// Whether it may run several times at once.
    pub multi: bool,
}

/// Whether a task runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enable {
    /// Whatever happened before, even while the bake is being cancelled.
    Always,
    /// Yes, unless the bake is being cancelled.
    Yes,
    /// No: it is skipped.
    No,
}

/// Limits of a task, or of a whole flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyConfig {
    /// Whether a failure ends the whole bake.
    pub fail_fast: bool,
    /// How many tasks may run at once.
    pub max_parallel: i64,
}

/// Whether a result of an earlier bake is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheStrategy {
    /// Never.
    None,
    /// If the task is the same.
    Default,
}

/// Seconds that remember how they were written: keys of the cache depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Seconds {
    /// Without a point.
    Whole(i64),
    /// With a point.
    Real(f64),
}

impl Seconds {
    /// The number.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::Whole(seconds) => seconds as f64,
            Self::Real(seconds) => seconds,
        }
    }
}

/// How results of earlier bakes are used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CacheConfig {
    /// Whether.
    pub strategy: CacheStrategy,
    /// How old a result may be.
    pub life_span: Seconds,
}

/// A task of a batch, evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskConfig {
    /// The id the author gave it.
    pub id: Option<String>,
    /// What jobs and tasks have in common.
    pub exec: ExecConfig,
    /// Whether it runs.
    pub enable: Enable,
    /// Its limits.
    pub strategy: StrategyConfig,
    /// How results of earlier bakes are used.
    pub cache: CacheConfig,
    /// The key under which its result is kept.
    pub caching_key: String,
}
