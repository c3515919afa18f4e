//! Bakes, attempts and tasks as the window shows them.

use std::collections::HashMap;

use contract::{
    BakeImageView, BakeRow, BakeState, ImageState, NeedView, StateCount, TaskKind, TaskView,
};
use execution::bake::own_tags;
use indexmap::IndexMap;
use protocol::Job;
use protocol::flow::{
    Attempt, Bake, BakeImage, ImageStatus, Task, TaskStatus, TaskTransition, Values,
};

use crate::view::job::{runner, said, time};
use crate::view::tally::Tally;

/// The state of an attempt or a task.
pub(crate) fn state(status: &TaskStatus) -> BakeState {
    match status {
        TaskStatus::Pending => BakeState::Pending,
        TaskStatus::Running => BakeState::Running,
        TaskStatus::Succeeded => BakeState::Succeeded,
        TaskStatus::Failed => BakeState::Failed,
        TaskStatus::Cancelled => BakeState::Cancelled,
        TaskStatus::Skipped => BakeState::Skipped,
        TaskStatus::Cached => BakeState::Cached,
        TaskStatus::Unknown(_) => BakeState::Unknown,
    }
}

/// An image of a bake.
pub(crate) fn image(record: &BakeImage) -> BakeImageView {
    BakeImageView {
        reference: record.reference.clone(),
        definitions: record.yaml_defs.clone(),
        state: match record.status {
            ImageStatus::Pending => ImageState::Pending,
            ImageStatus::Building => ImageState::Building,
            ImageStatus::Built => ImageState::Built,
            ImageStatus::BuildFailed => ImageState::BuildFailed,
            ImageStatus::Cached => ImageState::Cached,
            ImageStatus::Unknown(_) => ImageState::Unknown,
        },
        raw_id: record.builder_job_id.clone(),
        context: record.context_on_storage.clone(),
        dockerfile: record.dockerfile_rel.clone(),
    }
}

/// The state of a bake: that of its newest attempt.
pub(crate) fn bake_state(bake: &Bake) -> BakeState {
    bake.last_attempt
        .as_ref()
        .map_or(BakeState::Pending, |attempt| state(&attempt.result))
}

/// A bake in the list; counts and end are given by the caller, who knows the tasks.
pub(crate) fn row(bake: &Bake, counts: Vec<StateCount>, finished_at: Option<String>) -> BakeRow {
    let number = bake
        .last_attempt
        .as_ref()
        .map_or(1, |attempt| attempt.number);
    BakeRow {
        id: bake.id.clone(),
        batch: bake.batch.clone(),
        name: bake.name.clone(),
        tags: own_tags(&bake.tags),
        state: bake_state(bake),
        attempt: u32::try_from(number).unwrap_or(1),
        created_at: time(bake.created_at),
        finished_at,
        counts,
    }
}

/// Number of tasks in each state, calls of actions left out.
pub(crate) fn counts(tasks: &[TaskView]) -> Vec<StateCount> {
    Tally::of(tasks).counts()
}

/// When the last task ended, if the attempt is over.
pub(crate) fn finished_at(attempt: &Attempt, tasks: &[TaskView]) -> Option<String> {
    let over = attempt.result.is_finished();
    let last = tasks
        .iter()
        .filter_map(|task| task.finished_at.as_ref())
        .max();
    last.filter(|_| over).cloned()
}

/// What is known of the tasks of an attempt.
pub(crate) struct Known<'a> {
    pub(crate) attempt: &'a Attempt,
    /// The records of the flow API, by full id.
    pub(crate) records: HashMap<&'a str, &'a Task>,
    /// The jobs of the platform, by id.
    pub(crate) jobs: HashMap<&'a str, &'a Job>,
}

impl<'a> Known<'a> {
    pub(crate) fn new(attempt: &'a Attempt, records: &'a [Task], jobs: &'a [Job]) -> Self {
        Self {
            attempt,
            records: records
                .iter()
                .map(|task| (task.yaml_id.as_str(), task))
                .collect(),
            jobs: jobs.iter().map(|job| (job.id.as_str(), job)).collect(),
        }
    }

    /// Adds to the task of a plan what became of it.
    pub(crate) fn fill(&self, mut task: TaskView) -> TaskView {
        let Some(record) = self.records.get(task.id.as_str()) else {
            task.state = self.state_without_record();
            return task;
        };
        of_record(&mut task, (&record.statuses, record.outputs.as_ref()));
        if let Some(job) = self.jobs.get(record.raw_id.as_str()) {
            of_job(&mut task, job);
        }
        task.raw_id = Some(record.raw_id.clone()).filter(|id| !id.is_empty());
        task
    }

