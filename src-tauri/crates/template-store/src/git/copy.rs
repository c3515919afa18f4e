//! Takes one version out of a repository of this computer into a repository of its own.

use std::collections::HashSet;
use std::path::Path;

use gix::ObjectId;
use gix::object::tree::EntryKind;
use gix::objs::Write as _;

use crate::git::repository::{GitError, create, id, open};
use crate::git::versions::{Version, Versions};
use crate::limits::{Intake, Limits};
use crate::watch::Deadline;

/// Branches and tags of a repository of this computer.
pub(crate) fn versions(path: &Path) -> Result<Versions, GitError> {
    let repo = open(path)?;
    let mut versions = Versions::default();
    let refs = repo.references()?;
    for found in refs.all()?.filter_map(Result::ok) {
        let mut found = found;
        let full = found.name().as_bstr().to_string();
        // A reference to something other than a commit is no version.
        if let Ok(commit) = found.peel_to_commit() {
            versions.add(&full, &commit.id.to_string());
        }
    }
    if let Ok(commit) = repo.head_commit() {
        let name = repo
            .head_name()?
            .map_or_else(|| "HEAD".to_owned(), |name| name.shorten().to_string());
        versions.default = Some(Version {
            name,
            commit: commit.id.to_string(),
        });
    }
    versions.sort();
    Ok(versions)
}

/// The whole id of a commit from its beginning.
pub(crate) fn whole_id(path: &Path, prefix: &str) -> Result<String, GitError> {
    let repo = open(path)?;
    let prefix_id =
        gix::hash::Prefix::from_hex(prefix).map_err(|_| GitError::NoObject(prefix.to_owned()))?;
    let mut all = HashSet::new();
    let found = repo.objects.lookup_prefix(prefix_id, Some(&mut all))?;
    let commits: Vec<ObjectId> = match found {
        None => Vec::new(),
        Some(_) => all
            .into_iter()
            .filter(|id| {
                repo.find_header(*id)
                    .is_ok_and(|header| header.kind() == gix::object::Kind::Commit)
            })
            .collect(),
    };
    match commits.as_slice() {
        [] => Err(GitError::NoObject(prefix.to_owned())),
        [one] => Ok(one.to_string()),
        _ => Err(GitError::AmbiguousCommit(prefix.to_owned())),
    }
}

/// Copies the objects of one commit, without its history.
pub(crate) fn commit(
    from: &Path,
    commit: &str,
    into: &Path,
    bounds: (Limits, &Deadline),
) -> Result<String, GitError> {
    let from = open(from)?;
    let into = create(into, "ssh")?;
    let found = from
        .find_object(id(commit)?)
        .map_err(|_| GitError::NoObject(commit.to_owned()))?;
    let found = found.peel_to_commit()?;
    let (id, tree) = (found.id, found.tree_id()?.detach());
    let mut copier = Copier {
        from: &from,
        into: &into,
        intake: Intake::new(bounds.0),
        deadline: bounds.1,
        done: HashSet::new(),
    };
    copier.tree(tree, 0)?;
    copier.object(id)?;
    Ok(id.to_string())
}

struct Copier<'a> {
    from: &'a gix::Repository,
    into: &'a gix::Repository,
    intake: Intake,
    deadline: &'a Deadline,
    done: HashSet<ObjectId>,
}

impl Copier<'_> {
    fn tree(&mut self, id: ObjectId, depth: usize) -> Result<(), GitError> {
        let inner = "/".repeat(depth);
        let tree = self.from.find_object(id)?.try_into_tree()?;
        for entry in tree.iter() {
            if let Some(ended) = self.deadline.ended() {
                return Err(GitError::Ended(ended));
            }
            let entry = entry?;
            self.intake.entry(&inner).map_err(GitError::TooLarge)?;
            match entry.kind() {
                EntryKind::Tree => self.tree(entry.object_id(), depth + 1)?,
                EntryKind::Commit => {}
                _ => self.object(entry.object_id())?,
            }
        }
        self.object(id)
    }

    fn object(&mut self, id: ObjectId) -> Result<(), GitError> {
        if !self.done.insert(id) {
            return Ok(());
        }
        let size = self.from.find_header(id)?.size();
        self.intake.bytes(size).map_err(GitError::TooLarge)?;
        let object = self.from.find_object(id)?;
        let written = self
            .into
            .objects
            .write_buf(object.kind, &object.data)
            .map_err(|error| GitError::Other(error.to_string()))?;
        if written == id {
            Ok(())
        } else {
            Err(GitError::Other(format!("the object {id} is damaged")))
        }
    }
}
