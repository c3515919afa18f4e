//! Opens templates that are git repositories: from their copies, or after asking the source.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cache::{Pinned, Record, Shelf};
use crate::git::history::{self, History};
use crate::git::remote::{Dial, Extent};
use crate::git::repository::GitError;
use crate::git::versions::{VersionError, Versions, Wish};
use crate::git::{copy, worker};
use crate::note::Note;
use crate::open_error::OpenError;
use crate::reference::{GitAddress, Reference, is_repository};
use crate::store::{Found, Freshness, Job, Store, Terms, Wanted};

/// Commits that are looked at when a version is searched.
const MOST_COMMITS: usize = 5000;

impl Store {
    /// Opens a repository: the copy, or what the source has.
    pub(crate) fn open_git(
        &self,
        address: &GitAddress,
        checkout: Option<&str>,
        job: &Job<'_>,
    ) -> Result<Found, OpenError> {
        let shelf = self.shelf(&job.name);
        let visit = Visit {
            shelf: &shelf,
            address,
            checkout,
            job,
        };
        match job.terms.freshness {
            Freshness::Offline => visit.from_copy()?.ok_or_else(|| OpenError::NotCached {
                name: job.name.clone(),
                checkout: checkout.map(str::to_owned),
            }),
            // A copy that cannot be read any more is fetched again.
            Freshness::Cached => match visit.from_copy() {
                Ok(Some(found)) => Ok(found),
                _ => visit.from_source(),
            },
            Freshness::Refresh => match visit.from_source() {
                Err(error) if visit.may_be_away(&error) => visit.instead(error),
                other => other,
            },
        }
    }

    /// Branches and tags of a source, asked now.
    ///
    /// # Errors
    /// When the source is no git repository or does not answer.
    pub fn versions(&self, wanted: &Wanted, terms: &Terms<'_>) -> Result<Versions, OpenError> {
        self.visit(wanted, terms, |visit| {
            let versions = visit.ask()?;
            let mut record = visit.shelf.record();
            record.versions = Some(versions.clone());
            visit.write(&record)?;
            Ok(versions)
        })
    }

    /// Branches and tags of a source as they were last seen.
    #[must_use]
    pub fn known_versions(&self, reference: &Reference) -> Option<Versions> {
        self.shelf(&reference.name()).record().versions
    }

    /// All commits of a source, fetched now.
    ///
    /// # Errors
    /// When the source is no git repository or does not answer.
    pub fn history(&self, wanted: &Wanted, terms: &Terms<'_>) -> Result<History, OpenError> {
        self.visit(wanted, terms, |visit| {
            let repository = match &visit.address.local {
                Some(path) => path.clone(),
                None => {
                    let scratch = visit.scratch()?;
                    let all = visit.fetch_all(&scratch.path().join("all"))?;
                    visit
                        .shelf
                        .swap_in(&all, "history.git")
                        .map_err(OpenError::cache(visit.shelf.path()))?
                }
            };
            history::read(&repository, MOST_COMMITS).map_err(|error| visit.job.git(error))
        })
    }

    /// The whole repository at one commit of its history.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn at_commit(
        &self,
        history: &History,
        commit: &str,
        terms: &Terms<'_>,
    ) -> Result<template::Tree, OpenError> {
        let deadline = terms.watch.deadline();
        let job = Job {
            name: commit.to_owned(),
            deadline: &deadline,
            terms,
        };
        let found = job.copied(&history.repository, commit)?;
        template::Tree::new(found.nodes).map_err(|why| OpenError::Tree {
            name: job.name,
            why,
        })
    }

    fn visit<T>(
        &self,
        wanted: &Wanted,
        terms: &Terms<'_>,
        act: impl FnOnce(&Visit<'_>) -> Result<T, OpenError>,
    ) -> Result<T, OpenError> {
        let name = wanted.reference.name();
        let address = match &wanted.reference {
            Reference::Git(address) => address.clone(),
            Reference::Folder(path) if is_repository(path) => GitAddress::local(path),
            _ => {
                return Err(OpenError::Git {
                    name,
                    why: "it is no git repository, so it has no versions".to_owned(),
                });
            }
        };
        let deadline = terms.watch.deadline();
        act(&Visit {
            shelf: &self.shelf(&name),
            address: &address,
            checkout: wanted.checkout.as_deref(),
            job: &Job {
                name,
                deadline: &deadline,
                terms,
            },
        })
    }
}

/// One look at a repository.
struct Visit<'a> {
    shelf: &'a Shelf,
    address: &'a GitAddress,
    checkout: Option<&'a str>,
    job: &'a Job<'a>,
}

impl Visit<'_> {
    fn key(&self) -> &str {
        self.checkout.unwrap_or_default()
    }

    /// The copy of the wanted version, if there is one.
    fn from_copy(&self) -> Result<Option<Found>, OpenError> {
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
    fn from_source(&self) -> Result<Found, OpenError> {
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
        self.from_copy()?.ok_or_else(|| OpenError::NotCached {
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
    fn ask(&self) -> Result<Versions, OpenError> {
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

    fn fetch_all(&self, into: &Path) -> Result<PathBuf, OpenError> {
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

    fn scratch(&self) -> Result<tempfile::TempDir, OpenError> {
        self.shelf
            .scratch()
            .map_err(OpenError::cache(self.shelf.path()))
    }

    fn write(&self, record: &Record) -> Result<(), OpenError> {
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
    fn may_be_away(&self, error: &OpenError) -> bool {
        let gone = matches!(error, OpenError::NotFound { .. }) && self.address.local.is_some();
        error.is_unreachable() || gone
    }

    /// The copy, with a word about why.
    fn instead(&self, error: OpenError) -> Result<Found, OpenError> {
        let Ok(Some(mut found)) = self.from_copy() else {
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
