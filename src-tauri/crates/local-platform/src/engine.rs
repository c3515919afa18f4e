//! The container engine of this computer: Docker or Podman, spoken to over its socket.
//!
//! Everything that deals with containers goes through [`Engine::client`]. The container of a job
//! has a name that follows from the job's id ([`container_name`]), so nobody has to keep it.

pub(crate) mod build;
mod commit;
mod credentials;
pub(crate) mod exec;
mod finder;
pub(crate) mod leftovers;
pub(crate) mod load;
pub(crate) mod push;
mod stats;
mod tar_stream;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::Docker;

pub(crate) use credentials::credentials;
pub(crate) use finder::{EngineFinder, Found};

/// Label of the containers of jobs; its value is the job's id.
pub(crate) const JOB_LABEL: &str = "bakehouse.job";
/// Label that says which data folder a container belongs to: several may share an engine.
pub(crate) const DATA_LABEL: &str = "bakehouse.data";

/// How long an engine may take to say that it is there.
const ANSWER: Duration = Duration::from_secs(5);
/// How long it may take to say what it is: Podman starts programs to find out.
const INTRODUCTION: Duration = Duration::from_secs(30);
/// How long any other answer may take. Streams are not bounded by it.
const LONGEST_ANSWER_SECONDS: u64 = 120;

/// The container of a job.
pub(crate) fn container_name(job: &str) -> String {
    format!("bakehouse-{job}")
}

/// An engine at a known place, which may not answer yet.
#[derive(Debug)]
pub(crate) struct Contact {
    socket: PathBuf,
    engine: tokio::sync::OnceCell<Engine>,
}

impl Contact {
    pub(crate) fn new(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
            engine: tokio::sync::OnceCell::new(),
        }
    }

    /// The engine, as soon as it has answered once. It may be gone again.
    pub(crate) async fn engine(&self) -> Result<&Engine, String> {
        self.engine
            .get_or_try_init(|| Engine::at(&self.socket))
            .await
    }
}

/// The status with which an engine refused something, if it was the engine that did.
pub(crate) fn status(error: &bollard::errors::Error) -> Option<u16> {
    match error {
        bollard::errors::Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// What kind of engine answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EngineKind {
    Docker,
    Podman,
}

/// An engine that has answered.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    client: Docker,
    socket: PathBuf,
    kind: EngineKind,
    version: String,
}

impl Engine {
    /// Looks for an engine: at the place configured, or else at the usual ones. The error says
    /// where it looked and what was there.
    pub(crate) async fn look(configured: Option<&str>) -> Result<Self, String> {
        let mut silent = Vec::new();
        for socket in places(configured)? {
            if !socket.exists() {
                continue;
            }
            match Self::at(&socket).await {
                Ok(engine) => return Ok(engine),
                Err(reason) => silent.push(reason),
            }
        }
        if let Some(configured) = configured.filter(|_| silent.is_empty()) {
            return Err(format!("there is no container engine at {configured}"));
        }
        if silent.is_empty() {
            return Err("no Docker or Podman was found".to_owned());
        }
        Err(silent.join("; "))
    }

    /// The engine that listens at `socket`.
    pub(crate) async fn at(socket: &Path) -> Result<Self, String> {
        let failed = |reason: String| {
            format!(
                "the container engine at {} does not answer: {reason}",
                socket.display()
            )
        };
        let path = socket.to_string_lossy();
        let client =
            Docker::connect_with_unix(&path, LONGEST_ANSWER_SECONDS, bollard::API_DEFAULT_VERSION)
                .map_err(|error| failed(error.to_string()))?;
        if !answers(&client).await {
            return Err(failed(format!(
                "nothing came within {} s",
                ANSWER.as_secs()
            )));
        }
        let introduce = async {
            let client = client.negotiate_version().await?;
            let version = client.version().await?;
            Ok::<_, bollard::errors::Error>((client, version))
        };
        let (client, version) = tokio::time::timeout(INTRODUCTION, introduce)
            .await
            .map_err(|_| failed("it does not say what it is".to_owned()))?
            .map_err(|error| failed(error.to_string()))?;
        let mut components = version.components.unwrap_or_default().into_iter();
        let podman = components.find(|one| one.name.starts_with("Podman"));
        let kind = match podman {
            Some(_) => EngineKind::Podman,
            None => EngineKind::Docker,
        };
        Ok(Self {
            client,
            socket: socket.to_owned(),
            kind,
            version: version.version.unwrap_or_default(),
        })
    }

    /// True if the engine still answers.
    pub(crate) async fn answers(&self) -> bool {
        answers(&self.client).await
    }

    /// The way to talk to it.
    pub(crate) fn client(&self) -> &Docker {
        &self.client
    }

    /// Where it listens.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// What it is.
    pub(crate) fn kind(&self) -> EngineKind {
        self.kind
    }
}

async fn answers(client: &Docker) -> bool {
    // Any answer will do: a client that is too new for the engine is told so.
    let answer = tokio::time::timeout(ANSWER, client.ping()).await;
    answer.is_ok_and(|answer| answer.as_ref().map_or_else(status, |_| Some(200)).is_some())
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            EngineKind::Docker => "Docker",
            EngineKind::Podman => "Podman",
        };
        write!(f, "{kind} {}", self.version)
    }
}

/// Sockets an engine may listen at, in the order in which they are tried.
fn places(configured: Option<&str>) -> Result<Vec<PathBuf>, String> {
    if let Some(address) = configured {
        let socket = socket_of(address).ok_or_else(|| {
            format!("the container engine's address must be like `unix:///run/docker.sock`, not `{address}`")
        })?;
        return Ok(vec![socket]);
    }
    let named = |name: &str| std::env::var(name).ok();
    let chosen: Vec<PathBuf> = ["DOCKER_HOST", "CONTAINER_HOST"]
        .into_iter()
        .filter_map(|name| socket_of(&named(name)?))
        .collect();
    // As with the engines' own programs, what is named there is the only place.
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let mut places: Vec<PathBuf> = vec![
        "/var/run/docker.sock".into(),
        "/run/podman/podman.sock".into(),
    ];
    if let Some(runtime) = named("XDG_RUNTIME_DIR") {
        places.push(Path::new(&runtime).join("podman/podman.sock"));
        places.push(Path::new(&runtime).join("docker.sock"));
    }
    if let Some(home) = named("HOME") {
        places.push(Path::new(&home).join(".docker/run/docker.sock"));
    }
    Ok(places)
}

fn socket_of(address: &str) -> Option<PathBuf> {
    let path = address.strip_prefix("unix://").unwrap_or(address);
    path.starts_with('/').then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_without_an_engine_is_named() {
        let error = Engine::look(Some("unix:///nowhere/engine.sock"))
            .await
            .unwrap_err();
        assert!(error.contains("unix:///nowhere/engine.sock"), "{error}");
        let error = Engine::look(Some("tcp://127.0.0.1:1")).await.unwrap_err();
        assert!(error.contains("must be like"), "{error}");
    }

    #[tokio::test]
    async fn a_socket_that_says_nothing_is_no_engine() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("silent.sock");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let error = Engine::at(&socket).await.unwrap_err();
        assert!(error.contains("does not answer"), "{error}");
    }
}
