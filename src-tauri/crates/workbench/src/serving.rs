//! How the local platform is served.

use std::path::PathBuf;

use local_platform::{Options, RunnerChoice, SecretsPlace};

/// What whoever serves the platform chose this time. What is missing stays as it usually is.
#[derive(Debug, Clone, Default)]
pub struct ServeChoice {
    /// How jobs are run.
    pub runner: Option<Runner>,
    /// Where the container engine listens.
    pub engine: Option<String>,
    /// How many jobs run at once.
    pub jobs_at_once: Option<usize>,
    /// How many days ended jobs are kept with their logs.
    pub keep_days: Option<u32>,
    /// Refuse the token that the tools make for themselves on this computer.
    pub no_loopback_login: bool,
    /// Where the key of the secrets is.
    pub secrets: Option<SecretsKey>,
}

/// A way of running jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// The best one that works here.
    Best,
    /// Containers of Docker or Podman.
    Container,
    /// The programs of this computer, shut in.
    Sandbox,
    /// Plain processes.
    Process,
}

/// Where the key of the secrets is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretsKey {
    /// In the keyring of the operating system.
    Keyring,
    /// In the memory of the server.
    Session,
    /// In a file that only its owner may read.
    File(PathBuf),
}

impl ServeChoice {
    /// The options with what was chosen.
    pub(crate) fn applied(&self, mut options: Options) -> Options {
        if let Some(runner) = self.runner {
            options.runner = match runner {
                Runner::Best => RunnerChoice::Best,
                Runner::Container => RunnerChoice::Container,
                Runner::Sandbox => RunnerChoice::Sandbox,
                Runner::Process => RunnerChoice::Process,
            };
        }
        if self.engine.is_some() {
            options.engine.clone_from(&self.engine);
        }
        if self.jobs_at_once.is_some() {
            options.jobs_at_once = self.jobs_at_once;
        }
        if self.keep_days.is_some() {
            options.keep_jobs.days = self.keep_days;
        }
        if self.no_loopback_login {
            options.tool_tokens = false;
        }
        if let Some(secrets) = &self.secrets {
            options.secrets = match secrets {
                SecretsKey::Keyring => SecretsPlace::Keyring,
                SecretsKey::Session => SecretsPlace::Session,
                SecretsKey::File(path) => SecretsPlace::KeyFile(path.clone()),
            };
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_chosen_changes() {
        let usual = || Options::new("/data", "/exe");
        let same = ServeChoice::default().applied(usual());
        assert_eq!(format!("{same:?}"), format!("{:?}", usual()));
        let choice = ServeChoice {
            runner: Some(Runner::Process),
            engine: Some("unix:///run/engine".into()),
            jobs_at_once: Some(3),
            keep_days: Some(7),
            no_loopback_login: true,
            secrets: Some(SecretsKey::Session),
        };
        let changed = choice.applied(usual());
        assert_eq!(changed.runner, RunnerChoice::Process);
        assert_eq!(changed.engine.as_deref(), Some("unix:///run/engine"));
        assert_eq!(
            (changed.jobs_at_once, changed.keep_jobs.days),
            (Some(3), Some(7))
        );
        assert!(!changed.tool_tokens);
        assert!(matches!(changed.secrets, SecretsPlace::Session));
    }
}
