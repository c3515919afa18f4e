//! The decisions of an executor: which task starts when, what a failure stops, when it is over.
//!
//! No clock, no network: the machine is told what happened and answers what has to be done.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::batch::{Node, PlannedTask, Results, TaskId};
use flow::config::{CacheStrategy, Enable};
use indexmap::IndexMap;
use jiff::Timestamp;
use protocol::flow::{Task, TaskStatus};

use super::agenda::Agenda;
use super::event::{Happened, Wanted};
use super::image_gate::Standing;
use super::recipe::{Problem, Recipe};
use super::record::Record;

/// The state of an attempt that is being executed.
pub struct Machine {
    pub(super) recipe: Recipe,
    /// Everything that was begun, in that order.
    pub(super) begun: IndexMap<TaskId, Begun>,
    pub(super) results: Results,
    pub(super) agenda: Agenda,
    /// How many of those that were begun have not ended.
    going_on: usize,
    /// Whether a task that is ready runs. What it needs has ended then, so this stays as it is, and
    /// a task that waits for a place is not evaluated again and again.
    decided: BTreeMap<TaskId, Result<Enable, Problem>>,
    pub(super) stopping: Option<Stopping>,
    /// Images that tasks asked for, by their references.
    pub(super) images: BTreeMap<String, Standing>,
    /// What went wrong outside of any job, in words.
    pub(super) problems: Vec<(TaskId, Problem)>,
    ended: bool,
}

/// A task that was begun.
pub(super) struct Begun {
    /// Missing until there is something to store: a job, a status.
    pub(super) record: Option<Record>,
    pub(super) stage: Stage,
    pub(super) plan: Option<Arc<PlannedTask>>,
}

/// What is going on with a task that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stage {
    /// An earlier result is being looked for.
    LookingUp,
    /// Its image is being built, or there is no place for its job now that it is built.
    Image,
    /// Its job is being submitted.
    Submitting,
    /// Its job is waiting or running.
    Job,
    /// Its command runs on this computer.
    Local,
    /// It is a call; what is inside goes on.
    Call,
    /// It has ended.
    Over,
}

impl Stage {
    /// Whether a task at this stage counts among those that run beside each other.
    fn has_job(&self) -> bool {
        matches!(self, Self::LookingUp | Self::Submitting | Self::Job)
    }
}

/// Why nothing new is begun but what always runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopping {
    /// A task failed (or could not be evaluated).
    Failure,
    /// The user wants it.
    Cancelled,
}

impl Machine {
    /// The machine of a new attempt.
    pub fn new(recipe: Recipe) -> Self {
        Self {
            agenda: Agenda::new(recipe.graph()),
            going_on: 0,
            recipe,
            begun: IndexMap::new(),
            results: Results::new(),
            decided: BTreeMap::new(),
            stopping: None,
            images: BTreeMap::new(),
            problems: Vec::new(),
            ended: false,
        }
    }

    /// The machine of an attempt that somebody began: with the tasks that are stored.
    pub fn resume(recipe: Recipe, mut stored: Vec<Task>) -> Self {
        stored.sort_by_key(|task| task.statuses.first().map(|first| first.created_at));
        let mut machine = Self::new(recipe);
        for task in stored {
            machine.adopt(Record::stored(task));
        }
        machine
    }

    /// Takes over a stored record, unless the batch does not know its task, or nothing came of it:
    /// then it is begun anew.
    fn adopt(&mut self, record: Record) {
        let Some(node) = self.recipe.graph().node(&record.id) else {
            return;
        };
        let stage = match record.result() {
            Some(result) => {
                self.results.insert(record.id.clone(), result);
                Stage::Over
            }
            None if node.kind.is_call() => Stage::Call,
            None if !record.job.is_empty() => Stage::Job,
            None => return,
        };
        self.open(record.id.clone());
        self.enter(&record.id, stage);
        self.put(record);
    }

    /// Takes over a job of a task that whoever executed the attempt before had no time to record;
    /// answers whether there is such a task, and it was not begun.
    pub fn adopt_job(&mut self, id: &TaskId, job: String, at: Timestamp) -> bool {
        let is_task = |node: &Node| node.kind.is_remote();
        if self.begun.contains_key(id) || !self.recipe.graph().node(id).is_some_and(is_task) {
            return false;
        }
        let mut record = Record::new(id.clone(), TaskStatus::Pending, at);
        record.job = job;
        self.adopt(record);
        true
    }

