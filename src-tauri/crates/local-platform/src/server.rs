//! Starting and stopping.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::connection::{self, ConnectionLimits};
use crate::data_folder::{DataFolder, Served};
use crate::engine::EngineFinder;
use crate::job_address::JobKeys;
use crate::job_removal::KeepJobs;
use crate::job_watch::JobWatch;
use crate::login::LoginCodes;
use crate::machine::Machine;
use crate::platform::{Platform, PlatformEvent};
use crate::registry::{ImageStore, keep_swept};
use crate::runner::{RunnerChoice, RunnerState, Runners};
use crate::secret_key::SecretKeys;
use crate::secret_place::SecretsPlace;
use crate::storage_root::StorageRoot;
use crate::store::{self, Store};
use crate::supervisors::Supervisors;
use crate::{
    DataError, StartError, attempt_watch, disk_folder, engine, ignored_signals, job_queue,
    job_removal, job_tender, open_files, routes, token,
};

/// The port of the platform unless another is asked for. Tools store the address at login, so it
/// should not change.
pub const DEFAULT_PORT: u16 = 7471;

/// How long a start waits for another process to say where it listens.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a stop waits for requests under way.
const FAREWELL: Duration = Duration::from_secs(2);

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where everything durable lies; made if missing.
    pub data_dir: PathBuf,
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Program that becomes a supervisor when called with [`crate::JOB_WORD`] and a folder.
    pub exe: PathBuf,
    /// Let the command-line tools in with the token they make for themselves.
    pub tool_tokens: bool,
    /// Where the key of the secrets lies.
    pub secrets: SecretsPlace,
    /// How jobs are run.
    pub runner: RunnerChoice,
    /// Where the container engine listens, such as `unix:///var/run/docker.sock`; `None` looks at
    /// the usual places.
    pub engine: Option<String>,
    /// Hold jobs to the processors and the memory of their presets, where this computer can.
    pub enforce_limits: bool,
    /// How much output is kept of a job, in bytes; the oldest goes first.
    pub log_limit: u64,
    /// How many jobs run at once, further ones wait; chosen after this computer if not given.
    pub jobs_at_once: Option<usize>,
    /// Which ended jobs are kept with their logs; all of them unless told otherwise.
    pub keep_jobs: KeepJobs,
    /// What a client is allowed.
    pub limits: ConnectionLimits,
}

impl Options {
    /// The usual way: port [`DEFAULT_PORT`], tools welcome, the best runner this computer has.
    pub fn new(data_dir: impl Into<PathBuf>, exe: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            port: DEFAULT_PORT,
            exe: exe.into(),
            tool_tokens: true,
            secrets: SecretsPlace::default(),
            runner: RunnerChoice::Best,
            engine: None,
            enforce_limits: true,
            log_limit: 1 << 30,
            jobs_at_once: None,
            keep_jobs: KeepJobs::default(),
            limits: ConnectionLimits::default(),
        }
    }
}

/// The platform of one data folder.
#[derive(Debug)]
pub struct Server;

/// A running platform. Dropping it stops serving at once; jobs go on.
pub struct Running {
    url: String,
    platform: Arc<Platform>,
    serving: Option<JoinHandle<()>>,
    lock: Option<File>,
}

impl Server {
    /// Serves on 127.0.0.1 and adopts the jobs that still run.
    pub async fn start(options: Options) -> Result<Running, StartError> {
        ignored_signals::keep_from_commands();
        open_files::raise();
        let folder = DataFolder::create(&options.data_dir)?;
        let lock = take_lock(&folder).await?;
        let listener = listen(options.port).await?;
        let address = listener.local_addr().map_err(|source| StartError::Port {
            port: options.port,
            source,
        })?;
        let platform = Arc::new(assemble(&options, folder, address)?);
        attempt_watch::begin(&platform);
        if platform.runners.want_engine() {
            // Whether there is one is said with each job.
            let _ = platform.engine.find().await;
        }
        job_tender::adopt(&platform).await?;
        attempt_watch::sweep(&platform).await?;
        if platform.runners.want_engine() {
            tokio::spawn(engine::leftovers::remove(Arc::clone(&platform)));
        }
        tokio::spawn(job_queue::keep_deadlines(Arc::clone(&platform)));
        let supervisors = Arc::clone(&platform.supervisors);
        tokio::spawn(supervisors.let_go(platform.closing.clone()));
        tokio::spawn(job_removal::keep_tidy(
            Arc::clone(&platform),
            options.keep_jobs,
        ));
        let url = format!("{}/api/v1", platform.origin);
        platform.folder.write_served(&Served {
            url: url.clone(),
            pid: std::process::id(),
        })?;
        tokio::spawn(disk_folder::keep_swept(Arc::clone(&platform)));
        let sweeping = keep_swept(platform.images.clone(), platform.closing.clone());
        tokio::spawn(sweeping);
        let serving = tokio::spawn(connection::serve(
            listener,
            routes::all(Arc::clone(&platform)),
            options.limits,
            platform.closing.clone(),
        ));
        tracing::info!(url, "the local platform is running");
        Ok(Running {
            url,
            platform,
            serving: Some(serving),
            lock: Some(lock),
        })
    }
}

