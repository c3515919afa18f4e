//! What running jobs use.

use futures_util::StreamExt as _;
use local_platform::RunnerChoice;
use protocol::Job;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::desk::Desk;
use crate::logs::{Socket, refused, socket};

pub(crate) async fn reading(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
            Some(Ok(Message::Ping(_))) => {}
            other => panic!("a reading is text, not {other:?}"),
        }
    }
}

async fn top(desk: &Desk, script: &str) -> (Job, Socket) {
    let job = desk.submit(script, json!({})).await;
    desk.started(&job.id).await;
    let socket = socket(desk, &format!("jobs/{}/top", job.id)).await.unwrap();
    (job, socket)
}

#[tokio::test]
async fn busy_processors_and_filled_memory_are_seen() {
    // The work is done by descendants, and 64 MiB are held by the shell.
    let script = "x=$(head -c 67108864 /dev/zero | tr '\\0' x); echo filled; \
        (while :; do :; done) & wait";
    for choice in [RunnerChoice::Best, RunnerChoice::Process] {
        let desk = Desk::with(|options| options.runner = choice).await;
        let (job, mut socket) = top(&desk, script).await;
        let mut seen = Vec::new();
        loop {
            let value = reading(&mut socket).await;
            let (cpu, memory) = (value["cpu"].as_f64(), value["memory_bytes"].as_u64());
            assert!(value["timestamp"].as_f64().unwrap() > 1.6e9, "{value}");
            assert!(value["memory"].as_f64().is_some(), "{value}");
            // How much it gets depends on who else is busy here.
            if cpu.unwrap() > 0.1 && memory.unwrap() > 64 << 20 {
                break;
            }
            seen.push(value);
            assert!(seen.len() < 30, "{choice:?}: {seen:?}");
        }
        desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
            .await;
        // Its supervisor needs the folder of the data, which goes with the desk.
        desk.finished(&job.id).await;
    }
}

#[tokio::test]
async fn an_idle_job_uses_next_to_nothing_and_its_readings_end_with_it() {
    let desk = Desk::new().await;
    let (job, mut socket) = top(&desk, "sleep 60").await;
    for _ in 0..2 {
        let value = reading(&mut socket).await;
        assert!(value["cpu"].as_f64().unwrap() < 0.5, "{value}");
        let memory = value["memory_bytes"].as_u64().unwrap();
        assert!((1..256 << 20).contains(&memory), "{value}");
        assert!(value.get("gpu_memory_bytes").is_none(), "{value}");
    }
    desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
        .await;
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(_) | Message::Ping(_))) => {}
            Some(Ok(Message::Close(Some(frame)))) => {
                assert_eq!(u16::from(frame.code), 1000);
                break;
            }
            other => panic!("the end is a normal close, not {other:?}"),
        }
    }
}

#[tokio::test]
async fn only_running_jobs_have_readings() {
    let desk = Desk::new().await;
    let job = desk.submit("true", json!({})).await;
    desk.finished(&job.id).await;
    let (status, error) = refused(socket(&desk, &format!("jobs/{}/top", job.id)).await);
    assert_eq!(status, 404);
    assert_eq!(error["error"], format!("Job '{}' is not running.", job.id));
    assert_eq!(refused(socket(&desk, "jobs/nothing/top").await).0, 400);
}

#[tokio::test]
async fn a_job_without_a_container_cannot_be_saved_and_is_told_why() {
    let desk = Desk::new().await;
    let job = desk.submit("sleep 60", json!({})).await;
    desk.started(&job.id).await;
    let port = desk
        .running
        .url()
        .rsplit(':')
        .next()
        .unwrap()
        .replace("/api/v1", "");
    let order = |image: String| json!({"container": {"image": image}});
    let path = format!("jobs/{}/save", job.id);
    let image = format!("127.0.0.1:{port}/bakehouse/proj/saved:v1");
    let (status, refused) = desk.send(Method::POST, &path, order(image)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let text = refused["error"].as_str().unwrap();
    assert!(text.contains("runs without a container"), "{text}");
    let elsewhere = order("docker.io/library/saved:v1".to_owned());
    let (status, refused) = desk.send(Method::POST, &path, elsewhere).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let text = refused["error"].as_str().unwrap();
    assert!(
        text.contains("into the registry of this platform"),
        "{text}"
    );
}
