//! The commits of a source, for finding the version a project was made from.

use std::path::{Path, PathBuf};

use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;
use jiff::Timestamp;

use crate::git::repository::{GitError, open};

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub time: Timestamp,
    /// The first line of its message.
    pub subject: String,
}

/// All commits a source has, the newest first.
#[derive(Debug, Clone)]
pub struct History {
    /// The commits.
    pub commits: Vec<Commit>,
    pub(crate) repository: PathBuf,
}

/// The commits that branches and tags of a repository lead to, at most so many.
pub(crate) fn read(path: &Path, most: usize) -> Result<History, GitError> {
    let repo = open(path)?;
    let refs = repo.references()?;
    let tips: Vec<gix::ObjectId> = refs
        .all()?
        .filter_map(Result::ok)
        .filter_map(|mut found| found.peel_to_commit().ok().map(|commit| commit.id))
        .collect();
    let order = Sorting::ByCommitTime(CommitTimeOrder::NewestFirst);
    let mut commits = Vec::new();
    for found in repo.rev_walk(tips).sorting(order).all()?.take(most) {
        let commit = found?.object()?;
        let seconds = commit.time()?.seconds;
        commits.push(Commit {
            id: commit.id.to_string(),
            time: Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH),
            subject: commit.message()?.summary().to_string(),
        });
    }
    Ok(History {
        commits,
        repository: path.to_owned(),
    })
}
