//! Reasons the platform gives beside a status.

/// The job has just been accepted.
pub const CREATING: &str = "Creating";
/// Waiting for a place.
pub const SCHEDULING: &str = "Scheduling";
/// No place was found in time.
pub const CLUSTER_SCALE_UP_FAILED: &str = "ClusterScaleUpFailed";
/// The image is being fetched.
pub const PULLING: &str = "Pulling";
/// The container is being made.
pub const CONTAINER_CREATING: &str = "ContainerCreating";
/// The command ended with exit code 0.
pub const COMPLETED: &str = "Completed";
/// The command ended with another exit code.
pub const ERROR: &str = "Error";
/// The command ran out of memory.
pub const OOM_KILLED: &str = "OOMKilled";
/// The command could not be started at all.
pub const CONTAINER_CANNOT_RUN: &str = "ContainerCannotRun";
/// The image cannot be fetched.
pub const ERR_IMAGE_PULL: &str = "ErrImagePull";
/// The name of the image cannot be read.
pub const INVALID_IMAGE_NAME: &str = "InvalidImageName";
/// The command ended and is being started again.
pub const RESTARTING: &str = "Restarting";
/// The job was stopped because its time was over.
pub const LIFE_SPAN_ENDED: &str = "LifeSpanEnded";
/// The job was stopped by its user.
pub const USER_REQUESTED: &str = "UserRequested";
/// The place the job ran at is gone.
pub const NOT_FOUND: &str = "NotFound";
/// The job was removed after its time.
pub const COLLECTED: &str = "Collected";
