//! One opening of a template: what it reads, and under which conditions.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use template::{Node, bundled};

use crate::archive::{self, Unpacking};
use crate::contents::Contents;
use crate::folder;
use crate::git::repository::GitError;
use crate::git::worker::Overseer;
use crate::git::{copy, objects, repository};
use crate::note::Note;
use crate::open_error::OpenError;
use crate::reference::is_repository;
use crate::store::Terms;
use crate::watch::Deadline;

/// Files, and what is known of where they come from.
pub(crate) struct Found {
    pub(crate) nodes: Vec<(String, Node)>,
    pub(crate) notes: Vec<Note>,
    pub(crate) commit: Option<String>,
    pub(crate) fetched: Option<Timestamp>,
    pub(crate) checked: Option<Timestamp>,
}

impl Found {
    pub(crate) fn local((nodes, notes): Contents) -> Self {
        Self {
            nodes,
            notes,
            commit: None,
            fetched: None,
            checked: None,
        }
    }
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

    pub(crate) fn folder(&self, path: &Path) -> Result<Found, OpenError> {
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
                .collect::<BTreeMap<_, _>>()
        };
        if files(&nodes) == files(&found.nodes) {
            found.commit = Some(commit);
        } else {
            found.notes.push(Note::Uncommitted { commit });
        }
    }

    /// Reads an archive of this computer.
    pub(crate) fn zip(&self, path: &Path) -> Result<Contents, OpenError> {
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

/// The files of a template that is part of the application.
pub(crate) fn bundled_nodes(id: &str) -> Result<Found, OpenError> {
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
