//! What stands behind a node of the graph.

use std::sync::Arc;

use crate::action::Action;
use crate::tree::{Block, Expr};

/// What a node runs.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// A task, its mixins applied.
    Task(Arc<Block>),
    /// A call.
    Call(Call),
}

/// A call of an action.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) action: Arc<Action>,
    /// The entry of `tasks` that calls.
    pub(crate) block: Arc<Block>,
}

/// The condition of a node.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// All that is needed has succeeded.
    Success,
    /// Whatever happened before.
    Always,
    /// Written by the author.
    Written(Box<Expr>),
}

impl Condition {
    /// The condition as it is, or could be, written.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Success => "${{ success() }}".to_owned(),
            Self::Always => "${{ always() }}".to_owned(),
            Self::Written(expr) => expr.written().unwrap_or_default(),
        }
    }
}
