//! Places of findings, in the counting of the official tool.
//!
//! It counts inside scalars by their values: a place in a quoted or folded text is where it would
//! be if the value itself stood at the start of the scalar.

use std::sync::Arc;

use source::{Diagnostic, Severity, Span, Text};

use crate::yaml::{self, Node, NodeKind, Scalar};

/// A line and a column of a file, both from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// All the places a finding stands for.
pub(super) fn places(found: &Diagnostic) -> Vec<Place> {
    let labels = found.labels.iter().map(|label| (&label.text, label.span));
    std::iter::once((&found.text, found.span))
        .chain(labels)
        .flat_map(|(text, span)| {
            let inner = past_brackets(text, span);
            [
                place(text, span),
                counted_in_value(text, span),
                counted_in_value(text, inner),
            ]
        })
        .collect()
}

/// The official tool has lists and brackets begin at their first item.
fn past_brackets(text: &Text, span: Span) -> Span {
    let written = text.content().get(span.start..span.end).unwrap_or("");
    let inside = written.trim_start_matches(['[', '(', ' ']);
    Span::new(span.end - inside.len(), span.end)
}

fn place(text: &Text, span: Span) -> Place {
    let position = text.position(span.start);
    Place {
        file: text.name().to_owned(),
        line: position.line,
        column: position.column,
    }
}

fn counted_in_value(text: &Text, span: Span) -> Place {
    let tree = yaml::read(text).tree;
    let Some((node, scalar)) = tree.as_ref().and_then(|tree| scalar_at(tree, span.start)) else {
        return place(text, span);
    };
    if node.span.start == span.start {
        return place(text, span);
    }
    let start = text.position(node.span.start);
    let offset = scalar
        .offsets
        .in_value(span.start)
        .unwrap_or(0)
        .min(scalar.value.len());
    let before = scalar.value.get(..offset).unwrap_or("");
    let lines = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or("").chars().count();
    Place {
        file: text.name().to_owned(),
        line: start.line + lines,
        column: if lines == 0 {
            start.column + column
        } else {
            column + 1
        },
    }
}

fn scalar_at(node: &Arc<Node>, at: usize) -> Option<(&Arc<Node>, &Scalar)> {
    if !node.span.touches(at) {
        return None;
    }
    match &node.kind {
        NodeKind::Scalar(scalar) => Some((node, scalar)),
        NodeKind::Sequence(items) => items.iter().find_map(|item| scalar_at(item, at)),
        NodeKind::Mapping(pairs) => pairs
            .iter()
            .find_map(|(key, value)| scalar_at(value, at).or_else(|| scalar_at(key, at))),
    }
}

/// Whether findings agree with a recorded error: one of them must stand at its place.
pub(super) fn agree(
    error: &serde_json::Value,
    found: &[Diagnostic],
    canonical: &dyn Fn(&str) -> String,
) -> bool {
    let number = |key: &str| {
        error[key]
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
    };
    let (Some(line), Some(column)) = (number("line"), number("column")) else {
        return !found.is_empty();
    };
    let file = error["file"].as_str();
    found.iter().flat_map(places).any(|place| {
        place.line == line
            && place.column == column
            && file.is_none_or(|file| canonical(&place.file) == file)
    })
}

/// The findings that keep something from being used.
pub(super) fn errors(found: &[Diagnostic]) -> Vec<Diagnostic> {
    found
        .iter()
        .filter(|found| found.is_error())
        .cloned()
        .collect()
}

/// Whether a finding says that the official tool refuses this.
pub(super) fn portability(found: &[Diagnostic]) -> Vec<Diagnostic> {
    found
        .iter()
        .filter(|found| found.severity == Severity::Portability)
        .cloned()
        .collect()
}

/// Findings in a line, for reports.
pub(super) fn shown(found: &[Diagnostic]) -> String {
    let one = |found: &Diagnostic| {
        let place = place(&found.text, found.span);
        format!(
            "{}:{}:{}: {}",
            place.file, place.line, place.column, found.message
        )
    };
    match found {
        [] => "no finding".to_owned(),
        found => found.iter().map(one).collect::<Vec<_>>().join(" | "),
    }
}
