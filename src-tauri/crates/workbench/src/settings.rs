//! What the person has chosen, kept in `settings.yml`.

use std::path::PathBuf;
use std::sync::Mutex;

use contract::{
    DeskEvent, Failure, LocalSettings, RunnerChoice, Settings, SettingsChange, ThemeChoice,
};
use serde::{Deserialize, Serialize};

use crate::{Desk, Folders, stored};

/// Port of the local platform where nothing else was chosen.
pub(crate) const USUAL_PORT: u16 = 7471;

/// The settings file; what is missing has its usual value.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct SettingsFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<ThemeChoice>,
    compact: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    projects_folder: Option<PathBuf>,
    /// Where credentials go when there is no keyring; none until the person has chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<CredentialsFallback>,
    local: LocalFile,
}

/// How the local platform works, as it is written in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct LocalFile {
    runner: RunnerChoice,
    #[serde(skip_serializing_if = "Option::is_none")]
    jobs_at_once: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_jobs_days: Option<u32>,
    enforce_limits: bool,
    loopback_login: bool,
}

impl Default for LocalFile {
    fn default() -> Self {
        Self {
            runner: RunnerChoice::Best,
            jobs_at_once: None,
            keep_jobs_days: None,
            enforce_limits: true,
            loopback_login: true,
        }
    }
}

impl LocalFile {
    fn view(&self) -> LocalSettings {
        LocalSettings {
            runner: self.runner,
            jobs_at_once: self.jobs_at_once,
            keep_jobs_days: self.keep_jobs_days,
            enforce_limits: self.enforce_limits,
            loopback_login: self.loopback_login,
        }
    }

    fn of(wanted: &LocalSettings) -> Self {
        Self {
            runner: wanted.runner,
            jobs_at_once: wanted.jobs_at_once,
            keep_jobs_days: wanted.keep_jobs_days,
            enforce_limits: wanted.enforce_limits,
            loopback_login: wanted.loopback_login,
        }
    }
}

/// The remembered choice for computers without a keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CredentialsFallback {
    EncryptedFile,
    SessionOnly,
}

/// The settings of this process, in memory and on disk.
#[derive(Debug)]
pub(crate) struct SettingsStore {
    path: PathBuf,
    usual_folder: PathBuf,
    file: Mutex<SettingsFile>,
}

impl SettingsStore {
    /// Reads the settings. A damaged file is set aside, told about, and never overwritten.
    pub(crate) fn open(folders: &Folders) -> Self {
        let path = folders.config.join("settings.yml");
        let file = stored::read_or_set_aside(&path, "settings");
        Self {
            path,
            usual_folder: folders.home.clone(),
            file: Mutex::new(file),
        }
    }

    /// The present settings.
    pub(crate) fn view(&self) -> Settings {
        let file = self.lock();
        Settings {
            theme: file.theme.unwrap_or(ThemeChoice::System),
            compact: file.compact,
            platform_port: file.platform_port.unwrap_or(USUAL_PORT),
            projects_folder: file
                .projects_folder
                .as_ref()
                .unwrap_or(&self.usual_folder)
                .display()
                .to_string(),
            local: file.local.view(),
        }
    }

    pub(crate) fn credentials(&self) -> Option<CredentialsFallback> {
        self.lock().credentials
    }

    pub(crate) fn remember_credentials(
        &self,
        choice: Option<CredentialsFallback>,
    ) -> Result<(), Failure> {
        self.change(|file| file.credentials = choice)
    }

    fn change(&self, change: impl FnOnce(&mut SettingsFile)) -> Result<(), Failure> {
        let mut file = self.lock();
        let mut changed = file.clone();
        change(&mut changed);
        stored::write(&self.path, &changed).map_err(|error| {
            Failure::internal(format!("The settings could not be saved. {error}."))
        })?;
        *file = changed;
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, SettingsFile> {
        self.file
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Changes settings; what is missing in the request stays.
pub async fn settings_update(desk: &Desk, request: SettingsChange) -> Result<Settings, Failure> {
    check(&request)?;
    desk.settings().change(|file| {
        file.theme = request.theme.or(file.theme);
        file.compact = request.compact.unwrap_or(file.compact);
        file.platform_port = request.platform_port.or(file.platform_port);
        file.projects_folder = request
            .projects_folder
            .map(PathBuf::from)
            .or(file.projects_folder.take());
        if let Some(local) = &request.local {
            file.local = LocalFile::of(local);
        }
    })?;
    let settings = desk.settings().view();
    desk.tell(DeskEvent::SettingsChanged {
        settings: settings.clone(),
    });
    Ok(settings)
}

fn check(request: &SettingsChange) -> Result<(), Failure> {
    if request.platform_port.is_some_and(|port| port < 1024) {
        return Err(Failure::invalid(
            "platformPort",
            "The port must lie between 1024 and 65535.",
        ));
    }
    let local = request.local.as_ref();
    if local.is_some_and(|local| local.jobs_at_once == Some(0)) {
        return Err(Failure::invalid(
            "local.jobsAtOnce",
            "At least one job must be able to run.",
        ));
    }
    let folder = request.projects_folder.as_deref().map(PathBuf::from);
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(Failure::invalid(
            "projectsFolder",
            "This folder does not exist.",
        ));
    }
    Ok(())
}
