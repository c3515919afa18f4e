//! What a hook did to a folder.

use similar::TextDiff;

use crate::snapshot::{Item, Snapshot};

/// What happened to one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It has other content, or became something else.
    Changed,
    /// It has other permissions only.
    Permissions,
    /// It is gone.
    Removed,
}

/// One path that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path below the project folder.
    pub path: String,
    /// What happened.
    pub kind: ChangeKind,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// The lines that differ, in unified form; nothing for what is no text.
    pub difference: Option<String>,
    /// Where a link points to now.
    pub link: Option<String>,
}

/// All paths that differ, sorted.
pub(crate) fn between(before: &Snapshot, after: &Snapshot) -> Vec<FileChange> {
    let gone = before
        .iter()
        .filter(|(path, _)| !after.contains_key(*path))
        .map(|(path, item)| change(path, ChangeKind::Removed, Some(item), None));
    let there = after.iter().filter_map(|(path, item)| {
        let old = before.get(path);
        let kind = match old {
            None => ChangeKind::Added,
            Some(old) if old == item => return None,
            Some(old) => kind(old, item),
        };
        Some(change(path, kind, old, Some(item)))
    });
    let mut all: Vec<FileChange> = gone.chain(there).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

fn kind(old: &Item, new: &Item) -> ChangeKind {
    match (old, new) {
        (Item::File { digest: a, .. }, Item::File { digest: b, .. }) if a == b => {
            ChangeKind::Permissions
        }
        _ => ChangeKind::Changed,
    }
}

fn change(path: &str, kind: ChangeKind, old: Option<&Item>, new: Option<&Item>) -> FileChange {
    let now = new.or(old);
    let link = match new {
        Some(Item::Link(target)) => Some(target.clone()),
        _ => None,
    };
    FileChange {
        path: path.to_owned(),
        kind,
        is_folder: now == Some(&Item::Folder),
        difference: (kind != ChangeKind::Permissions)
            .then(|| unified(path, text(old)?, text(new)?))
            .flatten(),
        link,
    }
}

/// The text of a file; nothing there counts as an empty text.
fn text(item: Option<&Item>) -> Option<&str> {
    match item {
        None | Some(Item::Folder) => Some(""),
        Some(Item::File { text, .. }) => text.as_deref(),
        Some(Item::Link(_) | Item::Other) => None,
    }
}

/// Two texts compared line by line, in unified form; nothing when they are the same.
#[must_use]
pub fn unified(path: &str, old: &str, new: &str) -> Option<String> {
    if old == new {
        return None;
    }
    let difference = TextDiff::configure()
        .timeout(std::time::Duration::from_secs(2))
        .diff_lines(old, new);
    let shown = difference
        .unified_diff()
        .context_radius(3)
        .header(path, path)
        .to_string();
    Some(shown)
}
