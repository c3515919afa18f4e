//! Projects: opening, reading, what they define.

use crate::DiagnosticView;

wire! {
    /// Names a project by its folder.
    #[derive(Eq)]
    pub struct ProjectAsk {
        /// The folder, or any folder inside the project.
        pub project: String,
    }

    /// Asks for the sample project, which is made on first use.
    #[derive(Eq, Default)]
    pub struct SampleAsk {}

    /// What a project defines, as good as it could be read.
    #[derive(Eq)]
    pub struct ProjectView {
        /// Its folder.
        pub path: String,
        /// The folder as people write it, with `~`.
        pub shown_path: String,
        /// Its flow id.
        pub id: String,
        /// What people call it.
        pub name: String,
        /// Name of its configuration folder, `.apolo` or `.neuro`.
        pub config_folder: String,
        /// Branch of its git repository, if it is in one.
        pub branch: Option<String>,
        /// The live file, relative to the project, if there is one.
        pub live_file: Option<String>,
        /// Its live jobs.
        pub jobs: Vec<LiveJobView>,
        /// Its batches.
        pub batches: Vec<BatchView>,
        /// What is wrong in its files.
        pub diagnostics: Vec<DiagnosticView>,
    }

    /// A live job as `live.yml` defines it.
    #[derive(Eq)]
    pub struct LiveJobView {
        /// Its id.
        pub id: String,
        /// Its title, if it has one.
        pub title: Option<String>,
        /// Image, as it is written.
        pub image: Option<String>,
        /// Preset, as it is written.
        pub preset: Option<String>,
        /// Whether several may run at once, told apart by a suffix.
        pub multi: bool,
        /// Port of its web page, as it is written.
        pub port: Option<String>,
        /// Whether its web page opens at the start.
        pub browse: bool,
        /// Its parameters.
        pub params: Vec<ParamView>,
        /// File, relative to the project.
        pub file: String,
        /// Line of its definition.
        pub line: u32,
        /// Whether its definition has errors.
        pub broken: bool,
    }

    /// A parameter of a live job or a batch.
    #[derive(Eq)]
    pub struct ParamView {
        /// Its name.
        pub name: String,
        /// Its default as text; none when a value is required.
        pub default: Option<String>,
        /// What it is for.
        pub description: Option<String>,
    }

    /// A batch as its file defines it.
    #[derive(Eq)]
    pub struct BatchView {
        /// Its id: the file's name without its ending.
        pub id: String,
        /// Its title, if it has one.
        pub title: Option<String>,
        /// File, relative to the project.
        pub file: String,
        /// Its parameters.
        pub params: Vec<ParamView>,
        /// Number of tasks as far as it can be told without running.
        pub tasks: u32,
        /// Whether its file has errors.
        pub broken: bool,
    }
}
