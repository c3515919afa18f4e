//! The job as the service shows it.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    ContainerResources, DiskVolume, HttpPort, JobPriority, JobStatus, RestartPolicy, SecretVolume,
    StorageVolume,
};
use crate::Credits;

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// `job-<uuid>`.
    pub id: String,
    /// Who submitted it.
    pub owner: String,
    /// Cluster.
    pub cluster_name: String,
    /// Organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_name: Option<String>,
    /// Project; the owner's name where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Tags, sorted.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Current status.
    pub status: JobStatus,
    /// When and why it got there.
    pub history: JobHistory,
    /// Every status it had, oldest first.
    #[serde(default)]
    pub statuses: Vec<JobTransition>,
    /// What runs.
    pub container: Container,
    /// `job://cluster/org/project/id`.
    pub uri: String,
    /// True when the scheduler may put it to sleep.
    #[serde(default)]
    pub scheduler_enabled: bool,
    /// True when it was handed the caller's configuration.
    #[serde(default)]
    pub pass_config: bool,
    /// True when its node may be taken away.
    #[serde(default)]
    pub preemptible_node: bool,
    /// True when it runs privileged.
    #[serde(default)]
    pub privileged: bool,
    /// When it is started again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_policy: Option<RestartPolicy>,
    /// Priority in the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<JobPriority>,
    /// Preset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset_name: Option<String>,
    /// Life span in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_run_time_minutes: Option<u64>,
    /// Seconds it may wait for a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_timeout: Option<f64>,
    /// Address of the published port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_url: Option<String>,
    /// The same by the job's name; preferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_url_named: Option<String>,
    /// Host name inside the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_hostname: Option<String>,
    /// The same by the job's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_hostname_named: Option<String>,
    /// True when its container exists.
    #[serde(default)]
    pub materialized: bool,
    /// True when it is being removed.
    #[serde(default)]
    pub being_dropped: bool,
    /// True when its log is gone.
    #[serde(default)]
    pub logs_removed: bool,
    /// Price so far.
    #[serde(default)]
    pub total_price_credits: Credits,
    /// Price of an hour.
    #[serde(default)]
    pub price_credits_per_hour: Credits,
    /// How the embedded platform runs it: `container`, `sandbox` or `process`. Other platforms do
    /// not send it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
    /// What the user should know about that way of running. Other platforms do not send it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_note: Option<String>,
}

/// When a job was what, and why.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct JobHistory {
    /// Current status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<JobStatus>,
    /// A word of [`super::reason`], or none.
    #[serde(default)]
    pub reason: Option<String>,
    /// A sentence, or none.
    #[serde(default)]
    pub description: Option<String>,
    /// When it was accepted.
    #[serde(
        default,
        with = "crate::moment::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub created_at: Option<Timestamp>,
    /// When it started; always there for running and succeeded jobs.
    #[serde(
        default,
        with = "crate::moment::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub started_at: Option<Timestamp>,
    /// When it ended; always there for finished jobs.
    #[serde(
        default,
        with = "crate::moment::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub finished_at: Option<Timestamp>,
    /// Seconds it has run.
    #[serde(default)]
    pub run_time_seconds: f64,
    /// How often it was started again.
    #[serde(default)]
    pub restarts: u64,
    /// Exit code of the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// One status a job had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobTransition {
    /// The status.
    pub status: JobStatus,
    /// Since when.
    #[serde(with = "crate::moment")]
    pub transition_time: Timestamp,
    /// A word of [`super::reason`], or none.
    #[serde(default)]
    pub reason: Option<String>,
    /// A sentence, or none.
    #[serde(default)]
    pub description: Option<String>,
    /// Exit code of the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// What runs in a job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Container {
    /// Docker reference.
    pub image: String,
    /// Environment.
    #[serde(default)]
    pub env: IndexMap<String, String>,
    /// Storage folders.
    #[serde(default)]
    pub volumes: Vec<StorageVolume>,
    /// Resources.
    pub resources: ContainerResources,
    /// Entrypoint, quoted for a shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    /// Command, quoted for a shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Published port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpPort>,
    /// Environment from secrets.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub secret_env: IndexMap<String, String>,
    /// Secrets as files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_volumes: Vec<SecretVolume>,
    /// Disks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disk_volumes: Vec<DiskVolume>,
    /// True when the command has a terminal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tty: bool,
    /// Working folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
}

/// `{"jobs": […]}`: a list as one JSON document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobsDocument {
    /// The jobs.
    pub jobs: Vec<Job>,
}

impl Job {
    /// Project of the job, which is the owner's where none is given.
    pub fn project(&self) -> &str {
        self.project_name.as_deref().unwrap_or(&self.owner)
    }

    /// The address to open in a browser.
    pub fn browse_url(&self) -> Option<&str> {
        self.http_url_named.as_deref().or(self.http_url.as_deref())
    }
}

/// First label of a named job's host: `<name>--<first ten hex digits of sha256(org + project)>`.
pub fn named_host(name: &str, org: Option<&str>, project: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(org.unwrap_or_default());
    hash.update(project);
    let hex = hex::encode(hash.finalize());
    format!("{name}--{}", &hex[..10])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALLEST: &str = r#"{
        "id": "job-1", "owner": "user", "cluster_name": "default", "status": "dreaming",
        "history": {}, "container": {"image": "ubuntu:latest", "resources": {"cpu": 2.0, "memory": 4}},
        "scheduler_enabled": false, "pass_config": false, "uri": "job://default/user/job-1",
        "total_price_credits": 1.5, "price_credits_per_hour": "0", "something_new": [1]
    }"#;

    #[test]
    fn the_smallest_job_is_read_and_an_unknown_status_is_kept() {
        let job: Job = serde_json::from_str(SMALLEST).unwrap();
        assert_eq!(job.status, JobStatus::Unknown("dreaming".into()));
        assert_eq!(job.total_price_credits.0, "1.5");
        assert_eq!(job.project(), "user");
        assert!(!job.status.is_finished());
        assert_eq!(serde_json::to_value(&job).unwrap()["status"], "dreaming");
    }

    #[test]
    fn an_absent_address_is_left_out_because_null_is_refused_by_the_tools() {
        let job: Job = serde_json::from_str(SMALLEST).unwrap();
        assert!(
            serde_json::to_value(&job)
                .unwrap()
                .get("http_url")
                .is_none()
        );
    }

    #[test]
    fn a_named_host_ends_in_ten_hex_digits_of_org_and_project() {
        let host = named_host("train", Some("org"), "proj");
        assert_eq!(host.len(), "train--".len() + 10);
        assert_eq!(host, named_host("train", Some("orgp"), "roj"));
        assert_ne!(host, named_host("train", None, "proj"));
    }
}
