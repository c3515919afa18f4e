//! Edits of single keys and items that leave everything else as it is written: comments, order,
//! layout.

mod block;
mod brackets;
mod item;
mod proof;
mod quoted;

use std::sync::Arc;

use source::{Span, Text};

use crate::yaml::{self, Node, NodeKind};

pub use item::{append, insert, insert_task, remove_item};

/// A part of a file and what it is replaced by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The path of the file.
    pub file: String,
    /// What is replaced.
    pub span: Span,
    /// What comes there.
    pub text: String,
}

/// A step to a place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum At {
    /// Under a key.
    Key(String),
    /// In an item of a list, from 0.
    Item(usize),
}

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The file is no YAML.
    #[error("{file} has errors: mend it first")]
    Broken {
        /// The file.
        file: String,
    },
    /// There is no such block.
    #[error("{file} has no block `{path}` in which `{key}` could stand")]
    NoBlock {
        /// The file.
        file: String,
        /// The path to the block.
        path: String,
        /// The key.
        key: String,
    },
    /// There is no such key.
    #[error("{file} has no key `{key}` there")]
    NoKey {
        /// The file.
        file: String,
        /// The key.
        key: String,
    },
    /// There is no such list.
    #[error("{file} has no list at `{path}`: write one there first")]
    NoList {
        /// The file.
        file: String,
        /// The path to the list.
        path: String,
    },
    /// The list is shorter.
    #[error("{file} has no item {at} there: the list has {length}, counted from 0")]
    NoItem {
        /// The file.
        file: String,
        /// The item, from 0.
        at: usize,
        /// How many there are.
        length: usize,
    },
    /// There is no such task.
    #[error("{file} has no task `{id}`")]
    NoTask {
        /// The file.
        file: String,
        /// The id.
        id: String,
    },
    /// The file would not be YAML any more.
    #[error("`{value}` cannot stand in {file} there: put it into quotes, or choose another form")]
    Unfit {
        /// The file.
        file: String,
        /// The value.
        value: String,
    },
    /// More than this place would change, or another one.
    #[error(
        "{what} cannot be changed alone in {file}: an alias repeats it, or lines end in an unusual way; change it by hand"
    )]
    Entangled {
        /// The file.
        file: String,
        /// What was to be changed.
        what: String,
    },
}

/// Carries out the edits of one file.
#[must_use]
pub fn apply(content: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut whole = content.to_owned();
    for edit in edits.iter().rev() {
        let Span { start, end } = edit.span;
        if whole.get(start..end).is_some() {
            whole.replace_range(start..end, &edit.text);
        }
    }
    whole
}

/// Sets a key of a block, or adds it at its end. The block is found by a path; its last value may
/// be missing. `value` is YAML; lines after the first are indented to fit.
///
/// # Errors
/// If there is no such block, or the value does not fit.
pub fn set(text: &Text, path: &[At], key: &str, value: &str) -> Result<Vec<Edit>, EditError> {
    let file = text.name().to_owned();
    let root = root(text)?;
    let found = find(root.as_ref(), path);
    let (parent, node) = found.ok_or_else(|| no_block(text, path, key))?;
    let place = Target { text, key };
    let edits = match &node.kind {
        NodeKind::Mapping(pairs) => match pair(pairs, key) {
            Some(pair) => place.replace(pair, value),
            None if place.is_bracketed(node) => vec![place.insert_in_brackets(node, value)],
            None => vec![place.insert(node, pairs, value)],
        },
        NodeKind::Scalar(scalar) if scalar.value.is_empty() => {
            let parent = parent.ok_or_else(|| no_block(text, path, key))?;
            vec![place.insert_first(&parent, value)]
        }
        _ => return Err(no_block(text, path, key)),
    };
    let after = Text::new(text.name(), apply(text.content(), &edits));
    match fits(&after, path, (key, node)) && proof::holds(&after, path, (key, value)) {
        true => proof::alone(text, path, &At::Key(key.to_owned()), edits),
        false => Err(EditError::Unfit {
            file,
            value: value.to_owned(),
        }),
    }
}

