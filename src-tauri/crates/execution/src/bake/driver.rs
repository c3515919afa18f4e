//! Executing an attempt: carrying out what the machine wants, and telling it what happened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use client::{Client, ClientError};
use flow::batch::TaskId;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;
use protocol::flow::{Attempt, NewAttempt, Task, TaskStatus};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use super::cancel_watch::{CancelWatch, look};
use super::event::{Happened, Wanted};
use super::machine::Machine;
use super::order::{Change, Done, ExecuteError, Order, Step, Surroundings};
use super::store::patiently;
use super::unrecorded::unrecorded;
use super::{cached, image, local_run, start, store, taken_up, watch};

/// Executes an attempt to its end; answers its result.
///
/// Dropping the future leaves everything as it is: jobs go on, and a later call takes the attempt
/// up again. `cancel` asks for the bake to be stopped.
pub async fn execute(
    order: Order,
    cancel: CancellationToken,
    mut on_change: impl FnMut(Change),
) -> Result<TaskStatus, ExecuteError> {
    let attempts = order.client.flow().attempts();
    let attempt = patiently(|| attempts.get(&order.attempt.id)).await?;
    let stored = taken_up::stored(&order, &attempt).await?;
    if attempt.result.is_finished() && !taken_up::is_left(&order, &attempt, &stored) {
        return Ok(attempt.result);
    }
    let cancelled = attempt.result == TaskStatus::Cancelled;
    let mut driver = Driver::prepare(order, attempt, stored).await?;
    on_change(Change::Running);
    let result = driver.run((cancel, cancelled), &mut on_change).await?;
    Ok(conclude(&driver.around, result).await?)
}

struct Driver {
    machine: Machine,
    around: Surroundings,
    steps: FuturesUnordered<Step>,
    /// Records that are stored already; they are replaced, not created.
    known: BTreeSet<TaskId>,
    /// Records that changed since they were last stored.
    unsaved: BTreeSet<TaskId>,
    saving: BTreeSet<TaskId>,
    locals: BTreeMap<TaskId, CancellationToken>,
    /// What stops the build of an image, by its reference.
    builds: BTreeMap<String, CancellationToken>,
    /// Results that are still being remembered.
    remembering: usize,
    told_problems: usize,
    result: Option<TaskStatus>,
}

impl Driver {
    async fn prepare(
        order: Order,
        attempt: Attempt,
        stored: Vec<Task>,
    ) -> Result<Self, ClientError> {
        let client = order.client.clone();
        let cluster = patiently(|| async { client.cluster(&order.place.cluster).await }).await?;
        let resumed = attempt.result != TaskStatus::Pending || !stored.is_empty();
        let left = match resumed {
            true => unrecorded(&order, &stored).await?,
            false => Vec::new(),
        };
        let attempt = match attempt.result {
            TaskStatus::Pending => begin(&client, &attempt).await?,
            _ => attempt,
        };
        let known = stored.iter().map(|task| TaskId::parse(&task.yaml_id));
        let known = known.collect();
        let mut machine = Machine::resume(order.recipe, stored);
        let mut unsaved = BTreeSet::new();
        for (task, job) in left {
            let at = job.history.created_at.unwrap_or_else(Timestamp::now);
            if machine.adopt_job(&task, job.id, at) {
                unsaved.insert(task);
            }
        }
        Ok(Self {
            known,
            machine,
            around: Surroundings {
                client,
                cluster,
                place: order.place,
                bake: Arc::new(order.bake),
                attempt: Arc::new(attempt),
                folder: order.folder,
                resumed,
            },
            steps: FuturesUnordered::new(),
            unsaved,
            saving: BTreeSet::new(),
            locals: BTreeMap::new(),
            builds: BTreeMap::new(),
            remembering: 0,
            told_problems: 0,
            result: None,
        })
    }

    async fn run(
        &mut self,
        (cancel, cancelled): (CancellationToken, bool),
        on_change: &mut impl FnMut(Change),
    ) -> Result<TaskStatus, ClientError> {
        self.tell(Happened::Began, on_change);
        let mut watch = CancelWatch::new(cancelled);
        if cancelled {
            self.tell(Happened::CancelAsked, on_change);
        }
        loop {
            self.save();
            if let Some(result) = self.result.as_ref().filter(|_| self.is_all_kept()) {
                return Ok(result.clone());
            }
            tokio::select! {
                done = self.steps.next(), if !self.steps.is_empty() => match done.transpose()? {
                    Some(Done::Looked { cancelled }) if watch.looked(cancelled) => {
                        self.tell(Happened::CancelAsked, on_change);
                    }
                    Some(done) => self.take(done, on_change),
                    None => {}
                },
                () = cancel.cancelled(), if !watch.cancelled => {
                    watch.cancelled = true;
                    self.tell(Happened::CancelAsked, on_change);
                }
                () = sleep_until(watch.next), if watch.is_due() => {
                    watch.looking = true;
                    self.steps.push(look(self.around.clone()).boxed());
                }
            }
        }
    }

    /// Whether all that is to be kept is kept.
    fn is_all_kept(&self) -> bool {
        self.saving.is_empty() && self.unsaved.is_empty() && self.remembering == 0
    }

