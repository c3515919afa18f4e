//! The flat body that submits a job: `POST jobs?from_preset`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{JobPriority, RestartPolicy};

/// A job to run. Keys without a value are left out when written, as the tools do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct JobSubmission {
    /// Hand the caller's configuration to the job.
    #[serde(default)]
    pub pass_config: bool,
    /// Project.
    pub project_name: String,
    /// Cluster.
    pub cluster_name: String,
    /// Organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_name: Option<String>,
    /// Name, unique among the unfinished jobs of the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Preset; the cluster's first if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset_name: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Seconds the job may wait for a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_timeout: Option<f64>,
    /// When to start again; never if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_policy: Option<RestartPolicy>,
    /// Life span in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_run_time_minutes: Option<u64>,
    /// Wait instead of being refused when the quota is used up.
    #[serde(default, skip_serializing_if = "is_false")]
    pub wait_for_jobs_quota: bool,
    /// Run privileged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub privileged: bool,
    /// Priority in the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<JobPriority>,
    /// Energy schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_schedule_name: Option<String>,
    /// Docker reference of the image.
    pub image: String,
    /// Beside a preset only `shm` is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<SubmittedResources>,
    /// Replaces the image's entrypoint; words quoted for a shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    /// The command; words quoted for a shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Working folder inside the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Port to publish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpPort>,
    /// Environment.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<String, String>,
    /// Environment from secrets: name to `secret://…`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub secret_env: IndexMap<String, String>,
    /// Storage folders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<StorageVolume>,
    /// Secrets as files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_volumes: Vec<SecretVolume>,
    /// Disks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disk_volumes: Vec<DiskVolume>,
    /// Give the command a terminal.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tty: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Resources asked for beside a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmittedResources {
    /// Large shared memory.
    #[serde(default)]
    pub shm: bool,
}

/// The body of `POST jobs/{id}/drop_progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DropProgress {
    /// The log is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logs_removed: Option<bool>,
}

/// A port to publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpPort {
    /// The port inside the job.
    pub port: u16,
    /// Ask visitors to log in.
    #[serde(default = "yes")]
    pub requires_auth: bool,
    /// Path that answers when the job is healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_path: Option<String>,
}

fn yes() -> bool {
    true
}

/// A storage folder at a path inside the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageVolume {
    /// `storage://cluster/org/project/path`.
    pub src_storage_uri: String,
    /// Absolute path inside the job.
    pub dst_path: String,
    /// Refuse writing.
    #[serde(default)]
    pub read_only: bool,
}

/// A secret as a file inside the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretVolume {
    /// `secret://cluster/org/project/key`.
    pub src_secret_uri: String,
    /// Absolute path inside the job.
    pub dst_path: String,
}

/// A disk at a path inside the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskVolume {
    /// `disk://cluster/org/project/id`.
    pub src_disk_uri: String,
    /// Absolute path inside the job.
    pub dst_path: String,
    /// Refuse writing.
    #[serde(default)]
    pub read_only: bool,
}

/// The body of `PUT jobs/{id}/max_run_time_minutes`: exactly one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunTimeChange {
    /// The new life span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_run_time_minutes: Option<u64>,
    /// Minutes to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_max_run_time_minutes: Option<u64>,
}
