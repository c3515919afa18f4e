//! Jobs in the database: one document each, with the columns that lists are filtered by.

use jiff::Timestamp;
use protocol::{Job, JobHistory, JobStatus, JobTransition, reason};
use rusqlite::{Connection, params};

use crate::DataError;
use crate::job_queue;
use crate::refusal::Refusal;
use crate::store::{doc, docs, text};

/// Adds a job, which waits for a place, unless an unfinished one of the project has its name.
pub(crate) fn insert(
    connection: &Connection,
    job: &Job,
    submission_key: Option<&str>,
) -> Result<(), Refusal> {
    if let Some(name) = &job.name {
        refuse_taken_name(connection, name, job.project())?;
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO jobs (id, name, owner, org, project, status, created_at, tended, doc,
             waiting, takes_place, priority, gives_up_at, submission_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, 1, ?9, ?10, ?11, ?12)",
    )?;
    insert.execute(params![
        job.id,
        job.name,
        job.owner,
        job.org_name,
        job.project(),
        job.status.as_str(),
        created(job).as_microsecond(),
        text(job)?,
        job_queue::takes_place(job),
        job_queue::rank(job),
        job_queue::gives_up_at(job).map(Timestamp::as_microsecond),
        submission_key,
    ])?;
    let mut tag = connection
        .prepare_cached("INSERT OR IGNORE INTO job_tags (tag, job_id) VALUES (?1, ?2)")?;
    for name in &job.tags {
        tag.execute(params![name, job.id])?;
    }
    Ok(())
}

fn refuse_taken_name(connection: &Connection, name: &str, project: &str) -> Result<(), Refusal> {
    let taken: Option<Job> = doc(
        connection,
        "SELECT doc FROM jobs WHERE name = ?1 AND project = ?2
         AND status NOT IN ('succeeded', 'failed', 'cancelled')",
        params![name, project],
    )?;
    match taken {
        Some(job) => Err(Refusal::bad_request(format!(
            "job with name '{name}' and project '{project}' already exists: '{}'",
            job.id
        ))),
        None => Ok(()),
    }
}

