//! Opening and making repositories, and what can go wrong with them.

use std::error::Error;
use std::path::Path;

use gix::ObjectId;

use crate::limits::TooLarge;
use crate::watch::Ended;

/// What went wrong in git's machinery, before it is said in the words of a source.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    #[error("there is no repository")]
    NotFound,
    #[error("{0}")]
    NoNetwork(String),
    #[error("it asks who you are")]
    AuthenticationNeeded,
    #[error("it refuses the user and the token")]
    AuthenticationRefused,
    #[error("a token would be sent unencrypted")]
    ClearText,
    #[error("the program for ssh cannot be started: {0}")]
    NoSsh(String),
    #[error("{0}")]
    TooLarge(TooLarge),
    #[error("ended")]
    Ended(Ended),
    #[error("there is no object {0}")]
    NoObject(String),
    #[error("the version {0} begins with more than one commit")]
    AmbiguousCommit(String),
    #[error("git's machinery broke down")]
    Broken,
    #[error("{0}")]
    Other(String),
}

impl GitError {
    pub(crate) fn other(error: &(dyn Error + 'static)) -> Self {
        Self::Other(crate::chain::chain(error))
    }
}

impl From<gix::Error> for GitError {
    fn from(error: gix::Error) -> Self {
        Self::Other(whole(&error))
    }
}

/// An error with its causes in one line.
pub(crate) fn whole(error: &gix::Error) -> String {
    let mut text = String::new();
    for cause in error.iter_errors() {
        let message = crate::chain::chain(cause);
        if text.contains(&message) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&message);
    }
    text
}

/// Settings that nothing outside of Bakehouse changes.
pub(crate) fn isolated() -> gix::open::Options {
    gix::open::Options::isolated().strict_config(false)
}

/// A new repository without a work tree.
pub(crate) fn create(path: &Path, ssh: &str) -> Result<gix::Repository, GitError> {
    let options = isolated().config_overrides([format!("core.sshCommand={ssh}")]);
    let made = gix::ThreadSafeRepository::init_opts(
        path,
        gix::create::Kind::Bare,
        gix::create::Options::default(),
        options,
    )?;
    Ok(made.to_thread_local())
}

/// A repository of this computer.
pub(crate) fn open(path: &Path) -> Result<gix::Repository, GitError> {
    gix::open_opts(path, isolated()).map_err(|error| {
        if path.exists() {
            GitError::from(error)
        } else {
            GitError::NotFound
        }
    })
}

/// A full commit id.
pub(crate) fn id(text: &str) -> Result<ObjectId, GitError> {
    ObjectId::from_hex(text.as_bytes()).map_err(|_| GitError::NoObject(text.to_owned()))
}

/// Whether a text may be the beginning of a commit id.
pub(crate) fn is_hex(text: &str) -> bool {
    (7..=40).contains(&text.len()) && text.bytes().all(|one| one.is_ascii_hexdigit())
}
