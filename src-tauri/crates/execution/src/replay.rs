//! What was when: the stored history of a task, folded to any moment.
//!
//! The platform keeps every status of a task and of its job with its time. [`marks`] puts them in
//! order, [`TaskNow::take`] folds one after the other, and the fold of all of them is what the
//! platform says now. Nothing is invented: between two marks nothing changes.

use jiff::Timestamp;
use protocol::flow::{Task, TaskStatus};
use protocol::{Job, JobStatus, reason};

/// What a task and its job are doing, as far as their times are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It waits for a place.
    Waiting,
    /// Its image is fetched, its container made.
    Pulling,
    /// It runs.
    Running,
}

/// One thing that is stored with a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: Change,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The task got a status.
    Status(TaskStatus),
    /// It was handed over.
    Submitted,
    /// It began to run.
    Started,
    /// It ended.
    Finished,
    /// The platform said why its job stands as it does.
    Said(Said),
}

/// What the platform says of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// A word, or none.
    pub reason: Option<String>,
    /// A sentence, or none.
    pub description: Option<String>,
    /// The exit code, if it has ended.
    pub exit_code: Option<i32>,
}

/// A task at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskNow {
    /// Its status; none before it was begun.
    pub status: Option<TaskStatus>,
    /// When it was handed over.
    pub submitted: Option<Timestamp>,
    /// When it began to run.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// What the platform said last.
    pub said: Said,
}

/// A stretch of time in one phase; without an end it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub phase: Phase,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub to: Option<Timestamp>,
}

impl TaskNow {
    /// What follows when this is known too.
    pub fn take(&mut self, mark: &Mark) {
        match &mark.change {
            Change::Status(status) => self.status = Some(status.clone()),
            Change::Submitted => self.submitted = Some(mark.at),
            Change::Started => self.started = Some(mark.at),
            Change::Finished => self.finished = Some(mark.at),
            Change::Said(said) => self.said.clone_from(said),
        }
    }

    /// The task at a moment: the fold of everything up to then.
    pub fn at(marks: &[Mark], moment: Timestamp) -> Self {
        let mut now = Self::default();
        let past = marks.iter().take_while(|mark| mark.at <= moment);
        past.for_each(|mark| now.take(mark));
        now
    }
}

/// Everything that is stored of a task and its job, in the order of time.
pub fn marks(record: &Task, job: Option<&Job>) -> Vec<Mark> {
    let mut marks = Vec::new();
    let history = job.map(|job| &job.history);
    let (submitted, started, finished) = history.map_or((None, None, None), |history| {
        (history.created_at, history.started_at, history.finished_at)
    });
    for one in &record.statuses {
        marks.push(mark(one.created_at, Change::Status(one.status.clone())));
    }
    let runs = record
        .statuses
        .iter()
        .find(|one| one.status == TaskStatus::Running);
    let last = record
        .statuses
        .last()
        .filter(|one| one.status.is_finished());
    let of_record = [
        (record.statuses.first(), submitted, Change::Submitted),
        (runs, started, Change::Started),
        (last, finished, Change::Finished),
    ];
    for (of_task, of_job, change) in of_record {
        let at = of_job.or(of_task.map(|one| one.created_at));
        marks.extend(at.map(|at| mark(at, change)));
    }
    if let Some(job) = job {
        marks.extend(sayings(job, &marks));
    }
    marks.sort_by_key(|mark| mark.at);
    marks
}

fn mark(at: Timestamp, change: Change) -> Mark {
    Mark { at, change }
}

