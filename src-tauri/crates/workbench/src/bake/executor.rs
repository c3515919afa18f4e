//! Who executes an attempt: this process, one of its own, or a job of the platform.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use contract::{BakeExecutor, Failure, FailureCode};
use execution::Place;
use execution::bake::{self as baking, Order};
use protocol::flow::{Attempt, Bake};
use protocol::{HttpPort, JobSubmission, StorageVolume, SubmittedResources};
use serde::{Deserialize, Serialize};

use super::hold::Holder;
use crate::account::Here;
use crate::view::failure;
use crate::{CredentialsMode, Desk, Folders};

/// The image whose program executes bakes on the cloud. The local platform has an executor of its
/// own and does not fetch it.
const EXECUTOR_IMAGE: &str = "ghcr.io/neuro-inc/apolo-flow:26.7.2";
/// Where that program writes its own log.
const EXECUTOR_LOGS: &str = "/root/.apolo/logs";
/// How long such a job may run when the batch does not say it: ten days.
const EXECUTOR_MINUTES: u64 = 10 * 24 * 60;
const EXECUTOR_PORT: u16 = 80;

/// The word that makes our programs execute a bake by themselves.
pub(crate) const APART_WORD: &str = "__apart";

/// How an executor of its own finds what this desk has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Apart {
    pub(crate) bake: String,
    config: PathBuf,
    platform: PathBuf,
    data: PathBuf,
    home: PathBuf,
    /// Port of the local platform, should it have to be served.
    pub(crate) port: Option<u16>,
    /// Whether credentials are kept in memory only.
    session: bool,
    /// Name of the context that the bake is of.
    #[serde(default)]
    context: Option<String>,
}

impl Apart {
    fn of(desk: &Desk, bake: &str) -> Self {
        let folders = desk.folders();
        Self {
            bake: bake.to_owned(),
            config: folders.config.clone(),
            platform: folders.platform.clone(),
            data: folders.data.clone(),
            home: folders.home.clone(),
            port: desk.asked_port(),
            session: desk.credentials_mode() == CredentialsMode::SessionOnly,
            context: desk.here().ok().map(|here| here.name().to_owned()),
        }
    }

    /// The desk that an executor opened, in the context of its bake.
    pub(crate) fn placed(&self, desk: Desk) -> Desk {
        match &self.context {
            Some(context) => desk.within(context.as_str()),
            None => desk,
        }
    }

    /// Reads what a command line says.
    pub(crate) fn read(text: &OsString) -> Result<Self, Failure> {
        serde_json::from_str(&text.to_string_lossy()).map_err(|error| {
            Failure::internal(format!("The executor was called wrongly: {error}."))
        })
    }

    pub(crate) fn folders(&self) -> Folders {
        Folders {
            config: self.config.clone(),
            platform: self.platform.clone(),
            data: self.data.clone(),
            home: self.home.clone(),
        }
    }

    pub(crate) fn credentials(&self) -> CredentialsMode {
        match self.session {
            true => CredentialsMode::SessionOnly,
            false => CredentialsMode::Auto,
        }
    }
}

/// The flag of the command line for an executor.
pub(super) fn flag(executor: BakeExecutor) -> Option<String> {
    let flag = match executor {
        BakeExecutor::Here => return None,
        BakeExecutor::Apart => "--apart",
        BakeExecutor::Job => "--as-job",
    };
    Some(flag.to_owned())
}

/// Has an attempt executed from now on. One that nobody begins to execute is ended, so that it does
/// not look as if it went on.
pub(super) async fn begin(
    desk: &Desk,
    root: &Path,
    (order, executor): (Order, BakeExecutor),
) -> Result<(), Failure> {
    let (client, attempt) = (order.client.clone(), order.attempt.clone());
    let begun = match executor {
        BakeExecutor::Here => desk.bakery().execute(desk, root, order),
        BakeExecutor::Apart => begin_apart(desk, &order.bake.id),
        BakeExecutor::Job => begin_job(&order).await,
    };
    if let Err(failure) = begun {
        if let Err(error) = baking::cancel(&client, &attempt).await {
            tracing::warn!(%error, attempt = attempt.id, "an attempt without executor goes on");
        }
        return Err(failure);
    }
    Ok(())
}

