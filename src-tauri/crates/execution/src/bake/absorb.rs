//! Taking in what happened.

use std::sync::Arc;

use flow::batch::TaskId;
use jiff::Timestamp;
use protocol::flow::{TaskStatus, Values};

use super::event::{Ending, Happened, Hit, Wanted};
use super::image_gate::Standing;
use super::machine::{Machine, Stage, Stopping};
use super::recipe::Problem;
use super::record::Record;

impl Machine {
    pub(super) fn absorb(&mut self, happened: Happened, now: Timestamp, wanted: &mut Vec<Wanted>) {
        match happened {
            Happened::Began => self.go_on(wanted),
            Happened::CacheHit { task, hit } => self.take_hit(&task, hit, now, wanted),
            Happened::CacheMiss { task } => self.after_cache(&task, wanted),
            Happened::Submitted { task, job, at } => self.submitted(&task, (job, at), wanted),
            Happened::NotStarted { task, reason } => {
                self.fail(&task, Problem(reason), now, wanted);
            }
            Happened::Running { task, at } => self.running(&task, at, wanted),
            Happened::Ended { task, ending } => self.job_ended(&task, ending, wanted),
            Happened::ImageReady { reference } => self.image_settled(reference, Standing::Ready),
            Happened::ImageFailed { reference, reason } => {
                self.image_settled(reference, Standing::Failed(reason));
            }
            Happened::CancelAsked => self.stop(Stopping::Cancelled, wanted),
        }
    }

    /// Goes on with what was taken over from whoever executed the attempt before.
    fn go_on(&mut self, wanted: &mut Vec<Wanted>) {
        self.watch_adopted(wanted);
        if self.records().any(|record| self.is_reason_to_stop(record)) {
            self.stop(Stopping::Failure, wanted);
        }
    }

    /// Whether a task ended in a way that stopped everything else. Attempts that are tried again begin
    /// without such records, so it was in this attempt.
    fn is_reason_to_stop(&self, record: &Record) -> bool {
        let Some(node) = self.recipe.graph().node(&record.id) else {
            return false;
        };
        match record.status() {
            TaskStatus::Failed | TaskStatus::Cancelled if node.strategy.fail_fast => true,
            // It was not even submitted: because it could not be evaluated, as it cannot now?
            TaskStatus::Failed if node.kind.is_remote() && record.job.is_empty() => {
                self.recipe.task(&record.id, &self.results).is_err()
            }
            _ => false,
        }
    }

    fn watch_adopted(&self, wanted: &mut Vec<Wanted>) {
        let jobs = self
            .begun
            .iter()
            .filter(|(_, begun)| begun.stage == Stage::Job);
        wanted.extend(jobs.filter_map(|(task, begun)| {
            let job = begun.record.as_ref()?.job.clone();
            Some(Wanted::Watch {
                task: task.clone(),
                job,
            })
        }));
    }

    fn stage_is(&self, task: &TaskId, stage: &Stage) -> bool {
        self.begun
            .get(task)
            .is_some_and(|begun| begun.stage == *stage)
    }

    fn take_hit(&mut self, task: &TaskId, hit: Hit, now: Timestamp, wanted: &mut Vec<Wanted>) {
        if !self.stage_is(task, &Stage::LookingUp) {
            return;
        }
        let mut record = Record::new(task.clone(), TaskStatus::Cached, now);
        record.job = hit.job;
        record.outputs = Some(hit.outputs);
        record.state = Some(hit.state);
        self.close(record, wanted);
    }

    fn after_cache(&mut self, task: &TaskId, wanted: &mut Vec<Wanted>) {
        if self.stage_is(task, &Stage::LookingUp) {
            self.ask_for_image(task, wanted);
        }
    }

    fn submitted(
        &mut self,
        task: &TaskId,
        (job, at): (String, Timestamp),
        wanted: &mut Vec<Wanted>,
    ) {
        if !self.stage_is(task, &Stage::Submitting) {
            return;
        }
        let mut record = Record::new(task.clone(), TaskStatus::Pending, at);
        record.job.clone_from(&job);
        self.enter(task, Stage::Job);
        self.write(record, wanted);
        wanted.push(Wanted::Watch {
            task: task.clone(),
            job: job.clone(),
        });
        if self.stopping.is_some() && !self.always_runs(task) {
            wanted.push(Wanted::Kill {
                task: task.clone(),
                job,
            });
        }
    }

