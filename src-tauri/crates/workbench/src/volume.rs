//! Volumes of a flow: sending, fetching, removing and making them.

use std::path::Path;
use std::sync::Arc;

use client::{ClientError, Storage, TransferProgress, Transferred};
use contract::{
    Failure, FailureCode, ProjectAsk, VolumeAct, VolumeDeed, VolumeDone, VolumeRow, VolumeTable,
    VolumesDone, WorkStage,
};
use execution::Place;
use flow::live::PreparedLive;
use protocol::PlatformUri;

use crate::Desk;
use crate::live::place;
use crate::project::OpenProject;
use crate::templates::work::Work;
use crate::view::failure;

/// The volumes of a project.
pub async fn volume_table(desk: &Desk, request: ProjectAsk) -> Result<VolumeTable, Failure> {
    let open = OpenProject::read(&request.project, desk.who())?;
    let prepared = prepared(&open, "The volumes cannot be told.")?;
    let rows = prepared.contexts.volumes.values().map(|volume| VolumeRow {
        id: volume.id.clone(),
        remote: volume.remote.clone(),
        mount: volume.mount.clone(),
        local: volume.local.clone(),
        read_only: volume.read_only,
    });
    Ok(VolumeTable {
        project: open.path(),
        rows: rows.collect(),
    })
}

/// Does something with one volume, or with all that have a folder here.
pub async fn volume_act(desk: &Desk, request: VolumeAct) -> Result<VolumesDone, Failure> {
    let open = OpenProject::read(&request.project, desk.who())?;
    let chosen = chosen(&open, request.volume.as_deref())?;
    let client = desk.client().await?;
    let place = place(&client, open.platform_project()).await?;
    let services = client.cluster(&place.cluster).await;
    let services = services.map_err(|error| failure::of_client(&error))?;
    let storage = services.storage();
    let work = Work::begin(desk, request.work.as_deref());
    let mut rows = Vec::with_capacity(chosen.len());
    for (done, volume) in chosen.into_iter().enumerate() {
        let remote = volume.remote(&place)?;
        let told = |progress| tell(&work, request.deed, progress);
        let acted = act(&storage, request.deed, (&volume.path, &remote), &told);
        let transferred = tokio::select! {
            acted = acted => acted.map_err(|error| not_done(&volume.id, &error))?,
            () = stopped(&work) => return Err(broken_off(&volume.id, done)),
        };
        rows.push(VolumeDone {
            id: volume.id,
            remote: remote.to_string(),
            local: volume.path,
            files: transferred.sent,
            kept: transferred.kept,
            bytes: transferred.bytes,
        });
    }
    Ok(VolumesDone {
        project: open.path(),
        rows,
    })
}

/// Ends when somebody asked the work to end.
pub(crate) async fn stopped(work: &Work) {
    while !work.is_stopped() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

fn broken_off(volume: &str, done: usize) -> Failure {
    let message = format!("The transfer of `{volume}` was broken off, after {done} volumes.");
    Failure::new(FailureCode::Conflict, message)
        .hint("What went over stays; the same again goes on from there.")
}

async fn act(
    storage: &Storage<'_>,
    deed: VolumeDeed,
    (local, remote): (&str, &PlatformUri),
    told: &(dyn Fn(TransferProgress) + Send + Sync),
) -> Result<Transferred, ClientError> {
    match deed {
        VolumeDeed::Upload => storage.upload_folder(Path::new(local), remote, told).await,
        VolumeDeed::Download => {
            storage
                .download_folder(remote, Path::new(local), told)
                .await
        }
        VolumeDeed::Make => storage.mkdir(remote).await.map(|()| Transferred::default()),
        VolumeDeed::Clean => match storage.delete(remote, true).await {
            // What is not there is clean.
            Err(error) if error.is_not_found() => Ok(Transferred::default()),
            removed => removed.map(|removed| Transferred {
                sent: removed.iter().filter(|one| !one.is_dir).count() as u64,
                ..Transferred::default()
            }),
        },
    }
}

fn tell(work: &Work, deed: VolumeDeed, progress: TransferProgress) {
    let stage = match deed {
        VolumeDeed::Download => WorkStage::Receiving,
        VolumeDeed::Upload | VolumeDeed::Clean | VolumeDeed::Make => WorkStage::Writing,
    };
    work.transferred(stage, progress.bytes, (progress.files, progress.of_files));
}

fn not_done(volume: &str, error: &ClientError) -> Failure {
    let told = failure::of_client(error);
    Failure {
        message: format!("`{volume}`: {}", told.message),
        ..told
    }
}

/// A volume with a folder of this computer.
struct Chosen {
    id: String,
    path: String,
    remote: String,
}

impl Chosen {
    fn remote(&self, place: &Place) -> Result<PlatformUri, Failure> {
        PlatformUri::parse(&self.remote, &place.uris()).map_err(|error| {
            let message = format!("The place of the volume `{}` is wrong: {error}.", self.id);
            Failure::new(FailureCode::FlowUnsound, message)
        })
    }
}

fn prepared(open: &OpenProject, message: &str) -> Result<PreparedLive, Failure> {
    let live = open.project.live.as_ref().ok_or_else(|| {
        Failure::not_found("The project has no live.yml, so it has no volumes of its own.")
    })?;
    PreparedLive::new(&open.project, &open.session(), Arc::clone(live))
        .map_err(|troubles| open.unsound(message, &troubles.diagnostics()))
}

/// The volume of a name, or all that have a folder here.
fn chosen(open: &OpenProject, asked: Option<&str>) -> Result<Vec<Chosen>, Failure> {
    let prepared = prepared(open, "The volumes cannot be told.")?;
    let volumes = &prepared.contexts.volumes;
    let with_folder = |volume: &flow::Volume| {
        let path = volume.full_local_path.clone()?;
        Some(Chosen {
            id: volume.id.clone(),
            path,
            remote: volume.remote.clone(),
        })
    };
    let Some(id) = asked else {
        return Ok(volumes.values().filter_map(with_folder).collect());
    };
    let volume = volumes.get(id).ok_or_else(|| {
        let refused = Failure::not_found(format!("The project has no volume `{id}`."));
        let known: Vec<&str> = volumes.keys().map(String::as_str).collect();
        match source::nearest(id, known.iter().copied()).first() {
            Some(best) => refused.hint(format!("Did you mean `{best}`?")),
            None if known.is_empty() => refused,
            None => refused.hint(format!("It has {}.", known.join(", "))),
        }
    })?;
    let chosen = with_folder(volume).ok_or_else(|| {
        let message = format!("The volume `{id}` has no folder on this computer.");
        Failure::invalid("volume", message).hint("Give it one in live.yml with `local:`.")
    })?;
    Ok(vec![chosen])
}
