//! What two sets of files do not share, as the window shows it.

use std::collections::BTreeSet;

use contract::{FileChange, FileChangeKind};
use template::{Content, Entry, Plan};
use template_store::hook;
pub(crate) use template_store::hook::unified;

/// The files two plans make differently.
pub(crate) fn between_plans(before: &Plan, after: &Plan) -> Vec<FileChange> {
    let paths: BTreeSet<&str> = before
        .entries
        .iter()
        .chain(&after.entries)
        .map(|entry| entry.path.as_str())
        .collect();
    paths
        .into_iter()
        .filter_map(|path| between(path, before.entry(path), after.entry(path)))
        .collect()
}

fn between(path: &str, old: Option<&Entry>, new: Option<&Entry>) -> Option<FileChange> {
    let kind = match (old, new) {
        (Some(old), Some(new)) if old.content.bytes() != new.content.bytes() => {
            FileChangeKind::Changed
        }
        (Some(old), Some(new)) if is_folder(old) != is_folder(new) => FileChangeKind::Changed,
        (Some(old), Some(new)) if old.mode != new.mode => FileChangeKind::Permissions,
        (Some(_), None) => FileChangeKind::Removed,
        (None, Some(_)) => FileChangeKind::Added,
        _ => return None,
    };
    let text = |entry: Option<&Entry>| entry.map_or(Some(String::new()), shown);
    let texts = text(old).zip(text(new));
    Some(FileChange {
        path: path.to_owned(),
        kind,
        difference: texts.and_then(|(old, new)| unified(path, &old, &new)),
    })
}

fn is_folder(entry: &Entry) -> bool {
    entry.content == Content::Folder
}

fn shown(entry: &Entry) -> Option<String> {
    match entry.content {
        Content::Folder => Some(String::new()),
        _ => entry.text().map(str::to_owned),
    }
}

/// What a hook changed; folders that only hold new files are left out.
pub(crate) fn of_hook(changes: &[hook::FileChange]) -> Vec<FileChange> {
    changes
        .iter()
        .filter(|change| !change.is_folder)
        .map(|change| FileChange {
            path: change.path.clone(),
            kind: match change.kind {
                hook::ChangeKind::Added => FileChangeKind::Added,
                hook::ChangeKind::Changed => FileChangeKind::Changed,
                hook::ChangeKind::Permissions => FileChangeKind::Permissions,
                hook::ChangeKind::Removed => FileChangeKind::Removed,
            },
            difference: change.difference.clone(),
        })
        .collect()
}
