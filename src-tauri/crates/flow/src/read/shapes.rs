//! Reading of each shape a value can have.

use std::sync::Arc;

use expression::Value;
use indexmap::IndexMap;
use source::{Diagnostic, Span};

use super::Reader;
use crate::batch::NeedLevel;
use crate::keys::{KeySpec, Kind, Scalar, Shape};
use crate::tree::{Block, Expr, Field, FieldValue, List, Map, MapItem, Matrix, Need};
use crate::yaml::{self, Node, NodeKind};
use expression::{Form, check_id};

impl Reader<'_> {
    /// Reads what stands under a key.
    pub(super) fn shape(&mut self, key: &KeySpec, at: Span, node: &Arc<Node>) -> FieldValue {
        let null = matches!(yaml::value(node), Ok(Value::None)) && node.scalar().is_some();
        match key.shape {
            Shape::Scalar(scalar) => FieldValue::Scalar(self.scalar(scalar, node)),
            Shape::List(item) => FieldValue::List(self.list(item, node)),
            Shape::Names => self.names(node, null),
            Shape::Map(item) => FieldValue::Map(self.map(item, node)),
            Shape::Arguments => FieldValue::Map(Map::Items(self.map_items(PRIMITIVE, node))),
            Shape::Word(words) => self.word(key.name, words, node),
            Shape::Ignored => self.ignored(key, at),
            Shape::Block(_) | Shape::Blocks(_) | Shape::Items(_) | Shape::Params if null => {
                self.null_block(key, node)
            }
            Shape::Needs | Shape::Matrix if null => FieldValue::Null,
            Shape::Block(kind) => FieldValue::Block(self.block(kind, node)),
            Shape::Blocks(kind) => FieldValue::Blocks(self.blocks(kind, node)),
            Shape::Items(kind) => self.items(kind, node),
            Shape::Params => FieldValue::Blocks(self.blocks(Kind::Param, node)),
            Shape::Needs => self.needs(node),
            Shape::Matrix => self.matrix(node),
        }
    }

    fn null_block(&mut self, key: &KeySpec, node: &Node) -> FieldValue {
        if key.required {
            let message = format!("`{}` is empty: the official tools fail on it", key.name);
            let severity = source::Severity::Portability;
            let found = Diagnostic::new(severity, "empty-block", self.text, node.span, message);
            let empty = if key.name == "tasks" { "[]" } else { "{}" };
            self.report(found.help(format!("write `{}: {empty}`", key.name)));
        }
        FieldValue::Null
    }

    fn ignored(&mut self, key: &KeySpec, at: Span) -> FieldValue {
        let message = format!("`{}` is not used any more", key.name);
        let found = Diagnostic::warning("ignored-key", self.text, at, message);
        self.report(found.help("remove it"));
        FieldValue::Null
    }

    fn word(&mut self, key: &str, words: &[&str], node: &Node) -> FieldValue {
        let written = match (node.scalar(), yaml::value(node)) {
            (Some(_), Ok(value)) => value.to_string(),
            (Some(_), Err(problem)) => {
                self.scalar_problem(node, &problem);
                return FieldValue::Null;
            }
            (None, _) => node.noun().to_owned(),
        };
        if words.contains(&&*written) {
            return FieldValue::Word(written);
        }
        let listed = words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let message = match words {
            [one] => format!("`{key}` of this file must be `{one}`, not `{written}`"),
            _ => format!("`{written}` is not known here: `{key}` is one of {listed}"),
        };
        let candidates = source::nearest(&written, words.iter().copied());
        let found = Diagnostic::error("unknown-word", self.text, node.span, message);
        self.report(found.candidates(candidates));
        FieldValue::Null
    }

    fn items(&mut self, kind: Kind, node: &Node) -> FieldValue {
        let NodeKind::Sequence(nodes) = &node.kind else {
            let message = format!("a list was expected here, not {}", node.noun());
            self.error("wrong-shape", node.span, message);
            return FieldValue::Null;
        };
        let items = nodes
            .iter()
            .map(|node| Arc::new(self.block(kind, node)))
            .collect();
        FieldValue::Items(items)
    }

    fn names(&mut self, node: &Arc<Node>, null: bool) -> FieldValue {
        if null {
            let message = "the official tools refuse a list of names without anything";
            let severity = source::Severity::Portability;
            let found = Diagnostic::new(severity, "empty-list", self.text, node.span, message);
            self.report(found.help("write `[]`, or remove the key"));
            return FieldValue::Null;
        }
        let NodeKind::Sequence(nodes) = &node.kind else {
            let message = format!("a list of names was expected here, not {}", node.noun());
            self.error("wrong-shape", node.span, message);
            return FieldValue::Null;
        };
        let item = Scalar::strict(Form::Str);
        FieldValue::List(List::Items(self.list_items(item, nodes)))
    }

    fn list(&mut self, item: Scalar, node: &Arc<Node>) -> List {
        match &node.kind {
            NodeKind::Sequence(nodes) => List::Items(self.list_items(item, nodes)),
            NodeKind::Scalar(_) => match self.whole(node, "a list") {
                Some(expr) if expr.is_null() => self.null_list(node),
                Some(expr) => List::Whole(Box::new(expr), item.coercion),
                None => List::Items(Vec::new()),
            },
            NodeKind::Mapping(_) => {
                self.error(
                    "wrong-shape",
                    node.span,
                    "a list was expected here, not a mapping",
                );
                List::Items(Vec::new())
            }
        }
    }

    fn null_list(&mut self, node: &Node) -> List {
        let message = "the official tools fail on an empty list unless it is joined with another";
        let severity = source::Severity::Portability;
        let found = Diagnostic::new(severity, "empty-list", self.text, node.span, message);
        self.report(found.help("write `[]`, or remove the key"));
        List::Null
    }

    fn list_items(&mut self, item: Scalar, nodes: &[Arc<Node>]) -> Vec<Expr> {
        nodes
            .iter()
            .filter_map(|node| self.scalar_item(item, node))
            .collect()
    }

    /// An item that has to be a scalar.
    fn scalar_item(&mut self, item: Scalar, node: &Arc<Node>) -> Option<Expr> {
        if node.scalar().is_none() {
            let message = format!("one value was expected here, not {}", node.noun());
            self.error("wrong-shape", node.span, message);
            return None;
        }
        Some(self.scalar(item, node))
    }

    fn map(&mut self, item: Scalar, node: &Arc<Node>) -> Map {
        match &node.kind {
            NodeKind::Scalar(_) => match self.whole(node, "a mapping") {
                Some(expr) => Map::Whole(Box::new(expr)),
                None => Map::Items(Vec::new()),
            },
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => Map::Items(self.map_items(item, node)),
        }
    }

    fn map_items(&mut self, item: Scalar, node: &Arc<Node>) -> Vec<MapItem> {
        let Some(pairs) = self.pairs(node, "this") else {
            return Vec::new();
        };
        let mut found: IndexMap<String, MapItem> = IndexMap::new();
        for (key, value) in pairs {
            let Some(name) = self.key_text(key) else {
                continue;
            };
            if found.contains_key(&name) {
                self.repeated_key(&name, key.span);
            }
            if let Some(value) = self.stringified(item, value) {
                found.insert(
                    name.clone(),
                    MapItem {
                        name,
                        key: key.span,
                        value,
                    },
                );
            }
        }
        found.into_values().collect()
    }

    fn needs(&mut self, node: &Arc<Node>) -> FieldValue {
        let id = Scalar::strict(Form::Id);
        let mut found = Vec::new();
        match &node.kind {
            NodeKind::Sequence(nodes) => {
                for id in self.list_items(id, nodes) {
                    found.push(Need {
                        id,
                        level: NeedLevel::Completed,
                    });
                }
            }
            NodeKind::Mapping(pairs) => {
                for (key, value) in pairs {
                    let Some(id) = self.scalar_item(id, key) else {
                        continue;
                    };
                    let level = match self.word("needs", &["running", "completed"], value) {
                        FieldValue::Word(word) if word == "running" => NeedLevel::Running,
                        _ => NeedLevel::Completed,
                    };
                    found.push(Need { id, level });
                }
            }
            NodeKind::Scalar(_) => {
                let message = "a list of task ids was expected here";
                let found = Diagnostic::error("wrong-shape", self.text, node.span, message);
                let written = self.text.slice(node.span).to_owned();
                self.report(found.help(format!("write `[{written}]`")));
            }
        }
        FieldValue::Needs(found)
    }

    fn matrix(&mut self, node: &Arc<Node>) -> FieldValue {
        let mut matrix = Matrix {
            span: node.span,
            products: IndexMap::new(),
            exclude: Vec::new(),
            include: Vec::new(),
        };
        let Some(pairs) = self.pairs(node, "`matrix`") else {
            return FieldValue::Null;
        };
        for (key, value) in pairs {
            match key.scalar().map(|key| &*key.value) {
                Some("exclude") => matrix.exclude = self.rows(value),
                Some("include") => matrix.include = self.rows(value),
                _ => {
                    let Some(name) = self.identifier(key) else {
                        continue;
                    };
                    let list = self.list(Scalar::strict(Form::Primitive), value);
                    matrix.products.insert(name, list);
                }
            }
        }
        FieldValue::Matrix(matrix)
    }

    fn rows(&mut self, node: &Arc<Node>) -> Vec<Vec<MapItem>> {
        let NodeKind::Sequence(nodes) = &node.kind else {
            let message = format!(
                "a list of combinations was expected here, not {}",
                node.noun()
            );
            self.error("wrong-shape", node.span, message);
            return Vec::new();
        };
        let mut found = Vec::new();
        for node in nodes {
            let row = self.map_items(PRIMITIVE, node);
            for item in &row {
                self.check_name(&item.name, item.key);
            }
            found.push(row);
        }
        found
    }

    /// A key that is a name others can refer to.
    pub(super) fn identifier(&mut self, node: &Node) -> Option<String> {
        let value = match (node.scalar(), yaml::value(node)) {
            (Some(_), Ok(value)) => value,
            (Some(_), Err(problem)) => {
                self.scalar_problem(node, &problem);
                return None;
            }
            (None, _) => {
                self.error(
                    "wrong-shape",
                    node.span,
                    format!("a name is text, not {}", node.noun()),
                );
                return None;
            }
        };
        let Value::Str(name) = value else {
            let message = format!("{} is not text, so it cannot be a name", value.repr());
            let found = Diagnostic::error("bad-name", self.text, node.span, message);
            self.report(found.help("put the name into quotes"));
            return None;
        };
        self.check_name(&name, node.span).then_some(name)
    }

    fn check_name(&mut self, name: &str, span: Span) -> bool {
        let Err(message) = check_id(name) else {
            return true;
        };
        let found = Diagnostic::error("bad-name", self.text, span, message);
        let mended = name.replace(['-', '.', ' '], "_");
        self.report(match check_id(&mended) {
            Ok(()) => found
                .help(format!("write `{mended}`"))
                .candidates(vec![mended]),
            Err(_) => found,
        });
        false
    }

    /// A parameter: a default value, or a block.
    pub(super) fn param(&mut self, node: &Arc<Node>) -> Block {
        if node.scalar().is_none() {
            return self.block(Kind::Param, node);
        }
        let mut block = Block::empty(Kind::Param, self.text, node.span);
        let value = FieldValue::Scalar(self.scalar(Scalar::optional(Form::Str), node));
        block.fields.insert(
            "default",
            Arc::new(Field {
                key: node.span,
                value,
            }),
        );
        block
    }
}

const PRIMITIVE: Scalar = Scalar::strict(Form::Primitive);
