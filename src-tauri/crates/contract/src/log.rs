//! Logs of jobs.

use crate::JobState;

wire! {
    /// Asks for the log of a job from its beginning, and for what comes after until it ends.
    #[derive(Eq)]
    pub struct LogAsk {
        /// Id of the job on the platform.
        pub raw_id: String,
        /// Only what was written after this time.
        #[serde(default)]
        pub since: Option<String>,
        /// Whether to leave out the commands of a task, such as `::set-output`.
        #[cfg_attr(test, ts(optional))]
        pub without_commands: Option<bool>,
    }

    /// A piece of a log.
    #[derive(Eq)]
    pub struct LogChunk {
        /// Complete lines, and the unfinished last one when the job has ended.
        pub lines: Vec<LogLine>,
        /// State of the job, when it is known to have changed.
        pub state: Option<JobState>,
        /// Set with the last piece.
        pub ended: bool,
        /// Why the log cannot be followed further, if so.
        pub problem: Option<String>,
    }

    /// A line of a log.
    #[derive(Eq)]
    pub struct LogLine {
        /// Its number, from 1.
        pub number: u32,
        /// When it was written.
        pub at: Option<String>,
        /// How much it matters, as far as its words tell.
        pub level: LogLevel,
        /// The text without control sequences other than colours.
        pub text: String,
    }

    /// How much a line matters.
    #[derive(Copy, Eq)]
    pub enum LogLevel {
        /// Nothing in it tells.
        Plain,
        /// Details.
        Debug,
        /// Information.
        Info,
        /// A warning.
        Warning,
        /// An error.
        Error,
    }
}
