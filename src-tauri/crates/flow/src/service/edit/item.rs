//! Edits of lists: items that come, items that go.

use std::sync::Arc;

use source::{Span, Text};

use super::{At, Edit, EditError, Target, apply, find, no_block, proof, root, set};
use crate::yaml::{self, Node, NodeKind};

/// Adds an item at the end of a list. The path leads to the list; where there is none yet under
/// its last key, it is begun. `value` is YAML; lines after the first are indented to fit.
///
/// # Errors
/// If there is no place for such a list, something else stands there, or the value does not fit.
pub fn append(text: &Text, path: &[At], value: &str) -> Result<Vec<Edit>, EditError> {
    insert(text, path, usize::MAX, value)
}

/// Adds an item before another one, counted from 0; at the end where there are fewer.
///
/// # Errors
/// As for [`append`].
pub fn insert(text: &Text, path: &[At], at: usize, value: &str) -> Result<Vec<Edit>, EditError> {
    let root = root(text)?;
    let found = find(root.as_ref(), path).map(|(_, node)| node);
    let Some(node) = found.filter(|node| !is_nothing(node)) else {
        return begin(text, path, value);
    };
    let NodeKind::Sequence(items) = &node.kind else {
        return Err(no_list(text, path));
    };
    let place = Target { text, key: "" };
    let edit = match place.is_list_in_brackets(node) {
        true => place.insert_item_in_brackets(node, items, at, value),
        false => place.insert_item(node, items, at, value),
    };
    let length = items.len() + 1;
    let edits = checked(text, path, vec![edit], (length, value))?;
    proof::alone(text, path, &At::Item(at), edits)
}

/// Adds a task behind the one with an id; without an id, at the end of `tasks`.
///
/// # Errors
/// If there is no such task, or the value does not fit.
pub fn insert_task(text: &Text, after: Option<&str>, value: &str) -> Result<Vec<Edit>, EditError> {
    let path = [At::Key("tasks".to_owned())];
    let Some(id) = after else {
        return append(text, &path, value);
    };
    let root = root(text)?;
    let tasks = find(root.as_ref(), &path).map(|(_, node)| &node.kind);
    let items = match tasks {
        Some(NodeKind::Sequence(items)) => items.as_slice(),
        _ => &[],
    };
    let mut ids = items.iter().map(|item| item.get("id"));
    let at = ids.position(|found| found.is_some_and(|node| super::is_named(node, id)));
    let at = at.ok_or_else(|| EditError::NoTask {
        file: text.name().to_owned(),
        id: id.to_owned(),
    })?;
    insert(text, &path, at + 1, value)
}

/// Removes an item of a list, counted from 0, with its line; comments around it stay.
///
/// # Errors
/// If there is no such item.
pub fn remove_item(text: &Text, path: &[At], at: usize) -> Result<Vec<Edit>, EditError> {
    let root = root(text)?;
    let (parent, node) = find(root.as_ref(), path).ok_or_else(|| no_list(text, path))?;
    let NodeKind::Sequence(items) = &node.kind else {
        return Err(no_list(text, path));
    };
    if at >= items.len() {
        return Err(EditError::NoItem {
            file: text.name().to_owned(),
            at,
            length: items.len(),
        });
    }
    let place = Target { text, key: "" };
    let edits = match (place.is_list_in_brackets(node), parent) {
        (true, _) => vec![place.remove_item_in_brackets(items, at)],
        (false, Some(key)) if items.len() == 1 => place.empty_list(key, node),
        (false, None) if items.len() == 1 => vec![place.edit(node.span, "[]".to_owned())],
        (false, _) => vec![place.remove_item(node, items, at)],
    };
    let edits = checked(text, path, edits, (items.len() - 1, ""))?;
    proof::alone(text, path, &At::Item(at), edits)
}

/// Begins a list under the last key of a path.
fn begin(text: &Text, path: &[At], value: &str) -> Result<Vec<Edit>, EditError> {
    let Some((At::Key(key), above)) = path.split_last() else {
        return Err(no_list(text, path));
    };
    let root = root(text)?;
    let block = find(root.as_ref(), above).map(|(_, node)| node);
    let place = Target { text, key };
    let bracketed = block.is_some_and(|node| place.is_bracketed(node));
    let item = match bracketed {
        true => format!("[{value}]"),
        false => format!("\n- {}", value.trim_end().replace('\n', "\n  ")),
    };
    let edits = set(text, above, key, &item)?;
    checked(text, path, edits, (1, value))
}

