//! What can be written about jobs, bakes and tasks that are there.

use clap::Args;

use super::Place;
use crate::span::{Span, When};

/// A live job, or one of its runs.
#[derive(Debug, Args)]
pub(crate) struct JobName {
    /// The live job, or the id of a job.
    pub(crate) job: String,
    /// Suffix of a run of a `multi` job.
    #[arg(value_name = "SUFFIX")]
    run: Option<String>,
    /// The same.
    #[arg(short, long, conflicts_with = "run")]
    suffix: Option<String>,
}

impl JobName {
    /// The suffix, wherever it was written.
    pub(crate) fn suffix(&self) -> Option<&str> {
        self.suffix.as_deref().or(self.run.as_deref())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) name: JobName,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Logs {
    #[command(flatten)]
    pub(crate) name: JobName,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// `ALL` stops all runs of all live jobs.
#[derive(Debug, Args)]
pub(crate) struct Kill {
    #[command(flatten)]
    pub(crate) name: JobName,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Extend {
    /// The live job, or the id of a job.
    pub(crate) job: String,
    /// By how much, such as `2h` or `1d6h`.
    #[arg(value_name = "TIME")]
    pub(crate) time: Span,
    /// Suffix of a run of a `multi` job.
    #[arg(short, long)]
    pub(crate) suffix: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Bakes {
    /// Only bakes with this tag; repeat for more, all of them must fit.
    #[arg(short, long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,
    /// Only bakes made then or later: a date (`2026-03-01`, `2026-03-01T12:00`) or an age (`1d2h`).
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<When>,
    /// Only bakes made then or earlier.
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<When>,
    /// The newest one at the end.
    #[arg(long)]
    pub(crate) recent_last: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Id or name of the bake.
    pub(crate) bake: String,
    /// Full id of the task; or of an image, or its reference, to see how it was built.
    pub(crate) task: String,
    /// Number of the attempt; the last when missing.
    #[arg(short = 'k', long, short_alias = 'a')]
    pub(crate) attempt: Option<u32>,
    /// Show the commands of the task, such as `::set-output`, too.
    #[arg(short, long)]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// Id or name of the bake.
    pub(crate) bake: String,
    /// Full id of a task: only its job is stopped.
    pub(crate) task: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// Id or name of a bake, with `#2` at its end for its second attempt.
    pub(crate) before: String,
    /// The one to compare with it.
    pub(crate) after: String,
    /// Do not show what differs in files.
    #[arg(long)]
    pub(crate) brief: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct ClearCache {
    /// The batch, or ALL.
    #[arg(value_name = "BATCH|ALL")]
    pub(crate) batch: String,
    /// Full id of a task of the batch.
    pub(crate) task: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}
