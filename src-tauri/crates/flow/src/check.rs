//! The check of a whole project: everything that can be found without starting anything.
//!
//! A project in which something is wrong is looked at all the same, as far as it goes, so that
//! all its mistakes are told at once.

mod action;
mod damage;
mod findings;
mod places;

use std::sync::Arc;

use indexmap::IndexMap;
use source::Diagnostic;

use crate::batch::{Bake, BatchFlow, Foreseen, Preparation, TaskId};
use crate::eval::Troubles;
use crate::live::{ForeseenJob, PreparedLive};
use crate::project::Project;
use crate::session::Session;
use damage::Damage;
use findings::Findings;

/// What a check comes to.
#[derive(Debug)]
pub struct Checked {
    /// Everything that was found, each once.
    pub findings: Vec<Diagnostic>,
    /// What the live jobs come to before anybody gives parameters, in the order of the file. Of a
    /// flow that is not sound it is only a guess.
    pub jobs: IndexMap<String, Result<ForeseenJob, Troubles>>,
    /// What is wrong with, or not known of, what all live jobs share.
    pub live: Option<Troubles>,
    /// What the batches come to before anybody gives parameters, by name. Of a batch that is not
    /// sound it is only a guess.
    pub batches: IndexMap<String, CheckedBatch>,
}

/// A batch as far as it could be made ready.
#[derive(Debug)]
pub struct CheckedBatch {
    /// The batch with its graph.
    pub bake: Bake,
    /// What its tasks come to if all goes well, a call before the tasks inside it.
    pub tasks: IndexMap<TaskId, Result<Foreseen, Troubles>>,
    /// What is wrong with, or not known of, the batch itself and its graph.
    pub troubles: Troubles,
}

/// Checks a project that was opened: all its files, and what its jobs and batches come to. `read`
/// is what was found while it was opened. What is only not known yet is no finding.
#[must_use]
pub fn check(project: &Project, read: &[Diagnostic], session: &Session<'_>) -> Checked {
    let mut found = Findings::new(Damage::new(read));
    found.extend(read.iter().cloned());
    let mut checked = Checked {
        findings: Vec::new(),
        jobs: IndexMap::new(),
        live: None,
        batches: IndexMap::new(),
    };
    if let Some(flow) = &project.live {
        let (prepared, troubles) = PreparedLive::survey(project, session, Arc::clone(flow));
        found.troubles(&troubles);
        let jobs = jobs(&prepared, flow.jobs.keys(), session);
        jobs.values().for_each(|job| found.job(job));
        checked.jobs = jobs;
        checked.live = (!troubles.list.is_empty()).then_some(troubles);
    }
    for flow in &project.batches {
        let batch = batch(project, session, flow);
        found.batch(&batch);
        checked.batches.insert(flow.name.clone(), batch);
    }
    for action in &project.actions {
        found.read(action::check(project, session, action));
    }
    checked.findings = found.list();
    checked
}

fn jobs<'a>(
    prepared: &PreparedLive,
    ids: impl Iterator<Item = &'a String>,
    session: &Session<'_>,
) -> IndexMap<String, Result<ForeseenJob, Troubles>> {
    let job = |id: &String| (id.clone(), prepared.foresee(session, id));
    ids.map(job).collect()
}

fn batch(project: &Project, session: &Session<'_>, flow: &Arc<BatchFlow>) -> CheckedBatch {
    let preparation = Preparation::whatever_is_wrong(project, session, Arc::clone(flow));
    let (bake, troubles) = preparation.survey();
    let task = |id: &TaskId| (id.clone(), bake.foresee(session, id));
    let tasks = bake.graph.walk().map(|node| task(&node.id)).collect();
    CheckedBatch {
        bake,
        tasks,
        troubles,
    }
}
