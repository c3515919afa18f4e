//! Opens templates, wherever they lie, and keeps copies of what came over the net.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use template::{Node, Tree, bundled};

use crate::archive::{self, Unpacking};
use crate::cache::{Record, Shelf};
use crate::credential::{Answerer, Secret};
use crate::digest;
use crate::folder;
use crate::git::repository::GitError;
use crate::git::worker::Overseer;
use crate::git::{copy, objects, repository};
use crate::limits::Limits;
use crate::network::Network;
use crate::note::Note;
use crate::open_error::OpenError;
use crate::reference::{GitAddress, Reference, is_repository};
use crate::watch::{Deadline, Progress, Stage, Watch};

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

/// Files, and what is known of where they come from.
pub(crate) struct Found {
    pub(crate) nodes: Vec<(String, Node)>,
    pub(crate) notes: Vec<Note>,
    pub(crate) commit: Option<String>,
    pub(crate) fetched: Option<Timestamp>,
    pub(crate) checked: Option<Timestamp>,
}

impl Found {
    fn local((nodes, notes): (Vec<(String, Node)>, Vec<Note>)) -> Self {
        Self {
            nodes,
            notes,
            commit: None,
            fetched: None,
            checked: None,
        }
    }
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
            Reference::Folder(path) => job.folder(path),
            Reference::ZipFile(path) => job.zip(path).map(Found::local),
            Reference::ZipUrl { url, credential } => self.open_zip(url, credential.as_ref(), job),
            Reference::Git(address) => self.open_git(address, checkout, job),
        }
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

/// What all steps of one opening share.
pub(crate) struct Job<'a> {
    pub(crate) name: String,
    pub(crate) deadline: &'a Deadline,
    pub(crate) terms: &'a Terms<'a>,
}

impl Job<'_> {
    pub(crate) fn overseer(&self) -> Overseer<'_> {
        Overseer {
            progress: self.terms.watch.progress,
            deadline: self.deadline,
            most_bytes: self.terms.limits.download,
        }
    }

    pub(crate) fn git(&self, error: GitError) -> OpenError {
        OpenError::git(&self.name, error)
    }

    fn folder(&self, path: &Path) -> Result<Found, OpenError> {
        if !path.is_dir() {
            return Err(OpenError::NotFound {
                name: self.name.clone(),
            });
        }
        let read = folder::read(path, self.terms.limits, self.deadline);
        let mut found = Found::local(read.map_err(|error| self.folder_error(error))?);
        if is_repository(path) {
            self.compare_with_head(path, &mut found);
        }
        Ok(found)
    }

    fn folder_error(&self, error: folder::FolderError) -> OpenError {
        match error {
            folder::FolderError::Ended(ended) => OpenError::ended(&self.name, ended),
            other => OpenError::Folder(other),
        }
    }

    /// A work tree without changes is the commit it stands at.
    fn compare_with_head(&self, path: &Path, found: &mut Found) {
        let head = || {
            let repo = repository::open(path).ok()?;
            let commit = repo.head_commit().ok()?.id;
            let (nodes, _) = objects::read(&repo, commit, self.terms.limits, self.deadline).ok()?;
            Some((commit.to_string(), nodes))
        };
        let Some((commit, nodes)) = head() else {
            return;
        };
        let files = |nodes: &[(String, Node)]| {
            let kept = nodes
                .iter()
                .filter(|(_, node)| !matches!(node, Node::Folder { .. }));
            kept.map(|(path, node)| (path.clone(), content(node)))
                .collect::<std::collections::BTreeMap<_, _>>()
        };
        if files(&nodes) == files(&found.nodes) {
            found.commit = Some(commit);
        } else {
            found.notes.push(Note::Uncommitted { commit });
        }
    }

    /// Reads an archive of this computer.
    pub(crate) fn zip(&self, path: &Path) -> Result<(Vec<(String, Node)>, Vec<Note>), OpenError> {
        let file = fs::File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => OpenError::NotFound {
                name: self.name.clone(),
            },
            _ => OpenError::Folder(folder::FolderError::Unreadable {
                path: path.to_owned(),
                source: error,
            }),
        })?;
        let how = Unpacking {
            name: &self.name,
            password: self.terms.password.as_ref(),
            limits: self.terms.limits,
            deadline: self.deadline,
        };
        archive::read(std::io::BufReader::new(file), how).map_err(|error| match error {
            archive::ArchiveError::Ended(ended) => OpenError::ended(&self.name, ended),
            other => OpenError::Archive(other),
        })
    }

    /// Reads a commit from its copy.
    pub(crate) fn copied(&self, repository: &Path, commit: &str) -> Result<Found, OpenError> {
        let read = || {
            let repo = repository::open(repository)?;
            objects::read(
                &repo,
                repository::id(commit)?,
                self.terms.limits,
                self.deadline,
            )
        };
        let mut found = Found::local(read().map_err(|error| self.git(error))?);
        found.commit = Some(commit.to_owned());
        Ok(found)
    }

    /// Copies one commit of a repository of this computer into an empty folder.
    pub(crate) fn copy(&self, from: &Path, commit: &str, into: &Path) -> Result<String, OpenError> {
        copy::commit(from, commit, into, (self.terms.limits, self.deadline))
            .map_err(|error| self.git(error))
    }
}

/// What counts when two files are compared.
fn content(node: &Node) -> (bool, Vec<u8>) {
    match node {
        Node::File { mode, bytes } => (mode & 0o100 != 0, bytes.to_vec()),
        Node::Link { target } => (false, target.as_bytes().to_vec()),
        Node::Folder { .. } => (false, Vec::new()),
    }
}

fn bundled_nodes(id: &str) -> Result<Found, OpenError> {
    let found = bundled::find(id).ok_or_else(|| OpenError::NoBundled {
        id: id.to_owned(),
        known: bundled::all().iter().map(|one| one.id.to_owned()).collect(),
    })?;
    let tree = found.tree();
    let nodes = tree
        .below("")
        .filter_map(|path| Some((path.to_owned(), tree.get(path)?.clone())))
        .collect();
    Ok(Found::local((nodes, Vec::new())))
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