/// What the platform said of a job, the present word last.
fn sayings(job: &Job, known: &[Mark]) -> Vec<Mark> {
    let said = |reason: &Option<String>, description: &Option<String>, exit_code| {
        Change::Said(Said {
            reason: reason.clone(),
            description: description.clone(),
            exit_code,
        })
    };
    let transitions = job.statuses.iter();
    let mut marks: Vec<Mark> = transitions
        .map(|one| {
            let change = said(&one.reason, &one.description, one.exit_code);
            mark(one.transition_time, change)
        })
        .collect();
    let history = &job.history;
    let present = said(&history.reason, &history.description, history.exit_code);
    let last = marks.iter().map(|mark| mark.at).max();
    let last = last.max(history.finished_at).or(history.created_at);
    // A job without any time of its own says what it says as long as its task is known.
    let at = last.or_else(|| known.iter().map(|mark| mark.at).min());
    marks.sort_by_key(|mark| mark.at);
    marks.extend(at.map(|at| mark(at, present)));
    marks
}

/// What a task was after each change; changes of one moment are one.
pub fn moments(marks: &[Mark]) -> Vec<(Timestamp, TaskNow)> {
    let mut moments: Vec<(Timestamp, TaskNow)> = Vec::new();
    let mut now = TaskNow::default();
    for mark in marks {
        now.take(mark);
        match moments.last_mut() {
            Some((at, last)) if *at == mark.at => last.clone_from(&now),
            Some((_, last)) if *last == now => {}
            _ => moments.push((mark.at, now.clone())),
        }
    }
    moments
}

/// The stretches of time of a task: by the history of its job, else by its own. A job that was
/// repeated has several stretches of each kind.
pub fn parts(record: &Task, job: Option<&Job>) -> Vec<Part> {
    let steps: Vec<(Timestamp, Option<Phase>)> = match job.filter(|job| !job.statuses.is_empty()) {
        Some(job) => job.statuses.iter().map(of_job).collect(),
        None => record.statuses.iter().map(of_task).collect(),
    };
    let mut parts: Vec<Part> = Vec::new();
    for (at, phase) in steps {
        let open = parts.last_mut().filter(|part| part.to.is_none());
        if open.as_ref().map(|part| part.phase) == phase {
            continue;
        }
        if let Some(part) = open {
            part.to = Some(at.max(part.from));
        }
        parts.extend(phase.map(|phase| Part {
            phase,
            from: at,
            to: None,
        }));
    }
    if let Some(end) = end(record, job) {
        for part in parts.iter_mut().filter(|part| part.to.is_none()) {
            part.to = Some(end.max(part.from));
        }
    }
    parts
}

/// When a task ended, if it has.
fn end(record: &Task, job: Option<&Job>) -> Option<Timestamp> {
    let last = record
        .statuses
        .last()
        .filter(|one| one.status.is_finished());
    let of_job = job.and_then(|job| job.history.finished_at);
    of_job.or(last.map(|one| one.created_at))
}

fn of_job(one: &protocol::JobTransition) -> (Timestamp, Option<Phase>) {
    let why = one.reason.as_deref();
    let phase = match one.status {
        JobStatus::Pending if matches!(why, Some(reason::PULLING | reason::CONTAINER_CREATING)) => {
            Some(Phase::Pulling)
        }
        JobStatus::Running if why == Some(reason::RESTARTING) => Some(Phase::Waiting),
        JobStatus::Running => Some(Phase::Running),
        JobStatus::Pending | JobStatus::Suspended => Some(Phase::Waiting),
        JobStatus::Succeeded | JobStatus::Failed | JobStatus::Cancelled | JobStatus::Unknown(_) => {
            None
        }
    };
    (one.transition_time, phase)
}

fn of_task(one: &protocol::flow::TaskTransition) -> (Timestamp, Option<Phase>) {
    let phase = match one.status {
        TaskStatus::Pending => Some(Phase::Waiting),
        TaskStatus::Running => Some(Phase::Running),
        TaskStatus::Succeeded
        | TaskStatus::Failed
        | TaskStatus::Cancelled
        | TaskStatus::Skipped
        | TaskStatus::Cached
        | TaskStatus::Unknown(_) => None,
    };
    (one.created_at, phase)
}

#[cfg(test)]
mod tests;
