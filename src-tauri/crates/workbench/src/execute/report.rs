//! What an executor says while it works, in the words of the official tool.

use std::collections::BTreeMap;

use execution::bake::{Change, Record};
use flow::batch::{TaskGraph, TaskId, TaskKind};
use protocol::flow::{Attempt, Bake, BakeImage, ImageStatus, TaskStatus};

/// Says each change once.
pub(super) struct Report {
    bake: String,
    number: i64,
    kinds: BTreeMap<TaskId, TaskKind>,
    said: BTreeMap<TaskId, TaskStatus>,
}

impl Report {
    pub(super) fn new(bake: &Bake, attempt: &Attempt) -> Self {
        Self {
            bake: bake.id.clone(),
            number: attempt.number,
            kinds: BTreeMap::new(),
            said: BTreeMap::new(),
        }
    }

    /// Learns what the tasks are.
    pub(super) fn knows(&mut self, graph: &TaskGraph) {
        let kinds = graph.walk().map(|node| (node.id.clone(), node.kind));
        self.kinds = kinds.collect();
    }

    /// Says what changed.
    pub(super) fn tell(&mut self, change: Change, say: &mut impl FnMut(&str)) {
        match change {
            Change::Running | Change::Job { .. } => {}
            Change::Task(record) => self.task(&record, say),
            Change::Problem { task, reason } => say(&format!("ERROR: {task}: {reason}")),
            Change::Image(image) => Self::image(&image, say),
            Change::Note(note) => say(&format!("Note: {note}")),
            Change::LocalOutput { text, .. } => text.lines().for_each(say),
        }
    }

    fn image(image: &BakeImage, say: &mut impl FnMut(&str)) {
        say(&format!("Image {} is {}", image.reference, image.status));
        let job = image.builder_job_id.as_ref();
        if let (ImageStatus::Building, Some(job)) = (&image.status, job) {
            say(&format!("  builder job: {job}"));
        }
    }

    fn task(&mut self, record: &Record, say: &mut impl FnMut(&str)) {
        let status = record.status();
        if self.said.insert(record.id.clone(), status.clone()).as_ref() == Some(&status) {
            return;
        }
        let kind = match self.kinds.get(&record.id) {
            Some(kind) if kind.is_call() => "Action",
            Some(TaskKind::Local) => "Local action",
            _ => "Task",
        };
        let mut words = vec![kind.to_owned(), record.id.to_string()];
        words.extend(Some(record.job.clone()).filter(|job| !job.is_empty()));
        words.extend(["is".to_owned(), status.to_string()]);
        let outputs = record.outputs.clone().unwrap_or_default();
        if status.is_finished() {
            let about = if outputs.is_empty() {
                "(no outputs)"
            } else {
                "with following outputs:"
            };
            words.push(about.to_owned());
        }
        say(&words.join(" "));
        for (name, value) in &outputs {
            say(&format!("  {name}: {value}"));
        }
    }

    /// Says how it ended.
    pub(super) fn end(&self, result: &TaskStatus, say: &mut impl FnMut(&str)) {
        say(&format!("Attempt #{} {result}", self.number));
        if *result != TaskStatus::Succeeded {
            say("Hint: you can restart the bake from its first failed task with:");
            say(&format!("apolo-flow restart {}", self.bake));
        }
    }
}