/// Whether the block has the key after an edit, and no other key that it had not before.
fn fits(after: &Text, path: &[At], (key, before): (&str, &Node)) -> bool {
    let read = yaml::read(after);
    let Some((_, node)) = find(read.tree.as_ref(), path) else {
        return false;
    };
    let NodeKind::Mapping(pairs) = &node.kind else {
        return false;
    };
    let had = match &before.kind {
        NodeKind::Mapping(pairs) => pairs.as_slice(),
        _ => &[],
    };
    let new = usize::from(pair(had, key).is_none());
    read.diagnostics.is_empty() && pair(pairs, key).is_some() && pairs.len() == had.len() + new
}

/// Removes a key of a block with its value.
///
/// # Errors
/// If there is no such key.
pub fn remove(text: &Text, path: &[At], key: &str) -> Result<Vec<Edit>, EditError> {
    let root = root(text)?;
    let found = find(root.as_ref(), path);
    let (_, node) = found.ok_or_else(|| no_block(text, path, key))?;
    let missing = || EditError::NoKey {
        file: text.name().to_owned(),
        key: key.to_owned(),
    };
    let NodeKind::Mapping(pairs) = &node.kind else {
        return Err(missing());
    };
    let at = pairs.iter().rposition(|(name, _)| is_named(name, key));
    let at = at.ok_or_else(missing)?;
    let place = Target { text, key };
    let edit = match place.is_bracketed(node) {
        true => place.remove_in_brackets(pairs, at),
        false => place.remove(pairs, at),
    };
    proof::alone(text, path, &At::Key(key.to_owned()), vec![edit])
}

/// A value written so that YAML reads it as exactly this text.
#[must_use]
pub fn quoted(value: &str) -> String {
    let text = Text::new("value", format!("key: {value}\n"));
    let read = yaml::read(&text);
    let node = read.tree.as_ref().and_then(|tree| tree.get("key"));
    let plain = node.map(|node| yaml::value(node));
    match plain {
        Some(Ok(expression::Value::Str(same)))
            if same == value && read.diagnostics.is_empty() && !value.starts_with(['"', '\'']) =>
        {
            value.to_owned()
        }
        _ if value.chars().any(quoted::needs_escape) => quoted::in_double_quotes(value),
        _ => format!("'{}'", value.replace('\'', "''")),
    }
}

/// A key of a block in a text.
struct Target<'t> {
    text: &'t Text,
    key: &'t str,
}

fn root(text: &Text) -> Result<Option<Arc<Node>>, EditError> {
    let read = yaml::read(text);
    match read.diagnostics.is_empty() {
        true => Ok(read.tree),
        false => Err(EditError::Broken {
            file: text.name().to_owned(),
        }),
    }
}

fn find<'n>(root: Option<&'n Arc<Node>>, path: &[At]) -> Option<(Option<Span>, &'n Arc<Node>)> {
    let mut parent = None;
    let mut node = root?;
    for step in path {
        node = match (step, &node.kind) {
            (At::Key(name), NodeKind::Mapping(pairs)) => {
                let (key, value) = pair(pairs, name)?;
                parent = Some(key.span);
                value
            }
            (At::Item(at), NodeKind::Sequence(items)) => {
                parent = None;
                items.get(*at)?
            }
            _ => return None,
        };
    }
    Some((parent, node))
}

fn pair<'n>(pairs: &'n [yaml::Pair], key: &str) -> Option<&'n yaml::Pair> {
    pairs.iter().rev().find(|(name, _)| is_named(name, key))
}

fn is_named(node: &Node, key: &str) -> bool {
    node.scalar().is_some_and(|scalar| &*scalar.value == key)
}

fn no_block(text: &Text, path: &[At], key: &str) -> EditError {
    let steps = path.iter().map(|step| match step {
        At::Key(name) => name.clone(),
        At::Item(at) => at.to_string(),
    });
    EditError::NoBlock {
        file: text.name().to_owned(),
        path: steps.collect::<Vec<_>>().join("."),
        key: key.to_owned(),
    }
}
