//! Bakes: list, plan, start, inspect, cancel.

use indexmap::IndexMap;

use crate::{BakeImageView, DiagnosticView};

wire! {
    /// State of a bake, of an attempt or of a task.
    #[derive(Copy, Eq)]
    pub enum BakeState {
        /// Not started: something it needs has not finished.
        Waiting,
        /// Submitted, not running yet.
        Pending,
        /// Running.
        Running,
        /// Ended well.
        Succeeded,
        /// Ended badly.
        Failed,
        /// Stopped on request.
        Cancelled,
        /// Not to be run.
        Skipped,
        /// Its result was taken from an earlier run.
        Cached,
        /// The platform said something we do not know.
        Unknown,
    }

    /// Starts a bake, or asks what it would do.
    #[derive(Eq)]
    pub struct BakeStart {
        /// The project's folder.
        pub project: String,
        /// Id of the batch.
        pub batch: String,
        /// Parameters; missing ones take their defaults.
        #[serde(default)]
        pub params: IndexMap<String, String>,
        /// A file with further parameters; those of `params` win.
        #[serde(default)]
        pub params_file: Option<String>,
        /// Name of the bake, unique among the project's unfinished ones.
        #[serde(default)]
        pub name: Option<String>,
        /// Tags.
        #[serde(default)]
        pub tags: Vec<String>,
        /// Who executes it.
        #[serde(default)]
        pub executor: BakeExecutor,
        /// A name for this work, which uploads first what images are built from.
        #[serde(default)]
        pub work: Option<String>,
    }

    /// Who drives a bake to its end.
    #[derive(Copy, Eq, Default)]
    pub enum BakeExecutor {
        /// The program that starts it: it rests while that is closed.
        #[default]
        Here,
        /// A process of its own on this computer, which outlives the program that starts it.
        Apart,
        /// A job of the platform, as the official tool does it.
        Job,
    }

    /// Names a bake.
    #[derive(Eq)]
    pub struct BakeAsk {
        /// The project's folder.
        pub project: String,
        /// Id or name of the bake.
        pub bake: String,
        /// Number of the attempt; the last when missing.
        #[serde(default)]
        pub attempt: Option<u32>,
    }

    /// What a bake would do.
    #[derive(Eq)]
    pub struct BakePlan {
        /// Number of tasks as far as it can be told.
        pub tasks: u32,
        /// What stands against it, or should be known.
        pub diagnostics: Vec<DiagnosticView>,
        /// The equal command of Bakehouse.
        pub command: String,
        /// The equal command of the official tool.
        pub official_command: String,
    }

    /// The bakes of a project.
    #[derive(Eq)]
    pub struct BakeTable {
        /// The project's folder.
        pub project: String,
        /// Newest first.
        pub rows: Vec<BakeRow>,
        /// When the platform was asked.
        pub updated_at: String,
    }

    /// A bake in the list.
    #[derive(Eq)]
    pub struct BakeRow {
        /// Its id.
        pub id: String,
        /// The batch it ran.
        pub batch: String,
        /// Its name, if it has one.
        pub name: Option<String>,
        /// Its tags.
        pub tags: Vec<String>,
        /// State of the last attempt.
        pub state: BakeState,
        /// Number of the last attempt.
        pub attempt: u32,
        /// When it was submitted.
        pub created_at: String,
        /// When its last task ended, if all is over.
        pub finished_at: Option<String>,
        /// Number of tasks in each state; states without a task are left out.
        pub counts: Vec<StateCount>,
    }

    /// Number of tasks in one state.
    #[derive(Eq)]
    pub struct StateCount {
        /// The state.
        pub state: BakeState,
        /// How many tasks are in it.
        pub count: u32,
    }

    /// A bake with the tasks of one attempt.
    #[derive(Eq)]
    pub struct BakeView {
        /// The project's folder.
        pub project: String,
        /// The bake.
        pub row: BakeRow,
        /// Number of the attempt that is shown.
        pub attempt: u32,
        /// Numbers of all attempts.
        pub attempts: Vec<u32>,
        /// Parameters it was started with.
        pub params: IndexMap<String, String>,
        /// Its tasks in the order of the graph.
        pub tasks: Vec<TaskView>,
        /// The images that its flow defines.
        pub images: Vec<BakeImageView>,
        /// Whether this process runs it.
        pub executed_here: bool,
        /// Who executes it, or did; nothing if that cannot be told.
        pub executor: Option<BakeExecutor>,
        /// Id of the job that executes it, if one does.
        pub executor_job: Option<String>,
        /// What the executor had to say when it could not go on.
        pub problem: Option<String>,
        /// What is wrong in the files it was made from.
        pub diagnostics: Vec<DiagnosticView>,
        /// Counts the changes of an attempt that this process executes; 0 of any other.
        pub revision: u32,
    }

    /// A task of an attempt.
    #[derive(Eq)]
    pub struct TaskView {
        /// Full id, with the prefix of the action that holds it.
        pub id: String,
        /// Last part of the id.
        pub label: String,
        /// Id of the batch action it belongs to, if any.
        pub group: Option<String>,
        /// The matrix that it is a row of; unique among ids.
        pub family: Option<String>,
        /// What kind of task it is.
        pub kind: TaskKind,
        /// Its state.
        pub state: BakeState,
        /// What it needs.
        pub needs: Vec<NeedView>,
        /// Id of its job on the platform.
        pub raw_id: Option<String>,
        /// When its job was submitted.
        pub created_at: Option<String>,
        /// When its job began to run.
        pub started_at: Option<String>,
        /// When it ended.
        pub finished_at: Option<String>,
        /// Exit code of its job.
        pub exit_code: Option<i32>,
        /// Reason and description of the state.
        pub reason: Option<String>,
        /// How its job runs on this computer, and why.
        pub runner: Option<String>,
        /// Preset of its job.
        pub preset: Option<String>,
        /// Image of its job.
        pub image: Option<String>,
        /// Command of its job.
        pub command: Option<String>,
        /// Its outputs.
        pub outputs: IndexMap<String, String>,
        /// Values of the matrix that it was made for.
        pub matrix: IndexMap<String, String>,
        /// It begins only while fewer jobs of its level are on their way, if that is known.
        pub max_parallel: Option<u32>,
    }

    /// What kind of task it is.
    #[derive(Copy, Eq)]
    pub enum TaskKind {
        /// A job.
        Task,
        /// A call of a batch action, which holds tasks.
        Action,
        /// A command on this computer.
        Local,
        /// A task made by an action for cleaning up.
        Post,
    }

    /// Something a task needs.
    #[derive(Eq)]
    pub struct NeedView {
        /// Full id of the other task.
        pub id: String,
        /// Whether it is enough that the other one runs.
        pub while_running: bool,
    }
}

impl BakeState {
    /// Whether nothing more happens to the bake, attempt or task.
    pub fn is_over(self) -> bool {
        match self {
            Self::Waiting | Self::Pending | Self::Running => false,
            Self::Succeeded
            | Self::Failed
            | Self::Cancelled
            | Self::Skipped
            | Self::Cached
            | Self::Unknown => true,
        }
    }
}
