//! Finding the platform jobs of a flow by their tags.

use std::time::Duration;

use client::{Client, ClientError};
use jiff::Timestamp;
use protocol::{Job, JobFilter, JobStatus};

use crate::place::Place;

/// How far back ended jobs are looked for.
const LOOK_BACK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const MULTI: &str = "multi:";

/// Which jobs are wanted: those of one live job, or of one run of a multi job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundJobs<'a> {
    /// The tags of the live job: project, flow, job, and those of the flow's defaults.
    pub tags: &'a [String],
    /// The run of a multi job, if one is meant.
    pub suffix: Option<&'a str>,
    /// Whether the job may run several times at once.
    pub multi: bool,
}

/// The newest platform job of a live job: one that has not ended, or else one that ended in the
/// last seven days. For a multi job without a suffix all of both kinds, newest first.
pub async fn find(
    client: &Client,
    place: &Place,
    wanted: &FoundJobs<'_>,
    now: Timestamp,
) -> Result<Vec<Job>, ClientError> {
    let all = wanted.multi && wanted.suffix.is_none();
    let mut filter = filter(place, wanted.tags);
    filter
        .tags
        .extend(wanted.suffix.map(|suffix| format!("{MULTI}{suffix}")));
    filter.limit = (!all).then_some(1);
    filter.statuses = vec![JobStatus::Pending, JobStatus::Running];
    let mut found = client.jobs().list(&filter).await?;
    if found.is_empty() || all {
        filter.statuses = vec![
            JobStatus::Suspended,
            JobStatus::Succeeded,
            JobStatus::Failed,
            JobStatus::Cancelled,
        ];
        filter.since = now.checked_sub(LOOK_BACK).ok();
        found.extend(client.jobs().list(&filter).await?);
    }
    Ok(found)
}

/// All jobs of a flow that have not ended, newest first.
pub async fn find_all_running(
    client: &Client,
    place: &Place,
    flow_tags: &[String],
) -> Result<Vec<Job>, ClientError> {
    let mut filter = filter(place, flow_tags);
    filter.statuses = vec![JobStatus::Pending, JobStatus::Running];
    // The reference does not ask for the project here: a flow may have run in another one before.
    filter.projects.clear();
    client.jobs().list(&filter).await
}

/// Of several runs of a multi job only the newest of each suffix, in the order given.
pub fn newest_by_suffix(jobs: Vec<Job>) -> Vec<Job> {
    let mut seen = std::collections::BTreeSet::new();
    jobs.into_iter()
        .filter(|job| seen.insert(suffix_of(job).map(str::to_owned)))
        .collect()
}

/// The suffix of a run of a multi job.
pub fn suffix_of(job: &Job) -> Option<&str> {
    job.tags.iter().find_map(|tag| tag.strip_prefix(MULTI))
}

fn filter(place: &Place, tags: &[String]) -> JobFilter {
    JobFilter {
        tags: tags.to_vec(),
        clusters: vec![place.cluster.clone()],
        orgs: vec![place.org.clone()],
        projects: vec![place.project.clone()],
        reverse: true,
        being_dropped: Some(false),
        logs_removed: Some(false),
        ..JobFilter::default()
    }
}
