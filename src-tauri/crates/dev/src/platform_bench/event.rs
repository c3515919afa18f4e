//! From the change of a job to a listener's knowing of it. The job itself writes down when it
//! started and when it was about to end.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use protocol::LogQuery;

use crate::Outcome;
use crate::figures::Figures;
use crate::served::{Served, job};

const JOBS: usize = 100;

pub(super) async fn event(program: &Path) -> Outcome<Figures> {
    let served = Served::start(program)?;
    let client = &served.client;
    let cluster = client.cluster(local_platform::CLUSTER).await?;
    let (mut started, mut ended) = (Vec::new(), Vec::new());
    for round in 0..=JOBS {
        let submitted = client
            .jobs()
            .submit(&job("date +%s%N; sleep 0.05; date +%s%N"))
            .await?;
        let mut known = submitted.statuses.len();
        let (mut running_at, mut ended_at) = (None, None);
        while ended_at.is_none() {
            let job = client.jobs().changed(&submitted.id, known).await?;
            known = job.statuses.len();
            let now = Timestamp::now();
            if job.status.is_finished() {
                ended_at = Some(now);
            } else if job.history.started_at.is_some() {
                running_at.get_or_insert(now);
            }
        }
        let log = cluster.logs(&submitted.id, &LogQuery::default());
        let log = String::from_utf8(log.collect_bytes().await?)?;
        let times: Vec<i128> = log.lines().filter_map(|line| line.parse().ok()).collect();
        let [start, end] = times[..] else {
            return Err(format!("the job said `{log}`").into());
        };
        // The first job pays for reading everything from the disk.
        if round == 0 {
            continue;
        }
        started.extend(running_at.map(|at| since(start, at)));
        ended.extend(ended_at.map(|at| since(end, at)));
    }
    let mut figures = Figures::new("event");
    figures.add_times("start of a job until it is known", started);
    figures.add_times("end of a job until it is known", ended);
    Ok(figures)
}

/// Known before the first word of the job is as good as at once.
fn since(nanoseconds: i128, now: Timestamp) -> Duration {
    let passed = (now.as_nanosecond() - nanoseconds).max(0);
    Duration::from_nanos(u64::try_from(passed).unwrap_or(u64::MAX))
}
