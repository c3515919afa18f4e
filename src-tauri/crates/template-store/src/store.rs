//! Opens templates, wherever they lie, and keeps copies of what came over the net.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use template::Tree;

use crate::cache::{Record, Shelf};
use crate::credential::{Answerer, Secret};
use crate::digest;
use crate::folder;
use crate::job::{Found, Job, bundled_nodes};
use crate::limits::Limits;
use crate::network::Network;
use crate::note::Note;
use crate::open_error::OpenError;
use crate::reference::{GitAddress, Reference, is_repository};
use crate::watch::{Progress, Stage, Watch};

/// Which template is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where it lies.
    pub reference: Reference,
    /// Branch, tag or commit; nothing for what the source offers first.
    pub checkout: Option<String>,
    /// The folder inside it that holds the `cookiecutter.json`.
    pub directory: Option<String>,
}

impl Wanted {
    /// A template without further wishes.
    #[must_use]
    pub fn new(reference: Reference) -> Self {
        Self {
            reference,
            checkout: None,
            directory: None,
        }
    }
}

/// When the source is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Freshness {
    /// Only when there is no copy.
    #[default]
    Cached,
    /// Always; a copy stands in when it cannot be reached.
    Refresh,
    /// Never.
    Offline,
}

/// The conditions under which a template is opened.
#[derive(Clone)]
pub struct Terms<'a> {
    /// When the source is asked.
    pub freshness: Freshness,
    /// How the net is reached.
    pub network: &'a Network,
    /// Who answers when a source asks who we are.
    pub answerer: Answerer,
    /// The password of a zip archive.
    pub password: Option<Secret>,
    /// Bounds.
    pub limits: Limits,
    /// Progress, stop, time.
    pub watch: Watch<'a>,
}

/// A template that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its files; begins at the wanted folder.
    pub tree: Tree,
    /// Exactly which template this is.
    pub pin: Pin,
    /// When the copy was fetched; nothing when no copy was needed.
    pub fetched: Option<Timestamp>,
    /// When the source last said that this is its newest.
    pub checked: Option<Timestamp>,
    /// What should be known.
    pub notes: Vec<Note>,
}

/// Exactly which template something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its place, without passwords.
    pub source: String,
    /// The version that was asked for.
    pub checkout: Option<String>,
    /// The folder in it.
    pub directory: Option<String>,
    /// The commit, where there is git.
    pub commit: Option<String>,
    /// The SHA-256 over all its files.
    pub digest: String,
}

