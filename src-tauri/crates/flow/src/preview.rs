//! What a value comes to, as far as it is known: for hover texts, forms and dry runs. All of them,
//! and the check of a project, evaluate with the one [`Evaluator`] and tell what is only not known
//! yet from what is wrong by the [`Trouble`] it notes.

use expression::{Node, Unknown, Value, evaluate_node};
use source::{Diagnostic, Text};

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

impl From<Trouble> for Preview {
    fn from(trouble: Trouble) -> Self {
        match trouble.unknown {
            Some(unknown) => Self::NotYet(unknown),
            None => Self::Wrong(trouble.diagnostic),
        }
    }
}

/// Evaluates one value as a start or a bake would; a preview changes nothing outside.
pub(crate) fn preview(mut evaluator: Evaluator<'_, '_>, expr: &Expr) -> Preview {
    let value = evaluator.value(expr);
    match evaluator.troubles.list.into_iter().next() {
        Some(trouble) => Preview::from(trouble),
        None => Preview::Known(value.unwrap_or(Value::None)),
    }
}

/// Evaluates a part of a value, such as one of the contexts it reads.
pub(crate) fn preview_part(evaluator: Evaluator<'_, '_>, (node, text): (&Node, &Text)) -> Preview {
    match evaluate_node(node, evaluator.scope, evaluator.outside) {
        Ok(Value::Unknown(unknown)) => Preview::NotYet(unknown),
        Ok(value) => Preview::Known(value),
        Err(error) => Preview::from(Trouble {
            diagnostic: error.diagnostic(text),
            unknown: error.unknown.map(|unknown| *unknown),
        }),
    }
}
