//! The check of a whole project: everything that can be found without starting anything.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;
use source::{Diagnostic, Parsed, Span};

use crate::batch::prepare;
use crate::eval::Troubles;
use crate::live::{JobInputs, PreparedLive};
use crate::project::Project;
use crate::session::Session;

/// Checks a project that was opened: all its files, and what its jobs and batches come to.
/// What is only not known yet is no finding.
#[must_use]
pub fn check(opened: &Parsed<Project>, session: &Session<'_>) -> Vec<Diagnostic> {
    let mut found = Findings::default();
    found.extend(opened.diagnostics.iter().cloned());
    let project = &opened.tree;
    if project.live.as_ref().is_some_and(|live| live.sound) {
        live(project, session, &mut found);
    }
    for batch in project.batches.iter().filter(|batch| batch.readable) {
        match prepare(project, session, &batch.name, &IndexMap::new()) {
            Ok(bake) => {
                found.extend(bake.notes().iter().cloned());
                found.extend(bake.check().into_iter().map(|finding| finding.diagnostic));
            }
            Err(troubles) => found.troubles(troubles),
        }
    }
    found.list
}

fn live(project: &Project, session: &Session<'_>, found: &mut Findings) {
    let Some(flow) = &project.live else { return };
    let prepared = match PreparedLive::new(project, session, Arc::clone(flow)) {
        Ok(prepared) => prepared,
        Err(troubles) => return found.troubles(troubles),
    };
    for id in flow.jobs.keys() {
        match prepared.job(session, id, &JobInputs::default()) {
            Ok(planned) => found.extend(planned.notes),
            Err(troubles) => found.troubles(troubles),
        }
    }
}

/// Findings, each once.
#[derive(Default)]
struct Findings {
    list: Vec<Diagnostic>,
    seen: HashSet<(String, Span, String)>,
}

impl Findings {
    fn extend(&mut self, found: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in found {
            let place = (
                diagnostic.text.name().to_owned(),
                diagnostic.span,
                diagnostic.message.clone(),
            );
            if self.seen.insert(place) {
                self.list.push(diagnostic);
            }
        }
    }

    fn troubles(&mut self, troubles: Troubles) {
        let wrong = troubles
            .list
            .into_iter()
            .filter(|trouble| trouble.unknown.is_none());
        self.extend(wrong.map(|trouble| trouble.diagnostic));
    }
}
