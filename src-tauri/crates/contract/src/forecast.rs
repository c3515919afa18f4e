//! Dry runs and restarts of bakes: what becomes of each task, and why.

use indexmap::IndexMap;

use crate::{BakeExecutor, FileChange, NeedView, TaskKind};

wire! {
    /// What becomes of a task.
    #[derive(Copy, Eq)]
    pub enum StepVerdict {
        /// It runs.
        Run,
        /// A result is used again.
        Reuse,
        /// It is left out.
        Skip,
        /// That is known only when something before it has run.
        Unknown,
        /// It cannot be evaluated, so the bake fails.
        Fail,
    }

    /// What a bake would do with each task.
    #[derive(Eq)]
    pub struct BakeForecast {
        /// The tasks and calls in the order of the graph.
        pub steps: Vec<ForecastStep>,
        /// Number of tasks of each verdict, calls left out; verdicts without a task are left out.
        pub counts: Vec<VerdictCount>,
        /// When it was made.
        pub made_at: String,
    }

    /// Number of tasks of one verdict.
    #[derive(Eq)]
    pub struct VerdictCount {
        /// The verdict.
        pub verdict: StepVerdict,
        /// How many tasks have it.
        pub count: u32,
    }

    /// A task with what becomes of it.
    #[derive(Eq)]
    pub struct ForecastStep {
        /// Full id of the task.
        pub id: String,
        /// Last part of the id.
        pub label: String,
        /// Id of the call it lies in, if any.
        pub group: Option<String>,
        /// The task whose matrix it is a row of, if it is one.
        pub family: Option<String>,
        /// What kind of task it is.
        pub kind: TaskKind,
        /// What it needs.
        pub needs: Vec<NeedView>,
        /// What becomes of it.
        pub verdict: StepVerdict,
        /// Why, in words.
        pub reason: String,
        /// What differs from the bake the reason speaks of.
        pub causes: Vec<StepCause>,
        /// Id of the earlier bake the reason speaks of.
        pub bake: Option<String>,
    }

    /// Something a task depends on that differs.
    #[derive(Eq)]
    pub struct StepCause {
        /// What it is.
        pub kind: CauseKind,
        /// Its name; empty where there is only one.
        pub name: String,
        /// What it was; nothing if it was not there.
        pub before: Option<String>,
        /// What it is; nothing if it is not there.
        pub after: Option<String>,
    }

    /// What a task can depend on.
    #[derive(Copy, Eq)]
    pub enum CauseKind {
        /// A parameter of the batch.
        Parameter,
        /// A file of the project.
        File,
        /// An output of a task it needs.
        Output,
        /// How a task it needs ended.
        Result,
        /// A task it needs.
        Need,
        /// What its main task kept.
        State,
        /// An environment variable.
        Env,
        /// Its image.
        Image,
        /// A volume.
        Volume,
        /// Its preset.
        Preset,
        /// Its command or entry point.
        Command,
        /// How its results are remembered.
        Cache,
        /// Another of its fields.
        Field,
        /// It cannot be told; the name says why.
        Unsure,
    }

    /// Which tasks a restart does again.
    #[derive(Copy, Eq)]
    pub enum RestartKind {
        /// Those that did not succeed, and those that need one of them.
        Failed,
        /// All of them; results may still come from the cache.
        All,
        /// The chosen ones and all that come after them, afresh; and what did not succeed.
        From,
        /// Only the chosen ones, afresh.
        Only,
    }

    /// Starts a bake again, or asks what that would do.
    #[derive(Eq)]
    pub struct BakeRestart {
        /// The project's folder.
        pub project: String,
        /// Id or name of the bake.
        pub bake: String,
        /// Number of the attempt whose results are kept; the last when missing.
        #[serde(default)]
        pub attempt: Option<u32>,
        /// Which tasks are done again.
        pub kind: RestartKind,
        /// Full ids of the chosen tasks.
        #[serde(default)]
        pub tasks: Vec<String>,
        /// Parameters with other values.
        #[serde(default)]
        pub params: IndexMap<String, String>,
        /// Whether the project's files are taken as they are now, not as they were.
        #[serde(default)]
        pub edited: bool,
        /// Who executes it.
        #[serde(default)]
        pub executor: BakeExecutor,
    }

    /// What a restart would do.
    #[derive(Eq)]
    pub struct RestartPlan {
        /// What becomes of each task.
        pub forecast: BakeForecast,
        /// Number of the new attempt.
        pub attempt: u32,
        /// Why it becomes a bake of its own, not an attempt of the old one.
        pub new_bake: Option<String>,
        /// Tasks whose remembered results are forgotten, those for other parameters as well.
        pub forgets: Vec<String>,
        /// Files of the flow that are not as they were then. They count only with `edited`.
        pub changed_files: Vec<FileChange>,
        /// The equal command of Bakehouse.
        pub command: String,
        /// The equal command of the official tool, where it has one.
        pub official_command: Option<String>,
    }
}
