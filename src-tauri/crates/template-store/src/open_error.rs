//! Why a template could not be opened, and what can be done about it.

use std::io;
use std::path::PathBuf;

use template::TreeError;

use crate::archive::ArchiveError;
use crate::folder::FolderError;
use crate::git::repository::GitError;
use crate::git::versions::VersionError;
use crate::limits::TooLarge;
use crate::network::NetworkError;
use crate::watch::Ended;

/// Why a template could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is nothing at that place.
    #[error("there is no template at {name}")]
    NotFound {
        /// The place.
        name: String,
    },
    /// No bundled template has the id.
    #[error("no template `{id}` is part of Bakehouse; there are {}", known.join(", "))]
    NoBundled {
        /// The id asked for.
        id: String,
        /// The ids there are.
        known: Vec<String>,
    },
    /// The place cannot be reached.
    #[error("{name} cannot be reached: {why}")]
    NoNetwork {
        /// The place.
        name: String,
        /// What the system said.
        why: String,
    },
    /// The network settings cannot be used.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The place asks who we are.
    #[error("{name} asks who you are; it is private, or it does not exist")]
    AuthenticationNeeded {
        /// The place.
        name: String,
    },
    /// The place does not know us.
    #[error("{name} refuses the user and the token that were given")]
    AuthenticationRefused {
        /// The place.
        name: String,
    },
    /// A token would travel readable for everyone.
    #[error("{name} asks for a token, but it would be sent unencrypted")]
    ClearText {
        /// The place.
        name: String,
    },
    /// No program for ssh.
    #[error("{name} is reached by ssh, but the program `ssh` cannot be started: {why}")]
    NoSsh {
        /// The place.
        name: String,
        /// What the system said.
        why: String,
    },
    /// There is no such version.
    #[error("{name}: {why}")]
    Version {
        /// The place.
        name: String,
        /// What is wrong.
        why: VersionError,
    },
    /// There is no such folder in it.
    #[error("there is no folder `{directory}` in {name}{}", offered(offers))]
    NoDirectory {
        /// The place.
        name: String,
        /// The folder asked for.
        directory: String,
        /// Folders that hold templates.
        offers: Vec<String>,
    },
    /// No `cookiecutter.json`.
    #[error(
        "{name} is no template: it has no cookiecutter.json, only {}{}",
        listed(found),
        offered(offers)
    )]
    NotATemplate {
        /// The place.
        name: String,
        /// What lies there.
        found: Vec<String>,
        /// Folders that hold templates.
        offers: Vec<String>,
    },
    /// Nothing is in the cache and the net may not be used.
    #[error("there is no copy of {name}{} on this computer", version(checkout.as_deref()))]
    NotCached {
        /// The place.
        name: String,
        /// The version asked for.
        checkout: Option<String>,
    },
    /// A zip archive that cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A folder that cannot be read.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Paths that make no tree.
    #[error("{name} cannot be read: {why}")]
    Tree {
        /// The place.
        name: String,
        /// What is wrong.
        why: TreeError,
    },
    /// It is too large.
    #[error("{name} is too large for a template: {why}")]
    TooLarge {
        /// The place.
        name: String,
        /// Which bound was passed.
        why: TooLarge,
    },
    /// The cache cannot be used.
    #[error("the copies of templates in {} cannot be used: {source}", path.display())]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Everything else that git has to say.
    #[error("{name} cannot be read: {why}")]
    Git {
        /// The place.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// The caller stopped it.
    #[error("fetching {name} was stopped")]
    Stopped {
        /// The place.
        name: String,
    },
    /// The time was over.
    #[error("fetching {name} took too long")]
    TimedOut {
        /// The place.
        name: String,
    },
}

fn listed(found: &[String]) -> String {
    match found {
        [] => "nothing at all".to_owned(),
        found => found.join(", "),
    }
}

fn offered(offers: &[String]) -> String {
    match offers {
        [] => String::new(),
        [one] => format!("; its folder `{one}` is one"),
        all => format!("; templates lie in {}", all.join(", ")),
    }
}

fn version(checkout: Option<&str>) -> String {
    checkout
        .map(|name| format!(" at `{name}`"))
        .unwrap_or_default()
}

impl OpenError {
    /// What can be done about it, where something can.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound { .. } => "Look for a typing mistake in the address.",
            Self::NoNetwork { .. } => {
                "Look at the connection, the proxy and the certificates in the settings."
            }
            Self::AuthenticationNeeded { .. } => {
                "Look for a typing mistake in the address, or give a user and a token (for ssh: a key in the agent)."
            }
            Self::AuthenticationRefused { .. } => "Give a token that may read this repository.",
            Self::ClearText { .. } => "Use an address that begins with https.",
            Self::NoSsh { .. } => "Install OpenSSH, or use an address that begins with https.",
            Self::Version { .. } => "Pick one of the branches and tags of the template.",
            Self::NoDirectory { .. } | Self::NotATemplate { .. } => {
                "Name the folder that holds the cookiecutter.json."
            }
            Self::NotCached { .. } => "Fetch it once while there is a connection.",
            Self::Archive(ArchiveError::PasswordNeeded { .. }) => "Give the password.",
            Self::Archive(ArchiveError::PasswordWrong { .. }) => "Give another password.",
            Self::TimedOut { .. } => "Try again, or allow more time.",
            Self::Cache { .. } => "Make room on the disk, or change the folder's permissions.",
            _ => return None,
        })
    }

    /// Whether the place could not be reached, rather than saying no: then the cache may answer.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::NoNetwork { .. } | Self::NoSsh { .. } | Self::TimedOut { .. }
        )
    }

    /// Git's error about a place.
    pub(crate) fn git(name: &str, error: GitError) -> Self {
        let name = name.to_owned();
        match error {
            GitError::NotFound => Self::NotFound { name },
            GitError::NoNetwork(why) => Self::NoNetwork { name, why },
            GitError::AuthenticationNeeded => Self::AuthenticationNeeded { name },
            GitError::AuthenticationRefused => Self::AuthenticationRefused { name },
            GitError::ClearText => Self::ClearText { name },
            GitError::NoSsh(why) => Self::NoSsh { name, why },
            GitError::TooLarge(why) => Self::TooLarge { name, why },
            GitError::Ended(ended) => Self::ended(&name, ended),
            other => Self::Git {
                name,
                why: other.to_string(),
            },
        }
    }

    pub(crate) fn ended(name: &str, ended: Ended) -> Self {
        let name = name.to_owned();
        match ended {
            Ended::Stopped => Self::Stopped { name },
            Ended::TimedOut => Self::TimedOut { name },
        }
    }

    pub(crate) fn cache(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Cache {
            path: path.to_owned(),
            source,
        }
    }
}
