//! What an entry of `tasks` calls.

use std::sync::Arc;

use source::{Diagnostic, Severity};

use super::expand::Expander;
use super::graph::TaskKind;
use crate::action::{self, Action, CallSite};
use crate::eval::Troubles;
use crate::inputs;
use crate::keys::Kind;
use crate::tree::{Block, Expr};

/// An action that is called.
pub(super) struct Called {
    pub(super) action: Arc<Action>,
    pub(super) reference: String,
    pub(super) kind: TaskKind,
    /// What is wrong about the call itself, if it has any row: the graph inside is not made then.
    pub(super) problems: Vec<Diagnostic>,
}

impl Expander<'_> {
    /// What an entry calls, if it is a call, with everything that is wrong about it.
    pub(super) fn called(&mut self, block: &Block) -> Result<Option<Called>, Vec<Diagnostic>> {
        let module = block.has("module");
        let key = if module { "module" } else { "action" };
        let Some(expr) = block.scalar(key) else {
            return Ok(None);
        };
        let Some(reference) = block.constant(key) else {
            return Ok(None);
        };
        let action = self.loaded(
            &reference,
            &CallSite {
                reference: expr,
                block,
                module,
            },
        )?;
        let kind = kind_of(&action, &reference, module).map_err(|message| {
            let cache = cache_in_call(&action, block).filter(|_| !module);
            std::iter::once(refused(expr, message))
                .chain(cache)
                .collect::<Vec<_>>()
        })?;
        let mut problems = inputs::check(&action, block);
        if matches!(kind, TaskKind::Stateful | TaskKind::Local) {
            // Only its own evaluation refuses it, when its turn comes.
            self.notes.extend(problems.drain(..).map(as_warning));
        }
        if matches!(kind, TaskKind::Stateful | TaskKind::Local) {
            problems.extend(cache_in_call(&action, block));
        }
        Ok(Some(Called {
            action,
            reference,
            kind,
            problems,
        }))
    }

    fn loaded(
        &mut self,
        reference: &str,
        site: &CallSite<'_>,
    ) -> Result<Arc<Action>, Vec<Diagnostic>> {
        let workspace = self.session.workspace;
        let loaded = self
            .actions
            .entry(reference.to_owned())
            .or_insert_with(|| action::load(workspace, reference, site));
        let action = loaded.clone().map_err(|found| vec![*found])?;
        if !action.sound && self.lenient {
            // It goes on with what could be read of it.
            self.troubles
                .list
                .extend(Troubles::from(action.problems.clone()).list);
        } else if !action.sound {
            return Err(action.problems.clone());
        }
        Ok(action)
    }
}

fn kind_of(action: &Action, reference: &str, module: bool) -> Result<TaskKind, String> {
    let word = action.kind_word();
    match (action.kind(), module) {
        (Kind::BatchAction, true) => Ok(TaskKind::Module),
        (_, true) => Err(format!(
            "a module must be a batch action, `{reference}` is a {word} one"
        )),
        (Kind::BatchAction, false) => Ok(TaskKind::BatchAction),
        (Kind::StatefulAction, false) => Ok(TaskKind::Stateful),
        (Kind::LocalAction, false) => Ok(TaskKind::Local),
        (_, false) => Err(format!(
            "a batch cannot call `{reference}`: it is a {word} action"
        )),
    }
}

fn as_warning(mut found: Diagnostic) -> Diagnostic {
    found.severity = Severity::Warning;
    found.message.push_str(": the bake starts, and fails here");
    found
}

fn refused(expr: &Expr, message: String) -> Diagnostic {
    Diagnostic::error("wrong-action", &expr.text, expr.span, message)
}

/// What a call cannot have: only batch actions and modules may be remembered.
fn cache_in_call(action: &Action, block: &Block) -> Option<Diagnostic> {
    let field = block.fields.get("cache")?;
    let message = format!(
        "a call of a {} action cannot have `cache`",
        action.kind_word()
    );
    let found = Diagnostic::error("cache-in-call", &block.text, field.key, message);
    Some(
        found
            .label(&block.text, block.span, "the call")
            .help("remove it"),
    )
}
