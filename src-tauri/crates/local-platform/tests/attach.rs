//! Attaching to jobs: typing into them, sizing their terminals, and leaving them alone.

use futures_util::{SinkExt as _, StreamExt as _};
use local_platform::RunnerChoice;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::desk::Desk;
use crate::logs::{Socket, refused, socket, whole};

async fn attach(desk: &Desk, id: &str) -> Socket {
    let path = format!("jobs/{id}/attach?stdin=1&stdout=1&stderr=1");
    socket(desk, &path).await.unwrap()
}

pub(crate) fn typed(text: &str) -> Message {
    Message::binary([b"\x00", text.as_bytes()].concat())
}

pub(crate) fn sized(height: u16, width: u16) -> Message {
    let size = json!({"height": height, "width": width}).to_string();
    Message::binary([b"\x04", size.as_bytes()].concat())
}

/// Reads frames of the output until it has this text.
pub(crate) async fn until(socket: &mut Socket, text: &str) -> String {
    let mut seen = String::new();
    while !seen.contains(text) {
        let frame = socket.next().await;
        let Some(Ok(Message::Binary(frame))) = frame else {
            panic!("no {text:?} after {seen:?}, but {frame:?}")
        };
        assert_eq!(frame[0], 1, "{seen}");
        seen.push_str(std::str::from_utf8(&frame[1..]).unwrap());
    }
    seen
}

#[tokio::test]
async fn what_is_typed_reaches_the_job_and_its_answer_comes_back() {
    for choice in [RunnerChoice::Best, RunnerChoice::Process] {
        let desk = Desk::with(|options| options.runner = choice).await;
        let script = "while read line; do echo \"got $line\"; [ \"$line\" = bye ] && exit 5; done";
        let job = desk.submit(script, json!({})).await;
        desk.started(&job.id).await;
        let (mut one, mut other) = (attach(&desk, &job.id).await, attach(&desk, &job.id).await);
        one.send(typed("hello\n")).await.unwrap();
        until(&mut one, "got hello\n").await;
        until(&mut other, "got hello\n").await;
        // A client that leaves ends neither the job nor its input.
        one.close(None).await.unwrap();
        other.send(typed("b")).await.unwrap();
        other.send(typed("")).await.unwrap();
        other.send(typed("ye\n")).await.unwrap();
        assert_eq!(whole(other).await, b"\x01got bye\n\x03{\"exit_code\":5}");
        assert_eq!(desk.finished(&job.id).await.history.exit_code, Some(5));
    }
}

#[tokio::test]
async fn a_terminal_has_the_size_of_the_client() {
    let desk = Desk::new().await;
    let script = "while read line; do stty size; [ \"$line\" = bye ] && exit; done";
    let job = desk.submit(script, json!({"tty": true})).await;
    desk.started(&job.id).await;
    let path = format!("jobs/{}/attach?tty=1&stdin=1&stdout=1&stderr=0", job.id);
    let mut terminal = socket(&desk, &path).await.unwrap();
    terminal.send(sized(31, 117)).await.unwrap();
    terminal.send(typed("size\n")).await.unwrap();
    let mut seen = String::new();
    // The size is passed on beside the input: it may come a line later.
    while !seen.contains("31 117\r\n") {
        seen = until(&mut terminal, "\r\n").await;
        if seen.contains("24 80") {
            terminal.send(typed("size\n")).await.unwrap();
        }
    }
    terminal.send(typed("bye\n")).await.unwrap();
    whole(terminal).await;
}

#[tokio::test]
async fn only_an_attacher_that_asks_for_input_types() {
    let desk = Desk::new().await;
    let script = "read line; echo \"got $line\"";
    let job = desk.submit(script, json!({})).await;
    desk.started(&job.id).await;
    let path = format!("jobs/{}/attach?stdin=0&stdout=1&stderr=1", job.id);
    let mut watcher = socket(&desk, &path).await.unwrap();
    watcher.send(typed("from the watcher\n")).await.unwrap();
    let mut writer = attach(&desk, &job.id).await;
    writer.send(typed("from the writer\n")).await.unwrap();
    until(&mut watcher, "got from the writer\n").await;
}

#[tokio::test]
async fn somebody_who_types_into_a_job_that_does_not_read_disturbs_nobody() {
    let desk = Desk::new().await;
    let script = "for _ in $(seq 600); do echo tick; sleep 0.05; done";
    let job = desk.submit(script, json!({})).await;
    desk.started(&job.id).await;
    let mut hostile = attach(&desk, &job.id).await;
    // Until nobody takes any more: the job never reads.
    let flood = async {
        loop {
            hostile.send(typed(&"x".repeat(1 << 20))).await.unwrap();
        }
    };
    let flood = tokio::time::timeout(std::time::Duration::from_secs(2), flood);
    assert!(flood.await.is_err(), "what nobody reads must not be kept");
    let mut other = attach(&desk, &job.id).await;
    until(&mut other, "tick\n").await;
    assert!(until(&mut hostile, "tick\n").await.contains("tick"));
}

#[tokio::test]
async fn a_terminal_has_one_output_only() {
    let desk = Desk::new().await;
    let job = desk.submit("sleep 60", json!({})).await;
    desk.started(&job.id).await;
    let path = format!("jobs/{}/attach?tty=1&stdin=1&stdout=1&stderr=1", job.id);
    let (status, error) = refused(socket(&desk, &path).await);
    assert_eq!(status, 400);
    assert!(
        error["error"].as_str().unwrap().contains("one output"),
        "{error}"
    );
}
