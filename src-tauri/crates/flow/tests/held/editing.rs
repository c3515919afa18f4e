//! Edits of single keys: afterwards the file reads, and nothing else has changed.

use std::sync::Arc;

use flow::service::apply;
use flow::service::edit::{At, quoted, remove, set};
use flow::yaml::{self, Node, NodeKind, Style};
use source::Text;

/// No more blocks of one file are tried.
const MOST_BLOCKS: usize = 12;
/// Values as people put them in: on one line, and on several.
const VALUES: [&str; 6] = [
    "new",
    "'it''s'",
    "[1, 2]",
    "{a: 1}",
    "|\none\n  two\n",
    "\nx: 1\ny:\n- 2",
];

/// A value without its place.
#[derive(Debug, Clone, PartialEq)]
enum Bare {
    Scalar(String, bool, Option<String>),
    List(Vec<Self>),
    Map(Vec<(Self, Self)>),
}

/// Sets and removes keys in the blocks of a text; `word` is a value of its own.
pub fn keys(written: &str, word: &str) {
    let text = Text::new("f.yml", written);
    let read = yaml::read(&text);
    let Some(tree) = read.tree.filter(|_| read.diagnostics.is_empty()) else {
        return;
    };
    // What an alias stands for is written once and occurs twice.
    if written.contains(['*', '&']) {
        return;
    }
    let mut blocks = Vec::new();
    collect(&tree, &mut Vec::new(), &mut blocks);
    let word = quoted(word);
    for (number, path) in blocks.iter().take(MOST_BLOCKS).enumerate() {
        let value = VALUES
            .get(number % (VALUES.len() + 1))
            .copied()
            .unwrap_or(&word);
        for key in keys_at(&tree, path)
            .into_iter()
            .take(3)
            .chain(["zz".to_owned()])
        {
            set_one(&text, &tree, path, (&key, value));
            remove_one(&text, &tree, path, &key);
        }
    }
}

/// A text in quotes reads as itself.
pub fn quotes(word: &str) {
    let text = Text::new("f.yml", format!("key: {}\n", quoted(word)));
    let read = yaml::read(&text);
    assert!(
        read.diagnostics.is_empty(),
        "{word:?} became {:?}",
        text.content()
    );
    let node = read.tree.as_ref().and_then(|tree| tree.get("key"));
    let value = node.map(|node| yaml::value(node));
    assert!(
        matches!(&value, Some(Ok(expression::Value::Str(read))) if read == word),
        "{word:?} became {:?}, which reads as {value:?}",
        text.content()
    );
}

fn set_one(text: &Text, tree: &Arc<Node>, path: &[At], (key, value): (&str, &str)) {
    let Ok(edits) = set(text, path, key, value) else {
        return;
    };
    let after = apply(text.content(), &edits);
    let Some(new) = alone(value) else { return };
    let mut expected = bare(tree);
    if let Some(pairs) = block(&mut expected, path) {
        put(pairs, key, new);
    }
    assert_eq!(
        reading(&after),
        Some(expected),
        "set {path:?} {key} to {value:?} in {:?} made {after:?}",
        text.content()
    );
}

fn remove_one(text: &Text, tree: &Arc<Node>, path: &[At], key: &str) {
    let Ok(edits) = remove(text, path, key) else {
        return;
    };
    let after = apply(text.content(), &edits);
    let mut expected = bare(tree);
    if let Some(pairs) = block(&mut expected, path)
        && let Some(at) = pairs.iter().rposition(|(name, _)| is(name, key))
    {
        pairs.remove(at);
    }
    assert_eq!(
        reading(&after),
        Some(expected),
        "removed {path:?} {key} from {:?}: {after:?}",
        text.content()
    );
}

fn put(pairs: &mut Vec<(Bare, Bare)>, key: &str, value: Bare) {
    match pairs.iter_mut().rev().find(|(name, _)| is(name, key)) {
        Some((_, old)) => *old = value,
        None => {
            let Some(Bare::Map(mut new)) = alone(&format!("{{{key}: x}}")) else {
                return;
            };
            pairs.extend(new.pop().map(|(key, _)| (key, value)));
        }
    }
}

fn is(name: &Bare, key: &str) -> bool {
    matches!(name, Bare::Scalar(text, ..) if text == key)
}

/// The block under a path; an empty scalar becomes a block.
fn block<'b>(root: &'b mut Bare, path: &[At]) -> Option<&'b mut Vec<(Bare, Bare)>> {
    let mut here = root;
    for step in path {
        here = match (step, here) {
            (At::Item(at), Bare::List(items)) => items.get_mut(*at)?,
            (At::Key(name), Bare::Map(pairs)) => {
                &mut pairs.iter_mut().rev().find(|(key, _)| is(key, name))?.1
            }
            _ => return None,
        };
    }
    if matches!(here, Bare::Scalar(..)) {
        *here = Bare::Map(Vec::new());
    }
    match here {
        Bare::Map(pairs) => Some(pairs),
        _ => None,
    }
}

/// What a value alone reads as, as the value of a key.
fn alone(value: &str) -> Option<Bare> {
    let value = value.trim_end_matches('\n').replace('\n', "\n  ");
    let Some(Bare::Map(mut pairs)) = reading(&format!("k: {value}\n")) else {
        return None;
    };
    pairs.pop().map(|(_, value)| value)
}

fn reading(content: &str) -> Option<Bare> {
    let read = yaml::read(&Text::new("f.yml", content));
    let sound = read.diagnostics.is_empty();
    read.tree.filter(|_| sound).map(|tree| bare(&tree))
}

fn bare(node: &Node) -> Bare {
    match &node.kind {
        NodeKind::Scalar(scalar) => Bare::Scalar(
            // Whether the last line of a file ends is no part of the last value.
            scalar.value.trim_end_matches('\n').to_owned(),
            scalar.style == Style::Plain,
            node.tag.as_deref().map(str::to_owned),
        ),
        NodeKind::Sequence(items) => Bare::List(items.iter().map(|item| bare(item)).collect()),
        NodeKind::Mapping(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| (bare(key), bare(value)));
            Bare::Map(pairs.collect())
        }
    }
}

fn collect(node: &Node, path: &mut Vec<At>, found: &mut Vec<Vec<At>>) {
    match &node.kind {
        // Below an empty value a block can begin.
        NodeKind::Scalar(scalar) if scalar.value.is_empty() && scalar.style == Style::Plain => {
            found.push(path.clone());
        }
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(At::Item(at));
                collect(item, path, found);
                path.pop();
            }
        }
        NodeKind::Mapping(pairs) => {
            found.push(path.clone());
            for (key, value) in pairs {
                let Some(key) = key.scalar() else { continue };
                path.push(At::Key(key.value.to_string()));
                collect(value, path, found);
                path.pop();
            }
        }
    }
}

fn keys_at(root: &Arc<Node>, path: &[At]) -> Vec<String> {
    let mut here = Arc::clone(root);
    for step in path {
        let next = match (step, &here.kind) {
            (At::Item(at), NodeKind::Sequence(items)) => items.get(*at).cloned(),
            (At::Key(name), _) => here.get(name).cloned(),
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => return Vec::new(),
        }
    }
    let NodeKind::Mapping(pairs) = &here.kind else {
        return Vec::new();
    };
    let scalars = pairs.iter().filter_map(|(key, _)| key.scalar());
    let names = scalars.map(|scalar| scalar.value.to_string());
    names.filter(|name| !name.is_empty()).collect()
}
