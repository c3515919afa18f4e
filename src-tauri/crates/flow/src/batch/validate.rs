//! Names that no context has, found before a bake starts.

use std::collections::HashSet;

use expression::Shape;
use indexmap::IndexMap;
use source::{Diagnostic, Severity, Span};

use super::body::{Body, Call, Condition};
use super::graph::{NeedLevel, Node, TaskGraph, TaskKind};
use crate::action::Action;
use crate::tree::{Block, Body as ExprBody, Expr, FieldValue, List, Map};

/// The contexts of one place.
type Names = IndexMap<String, Shape>;

/// All findings, each once.
struct Validator {
    found: Vec<Diagnostic>,
    seen: HashSet<(String, Span, String)>,
    /// Tasks that a node needs only to run: it does not wait for their results.
    unwaited: Vec<String>,
}

/// Checks all expressions of a graph that are evaluated while a bake runs.
pub(super) fn validate(graph: &TaskGraph) -> Vec<Diagnostic> {
    let mut validator = Validator {
        found: Vec::new(),
        seen: HashSet::new(),
        unwaited: Vec::new(),
    };
    let root = listed([
        ("project", Shape::project()),
        ("flow", Shape::Any),
        ("params", Shape::map()),
        ("git", Shape::git()),
        ("env", Shape::map()),
        ("tags", Shape::tags()),
        ("volumes", Shape::Map(Box::new(Shape::volume()))),
        ("images", Shape::Map(Box::new(Shape::image()))),
    ]);
    validator.graph(graph, &root);
    validator.found
}

fn listed<const COUNT: usize>(list: [(&str, Shape); COUNT]) -> Names {
    list.into_iter()
        .map(|(name, shape)| (name.to_owned(), shape))
        .collect()
}

/// The first contexts, and those of the second for other names.
fn over(upper: Names, lower: &Names) -> Names {
    let mut all = lower.clone();
    all.extend(upper);
    all
}

fn of_action(action: &Action) -> Names {
    listed([
        ("inputs", inputs(action)),
        ("git", Shape::git()),
        ("flow", Shape::record("ActionFlowCtx", ACTION_FLOW)),
        ("images", Shape::Map(Box::new(Shape::image()))),
    ])
}

/// What an action knows of the flow that calls it.
const ACTION_FLOW: [&str; 6] = [
    "flow_id",
    "project_id",
    "workspace",
    "title",
    "username",
    "action_path",
];

fn inputs(action: &Action) -> Shape {
    Shape::inputs(action.tree.blocks("inputs").map(|(name, _)| name))
}

/// The tasks whose results a node may read.
fn needs_of(node: &Node) -> Shape {
    let needs = node
        .needs
        .iter()
        .filter(|(_, level)| **level == NeedLevel::Completed);
    Shape::needs(needs.map(|(name, _)| name.as_str()))
}

/// The tasks that a node needs only to run.
fn unwaited(node: &Node) -> Vec<String> {
    let needs = node.needs.iter();
    let running = needs.filter(|(_, level)| **level == NeedLevel::Running);
    running.map(|(name, _)| name.clone()).collect()
}

fn with_needs<'a>(level: &Names, needs: impl Iterator<Item = &'a str>) -> Names {
    let own = listed([
        ("strategy", Shape::strategy()),
        ("matrix", Shape::map()),
        ("needs", Shape::needs(needs)),
        ("state", Shape::map()),
    ]);
    over(own, level)
}

impl Validator {
    fn graph(&mut self, graph: &TaskGraph, level: &Names) {
        let mut names = with_needs(level, std::iter::empty());
        for node in graph.nodes.values() {
            names.insert("needs".to_owned(), needs_of(node));
            self.unwaited = unwaited(node);
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
        let only_inputs = listed([("inputs", inputs(action))]);
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
        let own = of_action(action);
        let level = match node.kind {
            TaskKind::Module => over(own.clone(), names),
            _ => own.clone(),
        };
        let Some(inner) = &node.inner else { return };
        self.graph(inner, &level);
        self.unwaited.clear();
        // Modules, too, know only their own contexts here.
        let mut own = over(listed([("strategy", Shape::strategy())]), &own);
        let cache = action
            .tree
            .block("cache")
            .and_then(|cache| cache.scalar("life_span"));
        if let Some(life_span) = cache {
            self.expr(life_span, &own, Severity::Error);
        }
        let tasks = inner.nodes.keys().map(String::as_str);
        own.insert("needs".to_owned(), Shape::needs(tasks));
        for (_, output) in action.tree.blocks("outputs") {
            if let Some(value) = output.block.scalar("value") {
                self.expr(value, &own, Severity::Error);
            }
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

    /// Whether a finding is about the result of a task that is needed only to run.
    fn is_unwaited(&self, found: &Diagnostic) -> bool {
        let named = |name: &String| found.message.starts_with(&format!("Task '{name}' is not"));
        found.code == "unknown-result" && self.unwaited.iter().any(named)
    }

    fn expr(&mut self, expr: &Expr, names: &Names, severity: Severity) {
        let ExprBody::Template(template) = &expr.body else {
            return;
        };
        for mut found in expression::validate(template, names, &expr.text) {
            found.severity = match self.is_unwaited(&found) {
                // The official tools find it out when the task starts.
                true => Severity::Warning,
                false => severity,
            };
            self.add(found);
        }
    }

    /// Keeps a finding once; it is an error if it is one for any of the tasks that share a mixin.
    fn add(&mut self, found: Diagnostic) {
        let name = found.text.name().to_owned();
        let place = (name, found.span, found.message.clone());
        if self.seen.insert(place) {
            return self.found.push(found);
        }
        let same = |known: &&mut Diagnostic| {
            known.span == found.span
                && known.message == found.message
                && known.text.name() == found.text.name()
        };
        if let Some(known) = self
            .found
            .iter_mut()
            .find(same)
            .filter(|_| found.is_error())
        {
            known.severity = Severity::Error;
        }
    }
}
