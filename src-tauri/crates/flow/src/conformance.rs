//! Comparison with recorded results of the official tool, project by project.
//!
//! The records say, for every file of a project, whether it can be read, and what its jobs and
//! tasks come to. Messages may differ; places, values and refusals must agree.

mod area;
mod batch;
mod case_rule;
mod cases;
mod compare;
mod comparison;
mod leaf;
mod live;
mod meaning;
mod nodes;
mod official;
mod place;
mod project;
mod recorded;
mod refusal;
mod rule;
mod shape;
mod single;
mod tasks;

pub use cases::{AREAS, compare_case};
pub use compare::{Intended, Mismatch, Report};
pub use project::{Case, compare};
pub use rule::{RULES, Rule};
