//! The bakes that this process executes.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex};

use contract::{
    BakeAsk, BakeReplay, BakeView, DeskEvent, Failure, FailureCode, StateCount, TaskView,
};
use execution::bake::{Change, Order, execute};
use protocol::flow::Task;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use super::course::Course;
use super::hold::{Hold, hold};
use super::look::view_of;
use super::looked::{Looked, Slot};
use super::teller::Teller;
use crate::Desk;
use crate::locked::lock;

/// The bakes that this process executes, and what was learnt of any bake.
#[derive(Default)]
pub(crate) struct Bakery {
    runs: Mutex<HashMap<String, Run>>,
    /// Why an executor of this process could not go on, by bake.
    problems: Mutex<HashMap<String, String>>,
    /// The tasks of bakes as planned; they never change.
    plans: Mutex<HashMap<String, Arc<Vec<TaskView>>>>,
    /// What became of the tasks of attempts that are over.
    ends: Mutex<HashMap<String, End>>,
    /// The records of attempts that are over.
    records: Mutex<HashMap<String, Arc<Vec<Task>>>>,
    /// Views of attempts that are over.
    looked: Looked,
    /// The latest attempts that are over and were turned back to a moment.
    replays: Mutex<VecDeque<(BakeAsk, Told)>>,
}

/// So many attempts are kept with their whole history.
const REPLAYS: usize = 4;

/// The history of an attempt and how it ended.
pub(super) type Told = (Arc<BakeReplay>, Arc<BakeView>);

/// The states of the tasks of an attempt that is over, and when the last one ended.
pub(super) type End = (Vec<StateCount>, Option<String>);

struct Run {
    cancel: CancellationToken,
    course: Known,
}

/// How a bake goes, once that was read.
pub(super) type Known = Arc<Mutex<Option<Course>>>;

impl Bakery {
    /// Executes an attempt in the background and tells how it goes.
    pub(crate) fn execute(&self, desk: &Desk, root: &Path, order: Order) -> Result<(), Failure> {
        let held = hold(&desk.folders().platform, &order.attempt.id).map_err(|error| {
            let message = format!("The bake cannot be executed: {error}.");
            Failure::new(FailureCode::Unreachable, message)
        })?;
        let Some(held) = held else {
            let message = "Another process executes this bake.";
            return Err(Failure::new(FailureCode::Conflict, message));
        };
        let bake = order.bake.id.clone();
        let run = Run {
            cancel: CancellationToken::new(),
            course: Known::default(),
        };
        let (cancel, course) = (run.cancel.clone(), Arc::clone(&run.course));
        lock(&self.problems).remove(&bake);
        lock(&self.runs).insert(bake.clone(), run);
        let teller = Teller {
            desk: desk.clone(),
            root: root.to_owned(),
            bake,
            course,
        };
        tokio::spawn(drive(teller, (order, cancel), held));
        Ok(())
    }

    /// Asks for a bake of this process to be stopped; answers whether it is one.
    pub(crate) fn cancel(&self, bake: &str) -> bool {
        let runs = lock(&self.runs);
        let run = runs.get(bake);
        if let Some(run) = run {
            run.cancel.cancel();
        }
        run.is_some()
    }

    /// Whether this process executes a bake.
    pub(crate) fn executes(&self, bake: &str) -> bool {
        lock(&self.runs).contains_key(bake)
    }

    /// A bake that this process executes, by its id or name, as it is at this moment.
    pub(super) fn going(&self, project: &str, asked: &BakeAsk) -> Option<BakeView> {
        let runs = lock(&self.runs);
        let view = |run: &Run| {
            let course = lock(&run.course);
            let view = course.as_ref().map(Course::view)?;
            let is_named = view.row.name.as_ref() == Some(&asked.bake) && view.project == project;
            let is_asked = view.row.id == asked.bake || is_named;
            let number = asked.attempt.unwrap_or(view.attempt);
            (is_asked && number == view.attempt).then(|| view.clone())
        };
        match runs.get(&asked.bake) {
            Some(run) => view(run),
            None => runs.values().find_map(view),
        }
    }

    /// Where the view of an attempt is kept once it is over.
    pub(super) fn slot(&self, asked: &BakeAsk) -> Slot {
        self.looked.slot(asked)
    }

