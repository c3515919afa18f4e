//! Taking an update over: every decision becomes an edit, and all edits happen or none.

use std::path::Path;

use contract::{Failure, FailureCode, MergeSide, UpdateApply, UpdateDecision, UpdateDone};
use template::{CRUFT_FILE, Change, ChangeKind, Conflict, Item, Merged, Side};
use template_store::write::{Edit, Edits, edit};

use super::PlannedUpdate;
use super::project_files::look;
use crate::Desk;
use crate::making::{journal, write_failure};

/// Takes an update over.
pub(super) fn apply(
    desk: &Desk,
    planned: &PlannedUpdate,
    request: &UpdateApply,
) -> Result<UpdateDone, Failure> {
    refuse_unknown(planned, request)?;
    let mut edits = Edits::new();
    let mut undecided = Vec::new();
    for change in &planned.update.changes {
        let decision = request.decisions.get(&change.path);
        match edits_of(planned, change, decision)? {
            Some(own) => edits.extend(own),
            None => undecided.push(change.path.as_str()),
        }
    }
    if !undecided.is_empty() {
        let message = format!("Say first what to do with {}.", undecided.join(", "));
        return Err(conflict(message).hint("Nothing was written."));
    }
    refuse_changed(planned, &edits)?;
    let changed = edits.keys().cloned().collect();
    let cruft = planned.cruft.to_json().into_bytes();
    edits.insert(
        CRUFT_FILE.to_owned(),
        Edit::Write {
            bytes: cruft,
            mode: None,
        },
    );
    let written =
        edit(&journal(desk), &planned.root, &edits).map_err(|error| write_failure(&error))?;
    Ok(UpdateDone {
        path: planned.root.display().to_string(),
        commit: planned.cruft.commit.clone(),
        changed,
        undo: written.id,
    })
}

fn conflict(message: String) -> Failure {
    Failure {
        field: Some("decisions".to_owned()),
        ..Failure::new(FailureCode::Conflict, message)
    }
}

fn refuse_unknown(planned: &PlannedUpdate, request: &UpdateApply) -> Result<(), Failure> {
    let known = |path: &str| planned.update.changes.iter().any(|one| one.path == path);
    match request.decisions.keys().find(|path| !known(path)) {
        None => Ok(()),
        Some(path) => {
            let message = format!("The update does not change `{path}`.");
            Err(Failure::invalid("decisions", message))
        }
    }
}

/// A file that is not what the person saw when deciding is left alone, and everything else with it.
fn refuse_changed(planned: &PlannedUpdate, edits: &Edits) -> Result<(), Failure> {
    let changed = edits
        .keys()
        .find(|path| look(&planned.root, path) != planned.mine.get(*path).cloned());
    match changed {
        None => Ok(()),
        Some(path) => {
            let message = format!("`{path}` was changed since you looked at the update.");
            Err(conflict(message).hint("Look at the update again; nothing was written."))
        }
    }
}

/// The edits of one change; none when it needs a decision first.
fn edits_of(
    planned: &PlannedUpdate,
    change: &Change,
    decision: Option<&UpdateDecision>,
) -> Result<Option<Edits>, Failure> {
    if decision == Some(&UpdateDecision::Mine {}) {
        return Ok(Some(Edits::new()));
    }
    if let Some(UpdateDecision::Text { text }) = decision {
        let here = change.from.as_ref().unwrap_or(&change.path);
        let mine = planned.mine.get(here).cloned();
        let program = mine.or_else(|| planned.whole(change));
        let program = program.as_ref().is_some_and(Item::is_program);
        let item = Item::file(program, text.clone().into_bytes());
        return in_the_way(change).map(|()| Some(planned.put(change, &item)));
    }
    let theirs = decision.is_some();
    Ok(match &change.kind {
        ChangeKind::Add(item) | ChangeKind::Replace(item) => Some(planned.put(change, item)),
        ChangeKind::Merge(item) => match planned.whole(change).filter(|_| theirs) {
            Some(new) => Some(planned.put(change, &new)),
            None => Some(planned.put(change, item)),
        },
        ChangeKind::Remove => Some(removal(&change.path)),
        ChangeKind::Mode { executable } => Some(planned.permit(&change.path, *executable)),
        ChangeKind::StaysDeleted | ChangeKind::Skipped => match planned.whole(change) {
            Some(new) if theirs => Some(planned.put(change, &new)),
            _ => Some(Edits::new()),
        },
        ChangeKind::Conflict(conflict) => {
            let Some(decision) = decision else {
                return Ok(None);
            };
            Some(planned.decided(change, conflict, decision)?)
        }
    })
}

