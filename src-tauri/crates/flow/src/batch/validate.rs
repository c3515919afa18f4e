//! Names that no context has, found before a bake starts.

use std::collections::HashSet;

use expression::tree::{Lookup, Node as ExprNode, NodeKind, Trailer};
use source::{Diagnostic, Severity, Span, Text, nearest};

use super::bake::Bake;
use super::body::{Body, Call, Condition};
use super::graph::{NeedLevel, Node, TaskGraph, TaskKind};
use crate::action::Action;
use crate::tree::{Block, Body as ExprBody, Expr, FieldValue, List, Map};

/// What is known of a value without evaluating anything.
#[derive(Clone)]
enum Known {
    /// A record with these fields.
    Record(&'static [&'static str]),
    /// Any name leads to such a value.
    Each(Box<Self>),
    /// Only these names lead anywhere.
    Names(Vec<String>, NamesOf),
    /// A set: nothing can be read from it.
    Tags,
    /// Nothing is known.
    Anything,
}

#[derive(Clone, Copy)]
enum NamesOf {
    Needs,
    Inputs,
}

const PROJECT: Known = Known::Record(&["id", "project_name", "owner"]);
const GIT: Known = Known::Record(&["sha", "branch", "tags"]);
const STRATEGY: Known = Known::Record(&["fail_fast", "max_parallel"]);
const NEED: Known = Known::Record(&["result", "outputs"]);
const VOLUME: Known = Known::Record(&[
    "id",
    "remote",
    "mount",
    "read_only",
    "local",
    "full_local_path",
    "ref",
    "ref_ro",
    "ref_rw",
]);
const IMAGE: Known = Known::Record(&[
    "id",
    "ref",
    "context",
    "dockerfile",
    "dockerfile_rel",
    "build_args",
    "env",
    "volumes",
    "build_preset",
    "force_rebuild",
    "extra_kaniko_args",
]);

/// The contexts of one place.
#[derive(Clone, Default)]
struct Names {
    list: Vec<(&'static str, Known)>,
}

impl Names {
    fn with(mut self, name: &'static str, known: Known) -> Self {
        self.list.push((name, known));
        self
    }

    fn find(&self, name: &str) -> Option<&Known> {
        self.list
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, known)| known)
    }

    /// These, and those of the caller for other names.
    fn over(mut self, outer: &Self) -> Self {
        self.list.extend(outer.list.iter().cloned());
        self
    }
}

/// All findings, each once.
struct Validator {
    found: Vec<Diagnostic>,
    seen: HashSet<(Span, String)>,
}

/// Checks all expressions of a bake that are evaluated while it runs.
pub(super) fn validate(bake: &Bake) -> Vec<Diagnostic> {
    let mut validator = Validator {
        found: Vec::new(),
        seen: HashSet::new(),
    };
    let each_text = || Known::Each(Box::new(Known::Anything));
    let root = Names::default()
        .with("project", PROJECT)
        .with("flow", Known::Anything)
        .with("params", each_text())
        .with("git", GIT)
        .with("env", each_text())
        .with("tags", Known::Tags)
        .with("volumes", Known::Each(Box::new(VOLUME)))
        .with("images", Known::Each(Box::new(IMAGE)));
    validator.graph(&bake.graph, &root);
    validator.found
}

fn of_action(action: &Action) -> Names {
    Names::default()
        .with("inputs", inputs(action))
        .with("git", GIT)
        .with("flow", Known::Anything)
        .with("images", Known::Each(Box::new(IMAGE)))
}

fn inputs(action: &Action) -> Known {
    let names = action
        .tree
        .blocks("inputs")
        .map(|(name, _)| name.to_owned())
        .collect();
    Known::Names(names, NamesOf::Inputs)
}

/// The contexts of a node's own fields.
fn of_node(node: &Node, level: &Names) -> Names {
    let needs = node
        .needs
        .iter()
        .filter(|(_, level)| **level == NeedLevel::Completed);
    let needs = needs.map(|(name, _)| name.clone()).collect();
    with_needs(level, needs)
}

fn with_needs(level: &Names, needs: Vec<String>) -> Names {
    Names::default()
        .with("strategy", STRATEGY)
        .with("matrix", Known::Each(Box::new(Known::Anything)))
        .with("needs", Known::Names(needs, NamesOf::Needs))
        .with("state", Known::Each(Box::new(Known::Anything)))
        .over(level)
}

