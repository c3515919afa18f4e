//! What an update changes, as the window shows it.

use contract::{MergePiece, UpdateChange, UpdateKind};
use template::{Change, ChangeKind, Conflict, Files, Item, Merged, Update};

use crate::view::difference::unified;

/// What the person has and what the new version makes.
pub(super) struct Looked<'a> {
    pub(super) mine: &'a Files,
    pub(super) new: &'a Files,
}

/// All changes.
pub(super) fn changes(update: &Update, looked: &Looked<'_>) -> Vec<UpdateChange> {
    update
        .changes
        .iter()
        .map(|change| looked.change(change))
        .collect()
}

impl Looked<'_> {
    fn change(&self, change: &Change) -> UpdateChange {
        let here = change.from.as_ref().unwrap_or(&change.path);
        let mine = self.mine.get(here).and_then(Item::text);
        let theirs = match &change.kind {
            ChangeKind::Add(item) | ChangeKind::Replace(item) | ChangeKind::Merge(item) => {
                item.text()
            }
            ChangeKind::Remove
            | ChangeKind::Mode { .. }
            | ChangeKind::Conflict(Conflict::RemovedThere { .. }) => None,
            _ => self.new.get(&change.path).and_then(Item::text),
        };
        UpdateChange {
            path: change.path.clone(),
            from: change.from.clone(),
            kind: kind(&change.kind),
            undecided: matches!(change.kind, ChangeKind::Conflict(_)),
            mine: mine.map(str::to_owned),
            theirs: theirs.map(str::to_owned),
            difference: difference(change, mine, theirs),
            pieces: match &change.kind {
                ChangeKind::Conflict(Conflict::Text { merged, .. }) => pieces(merged),
                _ => Vec::new(),
            },
        }
    }
}

fn difference(change: &Change, mine: Option<&str>, theirs: Option<&str>) -> Option<String> {
    match change.kind {
        ChangeKind::Mode { .. } => None,
        ChangeKind::Remove | ChangeKind::Conflict(Conflict::RemovedThere { .. }) => {
            unified(&change.path, mine?, "")
        }
        ChangeKind::Add(_) | ChangeKind::StaysDeleted => unified(&change.path, "", theirs?),
        _ => unified(&change.path, mine?, theirs?),
    }
}

fn kind(kind: &ChangeKind) -> UpdateKind {
    match kind {
        ChangeKind::Add(_) => UpdateKind::Add,
        ChangeKind::Replace(_) => UpdateKind::Replace,
        ChangeKind::Merge(_) => UpdateKind::Merge,
        ChangeKind::Conflict(Conflict::Text { .. }) => UpdateKind::ConflictText,
        ChangeKind::Conflict(Conflict::Whole { .. }) => UpdateKind::ConflictWhole,
        ChangeKind::Conflict(Conflict::RemovedThere { .. }) => UpdateKind::ConflictRemoved,
        ChangeKind::Conflict(Conflict::InTheWay { .. }) => UpdateKind::ConflictInTheWay,
        ChangeKind::Remove => UpdateKind::Remove,
        ChangeKind::Mode { .. } => UpdateKind::Permissions,
        ChangeKind::StaysDeleted => UpdateKind::StaysDeleted,
        ChangeKind::Skipped => UpdateKind::Skipped,
    }
}

fn pieces(merged: &Merged) -> Vec<MergePiece> {
    merged
        .pieces
        .iter()
        .map(|piece| match piece {
            template::MergePiece::Agreed(text) => MergePiece::Agreed { text: text.clone() },
            template::MergePiece::Conflict { base, mine, theirs } => MergePiece::Conflict {
                base: base.clone(),
                mine: mine.clone(),
                theirs: theirs.clone(),
            },
        })
        .collect()
}
