//! Comparison with recorded results of the official tool, project by project.
//!
//! The records say, for every file of a project, whether it can be read, and what its jobs and
//! tasks come to. Messages may differ; places, values and refusals must agree.

mod batch;
mod cases;
mod compare;
mod known;
mod live;
mod place;
mod project;
mod shape;
mod single;

pub use cases::{AREAS, compare_case};
pub use compare::{Mismatch, Report};
pub use known::reason;
pub use project::{Case, compare};
