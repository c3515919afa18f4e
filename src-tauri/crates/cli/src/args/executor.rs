//! Who executes a bake.

use clap::Args;
use contract::BakeExecutor;

/// Who executes a bake; this program unless told otherwise.
#[derive(Debug, Args)]
pub(crate) struct ExecutorArgs {
    /// Have a process of its own execute it, and do not wait.
    #[arg(long, conflicts_with = "as_job")]
    apart: bool,
    /// Have a job of the platform execute it, and do not wait.
    #[arg(long)]
    as_job: bool,
}

impl ExecutorArgs {
    pub(crate) fn choice(&self) -> BakeExecutor {
        match (self.apart, self.as_job) {
            (true, _) => BakeExecutor::Apart,
            (_, true) => BakeExecutor::Job,
            _ => BakeExecutor::Here,
        }
    }

    /// Whether the bake goes on when this program ends.
    pub(crate) fn is_other(&self) -> bool {
        self.choice() != BakeExecutor::Here
    }
}
