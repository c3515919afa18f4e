//! Makes a repository and its first commit.

use std::fs;
use std::path::Path;

use gix::bstr::{BStr, ByteSlice as _};
use gix::index::entry::Mode;
use gix::object::tree::EntryKind;
use gix::worktree::stack::state::ignore::Source;

use crate::folder::below;
use crate::git::repository::{GitError, isolated};
use crate::write::Person;

/// Who makes a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// What a configuration says about the person.
pub(crate) fn person(file: Option<&Path>) -> Person {
    let config = match file {
        None => gix::config::File::from_globals(),
        Some(path) => {
            gix::config::File::from_path_no_includes(path.to_owned(), gix::config::Source::User)
        }
    };
    let Ok(config) = config else {
        return Person::default();
    };
    let text = |key: &str| {
        let value = config.string(key)?.to_str_lossy().trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    Person {
        author: text("user.name")
            .zip(text("user.email"))
            .map(|(name, email)| Author { name, email }),
        branch: text("init.defaultBranch"),
    }
}

/// Makes a repository in a folder, and a commit of everything in it.
pub(crate) fn start(
    root: &Path,
    branch: &str,
    commit: Option<(&str, &Author)>,
) -> Result<Option<String>, GitError> {
    let options = isolated().config_overrides([format!("init.defaultBranch={branch}")]);
    let made = gix::ThreadSafeRepository::init_opts(
        root,
        gix::create::Kind::WithWorktree,
        gix::create::Options::default(),
        options,
    )?;
    let repo = made.to_thread_local();
    let Some((message, author)) = commit else {
        return Ok(None);
    };
    let tree = tree(&repo, root)?;
    let time = gix::date::Time::now_local_or_utc().to_string();
    let signature = gix::actor::SignatureRef {
        name: BStr::new(&author.name),
        email: BStr::new(&author.email),
        time: &time,
    };
    let none: [gix::ObjectId; 0] = [];
    let id = repo.commit_as(signature, signature, "HEAD", message, tree, none)?;
    repo.index_from_tree(&tree)?
        .write(gix::index::write::Options::default())?;
    Ok(Some(id.to_string()))
}

/// A tree of everything in a folder that is not ignored.
fn tree(repo: &gix::Repository, root: &Path) -> Result<gix::ObjectId, GitError> {
    let index = gix::index::State::new(repo.object_hash());
    let mut ignored = repo.excludes(&index, None, Source::WorktreeThenIdMappingIfNotSkipped)?;
    let mut editor = repo.empty_tree().edit()?;
    let mut waiting = vec![(root.to_owned(), String::new())];
    while let Some((folder, inner)) = waiting.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| GitError::other(&error))? {
            let entry = entry.map_err(|error| GitError::other(&error))?;
            let path = below(&inner, &entry.file_name().to_string_lossy());
            if path == ".git" {
                continue;
            }
            let kind = entry.file_type().map_err(|error| GitError::other(&error))?;
            let mode = if kind.is_dir() { Mode::DIR } else { Mode::FILE };
            let at = ignored
                .at_entry(path.as_str(), Some(mode))
                .map_err(|error| GitError::other(&error))?;
            if at.is_excluded() {
                continue;
            }
            if kind.is_dir() {
                waiting.push((entry.path(), path));
            } else if let Some((kind, bytes)) = blob(&entry.path())? {
                let id = repo.write_blob(bytes)?;
                editor.upsert(path.as_str(), kind, id)?;
            }
        }
    }
    Ok(editor.write()?.detach())
}

/// What git keeps of a file or a link; nothing of anything else.
fn blob(path: &Path) -> Result<Option<(EntryKind, Vec<u8>)>, GitError> {
    let failed = |error: std::io::Error| GitError::other(&error);
    let about = fs::symlink_metadata(path).map_err(failed)?;
    if about.is_symlink() {
        let target = fs::read_link(path).map_err(failed)?;
        let bytes = target.to_string_lossy().into_owned().into_bytes();
        return Ok(Some((EntryKind::Link, bytes)));
    }
    if !about.is_file() {
        return Ok(None);
    }
    let kind = if crate::folder::mode(&about) & 0o100 != 0 {
        EntryKind::BlobExecutable
    } else {
        EntryKind::Blob
    };
    Ok(Some((kind, fs::read(path).map_err(failed)?)))
}
