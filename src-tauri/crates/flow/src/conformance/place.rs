//! Places of findings, in the counting of the official tool.
//!
//! It counts inside scalars by their values: a place in a quoted or folded text is where it would
//! be if the value itself stood at the start of the scalar.

use std::sync::Arc;

use serde_json::{Value, json};
use source::{Diagnostic, Span, Text};

use super::meaning;
use crate::yaml::{self, Node, NodeKind, Scalar};

/// A line and a column of a file, both from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    file: String,
    line: usize,
    column: usize,
}

/// Further places of a finding at which the official tool may point, by what we say there: it
/// points to the start of what holds the mistake where we point to the mistake itself.
const POINTED: [&str; 8] = [
    // The whole expression, for an operand in it.
    "in this expression",
    // The name, where we point to the value that uses it.
    "used here",
    // The entry with the call, for its reference or an argument.
    "the call",
    // The block, for a key that cannot stand in it.
    "this block",
    "this is ",
    "the job of the action",
    // The input, for its default.
    "the input",
    // The key of a mapping that cannot be one.
    "a mapping inside a mapping",
];

/// All the places a finding stands for.
fn places(found: &Diagnostic) -> impl Iterator<Item = Place> + '_ {
    let labels = found
        .labels
        .iter()
        .filter(|label| {
            let message = label.message.as_str();
            POINTED.iter().any(|said| message.starts_with(said))
        })
        .map(|label| (&label.text, label.span));
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
}

/// The official tool has lists and brackets begin at their first item; a list without items begins
/// at its own bracket.
fn past_brackets(text: &Text, span: Span) -> Span {
    let mut inside = text.content().get(span.start..span.end).unwrap_or("");
    while let Some(rest) = inside.strip_prefix(['[', '(', ' ']) {
        if inside.starts_with("[]") {
            break;
        }
        inside = rest;
    }
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

/// The recorded place of an error, if it has one.
pub(super) fn recorded(error: &Value) -> Option<(usize, usize, Option<&str>)> {
    let number = |key: &str| usize::try_from(error[key].as_u64()?).ok();
    Some((number("line")?, number("column")?, error["file"].as_str()))
}

/// A recorded error with its place taken out of the message.
pub(super) fn placed(error: &Value) -> Value {
    let message = error["message"].as_str().unwrap_or("");
    let mut placed = json!({"type": error["type"], "message": message});
    let marked = message
        .rfind("  in \"")
        .and_then(|at| marked(&message[at..]));
    if let Some((file, line, column)) = marked {
        placed["file"] = json!(file);
        placed["line"] = json!(line);
        placed["column"] = json!(column);
    } else if let Some((line, column)) = in_syntax(message) {
        placed["line"] = json!(line);
        placed["column"] = json!(column);
    }
    placed
}

/// The place in `in "FILE", line LINE, column COLUMN`.
fn marked(text: &str) -> Option<(&str, usize, usize)> {
    let (file, rest) = text.strip_prefix("  in \"")?.split_once("\", line ")?;
    let (line, rest) = rest.split_once(", column ")?;
    Some((file, line.parse().ok()?, leading(rest)?))
}

/// The place in messages about the syntax of expressions; they count from 0.
fn in_syntax(message: &str) -> Option<(usize, usize)> {
    let rest = ["got unexpected token: ", "cannot tokenize data: "]
        .iter()
        .find_map(|start| message.strip_prefix(start))?;
    let (line, rest) = rest.split_once(',')?;
    Some((line.parse::<usize>().ok()? + 1, leading(rest)? + 1))
}

fn leading(text: &str) -> Option<usize> {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    text[..end.unwrap_or(text.len())].parse().ok()
}

/// Whether a finding stands at a recorded place.
pub(super) fn stands_at(
    found: &Diagnostic,
    error: &Value,
    canonical: &dyn Fn(&str) -> String,
) -> bool {
    let Some((line, column, file)) = recorded(error) else {
        return false;
    };
    places(found).any(|place| {
        place.line == line
            && place.column == column
            && file.is_none_or(|file| canonical(&place.file) == file)
    })
}

/// Whether findings agree with a recorded error: one of them stands at its place; without a place,
/// one of them means the same. Of several recorded errors, all must be found.
pub(super) fn agree(
    error: &Value,
    found: &[Diagnostic],
    canonical: &dyn Fn(&str) -> String,
) -> bool {
    if let Some(all) = error["errors"].as_array() {
        return all.iter().all(|error| agree(error, found, canonical));
    }
    match recorded(error) {
        Some(_) => found.iter().any(|found| stands_at(found, error, canonical)),
        None => meaning::agrees(error, found),
    }
}

/// The findings that keep something from being used.
pub(super) fn errors(found: &[Diagnostic]) -> Vec<Diagnostic> {
    found
        .iter()
        .filter(|found| found.is_error())
        .cloned()
        .collect()
}

/// Findings in a line, for reports.
pub(super) fn shown(found: &[Diagnostic]) -> String {
    let one = |found: &Diagnostic| {
        let place = place(&found.text, found.span);
        format!(
            "{}:{}:{}: {} [{}]",
            place.file, place.line, place.column, found.message, found.code
        )
    };
    match found {
        [] => "no finding".to_owned(),
        found => found.iter().map(one).collect::<Vec<_>>().join(" | "),
    }
}