/// Takes the folder's lock, or tells who has it.
async fn take_lock(folder: &DataFolder) -> Result<File, StartError> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let lock = folder.lock().map_err(|source| DataError::Folder {
            path: folder.path().to_owned(),
            source,
        })?;
        if let Some(lock) = lock {
            // What the last server left; ours comes when it listens.
            folder.remove_served();
            return Ok(lock);
        }
        if let Some(Served { url, pid }) = folder.read_served() {
            return Err(StartError::AlreadyServed { url, pid });
        }
        if tokio::time::Instant::now() > deadline {
            return Err(StartError::Silent {
                folder: folder.path().to_owned(),
            });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse { port },
            _ => StartError::Port { port, source },
        })
}

fn assemble(
    options: &Options,
    folder: DataFolder,
    address: SocketAddr,
) -> Result<Platform, DataError> {
    let store = Store::open(&folder.database())?;
    let closing = CancellationToken::new();
    let storage = folder.storage();
    let storage = storage.canonicalize().map_err(|source| DataError::Folder {
        path: storage,
        source,
    })?;
    let machine = Machine::look();
    let places = options.jobs_at_once.map(|places| places.max(1));
    let places = places.unwrap_or_else(|| job_queue::places(&machine));
    let storage_root = StorageRoot::open(&storage).map_err(|source| DataError::Folder {
        path: storage.clone(),
        source,
    })?;
    Ok(Platform {
        storage_root,
        storage,
        watch: JobWatch::start(closing.clone()),
        job_keys: JobKeys::load(&folder.job_keys())?,
        runners: Runners::look(options.runner, &folder),
        engine: EngineFinder::new(options.engine.clone()),
        places,
        queued: Notify::new(),
        presets: machine.presets(),
        machine,
        supervisors: Supervisors::new(options.exe.clone(), folder.clone(), places),
        enforce_limits: options.enforce_limits,
        log_limit: options.log_limit,
        origin: format!("http://{address}"),
        tool_tokens: options.tool_tokens,
        secrets: SecretKeys::new(options.secrets.clone()),
        logins: LoginCodes::default(),
        events: broadcast::channel(1024).0,
        closing,
        images: ImageStore::open(&folder)?,
        folder,
        store,
    })
}

impl Running {
    /// API address, such as `http://127.0.0.1:7471/api/v1`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        self.platform.folder.path()
    }

    /// How jobs are run here, in a few words.
    pub fn runner(&self) -> String {
        self.platform
            .runners
            .description(&self.platform.engine.found())
    }

    /// The ways of running jobs and whether they work here now, best first.
    pub async fn runners(&self) -> Vec<RunnerState> {
        let engine = self.platform.engine.find().await;
        self.platform.runners.states(&engine)
    }

    /// What happens from now on. A slow listener loses the oldest events and is told so.
    pub fn subscribe(&self) -> broadcast::Receiver<PlatformEvent> {
        self.platform.events.subscribe()
    }

    /// Makes a token for `identity`, who manages the platform; only its hash is kept.
    pub fn mint_token(&self, identity: &str) -> Result<String, DataError> {
        token::mint_for_manager(&self.platform.store.lock(), identity)
    }

    /// Makes a project known, so that tools and windows may name it.
    pub fn add_project(&self, name: &str) -> Result<(), DataError> {
        store::know_project(&self.platform.store.lock(), name)
    }

    /// Stops serving; jobs go on and are adopted by the next server.
    pub async fn shutdown(mut self) {
        self.platform.closing.cancel();
        if let Some(mut serving) = self.serving.take()
            && tokio::time::timeout(FAREWELL, &mut serving).await.is_err()
        {
            serving.abort();
        }
        self.leave();
    }

    /// Gives the folder free for the next server.
    fn leave(&mut self) {
        if let Some(lock) = self.lock.take() {
            self.platform.folder.remove_served();
            drop(lock);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.platform.closing.cancel();
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
        self.leave();
    }
}
