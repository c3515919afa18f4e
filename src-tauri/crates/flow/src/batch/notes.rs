//! What works here but not, or otherwise, with the official tools.

use std::collections::HashSet;

use expression::{Part, Template, references};
use source::{Diagnostic, Severity, Span};

use super::body::Body as NodeBody;
use super::graph::{Node, TaskGraph};
use super::id::TaskId;
use crate::eval::first_place;
use crate::service::walk::exprs;
use crate::tree::{Block, Body, Expr, FieldValue, List};

fn portability(code: &'static str, expr: &Expr, message: &str) -> Diagnostic {
    Diagnostic::new(Severity::Portability, code, &expr.text, expr.span, message)
}

/// The matrix of a task inside an action that uses the inputs of the action.
pub(super) fn inputs_in_matrix(matrix: Option<&FieldValue>) -> Vec<Diagnostic> {
    let Some(FieldValue::Matrix(matrix)) = matrix else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for list in matrix.products.values() {
        let exprs: Vec<&Expr> = match list {
            List::Whole(expr, _) => vec![&**expr],
            List::Items(items) => items.iter().collect(),
            _ => Vec::new(),
        };
        for expr in exprs {
            let Body::Template(template) = &expr.body else {
                continue;
            };
            if references(template)
                .iter()
                .all(|used| used.name.text != "inputs")
            {
                continue;
            }
            let message = "the official tools do not know `inputs` in a matrix";
            let problem = portability("inputs-in-matrix", expr, message);
            found.push(problem.label(&expr.text, first_place(template), "used here"));
        }
    }
    found
}

/// A task with mixins and several rows.
pub(super) fn mixins_in_matrix(block: &Block) -> Option<Diagnostic> {
    let Some(List::Items(items)) = block.list("mixins") else {
        return None;
    };
    let message = "the official tools apply mixins once more for every further row of the matrix, \
        so lists grow from row to row";
    items
        .first()
        .map(|first| portability("mixins-in-matrix", first, message))
}

/// A task whose id another one before it has.
pub(super) fn repeated_id(node: &Node) -> Diagnostic {
    let message = format!(
        "the id `{}` occurs twice: only the last of these tasks runs",
        node.id
    );
    Diagnostic::warning("repeated-id", &node.text, node.span, message)
        .help("give every task, and every row of a matrix, its own id")
}

/// What all tasks of a batch share, and the matrix, the limits and the cache of each: the official
/// tools evaluate all that before they ask git.
pub(super) fn git_before_bake(trees: &[&Block]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for tree in trees {
        let shared = ["volumes", "images"];
        let blocks = shared.iter().flat_map(|key| tree.blocks(key));
        blocks.for_each(|(_, named)| git_in(&named.block, &mut found));
        if let Some(defaults) = tree.block("defaults") {
            git_in(defaults, &mut found);
        }
        for task in tree.items("tasks") {
            let parts = ["strategy", "cache"]
                .iter()
                .filter_map(|key| task.block(key));
            parts.for_each(|block| git_in(block, &mut found));
        }
    }
    found
}

/// Actions: the official tools settle their images without git, and run the tasks of those that
/// have none to build without it, too.
pub(super) fn git_in_actions(graph: &TaskGraph, images: &[TaskId]) -> Vec<Diagnostic> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    for node in graph.walk().filter(|node| node.kind.is_call()) {
        let NodeBody::Call(call) = &node.body else {
            continue;
        };
        let built = images
            .iter()
            .any(|id| id.steps().starts_with(node.id.steps()));
        if !seen.insert((call.action.text.name(), built)) {
            continue;
        }
        let tree = &call.action.tree;
        match built {
            false => git_in(tree, &mut found),
            // Where images lie is settled before the bake.
            true => tree
                .blocks("images")
                .for_each(|(_, named)| git_in(&named.block, &mut found)),
        }
    }
    found
}

/// The whole expression around a part of a text.
fn expression_around(template: &Template, inner: Span) -> Span {
    let spans = template.parts.iter().filter_map(|part| match part {
        Part::Expression { node, .. } => Some(node.span),
        Part::Text { .. } => None,
    });
    let mut around = spans.filter(|span| span.touches(inner.start));
    around.next().unwrap_or(inner)
}

/// Values that use git, each with the places where they do.
fn git_in(block: &Block, found: &mut Vec<Diagnostic>) {
    exprs(block, &mut |expr| {
        let Body::Template(template) = &expr.body else {
            return;
        };
        let used = references(template).into_iter();
        let mut places = used.filter(|used| used.name.text == "git").peekable();
        if places.peek().is_none() {
            return;
        }
        let message = "the official tools do not know `git` here: they look at it later";
        let note = portability("git-before-bake", expr, message);
        let note = places.fold(note, |note, used| {
            let whole = expression_around(template, used.name.span);
            note.label(&expr.text, used.name.span, "used here").label(
                &expr.text,
                whole,
                "in this expression",
            )
        });
        found.push(note);
    });
}
