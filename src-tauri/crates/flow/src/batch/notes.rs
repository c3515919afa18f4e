//! What works here but not, or otherwise, with the official tools.

use expression::references;
use source::{Diagnostic, Severity};

use super::graph::Node;
use crate::eval::first_place;
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
