//! Removing what is left of ended jobs: their folders with their logs. Their records stay.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use protocol::Job;
use rusqlite::{Connection, params};

use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::store::run_blocking;
use crate::{DataError, job_store};

/// How often old jobs are looked for.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// How many jobs are removed before others get their turn at the database.
const AT_ONCE: usize = 100;

/// Which ended jobs are kept; without a limit all of them are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeepJobs {
    /// Those that ended in the last so many days.
    pub days: Option<u32>,
    /// The newest so many.
    pub number: Option<u32>,
}

/// Ended jobs whose log nobody reads any more: no attempt that still runs has them.
const FREE: &str = "finished_at IS NOT NULL AND tended = 0 AND logs_removed = 0
    AND id NOT IN (
        SELECT json_extract(tasks.doc, '$.raw_id') FROM tasks JOIN attempts
            ON attempts.id = tasks.attempt_id WHERE attempts.result IN ('pending', 'running')
        UNION ALL
        SELECT ifnull(executor_id, '') FROM attempts WHERE result IN ('pending', 'running')
        UNION ALL
        SELECT ifnull(json_extract(bake_images.doc, '$.builder_job_id'), '')
            FROM bake_images JOIN attempts ON attempts.bake_id = bake_images.bake_id
            WHERE attempts.result IN ('pending', 'running')
    )";

/// Removes old jobs now and then, until the server closes.
pub(crate) async fn keep_tidy(platform: Arc<Platform>, keep: KeepJobs) {
    let closing = platform.closing.clone();
    while closing
        .run_until_cancelled(tidy(&platform, keep))
        .await
        .is_some()
    {
        if closing
            .run_until_cancelled(tokio::time::sleep(EVERY))
            .await
            .is_none()
        {
            return;
        }
    }
}

async fn tidy(platform: &Arc<Platform>, keep: KeepJobs) {
    if let Err(error) = remove_unknown_folders(platform).await {
        tracing::warn!(%error, "left-over folders of jobs could not be removed");
    }
    loop {
        let now = Timestamp::now();
        let old = platform
            .store
            .read(move |connection| old(connection, keep, now));
        let old: Vec<String> = match old.await {
            Ok(old) => old,
            Err(error) => {
                let error: DataError = error;
                return tracing::error!(%error, "old jobs could not be looked for");
            }
        };
        let last = old.len() < AT_ONCE;
        for id in old {
            if let Err(refused) = remove(platform, &id).await {
                let said = refused.body.sentence();
                return tracing::error!(id, said, "an old job could not be removed");
            }
        }
        if last {
            return;
        }
    }
}

fn old(connection: &Connection, keep: KeepJobs, now: Timestamp) -> Result<Vec<String>, DataError> {
    let before = keep.days.and_then(|days| {
        let span = SignedDuration::from_hours(24 * i64::from(days));
        now.checked_sub(span).ok().map(Timestamp::as_microsecond)
    });
    if before.is_none() && keep.number.is_none() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT id FROM jobs WHERE {FREE} AND (finished_at < ?1 OR rowid NOT IN (
             SELECT rowid FROM jobs WHERE finished_at IS NOT NULL
             ORDER BY finished_at DESC, rowid DESC LIMIT ?2))
         ORDER BY finished_at LIMIT ?3"
    );
    let number = keep.number.map_or(-1, i64::from);
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map(
        params![before.unwrap_or(i64::MIN), number, AT_ONCE as i64],
        |row| row.get(0),
    )?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Removes the folder of an ended job, and notes that its log is gone.
pub(crate) async fn remove(platform: &Arc<Platform>, id: &str) -> Result<(), Refusal> {
    change(platform, id, |job| job.being_dropped = true).await?;
    let folder = platform.job_folder(id);
    let removed = run_blocking(move || std::fs::remove_dir_all(folder.path())).await;
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Refusal::new(
                axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                format!("the folder of job {id} could not be removed: {error}"),
            ));
        }
        _ => {}
    }
    change(platform, id, |job| {
        job.being_dropped = false;
        job.logs_removed = true;
    })
    .await
}

async fn change(
    platform: &Arc<Platform>,
    id: &str,
    change: impl FnOnce(&mut Job) + Send + 'static,
) -> Result<(), Refusal> {
    let id = id.to_owned();
    platform
        .store
        .write(move |connection| {
            let Some(mut job) = job_store::get(connection, &id)? else {
                return Ok(());
            };
            if !job.status.is_finished() {
                let status = &job.status;
                return Err(Refusal::bad_request(format!(
                    "job {id} is {status}; only what is left of an ended job can be removed"
                )));
            }
            change(&mut job);
            Ok(job_store::update(connection, &job)?)
        })
        .await
}

/// Removes folders of jobs that never got on record, because the server was killed in between.
async fn remove_unknown_folders(platform: &Arc<Platform>) -> Result<(), std::io::Error> {
    let jobs = platform.folder.jobs();
    let found = run_blocking(move || {
        // Younger ones may belong to submissions under way.
        let old = |entry: &std::fs::DirEntry| {
            let age = entry.metadata().and_then(|data| data.modified());
            age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > EVERY))
        };
        let entries = std::fs::read_dir(jobs)?;
        let old = entries.flatten().filter(old);
        Ok::<_, std::io::Error>(
            old.filter_map(|entry| entry.file_name().into_string().ok())
                .collect::<Vec<String>>(),
        )
    })
    .await?;
    for id in found {
        let key = id.clone();
        let known = platform
            .store
            .read(move |connection| job_store::get(connection, &key))
            .await;
        if let Ok(None) = known.map_err(|error: DataError| error) {
            let folder = platform.job_folder(&id);
            run_blocking(move || std::fs::remove_dir_all(folder.path())).await?;
        }
    }
    Ok(())
}
