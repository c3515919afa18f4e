//! Logs over the socket and over plain HTTP, and attach.

use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use jiff::Timestamp;
use protocol::moment;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::desk::Desk;

pub(crate) type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

pub(crate) async fn socket(desk: &Desk, path: &str) -> Result<Socket, Error> {
    let url = format!("{}/{path}", desk.running.url().replace("http://", "ws://"));
    let mut request = url.into_client_request().unwrap();
    let bearer = format!("Bearer {}", desk.token).parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    connect_async(request).await.map(|(socket, _)| socket)
}

/// Everything up to the server's own close.
pub(crate) async fn whole(mut socket: Socket) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        match socket.next().await {
            Some(Ok(Message::Binary(bytes))) => all.extend_from_slice(&bytes),
            Some(Ok(Message::Close(Some(frame)))) => {
                assert_eq!(u16::from(frame.code), 1000);
                return all;
            }
            other => panic!("a log is binary frames and a normal close, not {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_socket_follows_a_running_job_to_its_end() {
    let desk = Desk::new().await;
    let job = desk
        .submit(
            "echo first; sleep 0.3; echo second >&2; exit 1",
            Value::Null,
        )
        .await;
    let mut log = socket(&desk, &format!("jobs/{}/log_ws", job.id))
        .await
        .unwrap();
    let Some(Ok(Message::Binary(first))) = log.next().await else {
        panic!("no first line")
    };
    assert_eq!(&first[..], b"first\n");
    assert_eq!(
        desk.job(&job.id).await.status.as_str(),
        "running",
        "it came while the job ran"
    );
    assert_eq!(whole(log).await, b"second\n");
    let log = socket(&desk, &format!("jobs/{}/log_ws", job.id))
        .await
        .unwrap();
    assert_eq!(
        whole(log).await,
        b"first\nsecond\n",
        "and again after the end"
    );
}

#[tokio::test]
async fn a_line_reaches_the_follower_at_once() {
    let desk = Desk::new().await;
    let script = "while true; do date +%s%N; sleep 0.05; done";
    let job = desk.submit(script, Value::Null).await;
    let mut log = socket(&desk, &format!("jobs/{}/log_ws", job.id))
        .await
        .unwrap();
    let mut delays = Vec::new();
    while delays.len() < 10 {
        let Some(Ok(Message::Binary(bytes))) = log.next().await else {
            panic!("no more")
        };
        let now = Timestamp::now().as_nanosecond();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let written: i128 = text.lines().last().unwrap().parse().unwrap();
        delays.push(Duration::from_nanos(u64::try_from(now - written).unwrap()));
    }
    delays.sort();
    assert!(delays[5] < Duration::from_millis(50), "{delays:?}");
    desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
        .await;
}

#[tokio::test]
async fn since_and_timestamps_select_and_mark_lines() {
    let desk = Desk::new().await;
    let job = desk
        .submit("echo old; sleep 0.4; echo new", Value::Null)
        .await;
    desk.finished(&job.id).await;
    let stamped = desk.log(&job.id, "timestamps=true").await;
    let times: Vec<Timestamp> = stamped
        .lines()
        .map(|line| moment::parse(line.split_once(' ').unwrap().0).unwrap())
        .collect();
    assert!(
        times[1].duration_since(times[0]).as_millis() >= 300,
        "{stamped}"
    );
    let since = moment::text(times[1]).replace('+', "%2B");
    assert_eq!(desk.log(&job.id, &format!("since={since}")).await, "new\n");
    let log = socket(&desk, &format!("jobs/{}/log_ws?since={since}", job.id))
        .await
        .unwrap();
    assert_eq!(whole(log).await, b"new\n");
    let bad = desk.request(Method::GET, &format!("jobs/{}/log?since=yesterday", job.id));
    assert_eq!(bad.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_large_log_comes_whole_and_in_order() {
    let desk = Desk::new().await;
    let job = desk.submit("seq 1 300000", Value::Null).await;
    let log = socket(&desk, &format!("jobs/{}/log_ws", job.id))
        .await
        .unwrap();
    let text = String::from_utf8(whole(log).await).unwrap();
    assert!(
        text.lines()
            .enumerate()
            .all(|(at, line)| line == (at + 1).to_string())
    );
    assert_eq!(text.lines().count(), 300_000);
}

#[tokio::test]
async fn a_command_that_leaves_a_child_behind_still_ends() {
    let desk = Desk::with(crate::desk::plain).await;
    let start = Instant::now();
    let job = desk.submit("sleep 60 & echo done", Value::Null).await;
    desk.finished(&job.id).await;
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(desk.log(&job.id, "").await, "done\n");
}

/// Status and error header of a refused handshake.
pub(crate) fn refused(answer: Result<Socket, Error>) -> (u16, Value) {
    let Err(Error::Http(response)) = answer else {
        panic!("the handshake should be refused")
    };
    let header = response.headers()["x-error"].to_str().unwrap();
    (
        response.status().as_u16(),
        serde_json::from_str(header).unwrap(),
    )
}

#[tokio::test]
async fn refused_handshakes_carry_the_error_in_a_header() {
    let desk = Desk::new().await;
    let (status, error) = refused(socket(&desk, "jobs/nothing/log_ws").await);
    assert_eq!(
        (status, &error["error"]),
        (400, &json!("no such job nothing"))
    );
    let (status, _) = refused(socket(&desk, "jobs/nothing/attach?stdout=1").await);
    assert_eq!(status, 404, "the tools insist on 404 here");
    let job = desk.submit("true", Value::Null).await;
    desk.finished(&job.id).await;
    let (status, error) = refused(socket(&desk, &format!("jobs/{}/attach?stdout=1", job.id)).await);
    assert_eq!(status, 404);
    assert_eq!(error["error"], format!("Job '{}' is not running.", job.id));
}

#[tokio::test]
async fn attach_shows_output_from_now_on_and_ends_with_the_exit_code() {
    let desk = Desk::new().await;
    let job = desk
        .submit("echo early; sleep 0.5; echo late; exit 3", Value::Null)
        .await;
    desk.started(&job.id).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let path = format!("jobs/{}/attach?stdin=1&stdout=1&stderr=1", job.id);
    let framed = whole(socket(&desk, &path).await.unwrap()).await;
    assert_eq!(framed, b"\x01late\n\x03{\"exit_code\":3}");
}

#[tokio::test]
async fn a_log_socket_without_a_token_is_refused() {
    let mut desk = Desk::new().await;
    desk.token = "nothing".to_owned();
    let (status, _) = refused(socket(&desk, "jobs/x/log_ws").await);
    assert_eq!(status, 401);
}

/// Far more than the default of open files of many systems allows at three files each.
const FOLLOWERS: usize = 500;

#[tokio::test]
async fn hundreds_follow_a_log_and_those_who_do_not_read_hinder_nobody() {
    let desk = Desk::new().await;
    let script = "read go; seq 1 400000; read more; echo the end";
    let job = desk.submit(script, Value::Null).await;
    desk.started(&job.id).await;
    let path = format!("jobs/{}/log_ws", job.id);
    let mut sleepers = Vec::new();
    for _ in 0..FOLLOWERS {
        sleepers.push(socket(&desk, &path).await.unwrap());
    }
    let mut reader = socket(&desk, &path).await.unwrap();
    let attach = format!("jobs/{}/attach?stdin=1&stdout=1&stderr=1", job.id);
    let mut keyboard = socket(&desk, &attach).await.unwrap();
    keyboard.send(crate::attach::typed("go\n")).await.unwrap();
    let mut seen = 0;
    // All of it arrives while the others have taken nothing.
    while seen < 2_688_895 {
        match reader.next().await {
            Some(Ok(Message::Binary(bytes))) => seen += bytes.len(),
            Some(Ok(Message::Ping(_))) => {}
            other => panic!("{other:?} after {seen} bytes"),
        }
    }
    keyboard.send(crate::attach::typed("more\n")).await.unwrap();
    assert_eq!(whole(reader).await, b"the end\n");
    desk.finished(&job.id).await;
    let late = whole(sleepers.pop().unwrap()).await;
    assert!(
        late.ends_with(b"400000\nthe end\n"),
        "a sleeper loses nothing"
    );
}
