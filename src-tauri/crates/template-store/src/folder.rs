//! Reads a template from a folder of this computer.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use template::Node;

use crate::contents::Contents;
use crate::limits::{Intake, Limits, TooLarge};
use crate::note::{Note, large_file};
use crate::watch::{Deadline, Ended};

/// Folders that belong to tools, not to the template.
const LEFT_OUT: &[&str] = &[".git", ".hg", ".svn"];

/// Why a folder cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// Something in it cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// What.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is too large.
    #[error("the folder {} is too large for a template: {why}", path.display())]
    TooLarge {
        /// The folder.
        path: PathBuf,
        /// Which bound was passed.
        why: TooLarge,
    },
    /// The caller ended it.
    #[error("reading the folder was stopped")]
    Ended(Ended),
}

/// Everything in a folder, as nodes of a tree.
pub(crate) fn read(
    root: &Path,
    limits: Limits,
    deadline: &Deadline,
) -> Result<Contents, FolderError> {
    let mut reader = Reader {
        root,
        intake: Intake::new(limits),
        deadline,
        nodes: Vec::new(),
        notes: Vec::new(),
    };
    reader.folder(root, "")?;
    Ok((reader.nodes, reader.notes))
}

struct Reader<'a> {
    root: &'a Path,
    intake: Intake,
    deadline: &'a Deadline,
    nodes: Vec<(String, Node)>,
    notes: Vec<Note>,
}

impl Reader<'_> {
    fn folder(&mut self, path: &Path, inner: &str) -> Result<(), FolderError> {
        let failed = |source| unreadable(path, source);
        let mut all = fs::read_dir(path)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(failed)?;
        all.sort_by_key(fs::DirEntry::file_name);
        for entry in all {
            if let Some(ended) = self.deadline.ended() {
                return Err(FolderError::Ended(ended));
            }
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let path = below(inner, &name.to_string_lossy());
                self.notes.push(Note::NameIsNoText { path });
                continue;
            };
            if inner.is_empty() && LEFT_OUT.contains(&name) {
                continue;
            }
            self.entry(&entry.path(), below(inner, name))?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, inner: String) -> Result<(), FolderError> {
        self.intake
            .entry(&inner)
            .map_err(|why| self.too_large(why))?;
        let about = fs::symlink_metadata(path).map_err(|source| unreadable(path, source))?;
        if about.is_symlink() {
            let target = fs::read_link(path).map_err(|source| unreadable(path, source))?;
            let target = target.to_string_lossy().replace('\\', "/");
            self.nodes.push((inner, Node::Link { target }));
        } else if about.is_dir() {
            let mode = mode(&about);
            self.nodes.push((inner.clone(), Node::Folder { mode }));
            self.folder(path, &inner)?;
        } else if about.is_file() {
            self.file(path, inner, &about)?;
        } else {
            self.notes.push(Note::Special { path: inner });
        }
        Ok(())
    }

    fn file(
        &mut self,
        path: &Path,
        inner: String,
        about: &fs::Metadata,
    ) -> Result<(), FolderError> {
        self.intake
            .bytes(about.len())
            .map_err(|why| self.too_large(why))?;
        let bytes = fs::read(path).map_err(|source| unreadable(path, source))?;
        if let Some(size) = large_file(&bytes) {
            let path = inner.clone();
            self.notes.push(Note::LargeFile { path, size });
        }
        let node = Node::File {
            mode: mode(about),
            bytes: bytes.into(),
        };
        self.nodes.push((inner, node));
        Ok(())
    }

    fn too_large(&self, why: TooLarge) -> FolderError {
        FolderError::TooLarge {
            path: self.root.to_owned(),
            why,
        }
    }
}

fn unreadable(path: &Path, source: io::Error) -> FolderError {
    FolderError::Unreadable {
        path: path.to_owned(),
        source,
    }
}

/// A name below a folder of the template.
pub(crate) fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(unix)]
pub(crate) fn mode(about: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    about.permissions().mode() & 0o777
}

#[cfg(not(unix))]
pub(crate) fn mode(about: &fs::Metadata) -> u32 {
    if about.is_dir() { 0o755 } else { 0o644 }
}