/// Starts a process that executes a bake and outlives this one.
fn begin_apart(desk: &Desk, bake: &str) -> Result<(), Failure> {
    let refused = |what: &dyn std::fmt::Display| {
        let message = format!("A process for the bake could not be started: {what}.");
        Failure::new(FailureCode::Unreachable, message).hint("Let this program execute the bake.")
    };
    let elsewhere = matches!(desk.here()?, Here::Cloud(..));
    if elsewhere && desk.credentials().are_in_memory() {
        return Err(refused(
            &"credentials are kept in the memory of this program only",
        ));
    }
    let order = serde_json::to_string(&Apart::of(desk, bake)).map_err(|error| refused(&error))?;
    let log = log_file(desk, bake).map_err(|error| refused(&error))?;
    let again = log.try_clone().map_err(|error| refused(&error))?;
    let mut command = tokio::process::Command::new(desk.executable());
    command
        .args([APART_WORD, &order])
        .stdin(Stdio::null())
        .stdout(Stdio::from(log))
        .stderr(Stdio::from(again));
    // Ctrl-C in the terminal of this program is not meant for it.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(|error| refused(&error))?;
    let (desk, bake) = (desk.clone(), bake.to_owned());
    tokio::spawn(async move {
        let ended = child.wait().await;
        tracing::debug!(?ended, bake, "an executor of its own has ended");
        desk.watches().wake();
    });
    Ok(())
}

fn log_file(desk: &Desk, bake: &str) -> std::io::Result<std::fs::File> {
    let folder = desk.folders().platform.join("executors");
    std::fs::create_dir_all(&folder)?;
    std::fs::File::create(folder.join(format!("{bake}.log")))
}

/// Submits the job that executes a bake, as the official tool does.
async fn begin_job(order: &Order) -> Result<(), Failure> {
    let submission = submission(order);
    let submitted = order.client.jobs().submit(&submission).await;
    submitted
        .map(drop)
        .map_err(|error| failure::of_client(&error))
}

fn submission(order: &Order) -> JobSubmission {
    let Order { bake, place, .. } = order;
    let batch = order.recipe.bake();
    let minutes = batch.life_span.map_or(EXECUTOR_MINUTES, in_minutes);
    JobSubmission {
        pass_config: true,
        project_name: place.project.clone(),
        cluster_name: place.cluster.clone(),
        org_name: Some(place.org.clone()),
        preset_name: place.first_preset.clone(),
        tags: vec![
            format!("flow:{}", bake.batch),
            format!("bake_id:{}", bake.id),
            "remote_executor".to_owned(),
        ],
        max_run_time_minutes: Some(minutes),
        image: EXECUTOR_IMAGE.to_owned(),
        resources: Some(SubmittedResources { shm: true }),
        command: Some(format!("apolo-flow --fake-workspace execute {}", bake.id)),
        http: Some(HttpPort {
            port: EXECUTOR_PORT,
            requires_auth: true,
            health_check_path: None,
        }),
        volumes: vec![logs_volume(place, &bake.id)],
        ..JobSubmission::default()
    }
}

fn logs_volume(place: &Place, bake: &str) -> StorageVolume {
    let Place {
        cluster,
        org,
        project,
        ..
    } = place;
    StorageVolume {
        src_storage_uri: format!("storage://{cluster}/{org}/{project}/.flow/logs/{bake}"),
        dst_path: EXECUTOR_LOGS.to_owned(),
        read_only: false,
    }
}

/// Seconds as whole minutes, at least one.
fn in_minutes(seconds: f64) -> u64 {
    let minutes = (seconds / 60.0).ceil().clamp(1.0, 5_000_000.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it was clamped to a small positive number"
    )]
    let minutes = minutes as u64;
    minutes
}

/// Who executes an attempt, or did, with the job if it is one.
pub(super) fn of_attempt(
    desk: &Desk,
    bake: &Bake,
    attempt: &Attempt,
) -> (Option<BakeExecutor>, Option<String>) {
    if let Some(job) = &attempt.executor_id {
        return (Some(BakeExecutor::Job), Some(job.clone()));
    }
    if desk.bakery().executes(&bake.id) {
        return (Some(BakeExecutor::Here), None);
    }
    let holder = Holder::of(&desk.folders().platform, &attempt.id);
    let apart = !attempt.result.is_finished() && matches!(holder, Ok(Holder::Lives));
    (apart.then_some(BakeExecutor::Apart), None)
}

#[cfg(test)]
mod tests {
    use super::in_minutes;

    #[test]
    fn a_life_span_is_told_in_whole_minutes() {
        assert_eq!(in_minutes(90.0), 2);
        assert_eq!(in_minutes(0.0), 1);
        assert_eq!(in_minutes(f64::INFINITY), 5_000_000);
    }
}
