//! Batches: the graph of tasks, and each task when what it needs has ended.

mod graph;
mod id;
mod results;

pub use graph::{GraphsMap, NeedLevel, Node, TaskGraph, TaskKind};
pub use id::TaskId;
pub use results::{Outcome, Results, TaskResult};