    /// A task that was never recorded waits, or will never run.
    fn state_without_record(&self) -> BakeState {
        if self.attempt.result.is_finished() {
            BakeState::Skipped
        } else {
            BakeState::Waiting
        }
    }
}

/// What the record of a task says of it.
pub(crate) fn of_record(
    task: &mut TaskView,
    (statuses, outputs): (&[TaskTransition], Option<&Values>),
) {
    let last = statuses.last();
    task.state = last.map_or(BakeState::Pending, |last| state(&last.status));
    task.outputs = texts(outputs);
    task.created_at = statuses.first().map(|one| time(one.created_at));
    let started = statuses
        .iter()
        .find(|one| one.status == TaskStatus::Running);
    task.started_at = started.map(|one| time(one.created_at));
    let last = last.filter(|one| one.status.is_finished());
    task.finished_at = last.map(|one| time(one.created_at));
}

/// What the job of a task says of it.
pub(crate) fn of_job(task: &mut TaskView, job: &Job) {
    let history = &job.history;
    task.created_at = history.created_at.map(time).or(task.created_at.take());
    task.started_at = history.started_at.map(time).or(task.started_at.take());
    task.finished_at = history.finished_at.map(time).or(task.finished_at.take());
    task.exit_code = history.exit_code;
    task.reason = reason(job);
    task.runner = runner(job);
    task.preset.clone_from(&job.preset_name);
    task.image = Some(job.container.image.clone());
    task.command.clone_from(&job.container.command);
}

/// Reason and description of a job's state in one line; a job that ended well needs none.
pub(crate) fn reason(job: &Job) -> Option<String> {
    let history = &job.history;
    let note = job.runner_note.as_deref();
    reason_in_words(
        history.reason.as_deref(),
        history.description.as_deref(),
        note,
    )
}

/// A reason and a description in one line, beyond what is noted of how a job is run.
pub(crate) fn reason_in_words(
    reason: Option<&str>,
    description: Option<&str>,
    note: Option<&str>,
) -> Option<String> {
    let reason = said(reason).filter(|reason| reason != "Completed");
    let note = said(note);
    let description = said(description).filter(|text| Some(text) != note.as_ref());
    match (reason, description) {
        (Some(reason), Some(description)) => Some(format!("{reason}: {description}")),
        (reason, description) => reason.or(description),
    }
}

fn texts(values: Option<&Values>) -> IndexMap<String, String> {
    let text = |(name, value): (&String, &String)| (name.clone(), value.clone());
    values.into_iter().flatten().map(text).collect()
}

/// The tasks of a bake as its record names them, when nothing better is known: ids and needs.
pub(crate) fn of_graphs(bake: &Bake) -> Vec<TaskView> {
    let mut tasks = Vec::new();
    for (prefix, graph) in &bake.graphs {
        for (id, needs) in graph {
            let kind = if bake.graphs.contains_key(id) {
                TaskKind::Action
            } else {
                TaskKind::Task
            };
            let needs = needs.iter().map(|id| NeedView {
                id: id.clone(),
                while_running: false,
            });
            let group = Some(prefix.clone()).filter(|prefix| !prefix.is_empty());
            tasks.push(planned(id, group, kind, needs.collect()));
        }
    }
    tasks
}

/// The last part of an id, by the call the task lies in.
pub(crate) fn label<'i>(id: &'i str, group: Option<&str>) -> &'i str {
    let inside = group.and_then(|group| id.strip_prefix(group));
    inside.map_or(id, |rest| rest.trim_start_matches('.'))
}

/// A task that has not run.
pub(crate) fn planned(
    id: &str,
    group: Option<String>,
    kind: TaskKind,
    needs: Vec<NeedView>,
) -> TaskView {
    let label = label(id, group.as_deref());
    TaskView {
        id: id.to_owned(),
        label: label.to_owned(),
        group,
        family: None,
        kind,
        state: BakeState::Waiting,
        needs,
        raw_id: None,
        created_at: None,
        started_at: None,
        finished_at: None,
        exit_code: None,
        reason: None,
        runner: None,
        preset: None,
        image: None,
        command: None,
        outputs: IndexMap::new(),
        matrix: IndexMap::new(),
        max_parallel: None,
    }
}
