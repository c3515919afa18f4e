//! Changes files of a project that is there, such as an update of its template does: all or none,
//! and each can be taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use template::Item;

use crate::hook::rehearsal::link;
use crate::write::draft::{Draft, check_path, set_mode, sync_all};
use crate::write::error::WriteError;
use crate::write::journal::{Journal, Written};
use crate::write::step::Step;

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// It has this content from now on.
    Write {
        /// The content.
        bytes: Vec<u8>,
        /// Permission bits; nothing to keep what is there.
        mode: Option<u32>,
    },
    /// It is a link from now on.
    Link {
        /// Where it points to.
        target: String,
    },
    /// It goes. Folders that become empty go with it.
    Remove,
}

impl From<&Item> for Edit {
    /// What an update of the template puts at a path.
    fn from(item: &Item) -> Self {
        match item {
            Item::File { executable, bytes } => Self::Write {
                bytes: bytes.to_vec(),
                mode: Some(if *executable { 0o755 } else { 0o644 }),
            },
            Item::Link { target } => Self::Link {
                target: target.clone(),
            },
        }
    }
}

/// Edits by path below the project folder.
pub type Edits = BTreeMap<String, Edit>;

/// Carries edits out in a project folder.
///
/// # Errors
/// When one of them cannot be carried out; everything is then as it was.
pub fn edit(journal: &Journal, project: &Path, edits: &Edits) -> Result<Written, WriteError> {
    let no_parent = || WriteError::NoParent {
        path: project.to_owned(),
    };
    if !project.is_dir() {
        return Err(no_parent());
    }
    let parent = project.parent().ok_or_else(no_parent)?;
    let name = project.file_name().and_then(|name| name.to_str());
    let draft = Draft::begin(journal, parent, name.ok_or_else(no_parent)?)?;
    let mut steps = Vec::new();
    let mut folders = BTreeSet::new();
    for (path, change) in edits {
        check_path(path)?;
        steps.extend(prepare(&draft, path, change)?);
        if *change != Edit::Remove {
            let above = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
            folders.extend(above.filter(|folder| !project.join(folder).exists()));
        }
    }
    sync_all(draft.root());
    let mut all: Vec<Step> = folders.into_iter().map(Step::folder).collect();
    all.append(&mut steps);
    draft.carry_out(all)
}

/// Stages one edit; nothing when there is nothing to do.
fn prepare(draft: &Draft, path: &str, change: &Edit) -> Result<Option<Step>, WriteError> {
    let place = draft.target().join(path);
    let there = fs::symlink_metadata(&place).ok();
    let in_the_way = there.as_ref().is_some_and(fs::Metadata::is_dir)
        || super::meeting::beyond(draft.target(), path);
    if in_the_way {
        return Err(WriteError::InTheWay {
            path: path.to_owned(),
        });
    }
    if *change == Edit::Remove {
        return Ok(there.map(|_| Step::remove(path.to_owned())));
    }
    let staged = draft.root().join(path);
    let old = there
        .as_ref()
        .filter(|about| about.is_file())
        .map(crate::folder::mode);
    stage(&staged, change, old).map_err(|source| WriteError::File {
        path: path.to_owned(),
        source,
    })?;
    Ok(Some(Step::write(path.to_owned(), there.is_some())))
}

fn stage(staged: &Path, change: &Edit, old: Option<u32>) -> io::Result<()> {
    if let Some(folder) = staged.parent() {
        fs::create_dir_all(folder)?;
    }
    match change {
        Edit::Write { bytes, mode } => {
            let mut file = fs::File::create_new(staged)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            set_mode(staged, mode.or(old))
        }
        Edit::Link { target } => link(Path::new(target), staged),
        Edit::Remove => Ok(()),
    }
}
