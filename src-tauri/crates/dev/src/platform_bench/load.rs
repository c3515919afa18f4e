//! Many jobs in a minute, many followers of one log, large files both ways; meanwhile somebody asks
//! something small again and again.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use client::Client;
use futures_util::StreamExt as _;
use protocol::{JobFilter, JobStatus, LogQuery, PlatformUri, UriContext};
use tokio::task::JoinSet;

use crate::Outcome;
use crate::figures::Figures;
use crate::served::{Served, job};

const JOBS: usize = 500;
const MINUTE: Duration = Duration::from_secs(60);
const FOLLOWERS: usize = 200;
/// Size of the file that goes up and comes down.
const LARGE: u64 = 2 << 30;

pub(super) async fn load(program: &Path) -> Outcome<Figures> {
    let served = Served::start(program)?;
    let mut figures = Figures::new("load");
    figures.add("memory at first", served.most_memory(), "MiB");
    let (over, waits) = asking(&served.client);

    let begin = Instant::now();
    followed(&served, &mut figures).await?;
    many_jobs(&served, &mut figures).await?;
    figures.add(
        "memory after jobs and followers",
        served.most_memory(),
        "MiB",
    );
    large_file(&served, &mut figures).await?;
    figures.add("memory after large files", served.most_memory(), "MiB");
    figures.add("everything", begin.elapsed().as_secs_f64(), "s");

    over.store(true, Ordering::Relaxed);
    figures.add_times("a plain GET meanwhile", waits.await??);
    Ok(figures)
}

/// Asks something small again and again, and remembers how long each answer took.
fn asking(
    client: &Client,
) -> (
    Arc<AtomicBool>,
    tokio::task::JoinHandle<Outcome<Vec<Duration>>>,
) {
    let over = Arc::new(AtomicBool::new(false));
    let (client, until) = (client.clone(), Arc::clone(&over));
    let asked = tokio::spawn(async move {
        let mut waits = Vec::new();
        while !until.load(Ordering::Relaxed) {
            let begin = Instant::now();
            client.fetch_config().await?;
            waits.push(begin.elapsed());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(waits)
    });
    (over, asked)
}

/// Submits jobs evenly over a minute, and waits until the last one has ended.
async fn many_jobs(served: &Served, figures: &mut Figures) -> Outcome<()> {
    let begin = Instant::now();
    let mut submitted = Vec::new();
    for number in 0..JOBS {
        let due = MINUTE * u32::try_from(number)? / u32::try_from(JOBS)?;
        tokio::time::sleep_until((begin + due).into()).await;
        let before = Instant::now();
        served.client.jobs().submit(&job("echo hello")).await?;
        submitted.push(before.elapsed());
    }
    let all = JobFilter {
        statuses: vec![JobStatus::Pending, JobStatus::Running],
        ..JobFilter::default()
    };
    while !served.client.jobs().list(&all).await?.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    figures.add(format!("{JOBS} jobs"), begin.elapsed().as_secs_f64(), "s");
    figures.add_times("submission of a job", submitted);
    let good = JobFilter {
        statuses: vec![JobStatus::Succeeded],
        ..JobFilter::default()
    };
    let count = served.client.jobs().list(&good).await?.len();
    figures.add("jobs that succeeded", f64::from(u32::try_from(count)?), "");
    Ok(())
}

/// Follows one job many times over, and checks that everybody sees everything.
async fn followed(served: &Served, figures: &mut Figures) -> Outcome<()> {
    let script = "until test -e /signs/go; do sleep 0.05; done; \
                  for i in {1..2000}; do echo line $i; done";
    let talker = served.client.jobs().submit(&job(script)).await?;
    let cluster = served.client.cluster(local_platform::CLUSTER).await?;
    let mut followers = JoinSet::new();
    for _ in 0..FOLLOWERS {
        let mut log = cluster.logs(&talker.id, &LogQuery::default());
        followers.spawn(async move {
            let mut length = 0;
            while let Some(piece) = log.next().await {
                length += piece?.len();
            }
            Ok::<usize, client::ClientError>(length)
        });
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let begin = Instant::now();
    let sign = served.client.jobs().submit(&job("touch /signs/go")).await?;
    let wanted: usize = (1..=2000)
        .map(|number| format!("line {number}\n").len())
        .sum();
    while let Some(length) = followers.join_next().await {
        let length = length??;
        if length != wanted {
            return Err(format!("a follower of {} saw {length} of {wanted} bytes", sign.id).into());
        }
    }
    let took = begin.elapsed().as_secs_f64();
    figures.add(format!("{FOLLOWERS} followers of one log"), took, "s");
    Ok(())
}

async fn large_file(served: &Served, figures: &mut Figures) -> Outcome<()> {
    let cluster = served.client.cluster(local_platform::CLUSTER).await?;
    let context = UriContext::new(local_platform::CLUSTER, local_platform::ORG, "bench");
    let place = PlatformUri::parse("storage:large", &context)?;
    let folder = tempfile::tempdir()?;
    let local = folder.path().join("large");
    std::fs::File::create(&local)?.set_len(LARGE)?;
    let begin = Instant::now();
    let above = PlatformUri::parse("storage:", &context)?;
    cluster
        .storage()
        .upload_folder(folder.path(), &above, &|_| {})
        .await?;
    let seconds = begin.elapsed().as_secs_f64();
    let mebibytes = (LARGE >> 20) as f64;
    figures.add("2 GiB up", mebibytes / seconds, "MiB/s");
    figures.add("memory after the upload", served.most_memory(), "MiB");
    let begin = Instant::now();
    let mut pieces = cluster.storage().open(&place, 0).await?;
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        length += piece?.len() as u64;
    }
    if length != LARGE {
        return Err(format!("{length} of {LARGE} bytes came down").into());
    }
    let seconds = begin.elapsed().as_secs_f64();
    figures.add("2 GiB down", mebibytes / seconds, "MiB/s");
    Ok(())
}
