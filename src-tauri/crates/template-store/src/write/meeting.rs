//! Where a project meets files that are there already, and what a person decides about each.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use template::{Content, Entry, Plan};

use crate::hook::difference::unified;
use crate::snapshot::{self, Item};

/// A path of a plan at which something is already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// The path below the project folder.
    pub path: String,
    /// How it meets.
    pub kind: MeetingKind,
}

/// How a path of a plan meets what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeetingKind {
    /// Both are the same; nothing has to be decided.
    Same,
    /// Two texts that differ.
    Text {
        /// What is there.
        mine: String,
        /// What the template brings.
        theirs: String,
        /// The lines that differ.
        difference: String,
    },
    /// Two files that differ and are no texts.
    Binary,
    /// The same file with other permissions.
    Permissions,
    /// A folder, a link or something else stands where the template has a file, or the other way
    /// round. It can only be kept.
    InTheWay,
}

/// What a person decides about one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// What is there stays.
    Keep,
    /// The template's file takes its place; the old one is kept in the journal.
    Replace,
    /// This text takes its place; the old one is kept in the journal.
    Merge(String),
}

/// Decisions by path.
pub type Decisions = BTreeMap<String, Decision>;

/// All paths of a plan at which something is already.
///
/// # Errors
/// When something there cannot be read.
pub fn meetings(plan: &Plan, target: &Path) -> io::Result<Vec<Meeting>> {
    let mut all = Vec::new();
    for entry in &plan.entries {
        let kind = match beyond(target, &entry.path) {
            true => Some(MeetingKind::InTheWay),
            false => meet(&target.join(&entry.path), entry)?,
        };
        all.extend(kind.map(|kind| Meeting {
            path: entry.path.clone(),
            kind,
        }));
    }
    Ok(all)
}

/// Whether a folder above a path is no real folder, so that the path would lie somewhere else.
pub(crate) fn beyond(target: &Path, path: &str) -> bool {
    let above = path.match_indices('/').map(|(at, _)| &path[..at]);
    above
        .map(|folder| target.join(folder))
        .filter_map(|folder| std::fs::symlink_metadata(folder).ok())
        .any(|about| !about.is_dir())
}

fn meet(path: &Path, entry: &Entry) -> io::Result<Option<MeetingKind>> {
    let there = match snapshot::look(path) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let kind = match (&there, &entry.content) {
        (Item::Folder, Content::Folder) => MeetingKind::Same,
        (Item::File { .. }, Content::Folder) | (Item::Folder | Item::Link(_) | Item::Other, _) => {
            MeetingKind::InTheWay
        }
        (Item::File { mode, text, .. }, content) => {
            let bytes = std::fs::read(path)?;
            if bytes == content.bytes() {
                let same = cfg!(not(unix)) || entry.mode.is_none_or(|new| new & 0o777 == *mode);
                return Ok(Some(if same {
                    MeetingKind::Same
                } else {
                    MeetingKind::Permissions
                }));
            }
            texts(entry, text.as_deref())
        }
    };
    Ok(Some(kind))
}

fn texts(entry: &Entry, mine: Option<&str>) -> MeetingKind {
    let (Some(mine), Some(theirs)) = (mine, entry.text()) else {
        return MeetingKind::Binary;
    };
    MeetingKind::Text {
        difference: unified(&entry.path, mine, theirs).unwrap_or_default(),
        mine: mine.to_owned(),
        theirs: theirs.to_owned(),
    }
}
