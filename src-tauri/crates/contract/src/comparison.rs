//! Comparing two attempts or bakes, and what earlier attempts tell of one.

use indexmap::IndexMap;

use crate::{BakeState, FileChange};

wire! {
    /// Names an attempt.
    #[derive(Eq)]
    pub struct AttemptAsk {
        /// Id or name of the bake.
        pub bake: String,
        /// Number of the attempt; the last when missing.
        #[serde(default)]
        pub attempt: Option<u32>,
    }

    /// Compares two attempts.
    #[derive(Eq)]
    pub struct BakeCompare {
        /// The project's folder.
        pub project: String,
        /// The one before.
        pub left: AttemptAsk,
        /// The one after.
        pub right: AttemptAsk,
    }

    /// Two attempts, and what they do not share.
    pub struct BakeComparison {
        /// The one before.
        pub left: ComparedAttempt,
        /// The one after.
        pub right: ComparedAttempt,
        /// Parameters with different values.
        pub params: Vec<ValueDifference>,
        /// Files they were made from that differ.
        pub files: Vec<FileChange>,
        /// All tasks of both.
        pub tasks: Vec<TaskComparison>,
    }

    /// An attempt that is compared.
    pub struct ComparedAttempt {
        /// Id of the bake.
        pub bake: String,
        /// Its name.
        pub name: Option<String>,
        /// The batch it ran.
        pub batch: String,
        /// Number of the attempt.
        pub attempt: u32,
        /// Its state.
        pub state: BakeState,
        /// When it was made.
        pub created_at: String,
        /// Commit of the source.
        pub commit: Option<String>,
        /// Seconds from its beginning to its last task's end.
        pub seconds: Option<f64>,
    }

    /// A value that differs.
    #[derive(Eq)]
    pub struct ValueDifference {
        /// Its name.
        pub name: String,
        /// The one before; none if it is new.
        pub left: Option<String>,
        /// The one after; none if it is gone.
        pub right: Option<String>,
    }

    /// A task of two attempts.
    pub struct TaskComparison {
        /// Full id.
        pub id: String,
        /// What became of it before; none if it was not in the graph.
        pub left: Option<ComparedTask>,
        /// What became of it after.
        pub right: Option<ComparedTask>,
        /// Outputs with different values.
        pub outputs: Vec<ValueDifference>,
        /// Where the logs part.
        pub log: Option<LogDifference>,
    }

    /// What became of a task.
    pub struct ComparedTask {
        /// Its state.
        pub state: BakeState,
        /// Exit code of its job.
        pub exit_code: Option<i32>,
        /// Seconds it took.
        pub seconds: Option<f64>,
        /// Id of its job on the platform.
        pub raw_id: Option<String>,
    }

    /// The first line in which two logs differ.
    #[derive(Eq)]
    pub struct LogDifference {
        /// Its number.
        pub line: u32,
        /// The line before; none if the log ends there.
        pub left: Option<String>,
        /// The line after.
        pub right: Option<String>,
    }

    /// What earlier attempts tell of an attempt.
    pub struct BakeHistory {
        /// Id of the bake.
        pub bake: String,
        /// Number of the attempt.
        pub attempt: u32,
        /// The latest attempts of the same batch that are over, newest first.
        pub runs: Vec<PastRun>,
        /// Seconds the batch usually takes.
        pub usual_seconds: Option<f64>,
        /// When its last task is expected to end; none if it is over, or cannot be told.
        pub expected_end: Option<String>,
        /// The longest chain of tasks.
        pub critical_path: Vec<String>,
        /// Times of tasks, by full id; calls are left out.
        pub tasks: IndexMap<String, TaskHistory>,
    }

    /// An earlier attempt.
    pub struct PastRun {
        /// Id of the bake.
        pub bake: String,
        /// Number of the attempt.
        pub attempt: u32,
        /// How it ended.
        pub state: BakeState,
        /// When it was made.
        pub created_at: String,
        /// Seconds from its beginning to its last task's end.
        pub seconds: Option<f64>,
    }

    /// Times of a task.
    pub struct TaskHistory {
        /// Seconds it took in this attempt.
        pub seconds: Option<f64>,
        /// Seconds it usually takes.
        pub usual_seconds: Option<f64>,
        /// How often it ran, among the latest times.
        pub runs: u32,
        /// Seconds it could take longer without making the whole longer.
        pub slack_seconds: Option<f64>,
        /// Whether the length of the whole hangs on it.
        pub critical: bool,
    }

    /// Names a task of a bake.
    #[derive(Eq)]
    pub struct TaskAsk {
        /// The project's folder.
        pub project: String,
        /// Id or name of the bake.
        pub bake: String,
        /// Full id of the task.
        pub task: String,
    }

    /// Forgets remembered results of tasks.
    #[derive(Eq)]
    pub struct CacheClear {
        /// The project's folder.
        pub project: String,
        /// Of this batch only.
        #[serde(default)]
        pub batch: Option<String>,
        /// Of this task of it only.
        #[serde(default)]
        pub task: Option<String>,
    }

    /// Whether there was anything to forget.
    #[derive(Eq)]
    pub struct CacheCleared {
        /// False if the flow has never run.
        pub known: bool,
    }
}
