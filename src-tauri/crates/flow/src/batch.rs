//! Batches: the graph of tasks, and each task when what it needs has ended.

mod bake;
mod body;
mod cache;
mod cache_key;
mod called;
mod check;
mod expand;
mod files;
mod foresee;
mod graph;
mod id;
mod images;
mod level;
mod matrix;
mod notes;
mod past;
mod posts;
mod results;
mod survey;
mod task;
mod validate;
mod view;

pub(crate) use bake::Preparation;
pub use bake::{Bake, draft, prepare};
pub(crate) use body::{Body, Condition};
pub use files::ConfigFiles;
pub use foresee::{Foreseen, Whole};
pub use graph::{GraphsMap, NeedLevel, Node, TaskGraph, TaskKind};
pub use id::TaskId;
pub use images::{BakeImage, BakeImages};
pub(crate) use level::Level;
pub use results::{Outcome, Results, TaskResult};
pub use task::PlannedTask;
pub(crate) use task::needs_dict;
pub use view::{BatchFlow, TaskView};
