//! Jobs of an attempt that whoever executed it before had no time to record.

use std::collections::{HashMap, HashSet};

use client::ClientError;
use flow::batch::{TaskGraph, TaskId};
use flow::tag::tag_of;
use protocol::flow::{Attempt, Task};
use protocol::{Job, JobFilter};

use super::order::Order;
use super::start_key::StartKey;
use super::store::patiently;

/// The jobs of the attempt that no record knows, each with its task.
pub(super) async fn unrecorded(
    order: &Order,
    stored: &[Task],
) -> Result<Vec<(TaskId, Job)>, ClientError> {
    let place = &order.place;
    let filter = JobFilter {
        tags: vec![format!("bake_id:{}", order.bake.id)],
        clusters: vec![place.cluster.clone()],
        orgs: vec![place.org.clone()],
        projects: vec![place.project.clone()],
        ..JobFilter::default()
    };
    let mut jobs = patiently(|| async { order.client.jobs().list(&filter).await }).await?;
    let recorded: HashSet<&str> = stored.iter().map(|task| task.raw_id.as_str()).collect();
    jobs.retain(|job| !recorded.contains(job.id.as_str()));
    jobs.sort_by_key(|job| job.history.created_at);
    Ok(matched(jobs, &order.attempt, order.recipe.graph()))
}

/// Jobs that an executor of ours has started say for which task and attempt; those of others say the
/// tag of their task, which several tasks may share: such jobs are left alone.
fn matched(jobs: Vec<Job>, attempt: &Attempt, graph: &TaskGraph) -> Vec<(TaskId, Job)> {
    if jobs.is_empty() {
        return Vec::new();
    }
    let mut by_key = HashMap::new();
    let mut by_tag: HashMap<String, Vec<TaskId>> = HashMap::new();
    for node in graph.walk().filter(|node| node.kind.is_remote()) {
        let key = StartKey::of(&attempt.id, &node.id).tag();
        by_key.insert(key, node.id.clone());
        let tag = format!("task:{}", tag_of(&node.id.to_string()));
        by_tag.entry(tag).or_default().push(node.id.clone());
    }
    // An earlier attempt had jobs of the same names, but before this one was made.
    let of_others = |job: &Job| {
        let created = job.history.created_at?;
        if created < attempt.created_at {
            return None;
        }
        match job.tags.iter().find_map(|tag| by_tag.get(tag))?.as_slice() {
            [task] => Some(task.clone()),
            _ => None,
        }
    };
    let task_of = |job: &Job| match StartKey::in_tags(&job.tags) {
        Some(key) => by_key.get(&key.tag()).cloned(),
        None => of_others(job),
    };
    jobs.into_iter()
        .filter_map(|job| Some((task_of(&job)?, job)))
        .collect()
}
