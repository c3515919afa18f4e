//! Live jobs: jobs that people start one by one.

mod command;
mod evaluation;
mod view;

pub use command::{CommandError, run_command};
pub use evaluation::{JobInputs, PlannedJob, PreparedLive, evaluate};
pub(crate) use view::params;
pub use view::{JobView, LiveFlow, ParamView};