/// The edits, if the list has as many items as it should after them.
fn checked(
    text: &Text,
    path: &[At],
    edits: Vec<Edit>,
    (length, value): (usize, &str),
) -> Result<Vec<Edit>, EditError> {
    let after = Text::new(text.name(), apply(text.content(), &edits));
    let read = yaml::read(&after);
    let node = find(read.tree.as_ref(), path).map(|(_, node)| &node.kind);
    match node {
        Some(NodeKind::Sequence(items)) if items.len() == length && read.diagnostics.is_empty() => {
            Ok(edits)
        }
        _ => Err(EditError::Unfit {
            file: text.name().to_owned(),
            value: value.to_owned(),
        }),
    }
}

fn is_nothing(node: &Node) -> bool {
    let scalar = node.scalar();
    scalar.is_some_and(|scalar| scalar.value.is_empty() || &*scalar.value == "~")
}

fn no_list(text: &Text, path: &[At]) -> EditError {
    match no_block(text, path, "") {
        EditError::NoBlock { file, path, .. } => EditError::NoList { file, path },
        other => other,
    }
}

impl Target<'_> {
    fn is_list_in_brackets(&self, node: &Node) -> bool {
        self.text.slice(node.span).starts_with('[')
    }

    fn insert_item(&self, node: &Node, items: &[Arc<Node>], at: usize, value: &str) -> Edit {
        let column = self.column(self.dash(node, items, 0));
        let indent = " ".repeat(column);
        let value = self.fitted(value, column);
        let before = items[..at.min(items.len())].last();
        match before {
            Some(before) => {
                let end = self.line_end(self.last(before.span));
                self.edit(Span::at(end), format!("\n{indent}- {value}"))
            }
            None => {
                let first = self.dash(node, items, 0);
                self.edit(Span::at(first), format!("- {value}\n{indent}"))
            }
        }
    }

    fn insert_item_in_brackets(
        &self,
        node: &Node,
        items: &[Arc<Node>],
        at: usize,
        value: &str,
    ) -> Edit {
        match (items.get(at), items.last()) {
            (Some(next), _) => self.edit(Span::at(next.span.start), format!("{value}, ")),
            (None, Some(last)) => {
                let end = self.last(last.span);
                self.edit(Span::at(end), format!(", {value}"))
            }
            (None, None) => self.edit(Span::at(node.span.start + 1), value.to_owned()),
        }
    }

    fn remove_item(&self, node: &Node, items: &[Arc<Node>], at: usize) -> Edit {
        let dash = self.dash(node, items, at);
        let end = self.line_end(self.last(items[at].span).max(dash + 1));
        let start = self.line_start(dash);
        let content = self.text.content();
        if content[start..dash].trim().is_empty() {
            let next = content[end..].find('\n').map_or(end, |at| end + at + 1);
            return self.edit(Span::new(start, next), String::new());
        }
        let next = match at + 1 < items.len() {
            true => self.dash(node, items, at + 1),
            false => end,
        };
        self.edit(Span::new(dash, next), String::new())
    }

    fn remove_item_in_brackets(&self, items: &[Arc<Node>], at: usize) -> Edit {
        let span = items[at].span;
        let span = match (items.get(at + 1), at) {
            (Some(next), _) => Span::new(span.start, next.span.start),
            (None, 0) => span,
            (None, _) => Span::new(self.last(items[at - 1].span), self.last(span)),
        };
        self.edit(span, String::new())
    }

    /// Writes `[]` in the place of the only item.
    fn empty_list(&self, key: Span, node: &Node) -> Vec<Edit> {
        let colon = self.behind_colon(key);
        let end = self.line_end(colon);
        let rest = Span::new(end, self.line_end(self.last(node.span)).max(end));
        vec![
            self.edit(Span::at(colon), " []".to_owned()),
            self.edit(rest, String::new()),
        ]
    }

    /// Where the dash of an item stands.
    fn dash(&self, node: &Node, items: &[Arc<Node>], at: usize) -> usize {
        let from = match at {
            0 => node.span.start,
            _ => self.line_end(self.last(items[at - 1].span)),
        };
        let to = items[at].span.start.max(from);
        let written = self.text.slice(Span::new(from, to));
        written.rfind('-').map_or(from, |found| from + found)
    }
}
