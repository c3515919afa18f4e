//! Questions of an editor about places in a project.

use flow::service::{Service, apply};
use flow::{MemoryWorkspace, Session, Workspace as _};
use source::{Span, Text};

use super::project::{files, with, workspace};
use super::reading::inside;

/// The name a thing gets in a rename.
const FRESH: &str = "zz_fresh";

/// Asks everything about at most `most` places of every file.
pub fn everywhere(bytes: &[u8], most: usize) {
    let files = files(bytes);
    let workspace = workspace(&files);
    with(&workspace, |session| {
        let project = flow::open(&workspace).tree;
        let service = Service::new(&project, *session);
        for (path, _) in &files {
            let Some(content) = content(&workspace, path) else {
                continue;
            };
            let text = Text::new(path.as_str(), content.as_str());
            for symbol in service.outline(path) {
                inside(&text, symbol.span, "a symbol");
                inside(&text, symbol.key, "the key of a symbol");
            }
            let step = content.len() / most.max(1) + 1;
            for offset in (0..=content.len() + 1).step_by(step) {
                at(&service, &text, offset);
                renamed(&workspace, session, &service, path, offset);
            }
        }
    });
}

fn at(service: &Service<'_>, text: &Text, offset: usize) {
    let path = text.name();
    for found in service.complete(path, offset) {
        inside(text, found.span, &found.label);
        assert!(found.span.start <= offset, "{found:?} at {offset}");
    }
    if let Some(hover) = service.hover(path, offset) {
        inside(text, hover.span, &hover.title);
    }
    if let Some(value) = service.value_at(path, offset) {
        inside(text, value.span, &value.written);
    }
    let _ = service.definition(path, offset);
    let _ = service.references(path, offset);
}

/// After a rename every file reads as well as before, and the name has as many uses.
fn renamed(
    before: &MemoryWorkspace,
    session: &Session<'_>,
    service: &Service<'_>,
    path: &str,
    offset: usize,
) {
    let Ok(edits) = service.rename(path, offset, FRESH) else {
        return;
    };
    let mut after = before.clone();
    let mut old = None;
    for edit in &edits {
        let mine: Vec<_> = edits
            .iter()
            .filter(|other| other.file == edit.file)
            .cloned()
            .collect();
        let content = content(before, &edit.file).expect("the file is there");
        let word = &content[edit.span.start..edit.span.end];
        assert_eq!(
            *old.get_or_insert_with(|| word.to_owned()),
            *word,
            "one name is replaced"
        );
        after = after.file(&edit.file, apply(&content, &mine));
    }
    let project = flow::open(&after).tree;
    let again = Session {
        workspace: &after,
        ..*session
    };
    let again = Service::new(&project, again);
    let Some(edit) = edits
        .iter()
        .find(|edit| edit.file == path && edit.span.touches(offset))
    else {
        return;
    };
    let earlier = edits
        .iter()
        .filter(|other| other.file == path && other.span.start < edit.span.start);
    let start = earlier.fold(edit.span.start, |start, one| {
        start + FRESH.len() - one.span.len()
    });
    let uses = again.references(path, start);
    assert_eq!(
        uses.len(),
        service.references(path, offset).len(),
        "uses after {edits:?}"
    );
    for place in uses {
        let content = content(&after, &place.file).expect("the file is there");
        let Span { start, end } = place.span;
        assert!(content[start..end].contains(FRESH), "{place:?}");
    }
}

fn content(workspace: &MemoryWorkspace, path: &str) -> Option<String> {
    let bytes = workspace.read(path).ok()?;
    let content = String::from_utf8_lossy(&bytes).into_owned();
    match content.strip_prefix('\u{feff}') {
        Some(rest) => Some(rest.to_owned()),
        None => Some(content),
    }
}