impl Validator {
    fn graph(&mut self, graph: &TaskGraph, level: &Names) {
        for node in graph.nodes.values() {
            let names = of_node(node, level);
            if let Condition::Written(expr) = &node.condition {
                self.expr(expr, &names, Severity::Error);
            }
            match &node.body {
                Body::Task(block) => self.unit(block, &names),
                Body::Call(call) => self.call(node, call, &names),
            }
        }
    }

    fn call(&mut self, node: &Node, call: &Call, names: &Names) {
        if node.kind != TaskKind::Post {
            for item in crate::inputs::arguments(&call.block) {
                self.expr(&item.value, names, Severity::Error);
            }
        }
        let action = &call.action;
        let only_inputs = Names::default().with("inputs", inputs(action));
        match node.kind {
            TaskKind::Stateful => {
                if let Some(main) = action.tree.block("main") {
                    self.unit(main, &only_inputs);
                }
            }
            TaskKind::Post => {
                if let Some(post) = action.tree.block("post") {
                    self.unit(post, names);
                }
            }
            TaskKind::Local => {
                if let Some(command) = action.tree.scalar("cmd") {
                    self.expr(command, &only_inputs, Severity::Error);
                }
            }
            TaskKind::BatchAction | TaskKind::Module => self.inside(node, action, names),
            TaskKind::Task => {}
        }
    }

    fn inside(&mut self, node: &Node, action: &Action, names: &Names) {
        let level = of_action(action);
        let level = match node.kind {
            TaskKind::Module => level.over(names),
            _ => level,
        };
        let Some(inner) = &node.inner else { return };
        self.graph(inner, &level);
        let all = with_needs(&level, inner.nodes.keys().cloned().collect());
        for (_, output) in action.tree.blocks("outputs") {
            if let Some(value) = output.block.scalar("value") {
                self.expr(value, &all, Severity::Error);
            }
        }
        let cache = action
            .tree
            .block("cache")
            .and_then(|cache| cache.scalar("life_span"));
        if let Some(life_span) = cache {
            self.expr(life_span, &with_needs(&level, Vec::new()), Severity::Error);
        }
    }

    /// The fields of a job. The official tools look only at fields that are one expression;
    /// what is wrong in items of lists and mappings they find when the job starts.
    fn unit(&mut self, block: &Block, names: &Names) {
        for (key, field) in &block.fields {
            if matches!(
                *key,
                "id" | "enable" | "needs" | "strategy" | "cache" | "mixins"
            ) {
                continue;
            }
            match &field.value {
                FieldValue::Scalar(expr) => self.expr(expr, names, Severity::Error),
                FieldValue::List(list) => self.list(list, names, Severity::Error),
                FieldValue::Map(map) => self.map(map, names, Severity::Error),
                _ => {}
            }
        }
    }

    fn list(&mut self, list: &List, names: &Names, severity: Severity) {
        match list {
            List::Whole(expr, _) => self.expr(expr, names, severity),
            List::Items(items) => {
                items
                    .iter()
                    .for_each(|item| self.expr(item, names, Severity::Warning));
            }
            List::Joined(parts) => {
                parts
                    .iter()
                    .for_each(|part| self.list(part, names, Severity::Warning));
            }
            List::Null => {}
        }
    }

    fn map(&mut self, map: &Map, names: &Names, severity: Severity) {
        match map {
            Map::Whole(expr) => self.expr(expr, names, severity),
            Map::Items(items) => {
                items
                    .iter()
                    .for_each(|item| self.expr(&item.value, names, Severity::Warning));
            }
            Map::Joined(parent, child) => {
                self.map(parent, names, Severity::Warning);
                self.map(child, names, Severity::Warning);
            }
        }
    }

    fn expr(&mut self, expr: &Expr, names: &Names, severity: Severity) {
        let ExprBody::Template(template) = &expr.body else {
            return;
        };
        let mut walk = Walk {
            text: &expr.text,
            names,
            severity,
            variables: Vec::new(),
            out: self,
        };
        template.expressions().for_each(|node| walk.node(node));
    }
}

/// One expression on its way.
struct Walk<'a, 'v> {
    text: &'a Text,
    names: &'a Names,
    severity: Severity,
    /// Variables of the comprehensions around.
    variables: Vec<&'a str>,
    out: &'v mut Validator,
}

