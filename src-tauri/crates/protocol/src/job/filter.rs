//! Filters of a job list, in both directions: as a query string and back.

use jiff::Timestamp;

use super::JobStatus;
use crate::{Query, moment};

/// Which jobs are wanted. An empty list means "any".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobFilter {
    /// One of these statuses.
    pub statuses: Vec<JobStatus>,
    /// One of these owners.
    pub owners: Vec<String>,
    /// One of these owners, or an account that belongs to one of them.
    pub base_owners: Vec<String>,
    /// All of these tags.
    pub tags: Vec<String>,
    /// One of these clusters.
    pub clusters: Vec<String>,
    /// One of these organisations.
    pub orgs: Vec<String>,
    /// One of these projects.
    pub projects: Vec<String>,
    /// The job that answers under this host name.
    pub hostname: Option<String>,
    /// Exactly this name.
    pub name: Option<String>,
    /// Made at this time or later.
    pub since: Option<Timestamp>,
    /// Made at this time or earlier.
    pub until: Option<Timestamp>,
    /// Newest first.
    pub reverse: bool,
    /// At most so many.
    pub limit: Option<u64>,
    /// Whether the container exists.
    pub materialized: Option<bool>,
    /// Whether the job is being removed.
    pub being_dropped: Option<bool>,
    /// Whether the log is gone.
    pub logs_removed: Option<bool>,
}

impl JobFilter {
    /// Writes the filter in the spelling of the tools.
    pub fn query(&self) -> Query {
        let mut query = Query::new();
        query.push_all("status", self.statuses.iter().map(JobStatus::as_str));
        query.push_all("owner", self.owners.iter());
        query.push_all("base_owner", self.base_owners.iter());
        query.push_all("tag", self.tags.iter());
        query.push_all("cluster_name", self.clusters.iter());
        query.push_all("org_name", self.orgs.iter());
        query.push_all("project_name", self.projects.iter());
        query.push_some("hostname", self.hostname.clone());
        query.push_some("name", self.name.clone());
        query.push_some("since", self.since.map(moment::text));
        query.push_some("until", self.until.map(moment::text));
        if self.reverse {
            query.push("reverse", "1");
        }
        query.push_some("limit", self.limit.map(|limit| limit.to_string()));
        query.push_some("materialized", self.materialized.map(python));
        query.push_some("being_dropped", self.being_dropped.map(python));
        query.push_some("logs_removed", self.logs_removed.map(python));
        query
    }

    /// Reads a filter; the error is a sentence for the caller.
    pub fn read(query: &Query) -> Result<Self, String> {
        let owned = |key: &str| query.all(key).map(str::to_owned).collect::<Vec<_>>();
        let statuses: Vec<JobStatus> = query.all("status").map(JobStatus::from).collect();
        if let Some(JobStatus::Unknown(word)) = statuses
            .iter()
            .find(|one| matches!(one, JobStatus::Unknown(_)))
        {
            return Err(format!("`{word}` is not a job status"));
        }
        let hostname = query.get("hostname").map(str::to_owned);
        if hostname.is_some() {
            let beside = ["name", "project_name", "cluster_name", "since", "until"];
            if let Some(key) = beside.into_iter().find(|key| query.get(key).is_some()) {
                return Err(format!("`hostname` cannot be combined with `{key}`"));
            }
        }
        Ok(Self {
            statuses,
            owners: owned("owner"),
            base_owners: owned("base_owner"),
            hostname,
            tags: owned("tag"),
            clusters: owned("cluster_name"),
            orgs: owned("org_name"),
            projects: owned("project_name"),
            name: query.get("name").map(str::to_owned),
            since: time(query, "since")?,
            until: time(query, "until")?,
            reverse: truth(query, "reverse")?.unwrap_or(false),
            limit: limit(query)?,
            materialized: truth(query, "materialized")?,
            being_dropped: truth(query, "being_dropped")?,
            logs_removed: truth(query, "logs_removed")?,
        })
    }
}

fn python(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn time(query: &Query, key: &str) -> Result<Option<Timestamp>, String> {
    let read = query.get(key).map(moment::parse).transpose();
    read.map_err(|error| format!("`{key}` must be a time with a zone: {error}"))
}

fn truth(query: &Query, key: &str) -> Result<Option<bool>, String> {
    query
        .truth(key)
        .map_err(|word| format!("`{key}` must be true or false, not `{word}`"))
}

fn limit(query: &Query) -> Result<Option<u64>, String> {
    let Some(text) = query.get("limit") else {
        return Ok(None);
    };
    match text.parse() {
        Ok(limit) if limit > 0 => Ok(Some(limit)),
        _ => Err(format!(
            "`limit` must be a whole number above 0, not `{text}`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_survives_the_query_string() {
        let filter = JobFilter {
            statuses: vec![JobStatus::Pending, JobStatus::Running],
            tags: vec!["project:a b".into(), "flow:live".into()],
            projects: vec!["p".into()],
            since: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            reverse: true,
            limit: Some(1),
            being_dropped: Some(false),
            ..JobFilter::default()
        };
        let text = filter.query().to_string();
        assert!(text.contains("tag=project%3Aa+b&tag=flow%3Alive"), "{text}");
        assert!(text.contains("being_dropped=False"), "{text}");
        assert_eq!(JobFilter::read(&Query::parse(&text)), Ok(filter));
    }

    #[test]
    fn a_wrong_limit_and_a_wrong_status_are_explained() {
        let of = |text: &str| JobFilter::read(&Query::parse(text)).unwrap_err();
        assert_eq!(
            of("limit=0"),
            "`limit` must be a whole number above 0, not `0`"
        );
        assert_eq!(
            of("hostname=job-1.jobs&name=x"),
            "`hostname` cannot be combined with `name`"
        );
        assert_eq!(of("status=dreaming"), "`dreaming` is not a job status");
        assert_eq!(
            of("reverse=perhaps"),
            "`reverse` must be true or false, not `perhaps`"
        );
    }
}
