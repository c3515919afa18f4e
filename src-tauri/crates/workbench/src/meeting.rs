//! Making a project in a folder that is there already: what meets what.

use std::collections::HashMap;

use contract::{Failure, FailureCode, FileMeeting, MeetingKind, MeetingsAsk, PlaceMeetings};
use template::{Content, Plan};
use template_store::write::{self, meetings, two_way};

use crate::Desk;
use crate::credentials::blocking;
use crate::template::{parent, plan};

/// How the files of a project meet what is there; nothing is written.
pub async fn place_meetings(desk: &Desk, request: MeetingsAsk) -> Result<PlaceMeetings, Failure> {
    let desk = desk.clone();
    blocking(move || {
        let plan = plan(&desk, &request.ask)?;
        let target = parent(&desk, &request.ask).join(&plan.folder);
        let found = meetings(&plan, &target).map_err(|error| {
            let message = format!("{} cannot be looked at: {error}.", target.display());
            Failure::new(FailureCode::Refused, message)
        })?;
        Ok(PlaceMeetings {
            shown_target: desk.folders().shown(&target),
            exists: target.is_dir(),
            target: target.display().to_string(),
            files: files(&plan, found),
        })
    })
    .await?
}

fn files(plan: &Plan, found: Vec<write::Meeting>) -> Vec<FileMeeting> {
    let mut kinds: HashMap<String, write::MeetingKind> =
        found.into_iter().map(|one| (one.path, one.kind)).collect();
    let mut all: Vec<FileMeeting> = plan
        .entries
        .iter()
        .filter_map(|entry| {
            let kind = kinds.remove(&entry.path);
            // A folder is nothing to decide about, unless something else stands there.
            let is_folder = entry.content == Content::Folder;
            let in_the_way = matches!(kind, Some(write::MeetingKind::InTheWay));
            (!is_folder || in_the_way).then(|| meeting(entry.path.clone(), kind))
        })
        .collect();
    all.sort_by(|left, right| left.path.cmp(&right.path));
    all
}

fn meeting(path: String, kind: Option<write::MeetingKind>) -> FileMeeting {
    let mut meeting = FileMeeting {
        path,
        kind: MeetingKind::New,
        undecided: true,
        mine: None,
        theirs: None,
        difference: None,
        merged: None,
        conflicts: 0,
    };
    match kind {
        None => meeting.undecided = false,
        Some(write::MeetingKind::Same) => {
            meeting.kind = MeetingKind::Same;
            meeting.undecided = false;
        }
        Some(write::MeetingKind::Text {
            mine,
            theirs,
            difference,
        }) => {
            let merged = two_way(&mine, &theirs);
            meeting.kind = MeetingKind::Text;
            meeting.conflicts = crate::view::diagnostic::count(merged.conflicts);
            meeting.merged = Some(merged.text);
            meeting.mine = Some(mine);
            meeting.theirs = Some(theirs);
            meeting.difference = Some(difference);
        }
        Some(write::MeetingKind::Binary) => meeting.kind = MeetingKind::Binary,
        Some(write::MeetingKind::Permissions) => meeting.kind = MeetingKind::Permissions,
        Some(write::MeetingKind::InTheWay) => meeting.kind = MeetingKind::InTheWay,
    }
    meeting
}