impl<'a> Walk<'a, '_> {
    fn node(&mut self, node: &'a ExprNode) {
        match &node.kind {
            NodeKind::Literal(_) | NodeKind::Broken => {}
            NodeKind::List(items) => items.iter().for_each(|item| self.node(item)),
            NodeKind::Dict(pairs) => pairs.iter().for_each(|(key, value)| {
                self.node(key);
                self.node(value);
            }),
            NodeKind::Unary(_, operand) => self.node(operand),
            NodeKind::Chain(first, rest) => {
                self.node(first);
                rest.iter().for_each(|(_, operand)| self.node(operand));
            }
            NodeKind::Choice(choice) => {
                self.node(&choice.then);
                self.node(&choice.condition);
                self.node(&choice.otherwise);
            }
            NodeKind::Call(call) => {
                call.arguments
                    .iter()
                    .for_each(|argument| self.node(argument));
                self.keys(&call.trailers);
            }
            NodeKind::Lookup(lookup) => self.lookup(lookup),
            NodeKind::Comprehension(comprehension) => {
                self.node(&comprehension.source);
                self.variables.push(&comprehension.variable.text);
                self.node(&comprehension.element);
                let severity = std::mem::replace(&mut self.severity, Severity::Warning);
                comprehension
                    .condition
                    .iter()
                    .for_each(|condition| self.node(condition));
                self.severity = severity;
                self.variables.pop();
            }
        }
    }

    fn keys(&mut self, trailers: &'a [Trailer]) {
        for trailer in trailers {
            if let Trailer::Item(key) = trailer {
                self.node(key);
            }
        }
    }

    fn lookup(&mut self, lookup: &'a Lookup) {
        self.keys(&lookup.trailers);
        let name = lookup.name.text.as_str();
        if self.variables.contains(&name) {
            return;
        }
        let Some(known) = self.names.find(name) else {
            let names = self.names.list.iter().map(|(name, _)| *name);
            let candidates = nearest(name, names);
            let message = format!("there is no context `{name}` here");
            return self.report(lookup.name.span, message, candidates);
        };
        let mut known = known.clone();
        for trailer in &lookup.trailers {
            match self.step(&known, trailer) {
                Some(next) => known = next,
                None => return,
            }
        }
    }

    /// What one step leads to; nothing, if it leads nowhere or to something unknown.
    fn step(&mut self, known: &Known, trailer: &Trailer) -> Option<Known> {
        let name = match trailer {
            Trailer::Attribute(name) => Some(name.text.as_str()),
            Trailer::Item(_) => None,
        };
        match (known, name) {
            (Known::Anything, _) | (Known::Names(..), None) => None,
            (Known::Each(inner), _) => Some((**inner).clone()),
            (Known::Record(fields), Some(name)) if fields.contains(&name) => None,
            (Known::Record(fields), name) => {
                let message = match name {
                    Some(name) => format!("there is no `{name}` in this context"),
                    None => "its fields are read with a dot, not with `[ ]`".to_owned(),
                };
                let candidates = nearest(name.unwrap_or(""), fields.iter().copied());
                self.report(trailer.span(), message, candidates);
                None
            }
            (Known::Tags, _) => {
                let message = "`tags` is a set: nothing can be read from it".to_owned();
                self.report(trailer.span(), message, Vec::new());
                None
            }
            (Known::Names(names, of), Some(name)) => {
                if names.iter().any(|known| known == name) {
                    return match of {
                        NamesOf::Needs => Some(NEED),
                        NamesOf::Inputs => None,
                    };
                }
                let message = match of {
                    NamesOf::Needs => format!("the task does not need `{name}`"),
                    NamesOf::Inputs => format!("the action has no input `{name}`"),
                };
                let candidates = nearest(name, names.iter().map(String::as_str));
                self.report(trailer.span(), message, candidates);
                None
            }
        }
    }

    fn report(&mut self, span: Span, message: String, candidates: Vec<String>) {
        if !self
            .out
            .seen
            .insert((span, format!("{}:{message}", self.text.name())))
        {
            return;
        }
        let found = Diagnostic::new(self.severity, "unknown-name", self.text, span, message);
        let found = match candidates.first() {
            Some(best) => found.help(format!("did you mean `{best}`?")),
            None => found,
        };
        self.out.found.push(found.candidates(candidates));
    }
}
