//! Live jobs: jobs that people start one by one.

mod command;
mod evaluation;
mod foresee;
mod view;

pub use command::{CommandError, run_command};
pub use evaluation::{JobInputs, PlannedJob, PreparedLive, evaluate};
pub use foresee::ForeseenJob;
pub use view::{JobView, LiveFlow, ParamView};
pub(crate) use view::{errors, params};
