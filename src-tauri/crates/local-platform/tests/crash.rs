//! The server is killed without warning, again and again: no job, no line, no exit code, no file and
//! no record that was answered is lost, nothing runs twice, and the databases stay whole.
//!
//! `BAKEHOUSE_KILLS` sets how often (20 unless given), `BAKEHOUSE_SEED` repeats a run.

mod dice;
mod victim;
mod work;

use std::path::Path;
use std::time::{Duration, Instant};

use protocol::{Job, JobStatus};
use reqwest::Method;
use serde_json::{Value, json};

use dice::Dice;
use victim::{Reach, Victim, check_databases};
use work::Truth;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_the_server_again_and_again_loses_nothing() {
    let kills = std::env::var("BAKEHOUSE_KILLS").ok();
    let kills: u64 = kills.and_then(|text| text.parse().ok()).unwrap_or(20);
    let folder = tempfile::tempdir().unwrap();
    let (mut dice, truth) = (Dice::new(), Truth::default());
    let mut flow = None;
    for round in 0..kills {
        let server = Victim::start(folder.path());
        check_databases(folder.path());
        work::check(&server.desk, &truth).await;
        let flow = match &flow {
            Some(flow) => String::clone(flow),
            None => flow.insert(make_flow(&server.desk).await).clone(),
        };
        let desk = || server.desk.clone();
        let work = [
            tokio::spawn(work::jobs(desk(), truth.clone(), round * 100)),
            tokio::spawn(work::uploads(desk(), truth.clone(), round)),
            tokio::spawn(drop_end(work::bakes(desk(), truth.clone(), flow))),
            tokio::spawn(drop_end(work::pushes(desk(), truth.clone(), round * 1000))),
        ];
        tokio::time::sleep(Duration::from_millis(dice.below(500))).await;
        drop(server);
        for work in work {
            work.await.unwrap();
        }
    }
    let server = Victim::start(folder.path());
    check_databases(folder.path());
    work::check(&server.desk, &truth).await;
    check_jobs(&server.desk, folder.path(), &truth).await;
}

async fn drop_end(work: impl Future<Output = Option<()>>) {
    work.await;
}

async fn make_flow(desk: &Reach) -> String {
    let body = json!({
        "name": "f", "project_name": "proj", "cluster": "local", "org_name": "bakehouse"
    });
    let flow = desk.send(Method::POST, "flow/projects", &body).await;
    flow.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Every job that was accepted ran once, to its own end, with its whole log.
async fn check_jobs(desk: &Reach, data: &Path, truth: &Truth) {
    let (jobs, ids) = {
        let facts = truth.facts();
        (facts.jobs.clone(), facts.ids.clone())
    };
    let mut seen = 0;
    for (number, code) in &jobs {
        let list = desk.get(&format!("jobs?name=crash-{number}")).await;
        let found: Vec<Job> = serde_json::from_value(list["jobs"].clone()).unwrap();
        assert!(found.len() <= 1, "job {number} was accepted twice");
        let Some(job) = found.into_iter().next() else {
            assert!(
                !ids.contains_key(number),
                "job {number} was answered and is lost"
            );
            continue;
        };
        seen += 1;
        let job = finished(desk, &job.id).await;
        assert_eq!(job.history.exit_code, Some(*code), "{job:#?}");
        let log = desk.request(Method::GET, &format!("jobs/{}/log", job.id));
        let log = log.send().await.unwrap().text().await.unwrap();
        assert_eq!(log, work::whole_log(), "{}", job.id);
        let starts = job.statuses.iter();
        let starts = starts
            .filter(|one| one.status == JobStatus::Running)
            .count();
        assert_eq!(starts, 1, "{job:#?}");
        let runs = data.join(format!("storage/bakehouse/proj/runs/{number}"));
        assert_eq!(
            std::fs::read_to_string(runs).unwrap(),
            "ran\n",
            "it ran twice"
        );
    }
    eprintln!(
        "{seen} jobs ended as they should, {} of them were answered",
        ids.len()
    );
    assert!(seen >= ids.len());
}

async fn finished(desk: &Reach, id: &str) -> Job {
    let start = Instant::now();
    loop {
        let job: Value = desk.get(&format!("jobs/{id}")).await;
        let job: Job = serde_json::from_value(job).unwrap();
        if job.status.is_finished() {
            return job;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{job:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
