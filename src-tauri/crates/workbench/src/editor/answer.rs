//! Answers of the language as the window shows them.

use contract::{
    CompletionKindView, CompletionView, EditorCompletions, EditorFinding, EditorFindings,
    EditorHover, HoverView, OutlineItem, QuickFix, SymbolKindView, TextEdit, ValueInput,
    ValueState, ValueView,
};
use flow::Preview;
use flow::service::{Completion, CompletionKind, Hover, Symbol, SymbolKind, ValueAt};
use source::{Diagnostic, Span, Text, nearest};

use super::edited::{Edited, Pointed};
use super::place::range;
use crate::view::diagnostic::{count, views};

/// Everything that is wrong.
pub(super) fn findings(edited: &Edited) -> EditorFindings {
    let checked = flow::check(&edited.project, &edited.diagnostics, &edited.session());
    let shown = views(&checked.findings, &edited.root);
    let pairs = shown.into_iter().zip(&checked.findings);
    let mut findings: Vec<EditorFinding> = pairs
        .map(|(finding, found)| EditorFinding {
            finding,
            range: range(&found.text, found.span),
            fixes: fixes(found),
        })
        .collect();
    findings.sort_by(|one, other| {
        let place = |it: &EditorFinding| (it.finding.line, it.finding.column);
        let files = one.finding.file.cmp(&other.finding.file);
        files.then_with(|| place(one).cmp(&place(other)))
    });
    EditorFindings { findings }
}

/// The names that were probably meant, where the finding points at nothing but a name.
fn fixes(found: &Diagnostic) -> Vec<QuickFix> {
    let text = &found.text;
    let written = text.slice(found.span);
    let name = written.trim_matches(['\'', '"']);
    let start = found.span.start + written.find(name).unwrap_or(0);
    let place = range(text, Span::new(start, start + name.len()));
    let meant = found
        .candidates
        .iter()
        .filter(|candidate| !nearest(name, [candidate.as_str()]).is_empty());
    meant
        .map(|candidate| QuickFix {
            title: format!("Write `{candidate}`"),
            edits: vec![TextEdit {
                range: place,
                text: candidate.clone(),
            }],
        })
        .collect()
}

/// What can be written.
pub(super) fn completions(text: &Text, found: Vec<Completion>) -> EditorCompletions {
    let item = |one: Completion| CompletionView {
        range: range(text, one.span),
        label: one.label,
        kind: completion_kind(one.kind),
        detail: one.detail,
        documentation: one.documentation,
        insert: one.insert,
    };
    EditorCompletions {
        items: found.into_iter().map(item).collect(),
    }
}

fn completion_kind(kind: CompletionKind) -> CompletionKindView {
    match kind {
        CompletionKind::Key => CompletionKindView::Key,
        CompletionKind::Word => CompletionKindView::Word,
        CompletionKind::Member => CompletionKindView::Member,
        CompletionKind::Function => CompletionKindView::Function,
        CompletionKind::File => CompletionKindView::File,
        CompletionKind::Expression => CompletionKindView::Expression,
        _ => CompletionKindView::Name,
    }
}

/// What there is to say, and what the place comes to.
pub(super) fn hover(here: &Pointed) -> EditorHover {
    let service = here.edited.service();
    let hover = service.hover(&here.path, here.offset);
    let value = service.value_at(&here.path, here.offset);
    let said = |hover: Hover| HoverView {
        range: range(&here.text, hover.span),
        title: hover.title,
        text: hover.text,
    };
    EditorHover {
        hover: hover.map(said),
        value: value.map(|found| value_view(&here.text, found)),
    }
}

fn value_view(text: &Text, found: ValueAt) -> ValueView {
    let type_name = match &found.preview {
        Preview::Known(value) => Some(value.type_name().to_owned()),
        _ => None,
    };
    let (state, value, why) = told(&found.preview);
    let inputs = found.inputs.into_iter().map(|input| {
        let (state, value, why) = told(&input.preview);
        ValueInput {
            path: input.path,
            state,
            value,
            why,
        }
    });
    ValueView {
        range: range(text, found.span),
        written: found.written,
        state,
        value,
        type_name,
        why,
        inputs: inputs.collect(),
        rows: count(found.rows),
    }
}

/// The value, or why there is none.
fn told(preview: &Preview) -> (ValueState, Option<String>, Option<String>) {
    match preview {
        Preview::Known(value) => (ValueState::Known, Some(value.to_string()), None),
        Preview::NotYet(unknown) => (ValueState::NotYet, None, Some(unknown.why.clone())),
        Preview::Wrong(found) => (ValueState::Wrong, None, Some(found.message.clone())),
    }
}

/// What a file defines.
pub(super) fn outline(text: &Text, found: Vec<Symbol>) -> Vec<OutlineItem> {
    let item = |symbol: Symbol| OutlineItem {
        range: range(text, symbol.span),
        key: range(text, symbol.key),
        name: symbol.name,
        kind: symbol_kind(symbol.kind),
        detail: symbol.detail,
        children: outline(text, symbol.children),
    };
    found.into_iter().map(item).collect()
}

pub(super) fn symbol_kind(kind: SymbolKind) -> SymbolKindView {
    match kind {
        SymbolKind::Job => SymbolKindView::Job,
        SymbolKind::Task => SymbolKindView::Task,
        SymbolKind::Image => SymbolKindView::Image,
        SymbolKind::Volume => SymbolKindView::Volume,
        SymbolKind::Param => SymbolKindView::Param,
        SymbolKind::Input => SymbolKindView::Input,
        SymbolKind::Output => SymbolKindView::Output,
        SymbolKind::Mixin => SymbolKindView::Mixin,
        _ => SymbolKindView::Action,
    }
}