/// When a job was accepted.
fn created(job: &Job) -> Timestamp {
    job.history.created_at.unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The job of an id, or the newest of the user's jobs with that name.
pub(crate) fn find(
    connection: &Connection,
    id_or_name: &str,
    user: &str,
) -> Result<Option<Job>, DataError> {
    if let Some(job) = get(connection, id_or_name)? {
        return Ok(Some(job));
    }
    let newest = "SELECT doc FROM jobs WHERE name = ?1 AND owner = ?2
                  ORDER BY created_at DESC, rowid DESC LIMIT 1";
    doc(connection, newest, params![id_or_name, user])
}

/// The job of an id.
pub(crate) fn get(connection: &Connection, id: &str) -> Result<Option<Job>, DataError> {
    doc(
        connection,
        "SELECT doc FROM jobs WHERE id = ?1",
        params![id],
    )
}

/// The job that a user submitted under a key.
pub(crate) fn submitted_as(
    connection: &Connection,
    user: &str,
    key: &str,
) -> Result<Option<Job>, DataError> {
    doc(
        connection,
        "SELECT doc FROM jobs WHERE owner = ?1 AND submission_key = ?2",
        params![user, key],
    )
}

/// Writes a changed job back.
pub(crate) fn update(connection: &Connection, job: &Job) -> Result<(), DataError> {
    connection
        .prepare_cached(
            "UPDATE jobs SET status = ?2, doc = ?3, being_dropped = ?4, logs_removed = ?5,
                 materialized = ?6, finished_at = ?7 WHERE id = ?1",
        )?
        .execute(params![
            job.id,
            job.status.as_str(),
            text(job)?,
            job.being_dropped,
            job.logs_removed,
            job.materialized,
            job.history.finished_at.map(Timestamp::as_microsecond),
        ])?;
    Ok(())
}

/// Notes that nothing more will come from a job's supervisor.
pub(crate) fn untend(connection: &Connection, id: &str) -> Result<(), DataError> {
    connection
        .prepare_cached("UPDATE jobs SET tended = 0, waiting = 0 WHERE id = ?1")?
        .execute(params![id])?;
    Ok(())
}

/// Notes that a job waits no longer; false if it did not wait.
pub(crate) fn place_given(connection: &Connection, id: &str) -> Result<bool, DataError> {
    let changed = connection
        .prepare_cached("UPDATE jobs SET waiting = 0 WHERE id = ?1 AND waiting = 1")?
        .execute(params![id])?;
    Ok(changed > 0)
}

/// Jobs that were given a place and whose supervisors have not been seen to end.
pub(crate) fn tended(connection: &Connection) -> Result<Vec<Job>, DataError> {
    docs(
        connection,
        "SELECT doc FROM jobs WHERE tended = 1 AND waiting = 0 ORDER BY created_at",
        [],
    )
}

/// Adds a transition and what follows from it.
pub(crate) fn advance(job: &mut Job, transition: JobTransition) {
    job.status = transition.status.clone();
    job.statuses.push(transition);
    job.history = history(&job.statuses);
}

/// Says why a job that has not started waits; how far it has come replaces what was said before.
pub(crate) fn wait(job: &mut Job, reason: String, description: String) {
    match job.statuses.last_mut() {
        Some(last) if last.reason.as_ref() == Some(&reason) => {
            last.description = Some(description);
            job.history = history(&job.statuses);
        }
        _ => advance(
            job,
            JobTransition {
                status: JobStatus::Pending,
                transition_time: Timestamp::now(),
                reason: Some(reason),
                description: Some(description),
                exit_code: None,
            },
        ),
    }
}

/// What a list of transitions says about the job as a whole.
pub(crate) fn history(statuses: &[JobTransition]) -> JobHistory {
    let Some(last) = statuses.last() else {
        return JobHistory::default();
    };
    let started = statuses.iter().find(|one| one.status == JobStatus::Running);
    let finished = last.status.is_finished().then_some(last.transition_time);
    let restarts = statuses
        .iter()
        .filter(|one| one.reason.as_deref() == Some(reason::RESTARTING));
    let mut history = JobHistory {
        status: Some(last.status.clone()),
        reason: last.reason.clone(),
        description: last.description.clone(),
        created_at: statuses.first().map(|one| one.transition_time),
        // A job that was never seen running has the time of its end here, as on the platform.
        started_at: started.map(|one| one.transition_time).or(finished),
        finished_at: finished,
        run_time_seconds: 0.0,
        restarts: restarts.count() as u64,
        exit_code: last.exit_code,
    };
    history.run_time_seconds = finished.map_or(0.0, |end| run_time(&history, end));
    history
}

fn run_time(history: &JobHistory, until: Timestamp) -> f64 {
    history.started_at.map_or(0.0, |start| {
        until.duration_since(start).as_secs_f64().max(0.0)
    })
}

/// A job as it is shown now: a running one has run until now.
pub(crate) fn shown(mut job: Job, now: Timestamp) -> Job {
    if job.history.finished_at.is_none() {
        job.history.run_time_seconds = run_time(&job.history, now);
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transition(status: JobStatus, second: i64, reason: Option<&str>) -> JobTransition {
        JobTransition {
            status,
            transition_time: Timestamp::from_second(second).unwrap(),
            reason: reason.map(str::to_owned),
            description: None,
            exit_code: None,
        }
    }

    #[test]
    fn a_job_that_never_ran_has_started_when_it_ended() {
        let history = history(&[
            transition(JobStatus::Pending, 1, Some("Creating")),
            transition(JobStatus::Cancelled, 5, Some("UserRequested")),
        ]);
        assert_eq!(history.started_at, history.finished_at);
        assert_eq!(history.run_time_seconds, 0.0);
    }

    #[test]
    fn restarts_are_counted_and_the_first_start_counts() {
        let history = history(&[
            transition(JobStatus::Pending, 1, None),
            transition(JobStatus::Running, 2, None),
            transition(JobStatus::Running, 4, Some(reason::RESTARTING)),
            transition(JobStatus::Failed, 7, Some(reason::ERROR)),
        ]);
        assert_eq!((history.restarts, history.run_time_seconds), (1, 5.0));
    }
}
