//! The check of a whole project: everything that can be found without starting anything.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;
use source::{Diagnostic, Span};

use crate::batch::{Bake, Foreseen, Node, TaskId, prepare};
use crate::eval::Troubles;
use crate::live::{JobInputs, PlannedJob, PreparedLive};
use crate::project::Project;
use crate::session::Session;

/// What a check comes to.
#[derive(Debug)]
pub struct Checked {
    /// Everything that was found, each once.
    pub findings: Vec<Diagnostic>,
    /// What the live jobs come to without parameters, in the order of the file; empty if the live
    /// flow cannot be evaluated.
    pub jobs: IndexMap<String, Result<PlannedJob, Troubles>>,
    /// Why no live job can be evaluated.
    pub live: Option<Troubles>,
    /// What the batches come to without parameters, by name.
    pub batches: IndexMap<String, Result<CheckedBatch, Troubles>>,
}

/// A batch that could be made ready.
#[derive(Debug)]
pub struct CheckedBatch {
    /// The batch with its graph.
    pub bake: Bake,
    /// What its tasks come to if all goes well, a call before the tasks inside it.
    pub tasks: IndexMap<TaskId, Result<Foreseen, Troubles>>,
}

/// Checks a project that was opened: all its files, and what its jobs and batches come to. `read`
/// is what was found while it was opened. What is only not known yet is no finding.
#[must_use]
pub fn check(project: &Project, read: &[Diagnostic], session: &Session<'_>) -> Checked {
    let mut found = Findings::default();
    found.extend(read.iter().cloned());
    let mut checked = Checked {
        findings: Vec::new(),
        jobs: IndexMap::new(),
        live: None,
        batches: IndexMap::new(),
    };
    if project.live.as_ref().is_some_and(|live| live.sound) {
        match jobs(project, session) {
            Ok(jobs) => checked.jobs = jobs,
            Err(troubles) => {
                found.troubles(&troubles);
                checked.live = Some(troubles);
            }
        }
    }
    for planned in checked.jobs.values() {
        match planned {
            Ok(planned) => found.extend(planned.notes.iter().cloned()),
            Err(troubles) => found.troubles(troubles),
        }
    }
    for flow in project.batches.iter().filter(|batch| batch.readable) {
        let batch = batch(project, session, &flow.name);
        found.batch(&batch);
        checked.batches.insert(flow.name.clone(), batch);
    }
    checked.findings = found.list;
    checked
}

fn jobs(
    project: &Project,
    session: &Session<'_>,
) -> Result<IndexMap<String, Result<PlannedJob, Troubles>>, Troubles> {
    let Some(flow) = &project.live else {
        return Ok(IndexMap::new());
    };
    let prepared = PreparedLive::new(project, session, Arc::clone(flow))?;
    let job = |id: &String| {
        let planned = prepared.job(session, id, &JobInputs::default());
        (id.clone(), planned)
    };
    Ok(flow.jobs.keys().map(job).collect())
}

fn batch(project: &Project, session: &Session<'_>, name: &str) -> Result<CheckedBatch, Troubles> {
    let bake = prepare(project, session, name, &IndexMap::new())?;
    let task = |id: &TaskId| (id.clone(), bake.foresee(session, id));
    let tasks = bake.graph.walk().map(|node| task(&node.id)).collect();
    Ok(CheckedBatch { bake, tasks })
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

    fn troubles(&mut self, troubles: &Troubles) {
        let wrong = troubles
            .list
            .iter()
            .filter(|trouble| trouble.unknown.is_none());
        self.extend(wrong.map(|trouble| trouble.diagnostic.clone()));
    }

    fn batch(&mut self, batch: &Result<CheckedBatch, Troubles>) {
        let batch = match batch {
            Ok(batch) => batch,
            Err(troubles) => return self.troubles(troubles),
        };
        self.extend(batch.bake.notes().iter().cloned());
        let checks = batch.bake.check().into_iter();
        self.extend(checks.map(|finding| finding.diagnostic));
        let tasks = batch.bake.graph.walk().zip(batch.tasks.values());
        for (node, troubles) in tasks.filter_map(|(node, task)| Some((node, task.as_ref().err()?)))
        {
            // What names no context has was found by the check of all names.
            if !self.know_error_in(node) {
                self.troubles(troubles);
            }
        }
    }

    fn know_error_in(&self, node: &Node) -> bool {
        self.list.iter().any(|found| {
            found.is_error()
                && found.text.name() == node.text.name()
                && node.span.touches(found.span.start)
        })
    }
}
