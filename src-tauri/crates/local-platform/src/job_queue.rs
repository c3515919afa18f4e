//! The queue: so many jobs run at once, the others wait in the order of priority, then of age.
//!
//! The database is the queue. A job waits until [`take`] picks it within a transaction, so no kill
//! of the server can start a job twice or forget one.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use protocol::{Job, JobPriority, JobStatus, JobTransition, reason};
use rusqlite::{Connection, params};

use crate::DataError;
use crate::machine::Machine;
use crate::platform::Platform;
use crate::store::{doc, docs};
use crate::supervisor::Ending;
use crate::{job_start, job_store, job_tender};

/// The tag of a job that runs a bake. It waits for other jobs, so it must not take their place.
const EXECUTOR_TAG: &str = "remote_executor";
/// How soon deadlines are looked at again after the database has refused.
const SECOND_TRY: Duration = Duration::from_secs(5);

/// How many jobs this computer runs at once unless told otherwise: most jobs wait for something
/// most of the time, so there are more places than processors, but each needs some memory.
pub(crate) fn places(machine: &Machine) -> usize {
    let by_cpus = (machine.cpus as usize).saturating_mul(4);
    let by_memory = usize::try_from(machine.memory >> 29).unwrap_or(usize::MAX);
    by_cpus.min(by_memory).max(8)
}

/// True for a job that takes one of the places.
pub(crate) fn takes_place(job: &Job) -> bool {
    !job.tags.iter().any(|tag| tag == EXECUTOR_TAG)
}

/// The place of a priority in the queue; higher is earlier.
pub(crate) fn rank(job: &Job) -> i64 {
    match job.priority {
        Some(JobPriority::High) => 2,
        Some(JobPriority::Low) => 0,
        _ => 1,
    }
}

/// When a job stops waiting for a place.
pub(crate) fn gives_up_at(job: &Job) -> Option<Timestamp> {
    let seconds = Duration::try_from_secs_f64(job.schedule_timeout?).ok()?;
    job.history.created_at?.checked_add(seconds).ok()
}

/// How many places are free.
pub(crate) fn free(connection: &Connection, places: usize) -> Result<usize, DataError> {
    let taken: i64 = connection
        .prepare_cached(
            "SELECT count(*) FROM jobs WHERE tended = 1 AND waiting = 0 AND takes_place = 1",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(places.saturating_sub(usize::try_from(taken).unwrap_or(usize::MAX)))
}

/// Gives the free places to those who wait; whoever calls this has to start them.
pub(crate) fn take(connection: &Connection, places: usize) -> Result<Vec<Job>, DataError> {
    let mut taken: Vec<Job> = docs(
        connection,
        "SELECT doc FROM jobs WHERE waiting = 1 AND takes_place = 0 ORDER BY created_at, rowid",
        [],
    )?;
    let free = i64::try_from(free(connection, places)?).unwrap_or(i64::MAX);
    if free > 0 {
        taken.extend(docs::<Job>(
            connection,
            "SELECT doc FROM jobs WHERE waiting = 1 AND takes_place = 1
             ORDER BY priority DESC, created_at, rowid LIMIT ?1",
            params![free],
        )?);
    }
    for job in &taken {
        job_store::place_given(connection, &job.id)?;
    }
    Ok(taken)
}

/// What a job is told that has to wait.
pub(crate) fn waits(places: usize) -> JobTransition {
    JobTransition {
        status: JobStatus::Pending,
        transition_time: Timestamp::now(),
        reason: Some(reason::SCHEDULING.to_owned()),
        description: Some(format!(
            "waits for a place: this computer runs {places} jobs at once"
        )),
        exit_code: None,
    }
}

/// Starts whoever can be started now.
pub(crate) async fn advance(platform: &Arc<Platform>) -> Result<(), DataError> {
    let places = platform.places;
    let taken: Vec<Job> = platform
        .store
        .write(move |connection| take(connection, places))
        .await?;
    job_start::launch(platform, taken);
    Ok(())
}

/// Ends jobs that have waited longer than they wanted to, until the server closes.
pub(crate) async fn keep_deadlines(platform: Arc<Platform>) {
    let closing = platform.closing.clone();
    loop {
        let pause = match end_the_impatient(&platform).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "waiting jobs could not be looked at");
                Some(SECOND_TRY)
            }
        };
        let come = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = closing.cancelled() => return,
            () = platform.queued.notified() => {}
            () = come => {}
        }
    }
}

/// Ends those whose time is over; the time until the next one's is.
async fn end_the_impatient(platform: &Arc<Platform>) -> Result<Option<Duration>, DataError> {
    let now = Timestamp::now();
    let (late, next): (Vec<Job>, Option<Job>) = platform
        .store
        .write(move |connection| {
            let late: Vec<Job> = docs(
                connection,
                "SELECT doc FROM jobs WHERE waiting = 1 AND gives_up_at <= ?1",
                params![now.as_microsecond()],
            )?;
            for job in &late {
                job_store::place_given(connection, &job.id)?;
            }
            let next = doc(
                connection,
                "SELECT doc FROM jobs WHERE waiting = 1 AND gives_up_at > ?1
                 ORDER BY gives_up_at LIMIT 1",
                params![now.as_microsecond()],
            )?;
            Ok::<_, DataError>((late, next))
        })
        .await?;
    for job in late {
        let seconds = job.schedule_timeout.unwrap_or_default();
        let places = platform.places;
        let ending = Ending {
            reason: reason::CLUSTER_SCALE_UP_FAILED.to_owned(),
            ..Ending::cannot_run(format!(
                "no place became free within {seconds} s (`schedule_timeout`): \
                 this computer runs {places} jobs at once"
            ))
        };
        job_tender::end(platform, &job.id, ending).await?;
    }
    Ok(next.and_then(|job| {
        let until = gives_up_at(&job)?.duration_since(Timestamp::now());
        Some(Duration::try_from(until).unwrap_or_default())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_processors_as_far_as_memory_goes() {
        let of = |cpus, gib: u64| {
            places(&Machine {
                cpus,
                memory: gib << 30,
                gpu: None,
            })
        };
        assert_eq!(of(1, 4), 8);
        assert_eq!(of(16, 128), 64);
        assert_eq!(of(64, 16), 32);
    }
}
