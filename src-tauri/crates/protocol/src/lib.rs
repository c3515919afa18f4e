//! The platform's wire types: what a client and a server say to each other, and nothing else.
//!
//! Reading is tolerant: unknown fields are ignored and unknown statuses are kept as they came.
//! Writing is strict: the field names are exactly the platform's. The bodies that *create* objects
//! of the flow API (`New…`) refuse unknown fields, because the platform does.
//!
//! No socket is opened here, no clock is read and no file is touched.
#![warn(clippy::disallowed_methods)]
#![warn(missing_docs)]

mod bucket;
mod budget;
mod command_line;
mod config;
mod credits;
mod disk;
mod error_body;
pub mod flow;
mod image;
mod job;
pub mod moment;
mod open_enum;
mod passed_config;
mod permission;
mod query;
mod runner;
mod secret;
mod service_account;
mod storage;
mod token;
mod uri;

pub use bucket::{
    Bucket, BucketAccess, BucketChange, BucketCredentials, NewBucket, NewBucketCredentials,
    ProviderCredentials, SignedAddress, SignedAddressAsk,
};
pub use budget::{Balance, OrgBudget, Quota, UserBudget};
pub use command_line::{UnclosedQuote, quote, split};
pub use config::{
    Cluster, Gpu, OrgAccess, ProjectAccess, ResourcePool, ResourcePreset, ServerConfig, Tpu,
};
pub use credits::Credits;
pub use disk::{Disk, NewDisk};
pub use error_body::{ErrorBody, MissingPermission};
pub use image::{ImageError, ImageReference, PlatformImage};
pub use job::{
    Container, ContainerResources, DiskVolume, DropProgress, ExplicitSubmission, HttpPort, Job,
    JobFilter, JobHistory, JobPriority, JobStatus, JobSubmission, JobTransition, JobsDocument,
    LogQuery, RestartPolicy, RunTimeChange, SecretVolume, StorageVolume, SubmittedResources,
    Telemetry, named_host, reason,
};
pub use passed_config::{PASSED_CONFIG, PassedConfig, PassedConfigError};
pub use permission::{Action, Grant, NewRole, Permission, Subroles};
pub use query::Query;
pub use runner::LocalRunner;
pub use secret::{NewSecret, Secret};
pub use service_account::{NewServiceAccount, ServiceAccount, ServiceAccountCreated};
pub use storage::{
    DiskUsage, FileKind, FileStatus, FileStatusLine, FileStatuses, Listing, Removed,
};
pub use token::{Claims, TokenError};
pub use uri::{PlatformUri, Scheme, UriContext, UriError};
