//! The check of a whole project: what is wrong in it, and what its jobs and tasks come to.

use indexmap::IndexMap;

use crate::{DiagnosticView, NeedView, ParamView, TaskKind};

wire! {
    /// Asks for the check of a project; nothing is started.
    #[derive(Eq)]
    pub struct FlowCheck {
        /// The project's folder, or any folder inside it.
        pub project: String,
        /// Whether jobs and tasks are wanted, too.
        #[serde(default)]
        pub evaluated: bool,
    }

    /// What a check comes to.
    pub struct FlowReport {
        /// The project's folder.
        pub project: String,
        /// Its flow id; empty if it has none.
        pub id: String,
        /// Number of errors.
        pub errors: u32,
        /// Number of findings that only the official tools trip over.
        pub portability: u32,
        /// Number of warnings.
        pub warnings: u32,
        /// Number of pieces of advice.
        pub hints: u32,
        /// Everything that was found, in the order of files and lines.
        pub diagnostics: Vec<DiagnosticView>,
        /// Number of live jobs.
        pub job_count: u32,
        /// Number of tasks of all batches that could be made ready.
        pub task_count: u32,
        /// The live jobs, if they are wanted.
        pub jobs: Vec<CheckedJob>,
        /// The batches, if they are wanted.
        pub batches: Vec<CheckedBatch>,
    }

    /// A live job, evaluated without parameters and suffix.
    pub struct CheckedJob {
        /// Its id.
        pub id: String,
        /// Its parameters, as they are written.
        pub params: Vec<ParamView>,
        /// What would be asked of the platform, with what is not known left out; nothing if
        /// something is wrong.
        pub config: Option<CheckedConfig>,
        /// How starting it behaves, if it can be evaluated.
        pub start: Option<CheckedStart>,
        /// The words of the official command that starts it; nothing if there is none, or not all
        /// of the job is known.
        pub run_command: Option<Vec<String>>,
        /// Folders that are uploaded first, as `local → storage`.
        pub uploads: Vec<String>,
        /// Whether all of it is known.
        pub complete: bool,
        /// What is not known yet, or wrong.
        pub missing: Vec<Missing>,
    }

    /// How starting a live job behaves.
    #[derive(Eq)]
    pub struct CheckedStart {
        /// Whether starting it does not wait for its output.
        pub detach: bool,
        /// Whether its web page opens.
        pub browse: bool,
        /// Ports to forward, `LOCAL:REMOTE`.
        pub port_forward: Vec<String>,
        /// Whether several may run at once.
        pub multi: bool,
    }

    /// A batch, evaluated without parameters.
    pub struct CheckedBatch {
        /// Its id.
        pub id: String,
        /// File, relative to the project.
        pub file: String,
        /// Its parameters, as they are written.
        pub params: Vec<ParamView>,
        /// Its tasks, a call before the tasks inside it; nothing if it cannot be made ready.
        pub tasks: Option<Vec<CheckedTask>>,
        /// Why it cannot be made ready.
        pub missing: Vec<Missing>,
    }

    /// A task, evaluated as if all before it ended well.
    pub struct CheckedTask {
        /// Its full id.
        pub id: String,
        /// What it is.
        pub kind: TaskKind,
        /// What it waits for.
        pub needs: Vec<NeedView>,
        /// Its row of the matrix.
        pub matrix: IndexMap<String, String>,
        /// The condition under which it runs, as it is written; empty if it is usual.
        pub enable: String,
        /// Whether it runs: `yes`, `no`, `always`; nothing if that is not known yet.
        pub runs: Option<String>,
        /// Whether a failure ends the whole bake.
        pub fail_fast: bool,
        /// How many tasks may run at once.
        #[cfg_attr(test, ts(type = "number"))]
        pub max_parallel: i64,
        /// What would be asked of the platform; values that are not known yet are left out.
        pub config: Option<CheckedConfig>,
        /// Whether all values of `config` are known.
        pub complete: bool,
        /// The key under which its result is kept, if it depends on nothing else.
        pub caching_key: Option<String>,
        /// Folders that are uploaded first, as `local → storage`.
        pub uploads: Vec<String>,
        /// What is not known yet, or wrong.
        pub missing: Vec<Missing>,
    }

    /// What jobs and tasks have in common, evaluated. Times are in seconds.
    pub struct CheckedConfig {
        /// What people see.
        pub title: Option<String>,
        /// The name of the platform job, if one was chosen.
        pub name: Option<String>,
        /// The image.
        pub image: String,
        /// The resources.
        pub preset: Option<String>,
        /// How long it may wait for resources.
        pub schedule_timeout: Option<f64>,
        /// The port published over HTTP.
        #[cfg_attr(test, ts(type = "number | null"))]
        pub http_port: Option<i64>,
        /// Whether the port asks for the login.
        pub http_auth: Option<bool>,
        /// Whether the job gets the login of the one who starts it.
        pub pass_config: Option<bool>,
        /// Replaces the entry point of the image.
        pub entrypoint: Option<String>,
        /// The command.
        pub cmd: Option<String>,
        /// The working directory.
        pub workdir: Option<String>,
        /// What is mounted.
        pub volumes: Vec<String>,
        /// How long it may run.
        pub life_span: Option<f64>,
        /// Environment variables.
        pub env: IndexMap<String, String>,
        /// Tags.
        pub tags: Vec<String>,
        /// What becomes of it when it ends: `never`, `on-failure`, `always`.
        pub restart: Option<String>,
    }

    /// A value that is not there.
    #[derive(Eq)]
    pub struct Missing {
        /// Whether it is wrong; else it is only not known yet.
        pub wrong: bool,
        /// Why.
        pub why: String,
        /// File, relative to the project where it lies in it.
        pub file: String,
        /// Line, from 1.
        pub line: u32,
        /// Column in characters, from 1.
        pub column: u32,
    }
}
