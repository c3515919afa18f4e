//! A single text: as YAML, and as each kind of file.

use std::collections::HashSet;
use std::sync::Arc;

use flow::read::{Document, read};
use flow::yaml::{self, Node, NodeKind};
use source::{Diagnostic, Span, Text};

/// Every kind of file there is.
pub const DOCUMENTS: [Document; 4] = [
    Document::Live,
    Document::Batch,
    Document::Project,
    Document::Action,
];

/// The text reads as YAML, or there is a diagnostic; every node lies in the text.
pub fn as_yaml(written: &str) {
    let text = Text::new("f.yml", written);
    let read = yaml::read(&text);
    placed(&read.diagnostics);
    if let Some(tree) = &read.tree {
        node(&text, tree, &mut HashSet::new());
    }
}

/// The text reads as each kind of file.
pub fn as_files(written: &str) {
    let text = Text::new("f.yml", written);
    for document in DOCUMENTS {
        placed(&read(&text, document).diagnostics);
    }
}

/// Findings and their labels lie in their texts.
pub fn placed(found: &[Diagnostic]) {
    for diagnostic in found {
        inside(&diagnostic.text, diagnostic.span, &diagnostic.message);
        assert!(!diagnostic.message.is_empty(), "{}", diagnostic.code);
        for label in &diagnostic.labels {
            inside(&label.text, label.span, &label.message);
        }
    }
}

/// A span lies in a text, between characters.
pub fn inside(text: &Text, span: Span, what: &str) {
    let part = text.content().get(span.start..span.end);
    assert!(part.is_some(), "{span:?} in {:?}: {what}", text.content());
}

fn node(text: &Text, tree: &Arc<Node>, seen: &mut HashSet<*const Node>) {
    if !seen.insert(Arc::as_ptr(tree)) {
        return;
    }
    inside(text, tree.span, tree.noun());
    let _ = yaml::value(tree);
    match &tree.kind {
        NodeKind::Scalar(scalar) => {
            for (at, _) in scalar.value.char_indices() {
                let place = scalar.offsets.in_file(at);
                let place = place.expect("every character stands somewhere");
                inside(text, Span::at(place), &scalar.value);
                let _ = scalar.offsets.in_value(place);
            }
        }
        NodeKind::Sequence(items) => items.iter().for_each(|item| node(text, item, seen)),
        NodeKind::Mapping(pairs) => {
            for (key, value) in pairs {
                node(text, key, seen);
                node(text, value, seen);
            }
        }
    }
}
