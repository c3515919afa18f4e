//! Tasks wait for the images of their flow: each is asked for once, and built while other tasks run.

use flow::batch::TaskId;
use jiff::Timestamp;
use protocol::flow::{TaskStatus, Values};

use super::event::Wanted;
use super::machine::{Machine, Stage};
use super::recipe::Problem;
use super::record::Record;

/// How an image stands that a task asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is being looked for or built.
    Asked,
    /// Nobody waits for it any more, so its build is being stopped.
    Stopping,
    /// Tasks can run in it.
    Ready,
    /// It is not there, for this reason.
    Failed(String),
}

impl Machine {
    /// Submits a task whose image is there. Lets it wait for one of the flow that is not known to be
    /// there, and asks for that if nobody has.
    pub(super) fn ask_for_image(&mut self, task: &TaskId, wanted: &mut Vec<Wanted>) {
        let plan = self.begun.get(task).and_then(|begun| begun.plan.clone());
        let Some(plan) = plan else {
            return;
        };
        let reference = &plan.config.exec.image;
        if !self.images.contains_key(reference) {
            let standing = self.first_asked(reference, wanted);
            self.images.insert(reference.clone(), standing);
        }
        let is_there = self.images.get(reference) == Some(&Standing::Ready);
        self.enter(task, Stage::Image);
        if is_there {
            self.submit(task, wanted);
        }
    }

    /// Submits a task that has all it needs.
    pub(super) fn submit(&mut self, task: &TaskId, wanted: &mut Vec<Wanted>) {
        let Some(plan) = self.begun.get(task).and_then(|begun| begun.plan.clone()) else {
            return;
        };
        self.enter(task, Stage::Submitting);
        let task = task.clone();
        wanted.push(Wanted::Submit { task, plan });
    }

    fn first_asked(&self, reference: &str, wanted: &mut Vec<Wanted>) -> Standing {
        match self.recipe.image(reference, &self.results) {
            Err(Problem(reason)) => Standing::Failed(reason),
            Ok(None) => Standing::Ready,
            Ok(Some(image)) => {
                let image = Box::new(image);
                wanted.push(Wanted::PrepareImage { image });
                Standing::Asked
            }
        }
    }

    /// Notes how an image stands; whoever waits for it is looked at next.
    pub(super) fn image_settled(&mut self, reference: String, standing: Standing) {
        self.images.insert(reference, standing);
        self.look_at_waiting_for_images();
    }

    /// Has all tasks looked at that wait for images.
    pub(super) fn look_at_waiting_for_images(&mut self) {
        for (id, begun) in &self.begun {
            if begun.stage == Stage::Image {
                self.agenda.look_at(id);
            }
        }
    }

    /// Lets a task go on whose image is there.
    pub(super) fn follow_image(&mut self, id: &TaskId, now: Timestamp, wanted: &mut Vec<Wanted>) {
        if self.stopping.is_some() && !self.always_runs(id) {
            return self.skip(id, now, wanted);
        }
        let Some(plan) = self.begun.get(id).and_then(|begun| begun.plan.clone()) else {
            return;
        };
        match self.images.get(&plan.config.exec.image) {
            Some(Standing::Failed(reason)) => {
                let problem = Problem(reason.clone());
                self.lacks_image(id, problem, now, wanted);
            }
            Some(Standing::Ready) => self.queue(id, now, wanted),
            _ => {}
        }
    }

    /// A task without its image has failed, as one whose job did.
    fn lacks_image(
        &mut self,
        id: &TaskId,
        problem: Problem,
        now: Timestamp,
        wanted: &mut Vec<Wanted>,
    ) {
        let mut record = Record::new(id.clone(), TaskStatus::Failed, now);
        record.outputs = Some(Values::new());
        record.state = Some(Values::new());
        self.problems.push((id.clone(), problem));
        self.close(record, wanted);
        self.judge(id, &TaskStatus::Failed, wanted);
    }

    /// While a bake is being stopped, builds that nobody waits for are stopped, too.
    pub(super) fn stop_idle_builds(&mut self, wanted: &mut Vec<Wanted>) {
        if self.stopping.is_none() || !self.builds() {
            return;
        }
        let waiting = self.begun.values();
        let waiting = waiting.filter(|begun| begun.stage == Stage::Image);
        let waited_for: Vec<_> = waiting.filter_map(|begun| begun.plan.clone()).collect();
        for (reference, standing) in &mut self.images {
            let needed = waited_for
                .iter()
                .any(|plan| plan.config.exec.image == *reference);
            if *standing == Standing::Asked && !needed {
                *standing = Standing::Stopping;
                let reference = reference.clone();
                wanted.push(Wanted::StopBuild { reference });
            }
        }
    }

    /// Whether an image is being built.
    pub(super) fn builds(&self) -> bool {
        let mut all = self.images.values();
        all.any(|standing| matches!(standing, Standing::Asked | Standing::Stopping))
    }
}
