//! The check of an action by itself: it is called with inputs that are not known yet.

use std::fmt::Write as _;
use std::sync::Arc;

use source::{Diagnostic, Text};

use crate::action::Action;
use crate::batch::BatchFlow;
use crate::keys::Kind;
use crate::live::{LiveFlow, PreparedLive};
use crate::project::Project;
use crate::session::Session;

/// The name of the flow that calls.
const CALLER: &str = "<call>";

/// What is wrong with an action, whoever calls it.
pub(super) fn check(project: &Project, session: &Session<'_>, action: &Action) -> Vec<Diagnostic> {
    let live = action.kind() == Kind::LiveAction;
    let text = Text::new(CALLER, call(action, live));
    let mut found = Vec::new();
    if live {
        let flow = LiveFlow::read("call", CALLER, text, None).tree;
        let (prepared, troubles) = PreparedLive::survey(project, session, Arc::new(flow));
        found.extend(troubles.only_wrong().diagnostics());
        match prepared.foresee(session, "call") {
            Ok(job) => found.extend(job.planned.notes),
            Err(troubles) => found.extend(troubles.diagnostics()),
        }
    } else {
        let flow = BatchFlow::read("call", CALLER, text, None).tree;
        let batch = super::batch(project, session, &Arc::new(flow));
        found.extend(batch.troubles.only_wrong().diagnostics());
        found.extend(batch.bake.notes().iter().cloned());
        found.extend(batch.bake.check().into_iter().map(|found| found.diagnostic));
        let wrong = batch.tasks.into_values().filter_map(Result::err);
        found.extend(wrong.flat_map(crate::eval::Troubles::diagnostics));
    }
    found.retain(|found| found.text.name() != CALLER);
    found
}

/// A flow with one call. Its parameters have no values, so that the inputs have none.
fn call(action: &Action, live: bool) -> String {
    let names: Vec<&str> = action.tree.blocks("inputs").map(|(name, _)| name).collect();
    let indent = if live { "    " } else { "" };
    let mut params = String::new();
    let mut args = String::new();
    for name in names {
        // Writing to memory cannot fail.
        let _ = writeln!(params, "{indent}  {name}: ~");
        let _ = writeln!(args, "{indent}      {name}: ${{{{ params.{name} }}}}");
    }
    let path = &action.path;
    match (live, params.is_empty()) {
        (true, true) => {
            format!("kind: live\njobs:\n  call:\n    action: 'ws:{path}'\n    args: {{}}\n")
        }
        (true, false) => format!(
            "kind: live\njobs:\n  call:\n    action: 'ws:{path}'\n    params:\n{params}    args:\n{args}"
        ),
        (false, true) => {
            format!("kind: batch\ntasks:\n- id: call\n  action: 'ws:{path}'\n  args: {{}}\n")
        }
        (false, false) => format!(
            "kind: batch\nparams:\n{params}tasks:\n- id: call\n  action: 'ws:{path}'\n  args:\n{args}"
        ),
    }
}