    /// Begins with a node.
    pub(super) fn open(&mut self, id: TaskId) {
        let begun = Begun {
            record: None,
            stage: Stage::LookingUp,
            plan: None,
        };
        self.agenda.count_job(&id, true);
        self.begun.insert(id, begun);
        self.going_on += 1;
    }

    /// Notes what is going on with a node that was begun.
    pub(super) fn enter(&mut self, id: &TaskId, stage: Stage) {
        let Some(begun) = self.begun.get_mut(id) else {
            return;
        };
        let before = std::mem::replace(&mut begun.stage, stage.clone());
        match (before.has_job(), stage.has_job()) {
            (false, true) => self.agenda.count_job(id, true),
            (true, false) => self.agenda.count_job(id, false),
            _ => {}
        }
        match (before == Stage::Over, stage == Stage::Over) {
            (false, true) => self.going_on -= 1,
            (true, false) => self.going_on += 1,
            _ => {}
        }
        if stage == Stage::Call {
            self.agenda.open(id);
        }
    }

    /// Puts what is to be stored of a node that was begun.
    pub(super) fn put(&mut self, record: Record) {
        self.agenda.note(&record.id, &record.status());
        if let Some(begun) = self.begun.get_mut(&record.id) {
            begun.record = Some(record);
        }
    }

    /// Takes in what happened at `now`, and answers what has to be done.
    pub fn advance(&mut self, happened: Happened, now: Timestamp) -> Vec<Wanted> {
        if self.ended {
            return Vec::new();
        }
        let mut wanted = Vec::new();
        self.absorb(happened, now, &mut wanted);
        self.pump(now, &mut wanted);
        self.stop_idle_builds(&mut wanted);
        if let Some(result) = self.result() {
            self.ended = true;
            wanted.push(Wanted::End { result });
        }
        wanted
    }

    /// What is to be stored of a task.
    pub fn record(&self, id: &TaskId) -> Option<&Record> {
        self.begun.get(id)?.record.as_ref()
    }

    /// All records, in the order in which they were begun.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.begun
            .values()
            .filter_map(|begun| begun.record.as_ref())
    }

    /// What could not be evaluated or started, with the reasons.
    pub fn problems(&self) -> &[(TaskId, Problem)] {
        &self.problems
    }

    /// The batch.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The result, once everything has ended: failed if something could not be evaluated or
    /// started, else that of the first task that failed or was stopped.
    fn result(&self) -> Option<TaskStatus> {
        if self.going_on > 0 || self.builds() {
            return None;
        }
        if self.stopping == Some(Stopping::Cancelled) {
            return Some(TaskStatus::Cancelled);
        }
        if !self.problems.is_empty() {
            return Some(TaskStatus::Failed);
        }
        let bad =
            |status: &TaskStatus| matches!(status, TaskStatus::Failed | TaskStatus::Cancelled);
        let first_bad = self.records().map(Record::status).find(bad);
        let stuck = self
            .recipe
            .graph()
            .nodes
            .values()
            .any(|node| !self.is_over(&node.id));
        Some(first_bad.unwrap_or(if stuck || self.stopping.is_some() {
            TaskStatus::Failed
        } else {
            TaskStatus::Succeeded
        }))
    }

    pub(super) fn is_over(&self, id: &TaskId) -> bool {
        self.begun
            .get(id)
            .is_some_and(|begun| begun.stage == Stage::Over)
    }

    /// Whether a task that is ready runs.
    pub(super) fn decide(&mut self, id: &TaskId) -> Result<Enable, Problem> {
        if let Some(known) = self.decided.get(id) {
            return known.clone();
        }
        let decision = self.recipe.enable(id, &self.results);
        self.decided.insert(id.clone(), decision.clone());
        decision
    }

    /// Whether a task runs even while everything else is being stopped.
    pub(super) fn always_runs(&self, id: &TaskId) -> bool {
        match self.decided.get(id) {
            Some(known) => matches!(known, Ok(Enable::Always)),
            None => matches!(self.recipe.enable(id, &self.results), Ok(Enable::Always)),
        }
    }

    pub(super) fn uses_cache(plan: &PlannedTask) -> bool {
        plan.config.cache.strategy == CacheStrategy::Default
    }
}
