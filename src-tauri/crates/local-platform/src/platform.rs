//! The running platform: what all requests share.

use std::path::PathBuf;
use std::sync::Arc;

use protocol::{Job, JobStatus, ResourcePreset};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::auth::{self, Caller};
use crate::data_folder::DataFolder;
use crate::engine::{self, EngineFinder};
use crate::job_address::JobKeys;
use crate::job_watch::JobWatch;
use crate::login::LoginCodes;
use crate::machine::Machine;
use crate::refusal::Refusal;
use crate::registry::ImageStore;
use crate::runner::Runners;
use crate::secret_key::SecretKeys;
use crate::storage_root::StorageRoot;
use crate::store::Store;
use crate::supervisor::{JobFolder, Limits};
use crate::supervisors::Supervisors;

/// Something that happened, for those in the same process.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlatformEvent {
    /// A job was accepted, or its status has changed.
    JobChanged {
        /// Its id.
        id: String,
        /// What it is now.
        status: JobStatus,
    },
}

/// Everything the routes work on.
pub(crate) struct Platform {
    pub(crate) folder: DataFolder,
    /// Real path of the folder with everybody's files.
    pub(crate) storage: PathBuf,
    /// The same, open.
    pub(crate) storage_root: StorageRoot,
    pub(crate) store: Store,
    pub(crate) images: ImageStore,
    pub(crate) watch: JobWatch,
    pub(crate) job_keys: JobKeys,
    pub(crate) runners: Runners,
    /// The container engine, wherever one answers.
    pub(crate) engine: EngineFinder,
    pub(crate) machine: Machine,
    /// Hold jobs to what their presets say.
    pub(crate) enforce_limits: bool,
    /// How much output is kept of a job.
    pub(crate) log_limit: u64,
    pub(crate) presets: Vec<ResourcePreset>,
    /// How many jobs run at once.
    pub(crate) places: usize,
    /// Told when a job has to wait that does not want to wait for ever.
    pub(crate) queued: Notify,
    pub(crate) supervisors: Arc<Supervisors>,
    /// `http://127.0.0.1:PORT`, without a path.
    pub(crate) origin: String,
    pub(crate) tool_tokens: bool,
    pub(crate) secrets: SecretKeys,
    pub(crate) logins: LoginCodes,
    pub(crate) events: broadcast::Sender<PlatformEvent>,
    pub(crate) closing: CancellationToken,
}

impl Platform {
    /// Whose token this is, if it is anybody's.
    pub(crate) fn caller_of(&self, token: &str) -> Result<Option<Caller>, Refusal> {
        self.store
            .glance(|connection| auth::caller_of(connection, token, self.tool_tokens))
    }

    /// The folder of a job.
    pub(crate) fn job_folder(&self, id: &str) -> JobFolder {
        JobFolder::new(&self.folder.job(id))
    }

    /// The container engine, if jobs are to have one.
    pub(crate) async fn engine_for_jobs(&self) -> engine::Found {
        if self.runners.want_engine() {
            self.engine.find().await
        } else {
            Err("another way of running jobs was chosen".to_owned())
        }
    }

    /// What a job may use at most, if that is enforced.
    pub(crate) fn limits(&self, job: &Job) -> Option<Limits> {
        let resources = &job.container.resources;
        self.enforce_limits.then_some(Limits {
            cpu: resources.cpu,
            memory: resources.memory,
        })
    }

    /// Tells everyone in this process.
    pub(crate) fn tell(&self, event: PlatformEvent) {
        // Without listeners there is nobody to tell.
        let _ = self.events.send(event);
    }

    /// The preset of a name, or the first if none is named.
    pub(crate) fn preset(&self, name: Option<&str>) -> Result<&ResourcePreset, Refusal> {
        let found = match name {
            Some(name) => self.presets.iter().find(|preset| preset.name == name),
            None => self.presets.first(),
        };
        found.ok_or_else(|| {
            let known: Vec<&str> = self.presets.iter().map(|one| one.name.as_str()).collect();
            Refusal::bad_request(format!(
                "there is no preset `{}` on this computer; it has {}",
                name.unwrap_or_default(),
                known.join(", ")
            ))
        })
    }
}

/// The platform as handlers get it.
pub(crate) type Shared = axum::extract::State<Arc<Platform>>;
