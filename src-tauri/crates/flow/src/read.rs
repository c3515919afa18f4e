//! From YAML to the tree of a file, driven by the table of keys. All findings at once.

mod rules;
mod shapes;
mod values;

pub(crate) use rules::fits_beside;

use std::sync::Arc;

use indexmap::IndexMap;
use source::{Diagnostic, Parsed, Span, Text, nearest};

use crate::keys::{self, KeySpec, Kind};
use crate::tree::{Block, Field};
use crate::yaml::{self, Node, NodeKind};

/// What kind of file a text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// `live.yml`.
    Live,
    /// A batch.
    Batch,
    /// `project.yml`.
    Project,
    /// An action; its own key `kind` says of which kind.
    Action,
}

/// Reads a file. The tree is there as far as it could be made.
#[must_use]
pub fn read(text: &Text, document: Document) -> Parsed<Block> {
    read_yaml(text, yaml::read(text), document)
}

/// Reads a file whose YAML was read before.
pub(crate) fn read_yaml(
    text: &Text,
    yaml: Parsed<Option<Arc<Node>>>,
    document: Document,
) -> Parsed<Block> {
    let mut reader = Reader {
        text,
        found: Vec::new(),
    };
    let kind = match document {
        Document::Live => Kind::LiveFlow,
        Document::Batch => Kind::BatchFlow,
        Document::Project => Kind::Project,
        Document::Action => reader.action_kind(yaml.tree.as_deref(), yaml.diagnostics.is_empty()),
    };
    let whole = Span::new(0, text.content().len());
    let tree = match &yaml.tree {
        Some(node) => reader.block(kind, node),
        None => Block::empty(kind, text, whole),
    };
    if yaml.tree.is_none() && yaml.diagnostics.is_empty() {
        reader.error("empty-file", Span::at(0), "the file is empty");
    }
    let mut diagnostics = reader.found;
    if let Some(broken) = yaml.diagnostics.first() {
        let end = broken.span.start;
        diagnostics.retain(|found| {
            found.span.end <= end && !matches!(found.code, "missing-key" | "empty-block")
        });
    }
    diagnostics.extend(yaml.diagnostics);
    diagnostics.sort_by_key(|found| found.span.start);
    Parsed { tree, diagnostics }
}

