//! Lists of jobs, read a page at a time: a slow client holds neither the database nor our memory.

use jiff::Timestamp;
use protocol::{Action, Job, JobFilter, JobStatus};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::DataError;
use crate::permission::Access;
use crate::place::CLUSTER;

/// Jobs of a page.
const PAGE: u64 = 200;
/// How old clients ask for jobs of no organisation.
const NO_ORG: &str = "NO_ORG";

/// A list under way.
pub(crate) struct JobList {
    filter: JobFilter,
    /// Whose jobs may be seen.
    access: Access,
    /// Where the last page ended.
    after: Option<(i64, i64)>,
    over: bool,
}

impl JobList {
    /// The list of the jobs a filter asks for, but for those that may not be read.
    pub(crate) fn new(filter: JobFilter, access: Access) -> Self {
        let elsewhere =
            !filter.clusters.is_empty() && !filter.clusters.iter().any(|name| name == CLUSTER);
        Self {
            filter,
            access,
            after: None,
            over: elsewhere,
        }
    }

    /// The next jobs, in order; none when there are no more.
    pub(crate) fn next(&mut self, connection: &Connection) -> Result<Vec<Job>, DataError> {
        while !self.over {
            let jobs = self.page(connection)?;
            if !jobs.is_empty() {
                return Ok(jobs);
            }
        }
        Ok(Vec::new())
    }

    fn page(&mut self, connection: &Connection) -> Result<Vec<Job>, DataError> {
        let count = PAGE.min(self.filter.limit.unwrap_or(PAGE));
        // What is left out below does not count: the next page makes up for it.
        let search = Search::new(&self.filter, self.after);
        let sql = search.sql(self.filter.reverse, count);
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(search.values))?;
        let mut jobs: Vec<Job> = Vec::new();
        let mut read = 0;
        while let Some(row) = rows.next()? {
            read += 1;
            self.after = Some((row.get(1)?, row.get(2)?));
            let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            jobs.push(serde_json::from_str(text)?);
        }
        if let Some(host) = &self.filter.hostname {
            jobs.retain(|job| answers_under(job, host));
        }
        jobs.retain(|job| self.access.may_job(&Action::Read, job));
        if let Some(limit) = &mut self.filter.limit {
            *limit = limit.saturating_sub(jobs.len() as u64);
        }
        self.over = read < count || self.filter.limit == Some(0);
        Ok(jobs)
    }
}

/// True if the first part of a host name stands for this job.
fn answers_under(job: &Job, host: &str) -> bool {
    let label = label(host);
    label == job.id || job.internal_hostname_named.as_deref() == Some(label)
}

fn label(host: &str) -> &str {
    host.split('.').next().unwrap_or_default()
}

/// Conditions and their values, in the same order.
#[derive(Default)]
struct Search {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Search {
    fn new(filter: &JobFilter, after: Option<(i64, i64)>) -> Self {
        let mut search = Self::default();
        search.any("status", filter.statuses.iter().map(JobStatus::as_str));
        search.any("owner", filter.owners.iter().map(String::as_str));
        search.any(
            "iif(instr(owner, '/'), substr(owner, 1, instr(owner, '/') - 1), owner)",
            filter.base_owners.iter().map(String::as_str),
        );
        // A job without an organisation has nothing in the column.
        let orgs = filter.orgs.iter().map(String::as_str);
        search.any(
            "ifnull(org, '')",
            orgs.map(|org| if org == NO_ORG { "" } else { org }),
        );
        search.any("project", filter.projects.iter().map(String::as_str));
        search.any("name", filter.name.iter().map(String::as_str));
        for tag in &filter.tags {
            let tagged = "id IN (SELECT job_id FROM job_tags WHERE tag = ?)";
            search.add(tagged, tag.clone());
        }
        if let Some(host) = &filter.hostname {
            let label = label(host);
            let name = label.rsplit_once("--").map_or("", |(name, _)| name);
            search.add("(id = ? OR name = ?)", label.to_owned());
            search.values.push(name.to_owned().into());
        }
        search.time("created_at >= ?", filter.since);
        search.time("created_at <= ?", filter.until);
        search.truth("materialized", filter.materialized);
        search.truth("being_dropped", filter.being_dropped);
        search.truth("logs_removed", filter.logs_removed);
        if let Some((created, row)) = after {
            let beyond = if filter.reverse { "<" } else { ">" };
            search.add(&format!("(created_at, rowid) {beyond} (?, ?)"), created);
            search.values.push(row.into());
        }
        search
    }

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

    fn truth(&mut self, column: &str, wanted: Option<bool>) {
        if let Some(wanted) = wanted {
            self.add(&format!("{column} = ?"), i64::from(wanted));
        }
    }

    fn sql(&self, reverse: bool, count: u64) -> String {
        let mut sql = "SELECT doc, created_at, rowid FROM jobs".to_owned();
        if !self.conditions.is_empty() {
            sql = format!("{sql} WHERE {}", self.conditions.join(" AND "));
        }
        let direction = if reverse { "DESC" } else { "ASC" };
        format!("{sql} ORDER BY created_at {direction}, rowid {direction} LIMIT {count}")
    }
}
