//! Opens templates that are git repositories: from their copies, or after asking the source.

use crate::git::history::{self, History};
use crate::git::versions::Versions;
use crate::git_visit::Visit;
use crate::job::{Found, Job};
use crate::open_error::OpenError;
use crate::reference::{GitAddress, Reference, is_repository};
use crate::store::{Freshness, Store, Terms, Wanted};

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
            Freshness::Offline => visit.look_up()?.ok_or_else(|| OpenError::NotCached {
                name: job.name.clone(),
                checkout: checkout.map(str::to_owned),
            }),
            // A copy that cannot be read any more is fetched again.
            Freshness::Cached => match visit.look_up() {
                Ok(Some(found)) => Ok(found),
                _ => visit.refresh(),
            },
            Freshness::Refresh => match visit.refresh() {
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
