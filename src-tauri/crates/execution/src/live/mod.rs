//! Live jobs: what would be submitted, starting it, finding it again, stopping it.

mod find;

pub use find::{FoundJobs, find, find_all_running, newest_by_suffix, suffix_of};
