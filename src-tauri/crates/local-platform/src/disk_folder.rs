//! Disks on this computer: a folder each. Their size is a wish, nothing holds them to it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use protocol::Disk;
use rusqlite::Connection;

use crate::disk_store;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::store::run_blocking;

/// How often unused disks are looked for, and the use of others is noted.
const EVERY: Duration = Duration::from_secs(60);
/// How long measuring one disk may take; a larger one shows what was measured last.
const MEASURING: Duration = Duration::from_secs(2);

impl Platform {
    /// Where the files of a disk lie.
    pub(crate) fn disk_folder(&self, id: &str) -> PathBuf {
        self.folder.disks().join(id)
    }
}

/// Bytes on the disk below a folder; `None` if there is not enough time.
fn measured(folder: &Path, until: Instant) -> Option<u64> {
    let mut bytes = 0;
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        // What cannot be read, or is gone meanwhile, cannot be counted.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if Instant::now() > until {
                return None;
            }
            if let Ok(data) = entry.metadata() {
                bytes += data.blocks() * 512;
                if data.is_dir() {
                    open.push(entry.path());
                }
            }
        }
    }
    Some(bytes)
}

/// The disks with what they hold now.
pub(crate) async fn measure(platform: &Arc<Platform>, disks: Vec<Disk>) -> Vec<Disk> {
    let platform = Arc::clone(platform);
    run_blocking(move || {
        let measured = disks.into_iter().map(|mut disk| {
            let until = Instant::now() + MEASURING;
            let used = measured(&platform.disk_folder(&disk.id), until);
            disk.used_bytes = used.or(disk.used_bytes);
            disk
        });
        measured.collect()
    })
    .await
}

/// Removes the files of a disk that is no longer on record.
pub(crate) async fn remove(platform: &Platform, id: &str) -> Result<(), Refusal> {
    let folder = platform.disk_folder(id);
    let gone = folder.clone();
    match run_blocking(move || fs::remove_dir_all(gone)).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Refusal::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            format!(
                "the disk is gone from the list, but its files in {} could not be removed: {error}",
                folder.display()
            ),
        )),
        _ => Ok(()),
    }
}

/// Removes disks that were not used for as long as they wished, until the server closes.
pub(crate) async fn keep_swept(platform: Arc<Platform>) {
    let closing = platform.closing.clone();
    let sweeps = async {
        loop {
            if let Err(refused) = sweep(&platform).await {
                let said = refused.body.sentence();
                tracing::error!(said, "unused disks could not be removed");
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    closing.run_until_cancelled(sweeps).await;
}

/// Looks once at all disks.
async fn sweep(platform: &Arc<Platform>) -> Result<(), Refusal> {
    let disks: Vec<Disk> = platform.store.read(disk_store::all).await?;
    let disks = measure(platform, disks).await;
    let gone: Vec<String> = platform
        .store
        .write(move |connection| settle(connection, disks, Timestamp::now()))
        .await?;
    for id in gone {
        tracing::info!(id, "a disk was not used for longer than its life span");
        remove(platform, &id).await?;
    }
    Ok(())
}

/// Notes use and size of the disks; answers which ones have lived long enough, off the record now.
fn settle(
    connection: &Connection,
    disks: Vec<Disk>,
    now: Timestamp,
) -> Result<Vec<String>, Refusal> {
    let mut gone = Vec::new();
    for measured in disks {
        // It may have been used or removed while it was measured.
        let Some(mut disk) = disk_store::get(connection, &measured.id)? else {
            continue;
        };
        disk.used_bytes = measured.used_bytes;
        if disk_store::user(connection, &disk.id)?.is_some() {
            disk.last_usage = Some(now);
        } else if is_over(&disk, now) {
            disk_store::remove(connection, &disk)?;
            gone.push(disk.id);
            continue;
        }
        disk_store::update(connection, &disk)?;
    }
    Ok(gone)
}

/// True for a disk that was not used for its whole life span.
fn is_over(disk: &Disk, now: Timestamp) -> bool {
    let last = disk.last_usage.unwrap_or(disk.created_at);
    let span = disk
        .life_span
        .and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok());
    span.is_some_and(|span| now.duration_since(last) > span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(life_span: Option<f64>, last_usage: Option<i64>) -> Disk {
        let at = |second| Timestamp::from_second(second).unwrap();
        Disk {
            id: "disk-1".into(),
            storage: 1,
            owner: "alice".into(),
            status: "Ready".into(),
            name: None,
            org_name: Some("bakehouse".into()),
            project_name: Some("proj".into()),
            created_at: at(1000),
            last_usage: last_usage.map(at),
            life_span,
            used_bytes: None,
        }
    }

    #[test]
    fn a_disk_lives_as_long_after_its_last_use_as_it_wished() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(!is_over(&disk(None, None), at(1_000_000)));
        assert!(!is_over(&disk(Some(60.0), None), at(1060)));
        assert!(is_over(&disk(Some(60.0), None), at(1061)));
        assert!(!is_over(&disk(Some(60.0), Some(1050)), at(1061)));
        assert!(!is_over(&disk(Some(f64::INFINITY), None), at(1061)));
    }

    #[test]
    fn a_settled_sweep_takes_the_over_aged_off_the_record() {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::store::Store::open(&folder.path().join("p.sqlite")).unwrap();
        let connection = store.lock();
        let (old, young) = (disk(Some(60.0), None), disk(None, None));
        let young = Disk {
            id: "disk-2".into(),
            ..young
        };
        for one in [&old, &young] {
            disk_store::insert(&connection, one).unwrap();
        }
        let disks = disk_store::all(&connection).unwrap();
        let gone = settle(&connection, disks, Timestamp::from_second(2000).unwrap()).unwrap();
        assert_eq!(gone, ["disk-1"]);
        assert_eq!(disk_store::all(&connection).unwrap(), [young]);
    }

    #[test]
    fn a_folder_is_measured_with_everything_in_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/c"), vec![1; 100_000]).unwrap();
        let soon = Instant::now() + Duration::from_secs(60);
        assert!(measured(folder.path(), soon).unwrap() >= 100_000);
        assert_eq!(measured(folder.path(), Instant::now()), None);
    }
}
