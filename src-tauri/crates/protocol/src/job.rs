//! Jobs: what is submitted, what comes back, how lists are filtered.

mod explicit;
mod filter;
mod log_query;
mod object;
pub mod reason;
mod resources;
mod status;
mod submission;
mod telemetry;

pub use explicit::ExplicitSubmission;
pub use filter::JobFilter;
pub use log_query::LogQuery;
pub use object::{Container, Job, JobHistory, JobTransition, JobsDocument, named_host};
pub use resources::ContainerResources;
pub use status::{JobPriority, JobStatus, RestartPolicy};
pub use submission::{
    DiskVolume, DropProgress, HttpPort, JobSubmission, RunTimeChange, SecretVolume, StorageVolume,
    SubmittedResources,
};
pub use telemetry::Telemetry;
