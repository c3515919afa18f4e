//! How a bake of this process goes: its view, kept up by what its executor tells.
//!
//! Nothing is read again: what a change costs does not depend on how many tasks there are.

use std::collections::{BTreeSet, HashMap};

use contract::{BakeImageView, BakeMoved, BakeState, BakeView, MovedTask, StateCount, TaskView};
use execution::bake::{Change, Record};
use protocol::Job;

use crate::view::bake::{image, of_job, of_record};
use crate::view::tally::Tally;

/// A bake of this process.
pub(super) struct Course {
    view: BakeView,
    /// Where the tasks stand, by id.
    places: HashMap<String, usize>,
    tally: Tally,
    /// The jobs of tasks that go on.
    jobs: HashMap<usize, Box<Job>>,
    /// The tasks that changed since that was told.
    changed: BTreeSet<usize>,
    /// Whether something else did.
    is_other: bool,
}

impl Course {
    /// Begins with what was read.
    pub(super) fn new(mut view: BakeView) -> Self {
        view.revision = 1;
        let places = view.tasks.iter().enumerate();
        Self {
            places: places.map(|(at, task)| (task.id.clone(), at)).collect(),
            tally: Tally::of(&view.tasks),
            jobs: HashMap::new(),
            changed: BTreeSet::new(),
            is_other: false,
            view,
        }
    }

    /// The bake as it is.
    pub(super) fn view(&self) -> &BakeView {
        &self.view
    }

    /// The states of its tasks.
    pub(super) fn counts(&self) -> Vec<StateCount> {
        self.tally.counts()
    }

    /// Takes over what happened.
    pub(super) fn take(&mut self, change: Change) {
        match change {
            Change::Running => {
                self.view.row.state = BakeState::Running;
                self.is_other = true;
            }
            Change::Task(record) => self.record(&record),
            Change::Job { task, job } => self.job(&task.to_string(), job),
            Change::Image(record) => {
                let view = image(&record);
                self.image(view);
            }
            Change::Problem { .. } | Change::Note(_) | Change::LocalOutput { .. } => {}
        }
    }

    /// What the executor had to say.
    pub(super) fn problem(&mut self, problem: Option<String>) {
        self.is_other |= self.view.problem != problem;
        self.view.problem = problem;
    }

    fn record(&mut self, record: &Record) {
        let Some(at) = self.places.get(&record.id.to_string()).copied() else {
            return;
        };
        let job = self.jobs.remove(&at);
        self.change(at, |task| {
            of_record(task, (&record.statuses, record.outputs.as_ref()));
            task.raw_id = Some(record.job.clone()).filter(|id| !id.is_empty());
            if let Some(job) = &job {
                of_job(task, job);
            }
        });
        let goes_on = !self.view.tasks[at].state.is_over();
        if let Some(job) = job.filter(|_| goes_on) {
            self.jobs.insert(at, job);
        }
    }

    fn job(&mut self, task: &str, job: Box<Job>) {
        if let Some(at) = self.places.get(task).copied() {
            self.change(at, |task| of_job(task, &job));
            self.jobs.insert(at, job);
        }
    }

    fn change(&mut self, at: usize, change: impl FnOnce(&mut TaskView)) {
        let task = &mut self.view.tasks[at];
        self.tally.remove(task);
        change(task);
        self.tally.add(task);
        self.changed.insert(at);
    }

    fn image(&mut self, view: BakeImageView) {
        let mut images = self.view.images.iter_mut();
        match images.find(|known| known.reference == view.reference) {
            Some(known) => *known = view,
            None => self.view.images.push(view),
        }
        self.is_other = true;
    }

    /// What changed since it was asked last, if anything did.
    pub(super) fn moved(&mut self) -> Option<BakeMoved> {
        if self.changed.is_empty() && !self.is_other {
            return None;
        }
        self.is_other = false;
        self.view.revision += 1;
        self.view.row.counts = self.tally.counts();
        let changed = std::mem::take(&mut self.changed);
        let tasks = changed.into_iter().map(|at| MovedTask {
            at: u32::try_from(at).unwrap_or(u32::MAX),
            task: self.view.tasks[at].clone(),
        });
        Some(BakeMoved {
            tasks: tasks.collect(),
            project: self.view.project.clone(),
            revision: self.view.revision,
            row: self.view.row.clone(),
            images: self.view.images.clone(),
            problem: self.view.problem.clone(),
        })
    }
}
