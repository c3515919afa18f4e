//! Jobs: what is submitted, what comes back, how lists are filtered.

mod filter;
mod log_query;
mod object;
pub mod reason;
mod status;
mod submission;
mod telemetry;

pub use filter::JobFilter;
pub use log_query::LogQuery;
pub use object::{
    Container, ContainerResources, Job, JobHistory, JobTransition, JobsDocument, named_host,
};
pub use status::{JobPriority, JobStatus, RestartPolicy};
pub use submission::{
    DiskVolume, HttpPort, JobSubmission, RunTimeChange, SecretVolume, StorageVolume,
    SubmittedResources,
};
pub use telemetry::Telemetry;
