//! Executing a stored bake in this process to its end: as a job of the platform that asks for an
//! executor, or as `bakehouse execute`.
//!
//! Nothing but what the platform keeps of the bake is needed, so it does not matter who began it.

mod link;
mod report;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use client::ClientError;
use contract::{Failure, FailureCode};
use execution::Place;
use execution::bake::{self as baking, ExecuteError, Order, Recipe, ReopenError, patiently};
use local_platform::{TOOL_USER, last_served};
use protocol::flow::{Attempt, Bake, NewAttempt, TaskStatus};
use tokio_util::sync::CancellationToken;

use crate::bake::{Hold, hold};
use crate::project::disk::DiskWorkspace;
use crate::view::failure;
use crate::{Desk, Folders};
use link::{Link, Way};
use report::Report;

/// Executes one bake.
pub struct Executor {
    bake: String,
    way: Way,
    /// The folder of the local platform, where executors of this computer meet.
    meeting: PathBuf,
    /// The job that this process is, if it is one.
    job: Option<String>,
}

/// How a bake ended that was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executed {
    /// All is well.
    Succeeded,
    /// Somebody cancelled it.
    Cancelled,
    /// It did not succeed.
    Failed,
}

impl Executed {
    /// The exit code that the official tools give.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Succeeded => 0,
            Self::Cancelled => 130,
            Self::Failed => 1,
        }
    }

    fn of(result: &TaskStatus) -> Self {
        match result {
            TaskStatus::Succeeded => Self::Succeeded,
            TaskStatus::Cancelled => Self::Cancelled,
            _ => Self::Failed,
        }
    }
}

impl Executor {
    /// Executes a bake of the local platform.
    pub fn local(desk: &Desk, bake: &str) -> Self {
        Self {
            bake: bake.to_owned(),
            meeting: desk.folders().platform.clone(),
            way: Way::Desk(desk.clone()),
            job: None,
        }
    }

    /// Executes a bake of the platform that a configuration names, which was handed to the job this
    /// process is a part of.
    pub fn passed(
        passed: &str,
        folders: &Folders,
        (bake, job): (&str, Option<String>),
    ) -> Result<Self, Failure> {
        let config = link::read(passed)?;
        let meeting = folders.platform.clone();
        let here = last_served(&meeting).is_some_and(|served| served.url == config.url);
        let folder = here.then(|| meeting.clone());
        Ok(Self {
            bake: bake.to_owned(),
            way: Way::Passed { config, folder },
            meeting,
            job,
        })
    }

    /// The same as a job of the local platform in `folder`.
    pub(crate) fn of_job(
        passed: &str,
        folder: &Path,
        (bake, job): (&str, Option<String>),
    ) -> Result<Self, Failure> {
        let config = link::read(passed)?;
        let folder = folder.to_owned();
        Ok(Self {
            bake: bake.to_owned(),
            meeting: folder.clone(),
            way: Way::Passed {
                config,
                folder: Some(folder),
            },
            job,
        })
    }

    /// Executes the bake to its end and says how it goes, line by line. `cancel` asks for it to be
    /// stopped.
    pub async fn execute(
        &self,
        cancel: CancellationToken,
        mut say: impl FnMut(&str),
    ) -> Result<Executed, Failure> {
        if !baking::is_bake_id(&self.bake) {
            let message = format!("`{}` is not the id of a bake.", self.bake);
            return Err(Failure::invalid("bake", message)
                .hint("It begins with `bake-`; `bakehouse bakes` lists them."));
        }
        let mut held = None;
        loop {
            let link = self.way.link().await?;
            tokio::select! {
                result = self.over(&link, &mut held, cancel.clone(), &mut say) => {
                    let result = result?;
                    if let Some(held) = held {
                        held.done();
                    }
                    return Ok(Executed::of(&result));
                }
                () = self.way.moved(&link) => say("The platform answers at another address now"),
            }
        }
    }

    /// The same over one connection.
    async fn over(
        &self,
        link: &Link,
        held: &mut Option<Hold>,
        cancel: CancellationToken,
        say: &mut impl FnMut(&str),
    ) -> Result<TaskStatus, Failure> {
        say("Fetch bake data");
        let (bake, attempt) = self.stored(link).await?;
        let mut report = Report::new(&bake, &attempt);
        let cancelled = attempt.result == TaskStatus::Cancelled;
        if attempt.result.is_finished() && !cancelled {
            report.end(&attempt.result, say);
            return Ok(attempt.result);
        }
        if held.is_none() {
            *held = Some(self.hold(&attempt)?);
        }
        self.claim(link, &attempt).await?;
        say("Fetch configs metadata");
        let order = match self.order(link, bake, attempt.clone()).await {
            Ok(order) => order,
            Err(Broken::Batch(_)) if cancelled => return Ok(attempt.result),
            Err(Broken::Batch(failure)) => {
                give_up(link, &attempt).await?;
                return Err(failure);
            }
            Err(Broken::Call(error)) => return Err(failure::of_client(&error)),
        };
        report.knows(order.recipe.graph());
        say(&format!("Execute attempt #{}", attempt.number));
        let result = baking::execute(order, cancel, |change| report.tell(change, say)).await;
        let result = result.map_err(|error| match error {
            ExecuteError::Platform(error) => failure::of_client(&error),
            other => Failure::internal(format!("{}.", failure::capital(&other))),
        })?;
        report.end(&result, say);
        Ok(result)
    }

