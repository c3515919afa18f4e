//! Jobs in the database: one document each, with the columns that lists are filtered by.

use jiff::Timestamp;
use protocol::{Job, JobFilter, JobHistory, JobStatus, JobTransition, reason};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use crate::DataError;
use crate::place::CLUSTER;
use crate::refusal::Refusal;
use crate::store::{doc, docs, text};

/// Adds a job, unless an unfinished one of the project has its name.
pub(crate) fn insert(connection: &Connection, job: &Job) -> Result<(), Refusal> {
    if let Some(name) = &job.name {
        refuse_taken_name(connection, name, job.project())?;
    }
    connection.execute(
        "INSERT INTO jobs (id, name, owner, org, project, status, created_at, tended, doc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8)",
        params![
            job.id,
            job.name,
            job.owner,
            job.org_name,
            job.project(),
            job.status.as_str(),
            created(job).as_microsecond(),
            text(job)?
        ],
    )?;
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

/// Writes a changed job back.
pub(crate) fn update(connection: &Connection, job: &Job) -> Result<(), DataError> {
    connection
        .prepare_cached("UPDATE jobs SET status = ?2, doc = ?3 WHERE id = ?1")?
        .execute(params![job.id, job.status.as_str(), text(job)?])?;
    Ok(())
}

/// Notes that nothing more will come from a job's supervisor.
pub(crate) fn untend(connection: &Connection, id: &str) -> Result<(), DataError> {
    connection.execute("UPDATE jobs SET tended = 0 WHERE id = ?1", params![id])?;
    Ok(())
}

/// Jobs whose supervisors have not been seen to end.
pub(crate) fn tended(connection: &Connection) -> Result<Vec<Job>, DataError> {
    docs(
        connection,
        "SELECT doc FROM jobs WHERE tended = 1 ORDER BY created_at",
        [],
    )
}

/// The jobs a filter asks for.
pub(crate) fn list(connection: &Connection, filter: &JobFilter) -> Result<Vec<Job>, DataError> {
    if !filter.clusters.is_empty() && !filter.clusters.iter().any(|name| name == CLUSTER) {
        return Ok(Vec::new());
    }
    if filter.being_dropped == Some(true) || filter.logs_removed == Some(true) {
        return Ok(Vec::new());
    }
    let mut search = Search::default();
    search.any("status", filter.statuses.iter().map(JobStatus::as_str));
    search.any("owner", filter.owners.iter().map(String::as_str));
    search.any("org", filter.orgs.iter().map(String::as_str));
    search.any("project", filter.projects.iter().map(String::as_str));
    search.any("name", filter.name.iter().map(String::as_str));
    for tag in &filter.tags {
        let tagged = "id IN (SELECT job_id FROM job_tags WHERE tag = ?)";
        search.add(tagged, tag.clone());
    }
    search.time("created_at >= ?", filter.since);
    search.time("created_at <= ?", filter.until);
    let mut jobs: Vec<Job> = docs(
        connection,
        &search.sql(filter),
        params_from_iter(search.values),
    )?;
    if let Some(materialized) = filter.materialized {
        jobs.retain(|job| job.materialized == materialized);
    }
    Ok(jobs)
}

/// Conditions and their values, in the same order.
#[derive(Default)]
struct Search {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Search {
    fn add(&mut self, condition: &str, value: impl Into<Value>) {
        self.conditions.push(condition.to_owned());
        self.values.push(value.into());
    }

    /// The column has one of the values; no values means any.
    fn any<'a>(&mut self, column: &str, values: impl Iterator<Item = &'a str>) {
        let values: Vec<Value> = values.map(|value| value.to_owned().into()).collect();
        if values.is_empty() {
            return;
        }
        let marks = vec!["?"; values.len()].join(", ");
        self.conditions.push(format!("{column} IN ({marks})"));
        self.values.extend(values);
    }

    fn time(&mut self, condition: &str, time: Option<Timestamp>) {
        if let Some(time) = time {
            self.add(condition, time.as_microsecond());
        }
    }

    fn sql(&self, filter: &JobFilter) -> String {
        let mut sql = "SELECT doc FROM jobs".to_owned();
        if !self.conditions.is_empty() {
            sql = format!("{sql} WHERE {}", self.conditions.join(" AND "));
        }
        let direction = if filter.reverse { "DESC" } else { "ASC" };
        sql = format!("{sql} ORDER BY created_at {direction}, rowid {direction}");
        match filter.limit {
            Some(limit) => format!("{sql} LIMIT {limit}"),
            None => sql,
        }
    }
}

/// Adds a transition and what follows from it.
pub(crate) fn advance(job: &mut Job, transition: JobTransition) {
    job.status = transition.status.clone();
    job.statuses.push(transition);
    job.history = history(&job.statuses);
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
