//! The application itself: platform, credentials, settings, home screen.

use crate::{BakeState, Failure, JobState};

wire! {
    /// Asks for the state of the application.
    #[derive(Eq, Default)]
    pub struct AppAsk {}

    /// The state of the application.
    pub struct AppView {
        /// Version of Bakehouse.
        pub version: String,
        /// The platform that jobs run on.
        pub platform: PlatformView,
        /// Where credentials are kept.
        pub credentials: CredentialsView,
        /// What the person has chosen.
        pub settings: Settings,
        /// Facts for the diagnostics page, as name and value.
        pub facts: Vec<Fact>,
    }

    /// A named fact.
    #[derive(Eq)]
    pub struct Fact {
        /// What it is.
        pub name: String,
        /// Its value.
        pub value: String,
    }

    /// The state of the local platform.
    #[derive(Copy, Eq)]
    pub enum PlatformState {
        /// Not there yet.
        Starting,
        /// Answers.
        Ready,
        /// Could not be started; `failure` tells why.
        Failed,
    }

    /// The local platform.
    pub struct PlatformView {
        /// Its state.
        pub state: PlatformState,
        /// Its address, when it answers.
        pub url: Option<String>,
        /// Whether this process serves it, or another one of Bakehouse.
        pub served_here: bool,
        /// How jobs are run, such as `sandbox`, and why.
        pub runner: Option<String>,
        /// Every way of running jobs, best first; empty unless this process serves the platform.
        pub runners: Vec<RunnerView>,
        /// Why it could not be started.
        pub failure: Option<Failure>,
    }

    /// A way of running jobs on this computer.
    #[derive(Eq)]
    pub struct RunnerView {
        /// Which.
        pub runner: RunnerChoice,
        /// Whether it works here.
        pub works: bool,
        /// What it is, or why it does not work.
        pub note: String,
    }

    /// How jobs are run on this computer.
    #[derive(Copy, Eq, Default)]
    pub enum RunnerChoice {
        /// The best way that works here.
        #[default]
        Best,
        /// In containers, as on the cloud platform.
        Container,
        /// In sandboxes, with the programs of this computer.
        Sandbox,
        /// As plain processes.
        Process,
    }

    /// Starts the local platform (again), on another port if one is given.
    #[derive(Eq)]
    pub struct PlatformRestart {
        /// Port to listen on; the one of the settings when missing.
        pub port: Option<u16>,
    }

    /// Where credentials are kept.
    #[derive(Copy, Eq)]
    pub enum CredentialsPlace {
        /// In the keyring of the operating system.
        Keyring,
        /// In a file encrypted with a password.
        File,
        /// In memory, until the application ends.
        Session,
        /// Nowhere yet: there is no keyring, and the person has not chosen.
        Undecided,
        /// In an encrypted file whose password has not been given in this session.
        Locked,
    }

    /// Where credentials are kept, and why not in the keyring if so.
    #[derive(Eq)]
    pub struct CredentialsView {
        /// The place.
        pub place: CredentialsPlace,
        /// Why the keyring cannot be used.
        pub reason: Option<String>,
        /// How to get a keyring.
        pub hint: Option<String>,
    }

    /// The person's choice where there is no keyring.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum CredentialsChoice {
        /// Look for the keyring again.
        Keyring {},
        /// Keep them in a file encrypted with this password.
        File {
            /// The password; it is never stored.
            password: String,
        },
        /// Keep them in memory until the application ends.
        Session {},
    }

    /// Colours of the interface.
    #[derive(Copy, Eq)]
    pub enum ThemeChoice {
        /// As the system is set.
        System,
        /// Light.
        Light,
        /// Dark.
        Dark,
        /// Light with high contrast.
        ContrastLight,
        /// Dark with high contrast.
        ContrastDark,
    }

    /// What the person has chosen.
    #[derive(Eq)]
    pub struct Settings {
        /// Colours.
        pub theme: ThemeChoice,
        /// Compact rows.
        pub compact: bool,
        /// Port of the local platform.
        pub platform_port: u16,
        /// Folder that new projects are offered in.
        pub projects_folder: String,
        /// How the local platform works.
        pub local: LocalSettings,
    }

    /// How the local platform works; counts from its next start.
    #[derive(Eq)]
    pub struct LocalSettings {
        /// How jobs are run.
        pub runner: RunnerChoice,
        /// How many jobs run at once; as many as this computer bears when missing.
        pub jobs_at_once: Option<u32>,
        /// For how many days ended jobs and their logs are kept; for ever when missing.
        pub keep_jobs_days: Option<u32>,
        /// Hold jobs to the processors and memory of their preset.
        pub enforce_limits: bool,
        /// Let the command-line tools of this computer in without a token.
        pub loopback_login: bool,
    }

    /// A change of settings; what is missing stays.
    #[derive(Eq, Default)]
    #[serde(default)]
    pub struct SettingsChange {
        /// Colours.
        pub theme: Option<ThemeChoice>,
        /// Compact rows.
        pub compact: Option<bool>,
        /// Port of the local platform.
        pub platform_port: Option<u16>,
        /// Folder that new projects are offered in.
        pub projects_folder: Option<String>,
        /// How the local platform works.
        pub local: Option<LocalSettings>,
    }

    /// Asks for the home screen.
    #[derive(Eq, Default)]
    pub struct HomeAsk {}

    /// The home screen.
    #[derive(Eq)]
    pub struct HomeView {
        /// Known projects, last opened first.
        pub projects: Vec<ProjectCard>,
        /// What runs now, over all known projects.
        pub running: Vec<RunningItem>,
        /// What failed lately.
        pub attention: Vec<AttentionItem>,
    }

    /// A project on the home screen.
    #[derive(Eq)]
    pub struct ProjectCard {
        /// Its folder.
        pub path: String,
        /// The folder as people write it, with `~`.
        pub shown_path: String,
        /// Its name.
        pub name: String,
        /// Branch of its git repository, if it is in one.
        pub branch: Option<String>,
        /// When it was opened last.
        pub opened_at: String,
        /// Results of its latest bakes, oldest first.
        pub bakes: Vec<BakeState>,
        /// One line about what happens in it: `Baking, 41 s`, `Failed 2 h ago`.
        pub activity: Option<String>,
        /// Why it cannot be opened, if so.
        pub problem: Option<String>,
    }

    /// A live job or bake that runs.
    #[derive(Eq)]
    pub struct RunningItem {
        /// The project's folder.
        pub project: String,
        /// The project's name.
        pub project_name: String,
        /// What it is.
        pub subject: RunningSubject,
        /// Name of the live job or batch.
        pub title: String,
        /// When it was started.
        pub since: String,
        /// Finished tasks of a bake.
        pub done: Option<u32>,
        /// All tasks of a bake.
        pub total: Option<u32>,
    }

    /// What runs.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum RunningSubject {
        /// A live job.
        Live {
            /// Id of its job on the platform.
            job: String,
            /// Its state.
            state: JobState,
        },
        /// A bake.
        Bake {
            /// Its id.
            bake: String,
            /// Its state.
            state: BakeState,
        },
    }

    /// Something that a person should look at.
    #[derive(Eq)]
    pub struct AttentionItem {
        /// The project's folder.
        pub project: String,
        /// The project's name.
        pub project_name: String,
        /// What failed.
        pub title: String,
        /// Why, in one line.
        pub detail: String,
        /// When.
        pub at: String,
        /// The bake to open.
        pub bake: Option<String>,
        /// The live job to open.
        pub job: Option<String>,
    }
}
