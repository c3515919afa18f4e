//! What a value comes to, as far as it is known: for hover texts, forms and dry runs.

use expression::{Unknown, Value};
use source::Diagnostic;

use crate::eval::{Evaluator, Trouble};
use crate::tree::Expr;

/// What a value comes to.
#[derive(Debug, Clone)]
pub enum Preview {
    /// This.
    Known(Value),
    /// Nothing yet: something has to happen first.
    NotYet(Unknown),
    /// Nothing: it is wrong.
    Wrong(Diagnostic),
}

/// Evaluates one value; a preview changes nothing outside.
pub(crate) fn preview(mut evaluator: Evaluator<'_, '_>, expr: &Expr) -> Preview {
    let value = evaluator.value(expr);
    match (evaluator.troubles.list.into_iter().next(), value) {
        (
            Some(Trouble {
                unknown: Some(unknown),
                ..
            }),
            _,
        ) => Preview::NotYet(unknown),
        (Some(Trouble { diagnostic, .. }), _) => Preview::Wrong(diagnostic),
        (None, value) => Preview::Known(value.unwrap_or(Value::None)),
    }
}
