//! `git init` and a first commit in a draft, without a git program.

use std::path::Path;

use crate::git::commit::{self, Author};
use crate::write::draft::Draft;

/// What the person's git configuration says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Name and address, when both are set.
    pub author: Option<Author>,
    /// `init.defaultBranch`.
    pub branch: Option<String>,
}

impl Person {
    /// Reads the configuration of the person and of the system.
    #[must_use]
    pub fn read() -> Self {
        commit::person(None)
    }

    /// Reads one configuration file.
    #[must_use]
    pub fn read_file(path: &Path) -> Self {
        commit::person(Some(path))
    }
}

/// What `git init` and the first commit need.
#[derive(Debug, Clone, Copy)]
pub struct FirstCommit<'a> {
    /// The branch; `main` when the person has no other wish.
    pub branch: Option<&'a str>,
    /// The message of the first commit; nothing to make none.
    pub message: Option<&'a str>,
    /// Who makes it.
    pub author: Option<&'a Author>,
}

/// Why there is no repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Nobody is named as the author.
    #[error("git does not know your name and e-mail address, so the first commit cannot be made")]
    NoAuthor,
    /// The name of the branch is not allowed.
    #[error("`{branch}` cannot be the name of a branch")]
    BadBranch {
        /// The name.
        branch: String,
    },
    /// Everything else.
    #[error("the repository could not be made: {why}")]
    Git {
        /// What is wrong.
        why: String,
    },
}

impl CommitError {
    /// What can be done about it, where something can.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoAuthor => {
                Some("Set user.name and user.email in git, type them here, or make no commit.")
            }
            Self::BadBranch { .. } => Some("Use letters, digits and `-`."),
            Self::Git { .. } => None,
        }
    }
}

impl Draft {
    /// Makes a repository in the draft, with a first commit if there is a message for it. Gives back
    /// the commit. What `.gitignore` leaves out stays out.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn start_git(&mut self, start: &FirstCommit<'_>) -> Result<Option<String>, CommitError> {
        let branch = start.branch.unwrap_or("main");
        let full = format!("refs/heads/{branch}");
        if gix::refs::FullName::try_from(full).is_err() || branch.starts_with('-') {
            return Err(CommitError::BadBranch {
                branch: branch.to_owned(),
            });
        }
        let author = match (start.message, start.author) {
            (Some(_), None) => return Err(CommitError::NoAuthor),
            (message, author) => message.zip(author),
        };
        commit::start(self.root(), branch, author).map_err(|error| CommitError::Git {
            why: error.to_string(),
        })
    }
}
