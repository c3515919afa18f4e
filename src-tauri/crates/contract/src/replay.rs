//! The stored history of an attempt: what each task was, and when. Times are milliseconds since
//! 1970.

use indexmap::IndexMap;

use crate::BakeState;

wire! {
    /// What happened in an attempt.
    pub struct BakeReplay {
        /// The bake.
        pub bake: String,
        /// The number of the attempt.
        pub attempt: u32,
        /// When it began.
        #[cfg_attr(test, ts(type = "number"))]
        pub begin: i64,
        /// When its last task ended; nothing while it goes on.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub end: Option<i64>,
        /// Its tasks by full id; a task of which nothing is stored is not there.
        pub tasks: IndexMap<String, TaskTrace>,
        /// The attempts before, oldest first, as far as they ran tasks.
        pub earlier: Vec<EarlierAttempt>,
    }

    /// What a task was, and when.
    #[derive(Eq)]
    pub struct TaskTrace {
        /// What it was after each change, in order; before the first it waits.
        pub moments: Vec<TaskMoment>,
        /// Its stretches of waiting and running, in order.
        pub parts: Vec<TracePart>,
    }

    /// A task after a change.
    #[derive(Eq)]
    pub struct TaskMoment {
        /// When it changed.
        #[cfg_attr(test, ts(type = "number"))]
        pub at: i64,
        /// Its state.
        pub state: BakeState,
        /// When it was handed over.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub created: Option<i64>,
        /// When it began to run.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub started: Option<i64>,
        /// When it ended.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub finished: Option<i64>,
        /// Its exit code.
        pub exit_code: Option<i32>,
        /// Why it stands so.
        pub reason: Option<String>,
    }

    /// A stretch of time in one phase.
    #[derive(Eq)]
    pub struct TracePart {
        /// Which.
        pub phase: TracePhase,
        /// Since when.
        #[cfg_attr(test, ts(type = "number"))]
        pub from: i64,
        /// Until when; nothing while it goes on.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub to: Option<i64>,
    }

    /// What a task does in a stretch of time.
    #[derive(Copy, Eq)]
    pub enum TracePhase {
        /// It waits for a place.
        Waiting,
        /// Its image is fetched, its container made.
        Pulling,
        /// It runs.
        Running,
    }

    /// What an attempt before ran.
    #[derive(Eq)]
    pub struct EarlierAttempt {
        /// Its number.
        pub attempt: u32,
        /// Its tasks by full id.
        pub tasks: IndexMap<String, EarlierRun>,
    }

    /// A task in an attempt before.
    #[derive(Eq)]
    pub struct EarlierRun {
        /// How it ended.
        pub state: BakeState,
        /// Its exit code.
        pub exit_code: Option<i32>,
        /// Its stretches of waiting and running.
        pub parts: Vec<TracePart>,
    }
}

wire! {
    /// Asks for the latest bakes of a batch side by side.
    #[derive(Eq)]
    pub struct GridAsk {
        /// The project's folder.
        pub project: String,
        /// The batch; that of the newest bake when missing.
        #[serde(default)]
        pub batch: Option<String>,
    }

    /// The latest bakes of a batch, and what became of each task in each of them.
    #[derive(Eq)]
    pub struct BakeGrid {
        /// The batch; nothing when no bake was ever made.
        pub batch: Option<String>,
        /// Tasks, in the order of the newest graph that has them.
        pub tasks: Vec<GridTask>,
        /// Bakes, oldest first.
        pub bakes: Vec<GridBake>,
    }

    /// A row of the grid.
    #[derive(Eq)]
    pub struct GridTask {
        /// Full id.
        pub id: String,
        /// Last part of the id.
        pub label: String,
        /// The call that holds it.
        pub group: Option<String>,
    }

    /// A column of the grid.
    #[derive(Eq)]
    pub struct GridBake {
        /// The bake.
        pub row: crate::BakeRow,
        /// For each task how it ended; nothing where the bake has no such task.
        pub cells: Vec<Option<GridCell>>,
    }

    /// A task in a bake.
    #[derive(Eq)]
    pub struct GridCell {
        /// Its state.
        pub state: BakeState,
        /// Milliseconds that it ran.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub ran: Option<i64>,
    }
}
