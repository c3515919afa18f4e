//! The flow API: flows (called projects on the wire), live jobs, bakes, attempts, tasks, kept
//! configuration files, cache entries and images of bakes.
//!
//! A full task id is a list of names joined by dots (`build.t1`); the top graph has the key `""`.

mod attempt;
mod bake;
mod bake_image;
mod cache_entry;
mod config_file;
mod live_job;
mod present;
mod project;
mod task;

pub use attempt::{Attempt, ConfigsMeta, NewAttempt};
pub use bake::{Bake, BakeMeta, GitInfo, Graphs, NewBake};
pub use bake_image::{BakeImage, BakeImageChange, ImageStatus, NewBakeImage};
pub use cache_entry::{CacheEntry, NewCacheEntry};
pub use config_file::{ConfigFile, NewConfigFile};
pub use live_job::{LiveJob, NewLiveJob};
pub use project::{NewProject, Project};
pub use task::{NewTask, Task, TaskStatus, TaskTransition};

/// What a task gives out or keeps: names and values, in order.
pub type Values = indexmap::IndexMap<String, String>;
