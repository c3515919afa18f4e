//! The server is killed without warning, again and again: no job, no line and no exit code is lost.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_platform::mint_token;
use protocol::{Job, JobStatus};
use serde_json::{Value, json};

use crate::desk::{client, exe};

/// A server in a process of its own, killed when dropped.
struct Victim {
    process: Child,
    url: String,
    token: String,
}

impl Victim {
    fn start(data_dir: &Path) -> Self {
        let mut process = Command::new(exe())
            .arg("serve")
            .arg(data_dir)
            .arg("0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        let token = mint_token(data_dir, "alice").unwrap();
        Self {
            process,
            url: url.trim().to_owned(),
            token,
        }
    }

    async fn get(&self, path: &str) -> Value {
        let request = client()
            .get(format!("{}/{path}", self.url))
            .bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn submit(&self, command: &str) -> String {
        let body = json!({
            "pass_config": false, "project_name": "proj", "cluster_name": "local",
            "org_name": "bakehouse", "image": "x",
            "command": format!("bash -c {}", protocol::quote(command)),
        });
        let request = client()
            .post(format!("{}/jobs?from_preset", self.url))
            .json(&body);
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        answer.json::<Job>().await.unwrap().id
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
async fn killing_the_server_again_and_again_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut jobs = Vec::new();
    for round in 0..8_u64 {
        let server = Victim::start(folder.path());
        for code in [0, 3] {
            let script = format!("for i in {{1..40}}; do echo $i; sleep 0.02; done; exit {code}");
            jobs.push((server.submit(&script).await, code));
        }
        // Different places in the life of the jobs, from "just submitted" to "nearly over".
        tokio::time::sleep(Duration::from_millis(round * 130)).await;
    }
    let server = Victim::start(folder.path());
    let wanted: String = (1..=40).map(|number| format!("{number}\n")).collect();
    for (id, code) in jobs {
        let job = finished(&server, &id).await;
        assert_eq!(job.history.exit_code, Some(code), "{job:#?}");
        let log = client()
            .get(format!("{}/jobs/{id}/log", server.url))
            .bearer_auth(&server.token);
        assert_eq!(
            log.send().await.unwrap().text().await.unwrap(),
            wanted,
            "{id}"
        );
        let starts = job
            .statuses
            .iter()
            .filter(|one| one.status == JobStatus::Running);
        assert_eq!(starts.count(), 1, "nothing runs twice");
    }
}

async fn finished(server: &Victim, id: &str) -> Job {
    let start = Instant::now();
    loop {
        let job: Job = serde_json::from_value(server.get(&format!("jobs/{id}")).await).unwrap();
        if job.status.is_finished() {
            return job;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{job:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
