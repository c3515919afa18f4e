//! Changes of planned files, with the marks that say which answer wrote what.

use std::ops::Range;

use template::{Content, Mark, Pieces, Plan};

/// One change of a text: bytes, and what stands there instead.
pub(crate) type Edit = (Range<usize>, String);

/// Every place of a text, replaced.
pub(crate) fn replaced(text: &str, old: &str, new: &str) -> Vec<Edit> {
    text.match_indices(old)
        .map(|(at, _)| (at..at + old.len(), new.to_owned()))
        .collect()
}

/// Every line that is a comment, removed; the one that names the schema stays.
pub(crate) fn drop_comments(text: &str) -> Vec<Edit> {
    let mut at = 0;
    let mut all = Vec::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start();
        if bare.starts_with('#') && !bare.starts_with("# yaml-language-server") {
            all.push((at..at + line.len(), String::new()));
        }
        at += line.len();
    }
    all
}

/// Changes a file of a plan; marks move with the text, those inside a change vanish.
pub(crate) fn edit(plan: &mut Plan, path: &str, find: impl FnOnce(&str) -> Vec<Edit>) {
    let Some(entry) = plan.entries.iter_mut().find(|entry| entry.path == path) else {
        return;
    };
    let Some(edits) = entry.text().map(find) else {
        return;
    };
    let changed = |bytes: &[u8]| {
        let mut out = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for (range, new) in &edits {
            out.extend_from_slice(&bytes[from..range.start]);
            out.extend_from_slice(new.as_bytes());
            from = range.end;
        }
        out.extend_from_slice(&bytes[from..]);
        out
    };
    match &mut entry.content {
        Content::Rendered {
            bytes,
            marks,
            pieces,
        } if !edits.is_empty() => {
            *bytes = changed(bytes);
            // Pieces cover the whole text as the template made it, so they fit no longer.
            *pieces = Pieces::default();
            marks.retain_mut(|mark| moved(mark, &edits));
        }
        Content::Copied { bytes } => *bytes = changed(bytes).into(),
        Content::Rendered { .. } | Content::Folder => {}
    }
}

/// Moves a mark behind the edits before it; `false` when an edit touches it.
fn moved(mark: &mut Mark, edits: &[Edit]) -> bool {
    let touched =
        |range: &Range<usize>| range.start < mark.range.end && mark.range.start < range.end;
    if edits.iter().any(|(range, _)| touched(range)) {
        return false;
    }
    let (mut added, mut removed) = (0, 0);
    for (range, new) in edits
        .iter()
        .filter(|(range, _)| range.end <= mark.range.start)
    {
        added += new.len();
        removed += range.len();
    }
    mark.range = mark.range.start + added - removed..mark.range.end + added - removed;
    true
}