/// The place for copies of templates.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Uses a folder of its own inside the given data folder.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self {
            root: data.join("templates"),
        }
    }

    /// Opens a template. Blocks; call it where blocking is allowed.
    ///
    /// # Errors
    /// When it cannot be had, or is no template. Nothing that was there before is lost.
    pub fn open(&self, wanted: &Wanted, terms: &Terms<'_>) -> Result<Opened, OpenError> {
        let deadline = terms.watch.deadline();
        let job = Job {
            name: wanted.reference.name(),
            deadline: &deadline,
            terms,
        };
        let found = self.find(wanted, &job)?;
        (terms.watch.progress)(Progress {
            total: Some(found.nodes.len() as u64),
            ..Progress::new(Stage::Reading)
        });
        let tree = Tree::new(found.nodes).map_err(|why| OpenError::Tree {
            name: job.name.clone(),
            why,
        })?;
        let tree = template_folder(tree, wanted, &job.name)?;
        let pin = Pin {
            source: job.name,
            checkout: wanted.checkout.clone(),
            directory: wanted.directory.clone(),
            commit: found.commit,
            digest: digest::of(&tree),
        };
        Ok(Opened {
            tree,
            pin,
            fetched: found.fetched,
            checked: found.checked,
            notes: found.notes,
        })
    }

    fn find(&self, wanted: &Wanted, job: &Job<'_>) -> Result<Found, OpenError> {
        let checkout = wanted.checkout.as_deref();
        match &wanted.reference {
            Reference::Bundled(id) => bundled_nodes(id),
            Reference::Folder(path) if checkout.is_some() && is_repository(path) => {
                self.open_git(&GitAddress::local(path), checkout, job)
            }
            Reference::Folder(path) if !path.exists() => self.open_gone(path, checkout, job),
            Reference::Folder(path) => job.folder(path),
            Reference::ZipFile(path) => job.zip(path).map(Found::local),
            Reference::ZipUrl { url, credential } => self.open_zip(url, credential.as_ref(), job),
            Reference::Git(address) => self.open_git(address, checkout, job),
        }
    }

    /// A folder that is not there may have been a repository of which there is a copy.
    fn open_gone(
        &self,
        path: &Path,
        checkout: Option<&str>,
        job: &Job<'_>,
    ) -> Result<Found, OpenError> {
        let address = GitAddress::local(path);
        if self.shelf(&job.name).record().pins.is_empty() {
            return job.folder(path);
        }
        self.open_git(&address, checkout, job)
    }

    /// What is known of a source.
    pub(crate) fn shelf(&self, name: &str) -> Shelf {
        Shelf::of(&self.root, name)
    }

    /// Sources of which there are copies, the latest first.
    #[must_use]
    pub fn copies(&self) -> Vec<Copied> {
        let Ok(all) = fs::read_dir(&self.root) else {
            return Vec::new();
        };
        let mut copies: Vec<Copied> = all
            .filter_map(Result::ok)
            .filter_map(|entry| fs::read(entry.path().join("record.json")).ok())
            .filter_map(|bytes| serde_json::from_slice::<Record>(&bytes).ok())
            .flat_map(copied)
            .collect();
        copies.sort_by_key(|copy| std::cmp::Reverse(copy.fetched));
        copies
    }

    /// Removes all copies of a source.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub fn forget(&self, source: &str) -> Result<(), OpenError> {
        let shelf = self.shelf(source);
        match fs::remove_dir_all(shelf.path()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(OpenError::cache(shelf.path())(error))
            }
            _ => Ok(()),
        }
    }
}

/// A copy on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The source, as [`Pin::source`] names it.
    pub source: String,
    /// The version that was asked for.
    pub checkout: Option<String>,
    /// The commit, or the digest of an archive.
    pub commit: String,
    /// When it was fetched.
    pub fetched: Timestamp,
    /// When the source last said that this is its newest.
    pub checked: Timestamp,
}

fn copied(record: Record) -> Vec<Copied> {
    let source = record.source;
    let copy = |(checkout, pin): (String, crate::cache::Pinned)| Copied {
        source: source.clone(),
        checkout: Some(checkout).filter(|name| !name.is_empty()),
        commit: pin.commit,
        fetched: pin.fetched,
        checked: pin.checked,
    };
    record.pins.into_iter().map(copy).collect()
}

/// The wanted folder of a tree, which has to hold a template.
fn template_folder(tree: Tree, wanted: &Wanted, name: &str) -> Result<Tree, OpenError> {
    let directory = wanted.directory.as_deref().unwrap_or_default();
    let inner = if directory.is_empty() {
        tree.clone()
    } else {
        tree.folder(directory)
            .ok_or_else(|| OpenError::NoDirectory {
                name: name.to_owned(),
                directory: directory.to_owned(),
                offers: templates(&tree, ""),
            })?
    };
    if inner.bytes("cookiecutter.json").is_some() {
        return Ok(inner);
    }
    Err(OpenError::NotATemplate {
        name: name.to_owned(),
        found: inner
            .children("")
            .into_iter()
            .take(8)
            .map(str::to_owned)
            .collect(),
        offers: templates(&inner, directory),
    })
}

/// Folders of a tree that hold a template, named from the root.
fn templates(tree: &Tree, base: &str) -> Vec<String> {
    tree.below("")
        .filter_map(|path| path.strip_suffix("/cookiecutter.json"))
        .map(|path| folder::below(base, path))
        .take(50)
        .collect()
}