    fn take(&mut self, done: Done, on_change: &mut impl FnMut(Change)) {
        match done {
            Done::Happened(happened) => self.tell(happened, on_change),
            Done::Job {
                task,
                job,
                happened,
            } => {
                on_change(Change::Job { task, job });
                self.tell(happened, on_change);
            }
            Done::Runs { task, job, at } => {
                let watched = watch::until_ended(self.around.clone(), task.clone(), job.id.clone());
                on_change(Change::Job {
                    task: task.clone(),
                    job,
                });
                self.tell(Happened::Running { task, at }, on_change);
                self.steps.push(watched.boxed());
            }
            Done::Builds(image) => {
                let stop = self.stop_of_build(&image.reference);
                let build = image::until_built(self.around.clone(), image.clone(), stop);
                self.steps.push(build.boxed());
                on_change(Change::Image(image));
            }
            Done::ImageSettled {
                image,
                note,
                happened,
            } => {
                let changes = image.map(|image| Change::Image(*image)).into_iter();
                changes
                    .chain(note.map(Change::Note))
                    .for_each(&mut *on_change);
                self.tell(happened, on_change);
            }
            Done::Stored { task } => {
                self.saving.remove(&task);
                self.known.insert(task);
            }
            Done::LocalEnded { happened, text } => {
                if let (Happened::Ended { task, .. }, false) = (&happened, text.is_empty()) {
                    on_change(Change::LocalOutput {
                        task: task.clone(),
                        text,
                    });
                }
                self.tell(happened, on_change);
            }
            Done::Remembered => self.remembering -= 1,
            Done::Looked { .. } | Done::Nothing => {}
        }
    }

    fn tell(&mut self, happened: Happened, on_change: &mut impl FnMut(Change)) {
        for wanted in self.machine.advance(happened, Timestamp::now()) {
            self.carry_out(wanted, on_change);
        }
        for (task, problem) in &self.machine.problems()[self.told_problems..] {
            on_change(Change::Problem {
                task: task.clone(),
                reason: problem.0.clone(),
            });
        }
        self.told_problems = self.machine.problems().len();
    }

    fn carry_out(&mut self, wanted: Wanted, on_change: &mut impl FnMut(Change)) {
        let around = self.around.clone();
        let step = match wanted {
            Wanted::LookUp { task, plan } => cached::look_up(around, task, plan).boxed(),
            Wanted::Submit { task, plan } => start::start(around, task, plan).boxed(),
            Wanted::PrepareImage { image } => image::prepare(around, image).boxed(),
            Wanted::StopBuild { reference } => {
                self.stop_of_build(&reference).cancel();
                return;
            }
            Wanted::RunLocal { task, command } => {
                let stop = self.locals.entry(task.clone()).or_default().clone();
                local_run::run(around, task, command, stop).boxed()
            }
            Wanted::Watch { task, job } => watch::until_running(around, task, job).boxed(),
            Wanted::Kill { task, job } => start::kill(around, task, job).boxed(),
            Wanted::KillLocal { task } => {
                self.locals.entry(task).or_default().cancel();
                return;
            }
            Wanted::Write { task } => {
                on_change_of(&self.machine, &task, on_change);
                self.unsaved.insert(task);
                return;
            }
            Wanted::Remember { task, key } => match self.machine.record(&task) {
                Some(record) => {
                    self.remembering += 1;
                    cached::remember(around, record.clone(), key).boxed()
                }
                None => return,
            },
            Wanted::End { result } => {
                self.result = Some(result);
                return;
            }
        };
        self.steps.push(step);
    }

    fn stop_of_build(&mut self, reference: &str) -> CancellationToken {
        self.builds.entry(reference.to_owned()).or_default().clone()
    }

    /// Begins to store what changed, one write per task at a time.
    fn save(&mut self) {
        let waiting: Vec<TaskId> = self.unsaved.difference(&self.saving).cloned().collect();
        for task in waiting {
            self.unsaved.remove(&task);
            let Some(record) = self.machine.record(&task) else {
                continue;
            };
            let body = record.body(&self.around.attempt.id);
            let known = self.known.contains(&task);
            self.saving.insert(task.clone());
            self.steps
                .push(store::store(self.around.clone(), task, body, known).boxed());
        }
    }
}

fn on_change_of(machine: &Machine, task: &TaskId, on_change: &mut impl FnMut(Change)) {
    if let Some(record) = machine.record(task) {
        on_change(Change::Task(record.clone()));
    }
}

/// Stores the result, unless somebody decided otherwise meanwhile; answers what is stored.
async fn conclude(around: &Surroundings, result: TaskStatus) -> Result<TaskStatus, ClientError> {
    let attempts = around.client.flow().attempts();
    patiently(|| async {
        let attempt = attempts.get(&around.attempt.id).await?;
        if attempt.result.is_finished() {
            return Ok(attempt.result);
        }
        let mut ended = NewAttempt::from(&attempt);
        ended.result = result.clone();
        attempts.replace(&ended).await?;
        Ok(result.clone())
    })
    .await
}

/// Notes that an attempt runs, unless somebody has ended it meanwhile; answers how it stands.
async fn begin(client: &Client, attempt: &Attempt) -> Result<Attempt, ClientError> {
    let attempts = client.flow().attempts();
    patiently(|| async {
        let now = attempts.get(&attempt.id).await?;
        if now.result.is_finished() {
            return Ok(now);
        }
        let mut running = NewAttempt::from(&now);
        running.result = TaskStatus::Running;
        attempts.replace(&running).await
    })
    .await
}
