//! One look at a git repository: its copy, or what the source has now.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cache::{Pinned, Record, Shelf};
use crate::git::remote::{Dial, Extent};
use crate::git::repository::GitError;
use crate::git::versions::{VersionError, Versions, Wish};
use crate::git::{copy, worker};
use crate::job::{Found, Job};
use crate::note::Note;
use crate::open_error::OpenError;
use crate::reference::GitAddress;

/// One look at a repository.
pub(crate) struct Visit<'a> {
    pub(crate) shelf: &'a Shelf,
    pub(crate) address: &'a GitAddress,
    pub(crate) checkout: Option<&'a str>,
    pub(crate) job: &'a Job<'a>,
}

impl Visit<'_> {
    fn key(&self) -> &str {
        self.checkout.unwrap_or_default()
    }

    /// The copy of the wanted version, if there is one.
    pub(crate) fn look_up(&self) -> Result<Option<Found>, OpenError> {
        let record = self.shelf.record();
        let pin = match record.pins.get(self.key()) {
            Some(pin) => pin,
            // A commit may have been fetched under the name of a branch.
            None => {
                let same =
                    |pin: &&Pinned| self.key().len() >= 7 && pin.commit.starts_with(self.key());
                match record.pins.values().find(same) {
                    Some(pin) => pin,
                    None => return Ok(None),
                }
            }
        };
        let Some(repository) = self.shelf.repository(&pin.commit) else {
            return Ok(None);
        };
        let mut found = self.job.copied(&repository, &pin.commit)?;
        found.fetched = Some(pin.fetched);
        found.checked = Some(pin.checked);
        Ok(Some(found))
    }

    /// Asks the source and fetches what is not there yet.
    pub(crate) fn refresh(&self) -> Result<Found, OpenError> {
        let versions = self.ask()?;
        let wish = versions
            .wish(self.checkout)
            .map_err(|why| self.version(why))?;
        let scratch = self.scratch()?;
        let commit = self.fetch(&wish, &versions, scratch.path())?;
        let mut record = self.shelf.record();
        record.versions = Some(versions);
        let now = Timestamp::now();
        let fetched = record
            .pins
            .get(self.key())
            .filter(|old| old.commit == commit)
            .map_or(now, |old| old.fetched);
        let pin = Pinned {
            commit: commit.clone(),
            fetched,
            checked: now,
            etag: None,
        };
        record.pins.insert(self.key().to_owned(), pin);
        self.write(&record)?;
        self.shelf.tidy(&record);
        self.look_up()?.ok_or_else(|| OpenError::NotCached {
            name: self.job.name.clone(),
            checkout: Some(commit),
        })
    }

    /// Brings a version onto the shelf; gives back its commit.
    fn fetch(&self, wish: &Wish, versions: &Versions, scratch: &Path) -> Result<String, OpenError> {
        let commit = match wish {
            Wish::Named { commit, .. } | Wish::Commit(commit) => commit,
            Wish::Short(prefix) => return self.search(prefix, versions, scratch),
        };
        if self.readable(commit) {
            return Ok(commit.clone());
        }
        let made = scratch.join("one");
        if let Some(local) = &self.address.local {
            let commit = copy::whole_id(local, commit).map_err(|error| self.job.git(error));
            let commit = commit.map_err(|_| self.version(versions.unknown(self.key())))?;
            self.job.copy(local, &commit, &made)?;
            return self.take_in(&made, commit);
        }
        let what = match wish {
            Wish::Named { full, .. } => full,
            _ => commit,
        };
        match self.dial(&made, Extent::One(what.clone())) {
            Ok(Some(commit)) => self.take_in(&made, commit),
            // Not every server gives out a commit that no branch or tag stands at.
            Err(GitError::Other(_)) if matches!(wish, Wish::Commit(_)) => {
                self.search(commit, versions, scratch)
            }
            Ok(None) => Err(self.job.git(GitError::Broken)),
            Err(error) => Err(self.job.git(error)),
        }
    }

    /// Looks for a commit in the whole history.
    fn search(
        &self,
        prefix: &str,
        versions: &Versions,
        scratch: &Path,
    ) -> Result<String, OpenError> {
        let all = match &self.address.local {
            Some(path) => path.clone(),
            None => self.fetch_all(&scratch.join("all"))?,
        };
        let commit = copy::whole_id(&all, prefix).map_err(|error| match error {
            GitError::NoObject(_) => self.version(versions.unknown(prefix)),
            GitError::AmbiguousCommit(_) => self.version(VersionError::Ambiguous {
                asked: prefix.to_owned(),
                candidates: vec!["several commits".to_owned()],
            }),
            other => self.job.git(other),
        })?;
        let made = scratch.join("found");
        self.job.copy(&all, &commit, &made)?;
        self.take_in(&made, commit)
    }

    fn take_in(&self, made: &Path, commit: String) -> Result<String, OpenError> {
        let name = format!("{commit}.git");
        let broken = self.shelf.repository(&commit).is_some() && !self.readable(&commit);
        if broken {
            self.shelf.swap_in(made, &name)
        } else {
            self.shelf.take_in(made, &name)
        }
        .map_err(OpenError::cache(self.shelf.path()))?;
        Ok(commit)
    }

    /// Whether the copy of a commit is whole.
    fn readable(&self, commit: &str) -> bool {
        let copy = self.shelf.repository(commit);
        copy.is_some_and(|path| self.job.copied(&path, commit).is_ok())
    }

    /// Branches and tags, asked now.
    pub(crate) fn ask(&self) -> Result<Versions, OpenError> {
        if let Some(local) = &self.address.local {
            return copy::versions(local).map_err(|error| self.job.git(error));
        }
        let scratch = self.scratch()?;
        let dial = self.dialler()?;
        worker::run(self.job.overseer(), move |handle| {
            dial.versions(&scratch.path().join("list"), handle)
        })
        .map_err(|error| self.job.git(error))
    }

    pub(crate) fn fetch_all(&self, into: &Path) -> Result<PathBuf, OpenError> {
        self.dial(into, Extent::All)
            .map_err(|error| self.job.git(error))?;
        Ok(into.to_owned())
    }

    fn dial(&self, into: &Path, extent: Extent) -> Result<Option<String>, GitError> {
        let dial = self
            .dialler()
            .map_err(|error| GitError::Other(error.to_string()))?;
        let into = into.to_owned();
        worker::run(self.job.overseer(), move |handle| {
            dial.fetch(&into, &extent, handle)
        })
    }

    fn dialler(&self) -> Result<Dial, OpenError> {
        let network = self.job.terms.network;
        Ok(Dial {
            address: self.address.clone(),
            prepared: network.prepare(self.job.deadline.left())?,
            ssh: network.ssh().to_owned(),
            answerer: self.job.terms.answerer.clone(),
        })
    }

    pub(crate) fn scratch(&self) -> Result<tempfile::TempDir, OpenError> {
        self.shelf
            .scratch()
            .map_err(OpenError::cache(self.shelf.path()))
    }

    pub(crate) fn write(&self, record: &Record) -> Result<(), OpenError> {
        self.shelf
            .remember(record)
            .map_err(OpenError::cache(self.shelf.path()))
    }

    fn version(&self, why: VersionError) -> OpenError {
        OpenError::Version {
            name: self.job.name.clone(),
            why,
        }
    }

    /// Whether the copy may stand in for a source that does not answer.
    pub(crate) fn may_be_away(&self, error: &OpenError) -> bool {
        let gone = matches!(error, OpenError::NotFound { .. }) && self.address.local.is_some();
        error.is_unreachable() || gone
    }

    /// The copy, with a word about why.
    pub(crate) fn instead(&self, error: OpenError) -> Result<Found, OpenError> {
        let Ok(Some(mut found)) = self.look_up() else {
            return Err(error);
        };
        if let Some(fetched) = found.fetched {
            found.notes.push(Note::FromCache {
                why: error.to_string(),
                fetched,
            });
        }
        Ok(found)
    }
}
