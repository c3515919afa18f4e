//! Beginning what is ready, and ending calls whose inside has ended.

use std::sync::Arc;

use flow::batch::{TaskId, TaskKind};
use flow::config::Enable;
use jiff::Timestamp;
use protocol::flow::{TaskStatus, Values};

use super::event::Wanted;
use super::machine::{Begun, Machine, Stage};
use super::record::Record;

impl Machine {
    /// Goes on until nothing more can be begun or ended.
    pub(super) fn pump(&mut self, now: Timestamp, wanted: &mut Vec<Wanted>) {
        loop {
            let mut moved = false;
            for id in self.open_nodes() {
                moved |= match self.begun.get(&id).map(|begun| &begun.stage) {
                    Some(Stage::Image) => self.follow_image(&id, now, wanted),
                    Some(_) => self.follow_call(&id, now, wanted),
                    None => self.begin(&id, now, wanted),
                };
            }
            if !moved {
                return;
            }
        }
    }

    /// Begins a task that is ready; answers whether it did.
    fn begin(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) -> bool {
        let Some(node) = self.recipe.graph().node(id) else {
            return false;
        };
        if !self.is_ready(node) {
            return false;
        }
        let kind = node.kind;
        let room = self.is_room_for(node);
        let enable = self.decide(id);
        let runs = match &enable {
            Ok(Enable::Always) => true,
            Ok(Enable::Yes) => self.stopping.is_none(),
            Ok(Enable::No) => false,
            Err(_) => true,
        };
        if runs && enable.is_ok() && kind.is_remote() && !room {
            return false;
        }
        self.begun.insert(
            id.clone(),
            Begun {
                record: None,
                stage: Stage::LookingUp,
                plan: None,
            },
        );
        match enable {
            Err(problem) => self.fail(id, problem, now, wanted),
            Ok(_) if !runs => self.skip(id, now, wanted),
            Ok(_) if kind.is_call() => self.open_call(id, now, wanted),
            Ok(_) if kind == TaskKind::Local => self.begin_local(id, now, wanted),
            Ok(_) => self.begin_task(id, now, wanted),
        }
        true
    }

    pub(super) fn skip(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        let mut record = Record::new(id.clone(), TaskStatus::Skipped, now);
        record.outputs = Some(Values::new());
        record.state = Some(Values::new());
        self.close(record, wanted);
    }

    fn open_call(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        self.set(
            id,
            Stage::Call,
            Some(Record::new(id.clone(), TaskStatus::Pending, now)),
        );
        wanted.push(Wanted::Write { task: id.clone() });
    }

    fn begin_local(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        match self.recipe.local(id, &self.results) {
            Err(problem) => self.fail(id, problem, now, wanted),
            Ok(command) => {
                let record = Record::new(id.clone(), TaskStatus::Pending, now);
                self.set(id, Stage::Local, Some(record));
                wanted.push(Wanted::Write { task: id.clone() });
                wanted.push(Wanted::RunLocal {
                    task: id.clone(),
                    command,
                });
            }
        }
    }

    fn begin_task(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        let plan = match self.recipe.task(id, &self.results) {
            Ok(plan) => Arc::new(plan),
            Err(problem) => return self.fail(id, problem, now, wanted),
        };
        self.set(id, Stage::LookingUp, None);
        if let Some(begun) = self.begun.get_mut(id) {
            begun.plan = Some(plan.clone());
        }
        if Self::uses_cache(&plan) {
            let task = id.clone();
            wanted.push(Wanted::LookUp { task, plan });
        } else {
            self.ask_for_image(id, wanted);
        }
    }

    fn set(&mut self, id: &TaskId, stage: Stage, record: Option<Record>) {
        if let Some(begun) = self.begun.get_mut(id) {
            begun.stage = stage;
            begun.record = record;
        }
    }

    /// Brings a call up to date with its inside; answers whether anything changed.
    fn follow_call(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) -> bool {
        let Some(Begun {
            stage: Stage::Call,
            record: Some(record),
            ..
        }) = self.begun.get(id)
        else {
            return false;
        };
        let waiting = record.status() == TaskStatus::Pending;
        let Some(inside) = self.inside(id) else {
            return false;
        };
        let all = |test: fn(&TaskStatus) -> bool| inside.iter().flatten().all(test);
        let complete = inside.iter().all(Option::is_some);
        let run = |status: &TaskStatus| *status == TaskStatus::Running || status.is_finished();
        if waiting && complete && all(run) {
            if let Some(record) = self
                .begun
                .get_mut(id)
                .and_then(|begun| begun.record.as_mut())
            {
                record.becomes(TaskStatus::Running, now);
            }
            wanted.push(Wanted::Write { task: id.clone() });
            return true;
        }
        if complete && all(TaskStatus::is_finished) {
            let statuses: Vec<TaskStatus> = inside.into_iter().flatten().collect();
            self.end_call(id, &statuses, now, wanted);
            return true;
        }
        false
    }

    /// The statuses of everything directly inside a call, nothing for what was not begun.
    fn inside(&self, call: &TaskId) -> Option<Vec<Option<TaskStatus>>> {
        let inner = self.recipe.graph().node(call)?.inner.as_ref()?;
        let status = |id| self.record(id).map(Record::status);
        Some(inner.nodes.values().map(|node| status(&node.id)).collect())
    }

    fn end_call(
        &mut self,
        id: &TaskId,
        inside: &[TaskStatus],
        now: Timestamp,
        wanted: &mut Vec<Wanted>,
    ) {
        let status = if inside.contains(&TaskStatus::Failed) {
            TaskStatus::Failed
        } else if inside.contains(&TaskStatus::Cancelled) {
            TaskStatus::Cancelled
        } else {
            TaskStatus::Succeeded
        };
        let outputs = match &status {
            TaskStatus::Succeeded => self.recipe.outputs(id, &self.results),
            _ => Ok(Values::new()),
        };
        let outputs = match outputs {
            Ok(outputs) => outputs,
            Err(problem) => return self.fail(id, problem, now, wanted),
        };
        let Some(mut record) = self.record(id).cloned() else {
            return;
        };
        record.ends(status.clone(), now, (outputs, Values::new()));
        self.close(record, wanted);
        self.judge(id, &status, wanted);
    }
}