    async fn stored(&self, link: &Link) -> Result<(Bake, Attempt), Failure> {
        let flow = link.client.flow();
        let bake = patiently(|| async { flow.bakes().get(&self.bake).await }).await;
        let bake = bake.map_err(|error| match error.status() {
            Some(400 | 404) => {
                Failure::not_found(format!("The platform has no bake {}.", self.bake))
            }
            _ => failure::of_client(&error),
        })?;
        let newest = patiently(|| async { flow.attempts().newest(&bake.id).await }).await;
        let newest = newest.map_err(|error| failure::of_client(&error))?;
        match newest {
            Some(attempt) => Ok((bake, attempt)),
            None => {
                let message = format!("The bake {} was never begun.", self.bake);
                Err(Failure::new(FailureCode::Conflict, message))
            }
        }
    }

    fn hold(&self, attempt: &Attempt) -> Result<Hold, Failure> {
        let held = hold(&self.meeting, &attempt.id).map_err(|error| {
            let message = format!("The lock of the bake cannot be taken: {error}.");
            Failure::new(FailureCode::Unreachable, message)
        })?;
        held.ok_or_else(|| {
            let message = "Another process of this computer executes this bake.";
            Failure::new(FailureCode::Conflict, message)
        })
    }

    /// Notes that this job executes the attempt, unless another one does.
    async fn claim(&self, link: &Link, attempt: &Attempt) -> Result<(), Failure> {
        let jobs = link.client.jobs();
        match (&attempt.executor_id, &self.job) {
            (Some(known), Some(own)) if known == own => return Ok(()),
            (Some(known), _) => {
                let job = patiently(|| async { jobs.get(known).await }).await;
                if job.is_ok_and(|job| !job.status.is_finished()) {
                    let message = format!("The job {known} executes this bake.");
                    return Err(Failure::new(FailureCode::Conflict, message));
                }
            }
            (None, _) => {}
        }
        let Some(own) = &self.job else {
            return Ok(());
        };
        let mut claimed = NewAttempt::from(attempt);
        claimed.executor_id = Some(own.clone());
        let attempts = link.client.flow().attempts();
        patiently(|| async { attempts.replace(&claimed).await })
            .await
            .map_err(|error| failure::of_client(&error))?;
        Ok(())
    }

    async fn order(&self, link: &Link, bake: Bake, attempt: Attempt) -> Result<Order, Broken> {
        let flow = link.client.flow();
        let record = patiently(|| async { flow.projects().get(&bake.project_id).await }).await?;
        let cluster = patiently(|| async { link.client.cluster(&record.cluster).await }).await?;
        let org = record.org_name.as_deref().unwrap_or_default();
        let place = Place::new(cluster.cluster(), org, &record.project_name, &link.who.user);
        let folder = folder(link, &attempt);
        let recipe = recipe(link, (&bake, &attempt), folder.as_deref()).await?;
        Ok(Order {
            client: link.client.clone(),
            place,
            bake,
            attempt,
            recipe,
            folder,
        })
    }
}

/// Why a stored bake cannot be executed.
enum Broken {
    /// Nobody will ever be able to.
    Batch(Failure),
    /// The platform does not do its part.
    Call(ClientError),
}

impl From<ClientError> for Broken {
    fn from(error: ClientError) -> Self {
        Self::Call(error)
    }
}

async fn recipe(
    link: &Link,
    (bake, attempt): (&Bake, &Attempt),
    folder: Option<&Path>,
) -> Result<Recipe, Broken> {
    let workspace = folder.and_then(|folder| DiskWorkspace::new(folder).ok());
    let workspace = workspace.map(|workspace| Arc::new(workspace) as Arc<_>);
    let opened = patiently(|| async {
        let around = (workspace.clone().map(|one| one as _), link.who.clone());
        match baking::reopen(&link.client, bake, attempt, around).await {
            Err(ReopenError::Platform(error)) => Err(error),
            answer => Ok(answer),
        }
    })
    .await?;
    opened.map_err(|error| {
        let message = format!("{}.", failure::capital(&error));
        Broken::Batch(Failure::new(FailureCode::FlowUnsound, message))
    })
}

/// The folder the bake was made from, where it is at hand: on this computer, for its own user.
/// What others say about folders of this computer is not believed.
fn folder(link: &Link, attempt: &Attempt) -> Option<PathBuf> {
    let folder = PathBuf::from(&attempt.configs_meta.workspace);
    let ours = link.is_local() && link.who.user == TOOL_USER;
    (ours && folder.is_absolute() && folder.is_dir()).then_some(folder)
}

/// Ends an attempt that cannot be executed.
async fn give_up(link: &Link, attempt: &Attempt) -> Result<(), Failure> {
    let mut failed = NewAttempt::from(attempt);
    failed.result = TaskStatus::Failed;
    let attempts = link.client.flow().attempts();
    patiently(|| async { attempts.replace(&failed).await })
        .await
        .map_err(|error| failure::of_client(&error))?;
    Ok(())
}