    fn running(&mut self, task: &TaskId, at: Timestamp, wanted: &mut Vec<Wanted>) {
        let waits = |record: &&Record| record.status() == TaskStatus::Pending;
        if let Some(mut record) = self.record(task).filter(waits).cloned() {
            record.becomes(TaskStatus::Running, at);
            self.write(record, wanted);
        }
    }

    fn job_ended(&mut self, task: &TaskId, ending: Ending, wanted: &mut Vec<Wanted>) {
        let Some(begun) = self.begun.get(task) else {
            return;
        };
        let local = begun.stage == Stage::Local;
        if !local && begun.stage != Stage::Job {
            return;
        }
        let Some(mut record) = begun.record.clone() else {
            return;
        };
        let ran = ending
            .started_at
            .filter(|start| ending.status == TaskStatus::Succeeded || *start < ending.at);
        if let (Some(start), TaskStatus::Pending, false) = (ran, record.status(), local) {
            record.becomes(TaskStatus::Running, start);
        }
        // A local command has no post task that could use its state.
        let state = if local { Values::new() } else { ending.state };
        record.ends(ending.status.clone(), ending.at, (ending.outputs, state));
        self.close(record, wanted);
        if ending.status == TaskStatus::Succeeded && !local {
            self.remember(task, wanted);
        }
        self.judge(task, &ending.status, wanted);
    }

    /// Has a result remembered. What was taken over from another process has to be evaluated again
    /// to know its key.
    fn remember(&mut self, task: &TaskId, wanted: &mut Vec<Wanted>) {
        let known = self.begun.get_mut(task).and_then(|begun| begun.plan.take());
        let plan = known.or_else(|| self.recipe.task(task, &self.results).ok().map(Arc::new));
        if let Some(plan) = plan.filter(|plan| Self::uses_cache(plan)) {
            wanted.push(Wanted::Remember {
                task: task.clone(),
                key: plan.config.caching_key.clone(),
            });
        }
    }

    /// Stores a record that has ended.
    pub(super) fn close(&mut self, record: Record, wanted: &mut Vec<Wanted>) {
        let task = record.id.clone();
        if let Some(result) = record.result() {
            self.results.insert(task.clone(), result);
        }
        self.enter(&task, Stage::Over);
        self.write(record, wanted);
    }

    /// Stops everything if a task that must not fail did.
    pub(super) fn judge(&mut self, task: &TaskId, status: &TaskStatus, wanted: &mut Vec<Wanted>) {
        let fail_fast = self
            .recipe
            .graph()
            .node(task)
            .is_some_and(|node| node.strategy.fail_fast);
        if fail_fast && matches!(status, TaskStatus::Failed | TaskStatus::Cancelled) {
            self.stop(Stopping::Failure, wanted);
        }
    }

    /// A task that could not be evaluated or started counts as failed and stops the attempt.
    pub(super) fn fail(
        &mut self,
        task: &TaskId,
        problem: Problem,
        now: Timestamp,
        wanted: &mut Vec<Wanted>,
    ) {
        let stored = self.begun.get(task).and_then(|begun| begun.record.clone());
        let mut record = match stored {
            Some(mut record) => {
                record.becomes(TaskStatus::Failed, now);
                record
            }
            None => Record::new(task.clone(), TaskStatus::Failed, now),
        };
        record.outputs = Some(Values::new());
        record.state = Some(Values::new());
        self.problems.push((task.clone(), problem));
        self.close(record, wanted);
        self.stop(Stopping::Failure, wanted);
    }

    pub(super) fn stop(&mut self, why: Stopping, wanted: &mut Vec<Wanted>) {
        let first = self.stopping.is_none();
        if why == Stopping::Cancelled || first {
            self.stopping = Some(why);
        }
        if !first {
            return;
        }
        self.agenda.look_at_queues();
        self.look_at_waiting_for_images();
        let runs = |stage: &Stage| matches!(stage, Stage::Job | Stage::Local);
        for (task, begun) in self.begun.iter().filter(|(_, begun)| runs(&begun.stage)) {
            if self.always_runs(task) {
                continue;
            }
            let task = task.clone();
            wanted.push(match (&begun.stage, &begun.record) {
                (Stage::Job, Some(record)) => Wanted::Kill {
                    task,
                    job: record.job.clone(),
                },
                _ => Wanted::KillLocal { task },
            });
        }
    }
}
