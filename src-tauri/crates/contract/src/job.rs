//! One job of the platform, whatever started it: how it stands, why it failed, how long it may live.

use crate::{JobState, LogLine};

wire! {
    /// Names a job of the platform.
    #[derive(Eq)]
    pub struct JobAsk {
        /// Its id on the platform.
        pub raw_id: String,
    }

    /// A job of the platform.
    #[derive(Eq)]
    pub struct JobView {
        /// Its id.
        pub raw_id: String,
        /// Its name, if it has one.
        pub name: Option<String>,
        /// Its address on the platform.
        pub uri: String,
        /// Who submitted it.
        pub owner: String,
        /// Its state.
        pub state: JobState,
        /// The platform's reason for the state.
        pub reason: Option<String>,
        /// What there is to say about the state.
        pub description: Option<String>,
        /// Exit code, when it ended with one.
        pub exit_code: Option<i32>,
        /// When it was submitted.
        pub created_at: Option<String>,
        /// When it began to run.
        pub started_at: Option<String>,
        /// When it ended.
        pub finished_at: Option<String>,
        /// How often it was started again.
        #[cfg_attr(test, ts(type = "number"))]
        pub restarts: u64,
        /// Image it runs.
        pub image: String,
        /// Command it runs.
        pub command: Option<String>,
        /// Preset it runs with.
        pub preset: Option<String>,
        /// How it runs on this computer, and why.
        pub runner: Option<String>,
        /// Address of its web page.
        pub http_url: Option<String>,
        /// Seconds it may run.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub life_span: Option<u64>,
        /// Seconds until its life span ends.
        pub life_span_left: Option<u32>,
        /// Its tags.
        pub tags: Vec<String>,
        /// Why it failed or does not get on, as far as that can be told.
        pub cause: Option<CauseView>,
        /// The last lines of its log, if it did not do what it should.
        pub tail: Vec<LogLine>,
    }

    /// A likely cause.
    #[derive(Eq)]
    pub struct CauseView {
        /// What happened.
        pub cause: String,
        /// What to do about it.
        pub advice: String,
        /// Number of the line of the log that tells it.
        pub line: Option<u32>,
    }

    /// Lets a job live longer.
    #[derive(Eq)]
    pub struct JobExtend {
        /// Its id on the platform.
        pub raw_id: String,
        /// By how many minutes.
        pub minutes: u32,
    }

    /// Runs of live jobs that were stopped together.
    #[derive(Eq)]
    pub struct LiveStopped {
        /// The project's folder.
        pub project: String,
        /// The runs, and how they ended.
        pub jobs: Vec<StoppedJob>,
    }

    /// A run that was stopped.
    #[derive(Eq)]
    pub struct StoppedJob {
        /// Id of the live job.
        pub job: String,
        /// Suffix of a run of a `multi` job.
        pub suffix: Option<String>,
        /// Id of the job on the platform.
        pub raw_id: String,
        /// How it ended.
        pub state: JobState,
    }
}
