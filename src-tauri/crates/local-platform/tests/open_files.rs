//! A server may have many files open; its jobs have the limit it was started with.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use protocol::Job;
use reqwest::Client;
use serde_json::{Value, json};

use crate::desk::{client, exe};

struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn get(client: &Client, token: &str, url: String) -> String {
    let answer = client.get(url).bearer_auth(token).send().await.unwrap();
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_server_raises_its_own_limit_and_not_that_of_its_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut server = Command::new("sh")
        .args(["-c", "ulimit -Sn 300; exec \"$0\" serve \"$1\" 0"])
        .arg(exe())
        .arg(&data)
        .stdout(Stdio::piped())
        .spawn()
        .map(Served)
        .unwrap();
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let url = lines.next().unwrap().unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.0.id())).unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft: u64 = line
        .unwrap()
        .split_whitespace()
        .nth(3)
        .unwrap()
        .parse()
        .unwrap();
    assert!(soft > 300, "{soft}");
    let (client, token) = (
        client(),
        local_platform::mint_token(&data, "alice").unwrap(),
    );
    let order = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "local",
        "org_name": "bakehouse", "image": "ubuntu", "command": "bash -c 'ulimit -Sn'"
    });
    let request = client.post(format!("{url}/jobs?from_preset"));
    let answer = request
        .bearer_auth(&token)
        .json(&order)
        .send()
        .await
        .unwrap();
    let job: Value = answer.json().await.unwrap();
    let job: Job = serde_json::from_value(job).unwrap();
    // Following the log is waiting for the end.
    let log = get(&client, &token, format!("{url}/jobs/{}/log", job.id)).await;
    assert_eq!(log, "300\n");
}
