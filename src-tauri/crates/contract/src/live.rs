//! Live jobs: the table, starting and stopping.

use indexmap::IndexMap;

wire! {
    /// State of a job.
    #[derive(Copy, Eq)]
    pub enum JobState {
        /// Never started, or so long ago that the platform forgot it.
        NotStarted,
        /// Accepted, not running yet.
        Pending,
        /// Running.
        Running,
        /// Ended with exit code 0.
        Succeeded,
        /// Ended otherwise.
        Failed,
        /// Stopped on request.
        Cancelled,
        /// The platform said something we do not know.
        Unknown,
    }

    /// The live jobs of a project with their latest runs, as `apolo-flow ps` shows them.
    #[derive(Eq)]
    pub struct LiveTable {
        /// The project's folder.
        pub project: String,
        /// One row for each job, and for each run of a `multi` job.
        pub rows: Vec<LiveRow>,
        /// When the platform was asked.
        pub updated_at: String,
    }

    /// A row of the table.
    #[derive(Eq)]
    pub struct LiveRow {
        /// Id of the live job in `live.yml`.
        pub job: String,
        /// Suffix of a run of a `multi` job.
        pub suffix: Option<String>,
        /// State of the latest run.
        pub state: JobState,
        /// Id of the job on the platform.
        pub raw_id: Option<String>,
        /// When it changed to this state.
        pub when: Option<String>,
        /// When it was submitted.
        pub created_at: Option<String>,
        /// When it began to run.
        pub started_at: Option<String>,
        /// When it ended.
        pub finished_at: Option<String>,
        /// Exit code, when it ended with one.
        pub exit_code: Option<i32>,
        /// The platform's reason for the state.
        pub reason: Option<String>,
        /// What there is to say about the state.
        pub description: Option<String>,
        /// Preset it runs with.
        pub preset: Option<String>,
        /// Image it runs.
        pub image: Option<String>,
        /// How it runs on this computer: `sandbox`, `process`, `container`, and why.
        pub runner: Option<String>,
        /// Address of its web page.
        pub http_url: Option<String>,
        /// Seconds until its life span ends.
        pub life_span_left: Option<u32>,
        /// Whether several may run at once.
        pub multi: bool,
    }

    /// Starts a live job, or asks what starting it would do.
    #[derive(Eq)]
    pub struct LiveStart {
        /// The project's folder.
        pub project: String,
        /// Id of the live job.
        pub job: String,
        /// Suffix of a `multi` job; made up when missing.
        #[serde(default)]
        pub suffix: Option<String>,
        /// Parameters; missing ones take their defaults.
        #[serde(default)]
        pub params: IndexMap<String, String>,
        /// A name for this work, which uploads folders first.
        #[cfg_attr(test, ts(optional))]
        pub work: Option<String>,
    }

    /// What starting a live job would do.
    #[derive(Eq)]
    pub struct LivePlan {
        /// The equal command of Bakehouse.
        pub command: String,
        /// The equal command of `apolo-flow`.
        pub official_command: String,
        /// The equal command of `apolo`, with everything evaluated.
        pub platform_command: String,
        /// The submission as JSON text.
        pub submission: String,
        /// Folders that are uploaded first, as `local → storage`.
        pub uploads: Vec<String>,
        /// Ports that are forwarded, as `LOCAL:REMOTE`.
        pub forwards: Vec<String>,
        /// Whether its web page is opened.
        pub browses: bool,
        /// Whether the job is handed the configuration of whoever starts it.
        pub passes_config: bool,
        /// Whether `run` of the tools does not wait for its output.
        pub detaches: bool,
        /// Seconds it may run; for ever when missing.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub life_span: Option<u64>,
        /// Suffix of a `multi` job; an example when none was asked for.
        pub suffix: Option<String>,
        /// What stands against the start, and how to mend it.
        pub problems: Vec<String>,
    }

    /// A live job that was started.
    #[derive(Eq)]
    pub struct LiveStarted {
        /// Its row.
        pub row: LiveRow,
        /// Set when it ran already and nothing new was started.
        pub already_running: bool,
        /// What the uploads sent, as one row for each folder.
        pub uploaded: Vec<FolderSent>,
        /// Whether its web page is to be opened as soon as it runs.
        pub browses: bool,
        /// Why a port of its file could not be forwarded.
        pub problems: Vec<String>,
    }

    /// A folder that was uploaded.
    #[derive(Eq)]
    pub struct FolderSent {
        /// The folder on this computer.
        pub local: String,
        /// Files that were sent.
        #[cfg_attr(test, ts(type = "number"))]
        pub files: u64,
        /// Files that were there already.
        #[cfg_attr(test, ts(type = "number"))]
        pub kept: u64,
        /// Bytes that were sent.
        #[cfg_attr(test, ts(type = "number"))]
        pub bytes: u64,
    }

    /// Stops a run of a live job.
    #[derive(Eq)]
    pub struct LiveStop {
        /// The project's folder.
        pub project: String,
        /// Id of the job on the platform.
        pub raw_id: String,
    }
}