    /// The states of the tasks of a bake that this process executes.
    pub(super) fn counts(&self, bake: &str) -> Option<Vec<StateCount>> {
        let runs = lock(&self.runs);
        let course = lock(&runs.get(bake)?.course);
        course.as_ref().map(Course::counts)
    }

    /// Why the executor of a bake could not go on.
    pub(crate) fn problem(&self, bake: &str) -> Option<String> {
        lock(&self.problems).get(bake).cloned()
    }

    /// The tasks of a bake as planned, if they were learnt before.
    pub(super) fn plan(&self, bake: &str) -> Option<Arc<Vec<TaskView>>> {
        lock(&self.plans).get(bake).cloned()
    }

    pub(super) fn learn_plan(&self, bake: &str, tasks: Vec<TaskView>) -> Arc<Vec<TaskView>> {
        let tasks = Arc::new(tasks);
        lock(&self.plans).insert(bake.to_owned(), Arc::clone(&tasks));
        tasks
    }

    /// What became of the tasks of an attempt, if it is over and was looked at before.
    pub(super) fn ended(&self, attempt: &str) -> Option<End> {
        lock(&self.ends).get(attempt).cloned()
    }

    pub(super) fn learn_end(&self, attempt: &str, end: End) {
        lock(&self.ends).insert(attempt.to_owned(), end);
    }

    /// The records of an attempt that is over, if they were read before.
    pub(super) fn records(&self, attempt: &str) -> Option<Arc<Vec<Task>>> {
        lock(&self.records).get(attempt).cloned()
    }

    pub(super) fn learn_records(&self, attempt: &str, tasks: Vec<Task>) -> Arc<Vec<Task>> {
        let tasks = Arc::new(tasks);
        lock(&self.records).insert(attempt.to_owned(), Arc::clone(&tasks));
        tasks
    }

    /// The history of an attempt that is over, if it was asked for lately.
    pub(super) fn replay(&self, asked: &BakeAsk) -> Option<Told> {
        let replays = lock(&self.replays);
        let found = replays.iter().find(|(known, _)| known == asked);
        found.map(|(_, told)| told.clone())
    }

    pub(super) fn learn_replay(&self, asked: &BakeAsk, told: Told) {
        let mut replays = lock(&self.replays);
        replays.retain(|(known, _)| known != asked);
        replays.push_front((asked.clone(), told));
        replays.truncate(REPLAYS);
    }

    fn note_problem(&self, bake: &str, problem: &str) {
        let mut problems = lock(&self.problems);
        let known = problems.entry(bake.to_owned()).or_default();
        if !known.is_empty() {
            known.push('\n');
        }
        known.push_str(problem);
    }
}

/// Executes an attempt to its end and tells the end.
async fn drive(teller: Teller, (order, cancel): (Order, CancellationToken), held: Hold) {
    let Teller {
        desk, root, bake, ..
    } = teller.clone();
    let (told, heard) = unbounded_channel();
    let telling = tokio::spawn(teller.tell(heard));
    let (heard_at, heard_of) = (desk.clone(), bake.clone());
    let on_change = move |change: Change| {
        if let Change::Problem { task, reason } = &change {
            let bakery = heard_at.bakery();
            bakery.note_problem(&heard_of, &format!("{task}: {reason}"));
        }
        if let Change::Note(note) = &change {
            tracing::info!(note, bake = heard_of, "bake");
        }
        // Nobody hears it only when the bake has ended.
        let _ = told.send(change);
    };
    let ended = execute(order, cancel, on_change).await;
    if let Err(error) = &ended {
        tracing::warn!(%error, bake, "a bake could not be executed to its end");
        desk.bakery()
            .note_problem(&bake, &format!("The executor stopped: {error}."));
        drop(held);
    } else {
        held.done();
    }
    lock(&desk.bakery().runs).remove(&bake);
    telling.abort();
    tell_whole(&desk, &root, &bake).await;
    desk.tell(DeskEvent::BakesChanged {
        project: root.display().to_string(),
    });
    desk.tell(DeskEvent::HomeChanged {});
    desk.watches().wake();
}

async fn tell_whole(desk: &Desk, root: &Path, bake: &str) {
    match view_of(desk, root, bake).await {
        Ok(view) => desk.tell(DeskEvent::BakeChanged {
            bake: Box::new(view),
        }),
        Err(failure) => tracing::warn!(%failure, bake, "a bake could not be looked at"),
    }
}