/// Reads nodes and collects findings.
pub(crate) struct Reader<'a> {
    text: &'a Text,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(&mut self, found: Diagnostic) {
        self.found.push(found);
    }

    fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.found
            .push(Diagnostic::error(code, self.text, span, message));
    }

    /// Reads a block of keys.
    fn block(&mut self, kind: Kind, node: &Arc<Node>) -> Block {
        let mut block = Block::empty(kind, self.text, node.span);
        let Some(pairs) = self.pairs(node, kind.noun()) else {
            return block;
        };
        block.fields.reserve(pairs.len());
        for (key_node, value) in pairs {
            let Some(name) = self.key_text(key_node) else {
                continue;
            };
            let Some(key) = keys::find(kind, &name) else {
                self.unknown_key(kind, &name, key_node.span, node.span);
                self.foreign(kind, &name, value);
                continue;
            };
            if block.has(key.name) {
                self.repeated_key(&name, key_node.span);
            }
            let before = self.found.len();
            self.field(&mut block, key, key_node.span, value);
            if kind == Kind::TaskMixin && matches!(key.name, "needs" | "strategy" | "cache") {
                // It has no effect in a mixin, and nobody looks into it.
                self.found.truncate(before);
            }
        }
        self.missing_keys(&block);
        self.rules(&mut block);
        block
    }

    /// What stands under a key that belongs into a related kind of block: mistakes in it are told
    /// at the same time.
    fn foreign(&mut self, kind: Kind, name: &str, node: &Arc<Node>) {
        let others = kind.relatives().iter();
        if let Some(key) = others.copied().find_map(|other| keys::find(other, name)) {
            self.shape(key, node.span, node);
        }
    }

    fn field(&mut self, block: &mut Block, key: &'static KeySpec, at: Span, node: &Arc<Node>) {
        let value = self.shape(key, at, node);
        block
            .fields
            .insert(key.name, Arc::new(Field { key: at, value }));
    }

    /// The pairs of a mapping; a finding if the node is none.
    fn pairs<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [yaml::Pair]> {
        if let NodeKind::Mapping(pairs) = &node.kind {
            return Some(pairs);
        }
        let message = format!("{what} is written as `key: value`, not as {}", node.noun());
        self.error("wrong-shape", node.span, message);
        None
    }

    /// The text of a key.
    fn key_text(&mut self, node: &Node) -> Option<String> {
        if node.scalar().is_none() {
            self.error(
                "wrong-shape",
                node.span,
                format!("a key is text, not {}", node.noun()),
            );
            return None;
        }
        match yaml::value(node) {
            Ok(value) => Some(value.to_string()),
            Err(problem) => {
                self.scalar_problem(node, &problem);
                None
            }
        }
    }

    fn scalar_problem(&mut self, node: &Node, problem: &yaml::ScalarProblem) {
        let found = Diagnostic::error("yaml-value", self.text, node.span, problem.to_string());
        self.report(match problem {
            yaml::ScalarProblem::MergeKey => {
                found.help("use `mixins`, or repeat the keys: the language has no `<<`")
            }
            yaml::ScalarProblem::UnknownTag { .. } => found.help("remove the tag"),
            _ => found.help("put the value into quotes if it is meant as text"),
        });
    }

    fn repeated_key(&mut self, name: &str, span: Span) {
        let message = format!("the key `{name}` occurs twice: only this one counts");
        self.report(
            Diagnostic::warning("repeated-key", self.text, span, message)
                .help("remove one of the two"),
        );
    }

    fn unknown_key(&mut self, kind: Kind, name: &str, span: Span, block: Span) {
        let elsewhere = kind
            .relatives()
            .iter()
            .find(|other| keys::find(**other, name).is_some());
        let message = format!("{} has no key `{name}`", kind.noun());
        let found = Diagnostic::error("unknown-key", self.text, span, message);
        let found = match elsewhere {
            Some(other) => {
                let start = Span::new(block.start, block.start);
                let found = found.label(self.text, start, format!("this is {}", kind.noun()));
                found.help(format!("`{name}` belongs into {}", other.noun()))
            }
            None => found,
        };
        let candidates = nearest(name, kind.keys().map(|key| key.name));
        let found = match (candidates.first(), elsewhere) {
            (Some(best), None) => found.help(format!("did you mean `{best}`?")),
            _ => found,
        };
        self.report(found.candidates(candidates));
    }

    fn missing_keys(&mut self, block: &Block) {
        for key in block
            .kind
            .keys()
            .filter(|key| key.required && !block.has(key.name))
        {
            let message = format!("{} needs the key `{}`", block.kind.noun(), key.name);
            let span = Span::new(block.span.start, block.span.start + 1);
            self.report(Diagnostic::error("missing-key", self.text, span, message).help(key.doc));
        }
    }

    /// The kind of an action file, read off its key `kind`.
    fn action_kind(&mut self, node: Option<&Node>, sound: bool) -> Kind {
        let word = node
            .and_then(|node| node.get("kind"))
            .and_then(|kind| kind.scalar());
        match word.map(|word| &*word.value) {
            Some("live") => Kind::LiveAction,
            Some("stateful") => Kind::StatefulAction,
            Some("local") => Kind::LocalAction,
            Some("batch") => Kind::BatchAction,
            _ => self.guessed_action_kind(node, sound),
        }
    }

    fn guessed_action_kind(&mut self, node: Option<&Node>, _sound: bool) -> Kind {
        let has = |key| node.is_some_and(|node| node.get(key).is_some());
        if has("job") {
            Kind::LiveAction
        } else if has("main") {
            Kind::StatefulAction
        } else if has("cmd") || has("bash") || has("python") {
            Kind::LocalAction
        } else {
            Kind::BatchAction
        }
    }

    /// Reads named blocks.
    fn blocks(&mut self, kind: Kind, node: &Arc<Node>) -> IndexMap<String, crate::tree::Named> {
        let mut found = IndexMap::new();
        if matches!(&node.kind, NodeKind::Sequence(items) if items.is_empty()) {
            return found;
        }
        let Some(pairs) = self.pairs(node, "a block of names") else {
            return found;
        };
        for (key, value) in pairs {
            let Some(name) = self.identifier(key) else {
                continue;
            };
            if found.contains_key(&name) {
                self.repeated_key(&name, key.span);
            }
            let block = match kind {
                Kind::Param => self.param(value),
                _ => self.block(kind, value),
            };
            let block = Arc::new(block);
            found.insert(
                name,
                crate::tree::Named {
                    key: key.span,
                    block,
                },
            );
        }
        found
    }
}
