//! The files of a commit, straight from git's objects: no check-out, no filters, no line endings.

use std::collections::HashMap;

use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice as _};
use gix::object::tree::EntryKind;
use template::Node;

use crate::contents::Contents;
use crate::folder::below;
use crate::git::repository::GitError;
use crate::limits::{Intake, Limits};
use crate::note::{Note, large_file};
use crate::watch::Deadline;

/// Everything in a commit, as nodes of a tree.
pub(crate) fn read(
    repo: &gix::Repository,
    commit: ObjectId,
    limits: Limits,
    deadline: &Deadline,
) -> Result<Contents, GitError> {
    let tree = repo.find_object(commit)?.peel_to_commit()?.tree_id()?;
    let mut reader = Reader {
        repo,
        intake: Intake::new(limits),
        deadline,
        nodes: Vec::new(),
        submodules: Vec::new(),
        notes: Vec::new(),
    };
    reader.folder(tree.detach(), "")?;
    Ok(reader.finish())
}

struct Reader<'a> {
    repo: &'a gix::Repository,
    intake: Intake,
    deadline: &'a Deadline,
    nodes: Vec<(String, Node)>,
    submodules: Vec<String>,
    notes: Vec<Note>,
}

impl Reader<'_> {
    fn folder(&mut self, id: ObjectId, inner: &str) -> Result<(), GitError> {
        let tree = self.repo.find_object(id)?.try_into_tree()?;
        for entry in tree.iter() {
            if let Some(ended) = self.deadline.ended() {
                return Err(GitError::Ended(ended));
            }
            let entry = entry?;
            let Some(path) = self.path(inner, entry.filename()) else {
                continue;
            };
            self.intake.entry(&path).map_err(GitError::TooLarge)?;
            self.entry(path, entry.kind(), entry.object_id())?;
        }
        Ok(())
    }

    fn path(&mut self, inner: &str, name: &BStr) -> Option<String> {
        let path = below(inner, &name.to_str_lossy());
        if name.to_str().is_err() {
            self.notes.push(Note::NameIsNoText { path });
            return None;
        }
        Some(path)
    }

    fn entry(&mut self, path: String, kind: EntryKind, id: ObjectId) -> Result<(), GitError> {
        let node = match kind {
            EntryKind::Tree => {
                self.nodes
                    .push((path.clone(), Node::Folder { mode: 0o755 }));
                return self.folder(id, &path);
            }
            EntryKind::Commit => {
                self.submodules.push(path);
                return Ok(());
            }
            EntryKind::Link => Node::Link {
                target: String::from_utf8_lossy(&self.blob(id)?).into_owned(),
            },
            EntryKind::Blob | EntryKind::BlobExecutable => {
                let bytes = self.blob(id)?;
                if let Some(size) = large_file(&bytes) {
                    let path = path.clone();
                    self.notes.push(Note::LargeFile { path, size });
                }
                let program = kind == EntryKind::BlobExecutable;
                Node::File {
                    mode: if program { 0o755 } else { 0o644 },
                    bytes: bytes.into(),
                }
            }
        };
        self.nodes.push((path, node));
        Ok(())
    }

    fn blob(&mut self, id: ObjectId) -> Result<Vec<u8>, GitError> {
        let size = self.repo.find_header(id)?.size();
        self.intake.bytes(size).map_err(GitError::TooLarge)?;
        Ok(self.repo.find_object(id)?.detach().data)
    }

    fn finish(mut self) -> Contents {
        let addresses = self.submodule_addresses();
        let found = self.submodules.into_iter().map(|path| Note::Submodule {
            url: addresses.get(&path).cloned(),
            path,
        });
        self.notes.extend(found);
        (self.nodes, self.notes)
    }

    /// Paths and addresses as `.gitmodules` has them.
    fn submodule_addresses(&self) -> HashMap<String, String> {
        let file = self.nodes.iter().find(|(path, _)| path == ".gitmodules");
        let Some((_, Node::File { bytes, .. })) = file else {
            return HashMap::new();
        };
        let text = String::from_utf8_lossy(bytes);
        let mut all = HashMap::new();
        let (mut path, mut url) = (None, None);
        for line in text.lines().chain(["["]) {
            let line = line.trim();
            if line.starts_with('[') {
                if let (Some(path), Some(url)) = (path.take(), url.take()) {
                    all.insert(path, url);
                }
            } else if let Some((key, value)) = line.split_once('=') {
                match key.trim() {
                    "path" => path = Some(value.trim().to_owned()),
                    "url" => url = Some(value.trim().to_owned()),
                    _ => {}
                }
            }
        }
        all
    }
}
