//! Results of earlier bakes.

use std::sync::Arc;

use client::{Client, ClientError};
use flow::batch::{PlannedTask, TaskId};
use jiff::{SignedDuration, Timestamp};
use protocol::flow::{CacheEntry, NewCacheEntry};

use super::event::{Happened, Hit};
use super::order::{Done, Surroundings};
use super::record::Record;
use super::store::patiently;

/// Whether a remembered result may still be used.
///
/// The reference takes the seconds of `life_span` for days, so its entries hardly ever expire; here
/// they mean what the documentation says.
pub fn is_fresh(entry: &CacheEntry, life_span_seconds: f64, now: Timestamp) -> bool {
    let Ok(life_span) = SignedDuration::try_from_secs_f64(life_span_seconds) else {
        return true;
    };
    now.duration_since(entry.created_at) <= life_span
}

/// What is remembered of a task of a batch of a flow under a key, however old.
pub(super) async fn remembered(
    client: &Client,
    (project_id, batch): (&str, &str),
    (task, key): (&TaskId, &str),
) -> Result<Option<CacheEntry>, ClientError> {
    let entries = client.flow().cache_entries();
    let task = task.to_string();
    patiently(|| entries.find(project_id, (batch, &task), key)).await
}

/// Looks for a result that can be used again.
pub(super) async fn look_up(
    around: Surroundings,
    task: TaskId,
    plan: Arc<PlannedTask>,
) -> Result<Done, ClientError> {
    let bake = &around.bake;
    let of_batch = (bake.project_id.as_str(), bake.batch.as_str());
    let key = &plan.config.caching_key;
    let entry = remembered(&around.client, of_batch, (&task, key)).await?;
    let fresh =
        |entry: &CacheEntry| is_fresh(entry, plan.config.cache.life_span.value(), Timestamp::now());
    Ok(Done::Happened(match entry.filter(fresh) {
        None => Happened::CacheMiss { task },
        Some(entry) => {
            let hit = Hit {
                job: entry.raw_id,
                outputs: entry.outputs,
                state: entry.state,
            };
            Happened::CacheHit { task, hit }
        }
    }))
}

/// Remembers a result, in place of what was remembered under its key. A result that could not be
/// remembered only costs time later.
pub(super) async fn remember(
    around: Surroundings,
    record: Record,
    key: String,
) -> Result<Done, ClientError> {
    let entry = NewCacheEntry {
        project_id: around.bake.project_id.clone(),
        task_id: record.id.to_string(),
        batch: around.bake.batch.clone(),
        key,
        outputs: record.outputs.unwrap_or_default(),
        state: record.state.unwrap_or_default(),
        raw_id: record.job,
        created_at: None,
    };
    let entries = around.client.flow().cache_entries();
    if let Err(error) = patiently(|| entries.create(&entry)).await {
        tracing::warn!(%error, task = entry.task_id, "the result cannot be remembered");
    }
    Ok(Done::Remembered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_fresh_for_as_many_seconds_as_its_life_span_says() {
        let entry = CacheEntry {
            id: String::new(),
            project_id: String::new(),
            task_id: String::new(),
            batch: String::new(),
            key: String::new(),
            created_at: Timestamp::UNIX_EPOCH,
            outputs: Default::default(),
            state: Default::default(),
            raw_id: String::new(),
        };
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert!(is_fresh(&entry, 60.0, at(60)));
        assert!(!is_fresh(&entry, 60.0, at(61)));
        assert!(is_fresh(&entry, 1e300, at(61)));
        assert!(is_fresh(&entry, 60.0, at(-5)), "a clock that runs behind");
    }
}
