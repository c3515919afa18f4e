//! What a container uses.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bollard::models::ContainerMemoryStats;
use bollard::query_parameters::StatsOptions;
use futures_util::StreamExt as _;

use super::Engine;
use crate::job_usage::Reading;
use crate::process_table::ProcessTable;
use crate::store::run_blocking;

impl Engine {
    /// What a container uses now; `None` if it does not run.
    pub(crate) async fn usage(&self, container: &str) -> Option<Reading> {
        let options = StatsOptions {
            stream: false,
            one_shot: true,
        };
        let mut answers = Box::pin(self.client.stats(container, Some(options)));
        let stats = answers.next().await?.ok()?;
        let at = Instant::now();
        let inspected = self.client.inspect_container(container, None).await.ok()?;
        let pid = inspected.state?.pid.filter(|pid| *pid > 0)?;
        let pid = u32::try_from(pid).ok()?;
        let pids = run_blocking(move || ProcessTable::recent().family(pid)).await;
        Some(Reading {
            whom: pid,
            at,
            busy: Duration::from_nanos(stats.cpu_stats?.cpu_usage?.total_usage?),
            memory: memory(stats.memory_stats.as_ref()?),
            pids,
        })
    }
}

/// What is in use, without files that are only kept because there is room.
fn memory(stats: &ContainerMemoryStats) -> u64 {
    let empty = HashMap::new();
    let parts = stats.stats.as_ref().unwrap_or(&empty);
    let idle = ["total_inactive_file", "inactive_file"]
        .iter()
        .find_map(|name| parts.get(*name));
    let used = stats.usage.unwrap_or(0);
    used.saturating_sub(idle.copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_only_kept_do_not_count() {
        let of = |name: &str| ContainerMemoryStats {
            usage: Some(100),
            stats: Some(HashMap::from([(name.to_owned(), 30)])),
            ..ContainerMemoryStats::default()
        };
        assert_eq!(memory(&of("inactive_file")), 70);
        assert_eq!(memory(&of("total_inactive_file")), 70);
        assert_eq!(memory(&of("anon")), 100);
        assert_eq!(memory(&ContainerMemoryStats::default()), 0);
    }
}
