//! Live jobs: what would be submitted, starting it, finding it again, stopping it.

mod find;
mod launch;
mod plan;

pub use find::{FoundJobs, find, find_all_running, newest_by_suffix, suffix_of};
pub use launch::{LaunchError, LaunchStage, kill, launch, register};
pub(crate) use plan::uploads;
pub use plan::{LivePlan, PlanError, Upload, plan};