fn removal(path: &str) -> Edits {
    Edits::from([(path.to_owned(), Edit::Remove)])
}

fn in_the_way(change: &Change) -> Result<(), Failure> {
    match &change.kind {
        ChangeKind::Conflict(Conflict::InTheWay { path, .. }) => {
            let message = format!("`{path}` is in the way of `{}`.", change.path);
            Err(conflict(message).hint("Keep it, or move it away first."))
        }
        _ => Ok(()),
    }
}

impl PlannedUpdate {
    /// The file as the new version has it.
    fn whole(&self, change: &Change) -> Option<Item> {
        self.plan.files().get(&change.path).cloned()
    }

    fn decided(
        &self,
        change: &Change,
        conflict: &Conflict,
        decision: &UpdateDecision,
    ) -> Result<Edits, Failure> {
        in_the_way(change)?;
        match (conflict, decision) {
            (Conflict::RemovedThere { .. }, _) => Ok(removal(&change.path)),
            (Conflict::Text { merged, executable }, UpdateDecision::Sides { sides }) => {
                let text = resolved(change, merged, sides)?;
                Ok(self.put(change, &Item::file(*executable, text.into_bytes())))
            }
            (_, UpdateDecision::Sides { .. }) => {
                let message = format!("`{}` can only be taken as a whole.", change.path);
                Err(self::conflict(message))
            }
            _ => Ok(self
                .whole(change)
                .map(|new| self.put(change, &new))
                .unwrap_or_default()),
        }
    }

    /// Edits that put a file in its place, and take it away from where it was.
    fn put(&self, change: &Change, item: &Item) -> Edits {
        let mut edits = Edits::new();
        if let Some(from) = &change.from {
            edits.insert(from.clone(), Edit::Remove);
        }
        let edit = match item {
            Item::Link { target } => Edit::Link {
                target: target.clone(),
            },
            Item::File { executable, bytes } => Edit::Write {
                bytes: bytes.to_vec(),
                mode: self.mode(change, *executable),
            },
        };
        edits.insert(change.path.clone(), edit);
        edits
    }

    /// Permissions: those the file has, as far as they fit; for a new file those of the template.
    fn mode(&self, change: &Change, executable: bool) -> Option<u32> {
        let here = change.from.as_ref().unwrap_or(&change.path);
        match mode_of(&self.root.join(here)) {
            Some(mode) => Some(fitting(mode, executable)),
            None => {
                let planned = self.plan.entry(&change.path).and_then(|entry| entry.mode);
                Some(fitting(planned.unwrap_or(0o644) & 0o777, executable))
            }
        }
    }

    fn permit(&self, path: &str, executable: bool) -> Edits {
        let bytes = match self.mine.get(path) {
            Some(Item::File { bytes, .. }) => bytes.to_vec(),
            _ => return Edits::new(),
        };
        let mode = mode_of(&self.root.join(path)).unwrap_or(0o644);
        let edit = Edit::Write {
            bytes,
            mode: Some(fitting(mode, executable)),
        };
        Edits::from([(path.to_owned(), edit)])
    }
}

fn resolved(change: &Change, merged: &Merged, sides: &[MergeSide]) -> Result<String, Failure> {
    if sides.len() != merged.conflicts() {
        let message = format!(
            "`{}` has {} places to decide, not {}.",
            change.path,
            merged.conflicts(),
            sides.len()
        );
        return Err(conflict(message));
    }
    let sides: Vec<Side> = sides
        .iter()
        .map(|side| match side {
            MergeSide::Mine {} => Side::Mine,
            MergeSide::Theirs {} => Side::Theirs,
            MergeSide::Both {} => Side::Both,
            MergeSide::Own { text } => Side::Own(text.clone()),
        })
        .collect();
    Ok(merged.resolved(&sides))
}

/// A mode with or without the permission to execute for everyone who may read.
fn fitting(mode: u32, executable: bool) -> u32 {
    match (executable, mode & 0o111 != 0) {
        (true, false) => mode | ((mode & 0o444) >> 2),
        (false, true) => mode & !0o111,
        _ => mode,
    }
}

#[cfg(unix)]
fn mode_of(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let about = std::fs::symlink_metadata(path).ok()?;
    about.is_file().then(|| about.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode_of(_path: &Path) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn execution_is_allowed_for_those_who_may_read() {
        assert_eq!(fitting(0o640, true), 0o750);
        assert_eq!(fitting(0o755, false), 0o644);
        assert_eq!(fitting(0o600, false), 0o600);
    }
}
