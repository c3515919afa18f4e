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
            match self.agenda.next() {
                Some(id) => self.look_at(&id, now, wanted),
                None if self.use_room(now, wanted) => {}
                None => return,
            }
        }
    }

    /// Begins tasks that wait for nothing but room, while there is some; answers whether it did.
    fn use_room(&mut self, now: Timestamp, wanted: &mut Vec<Wanted>) -> bool {
        let mut used = false;
        while let Some(id) = self.agenda.use_room() {
            if self.begun.contains_key(&id) {
                self.submit(&id, wanted);
            } else {
                self.open(id.clone());
                self.begin_task(&id, now, wanted);
            }
            used = true;
        }
        used
    }

    /// Looks at a node that may go on.
    fn look_at(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        match self.begun.get(id).map(|begun| &begun.stage) {
            Some(Stage::Image) => self.follow_image(id, now, wanted),
            Some(_) => self.follow_call(id, now, wanted),
            None => self.look_at_new(id, now, wanted),
        }
    }

    /// Begins a node that is ready, or puts it where it waits for room.
    fn look_at_new(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        let Some(node) = self.recipe.graph().node(id) else {
            return;
        };
        if !self.agenda.is_ready(id) || !self.is_open(&id.parent()) {
            return;
        }
        let kind = node.kind;
        let runs = match self.decide(id) {
            Ok(Enable::Always) => true,
            Ok(Enable::Yes) => self.stopping.is_none(),
            Ok(Enable::No) => false,
            Err(problem) => {
                self.open(id.clone());
                return self.fail(id, problem, now, wanted);
            }
        };
        if runs && kind.is_remote() {
            return self.queue(id, now, wanted);
        }
        self.open(id.clone());
        match kind {
            _ if !runs => self.skip(id, now, wanted),
            TaskKind::Local => self.begin_local(id, now, wanted),
            _ => self.open_call(id, now, wanted),
        }
    }

    /// Lets a task wait for room, if there is none.
    pub(super) fn queue(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        if let Some(node) = self.recipe.graph().node(id) {
            self.agenda.queue(node);
        }
        self.use_room(now, wanted);
    }

    /// Whether what lies in a level may begin.
    fn is_open(&self, level: &TaskId) -> bool {
        let stage = self.begun.get(level).map(|begun| &begun.stage);
        level.is_root() || stage == Some(&Stage::Call)
    }

    pub(super) fn skip(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        let mut record = Record::new(id.clone(), TaskStatus::Skipped, now);
        record.outputs = Some(Values::new());
        record.state = Some(Values::new());
        self.close(record, wanted);
    }

    fn open_call(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        self.enter(id, Stage::Call);
        self.write(Record::new(id.clone(), TaskStatus::Pending, now), wanted);
    }

    fn begin_local(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        match self.recipe.local(id, &self.results) {
            Err(problem) => self.fail(id, problem, now, wanted),
            Ok(command) => {
                self.enter(id, Stage::Local);
                self.write(Record::new(id.clone(), TaskStatus::Pending, now), wanted);
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
        self.enter(id, Stage::LookingUp);
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

    /// Puts a record that is new or has changed, to be stored.
    pub(super) fn write(&mut self, record: Record, wanted: &mut Vec<Wanted>) {
        let task = record.id.clone();
        self.put(record);
        wanted.push(Wanted::Write { task });
    }

    /// Brings a call up to date with its inside.
    fn follow_call(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        let Some(Begun {
            stage: Stage::Call,
            record: Some(record),
            ..
        }) = self.begun.get(id)
        else {
            return;
        };
        let Some(inside) = self.agenda.inside(id) else {
            return;
        };
        if inside.runs && record.status() == TaskStatus::Pending {
            let mut record = record.clone();
            record.becomes(TaskStatus::Running, now);
            self.write(record, wanted);
        }
        if inside.ended {
            let statuses = self.inside(id);
            self.end_call(id, &statuses, now, wanted);
        }
    }

    /// The statuses of everything directly inside a call.
    fn inside(&self, call: &TaskId) -> Vec<TaskStatus> {
        let inner = self.recipe.graph().level(call);
        let nodes = inner.into_iter().flat_map(|inner| inner.nodes.values());
        let status = |id| self.record(id).map(Record::status);
        nodes.filter_map(|node| status(&node.id)).collect()
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
