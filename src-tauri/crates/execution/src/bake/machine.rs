//! The decisions of an executor: which task starts when, what a failure stops, when it is over.
//!
//! No clock, no network: the machine is told what happened and answers what has to be done.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::batch::{NeedLevel, Node, PlannedTask, Results, TaskGraph, TaskId};
use flow::config::{CacheStrategy, Enable};
use indexmap::IndexMap;
use jiff::Timestamp;
use protocol::flow::{Task, TaskStatus};

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
        let begun = Begun {
            record: Some(record.clone()),
            stage,
            plan: None,
        };
        self.begun.insert(record.id, begun);
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
        let idle = self.begun.values().all(|begun| begun.stage == Stage::Over);
        if !idle || self.builds() {
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

    /// Whether everything a node waits for has come.
    pub(super) fn is_ready(&self, node: &Node) -> bool {
        let level = node.id.parent();
        node.needs.iter().all(|(need, level_of_need)| {
            let status = self.record(&level.child(need)).map(Record::status);
            status.is_some_and(|status| match level_of_need {
                NeedLevel::Running => status == TaskStatus::Running || status.is_finished(),
                NeedLevel::Completed => status.is_finished(),
            })
        })
    }

    /// How many jobs of the graph around a task are on their way, at the fullest level.
    pub(super) fn is_room_for(&self, node: &Node) -> bool {
        let mut level = node.id.parent();
        loop {
            let count = self.jobs_below(&level);
            if i64::try_from(count).unwrap_or(i64::MAX) >= node.strategy.max_parallel {
                return false;
            }
            if level.is_root() {
                return true;
            }
            level = level.parent();
        }
    }

    fn jobs_below(&self, level: &TaskId) -> usize {
        let active =
            |stage: &Stage| matches!(stage, Stage::LookingUp | Stage::Submitting | Stage::Job);
        let inside = |id: &TaskId| id.steps().starts_with(level.steps());
        self.begun
            .iter()
            .filter(|(id, begun)| inside(id) && active(&begun.stage))
            .count()
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

    /// Ids of the nodes of all graphs that are open: of the batch, and inside the calls that go on.
    pub(super) fn open_nodes(&self) -> Vec<TaskId> {
        let mut open = Vec::new();
        self.collect_open(self.recipe.graph(), &mut open);
        open
    }

    fn collect_open(&self, graph: &TaskGraph, open: &mut Vec<TaskId>) {
        for node in graph.nodes.values() {
            open.push(node.id.clone());
            let goes_on = self
                .begun
                .get(&node.id)
                .is_some_and(|begun| begun.stage == Stage::Call);
            if let (true, Some(inner)) = (goes_on, &node.inner) {
                self.collect_open(inner, open);
            }
        }
    }
}
