//! `GET /config`: where the services are, which clusters, projects and presets there are.

use serde::{Deserialize, Serialize};

use crate::Credits;

/// The answer of `GET /config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerConfig {
    /// True when the token that was sent is good.
    #[serde(default)]
    pub authorized: bool,
    /// OAuth authorize endpoint.
    pub auth_url: String,
    /// OAuth token endpoint.
    pub token_url: String,
    /// Where a browser logs out.
    pub logout_url: String,
    /// OAuth client id.
    pub client_id: String,
    /// OAuth audience.
    pub audience: String,
    /// Redirect address for a login without a browser.
    pub headless_callback_url: String,
    /// Loopback addresses the login may come back to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callback_urls: Vec<String>,
    /// Where the browser goes after a good login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_redirect_url: Option<String>,
    /// Base of the admin service; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_url: Option<String>,
    /// The clusters the user may use.
    #[serde(default)]
    pub clusters: Vec<Cluster>,
    /// The projects the user may use.
    #[serde(default)]
    pub projects: Vec<ProjectAccess>,
    /// The organisations the user belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orgs: Vec<OrgAccess>,
}

/// A project the user may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectAccess {
    /// Name of the project.
    pub name: String,
    /// Cluster it lives on.
    pub cluster_name: String,
    /// Organisation that owns it; entries without one are not usable.
    #[serde(default)]
    pub org_name: Option<String>,
    /// The user's role in it.
    pub role: String,
}

/// An organisation of the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgAccess {
    /// Name of the organisation.
    pub name: String,
    /// The user's role in it.
    pub role: String,
}

/// A cluster: its service addresses and its presets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// The host part of resource URIs.
    pub name: String,
    /// Organisations on the cluster; the first is the default one.
    #[serde(default)]
    pub orgs: Vec<String>,
    /// Image registry.
    pub registry_url: String,
    /// Storage service.
    pub storage_url: String,
    /// Users service (required, unused by the tools).
    pub users_url: String,
    /// Logs, attach, exec: `<monitoring_url>/<job>/log_ws`.
    pub monitoring_url: String,
    /// Secrets service.
    pub secrets_url: String,
    /// Disks service.
    pub disks_url: String,
    /// Buckets service.
    pub buckets_url: String,
    /// Node pools.
    #[serde(default)]
    pub resource_pool_types: Vec<ResourcePool>,
    /// Presets in order; the first is the default.
    #[serde(default)]
    pub resource_presets: Vec<ResourcePreset>,
}

/// A pool of nodes of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourcePool {
    /// Name of the pool.
    pub name: String,
    /// Fewest nodes.
    pub min_size: u64,
    /// Most nodes.
    pub max_size: u64,
    /// Processors of a node.
    pub cpu: f64,
    /// Memory of a node in bytes.
    pub memory: u64,
    /// Disk of a node in bytes.
    pub disk_size: u64,
    /// Graphics processors by NVIDIA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nvidia_gpu: Option<Gpu>,
    /// Graphics processors by AMD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amd_gpu: Option<Gpu>,
    /// Graphics processors by Intel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intel_gpu: Option<Gpu>,
}

/// A size of machine a job may ask for by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourcePreset {
    /// Name of the preset.
    pub name: String,
    /// Price of an hour.
    #[serde(default)]
    pub credits_per_hour: Credits,
    /// Processors.
    pub cpu: f64,
    /// Memory in bytes.
    pub memory: u64,
    /// True when jobs are put to sleep and resumed by the scheduler.
    #[serde(default)]
    pub scheduler_enabled: bool,
    /// True when the node may be taken away.
    #[serde(default)]
    pub preemptible_node: bool,
    /// Graphics processors by NVIDIA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nvidia_gpu: Option<Gpu>,
    /// Graphics processors by AMD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amd_gpu: Option<Gpu>,
    /// Graphics processors by Intel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intel_gpu: Option<Gpu>,
    /// Tensor processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tpu: Option<Tpu>,
    /// Pools the preset runs on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_pool_names: Vec<String>,
}

/// Graphics processors of one make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gpu {
    /// How many.
    pub count: u32,
    /// Which model, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Memory of one in bytes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
}

/// A tensor processor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tpu {
    /// Its type, for example `v2-8`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version of its software.
    pub software_version: String,
}
