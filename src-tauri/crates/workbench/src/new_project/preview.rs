//! What would be written, as the window shows it.

use std::path::Path;

use contract::{DiagnosticView, EntryKind, PreviewEntry, PreviewMark, TemplatePreview};
use template::{Content, Entry, Mark, Plan};

use crate::view::diagnostic::views;

/// The plan as the window shows it, in the order of the paths.
pub(super) fn view(plan: &Plan, texts: bool) -> TemplatePreview {
    let entries = plan.entries.iter().map(|one| entry(one, texts));
    let mut entries: Vec<PreviewEntry> = entries.collect();
    entries.sort_by(|left, right| left.path.cmp(&right.path));
    TemplatePreview {
        folder: plan.folder.clone(),
        entries,
        bytes: plan.bytes(),
        diagnostics: diagnostics(plan),
    }
}

/// What stands against a plan, or should be known.
pub(super) fn diagnostics(plan: &Plan) -> Vec<DiagnosticView> {
    views(&plan.diagnostics, Path::new(""))
}

/// One file, folder or link.
pub(super) fn entry(entry: &Entry, texts: bool) -> PreviewEntry {
    let text = entry.text();
    let shown = text.filter(|_| texts);
    PreviewEntry {
        path: entry.path.clone(),
        kind: match entry.content {
            Content::Folder => EntryKind::Folder,
            _ if entry.is_program() => EntryKind::Program,
            _ => EntryKind::File,
        },
        bytes: entry.content.bytes().len() as u64,
        marks: shown
            .map(|text| marks(text, entry.marks()))
            .unwrap_or_default(),
        text: shown.map(str::to_owned),
        mode: entry.mode.map(|mode| format!("{:03o}", mode & 0o777)),
        is_text: text.is_some(),
        copied: matches!(entry.content, Content::Copied { .. }),
        origin: entry.origin.clone(),
        digest: digest(entry.content.bytes()),
    }
}

/// A number that changes whenever the content does. It guards nothing; it only has to be quick.
fn digest(bytes: &[u8]) -> String {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("{:016x}", hasher.finish())
}

/// Marks in UTF-16 units, one for each variable's first mention in a substitution.
pub(super) fn marks(text: &str, marks: &[Mark]) -> Vec<PreviewMark> {
    let (mut at, mut units) = (0, 0_usize);
    let mut place = |offset: usize| {
        units += text
            .get(at..offset)
            .map_or(0, |part| part.encode_utf16().count());
        at = offset;
        u32::try_from(units).unwrap_or(u32::MAX)
    };
    marks
        .iter()
        .map(|mark| {
            let start = place(mark.range.start);
            PreviewMark {
                start,
                end: place(mark.range.end),
                variable: mark.variables.join(", "),
            }
        })
        .filter(|mark| !mark.variable.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_count_as_the_window_counts() {
        let text = "𝄞 é ab";
        let mark = |range| Mark {
            range,
            variables: vec!["name".to_owned()],
            file: String::new(),
            line: 1,
        };
        let start = text.find('a').unwrap();
        let found = marks(text, &[mark(0..4), mark(start..start + 2)]);
        assert_eq!((found[0].start, found[0].end), (0, 2));
        assert_eq!((found[1].start, found[1].end), (5, 7));
    }
}
