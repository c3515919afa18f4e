//! Clients that are slow, silent or greedy: they lose their connection, the others do not.

use std::time::Duration;

use local_platform::ConnectionLimits;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::desk::Desk;

async fn impatient(connections: usize) -> Desk {
    Desk::with(|options| {
        options.limits = ConnectionLimits {
            connections,
            head: Duration::from_millis(400),
            body_silence: Duration::from_millis(400),
        };
    })
    .await
}

async fn connect(desk: &Desk) -> TcpStream {
    let url = desk.running.url().trim_start_matches("http://");
    TcpStream::connect(url.split('/').next().unwrap())
        .await
        .unwrap()
}

/// Everything the server says until it closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn heads_that_never_end_and_connections_that_say_nothing_are_closed() {
    let desk = impatient(100).await;
    let mut slow = Vec::new();
    for text in ["", "GET /api/v1/ping HTTP/1.1\r\nHost: localhost\r\nX: "] {
        let mut stream = connect(&desk).await;
        stream.write_all(text.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    for stream in slow {
        let said = rest(stream).await;
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 408"),
            "{said}"
        );
    }
    assert_eq!(desk.get("ping").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let desk = Desk::new().await;
    let mut stream = connect(&desk).await;
    let large = "x".repeat(1 << 20);
    let head = format!("GET /api/v1/ping HTTP/1.1\r\nHost: localhost\r\nX: {large}\r\n\r\n");
    // The server may hang up before all of it is written.
    let _ = stream.write_all(head.as_bytes()).await;
    let said = rest(stream).await;
    assert!(
        said.is_empty() || said.starts_with("HTTP/1.1 431"),
        "{said}"
    );
    assert_eq!(desk.get("ping").await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_upload_that_falls_silent_is_ended_and_holds_nothing_up() {
    let desk = impatient(100).await;
    let path = "/api/v1/storage/bakehouse/proj/f?op=CREATE";
    let mut stream = connect(&desk).await;
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Length: 100\r\n\r\nhalf",
        desk.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let other = desk.request(Method::PUT, "storage/bakehouse/proj/f?op=CREATE");
    let other = other.body("whole").send().await.unwrap();
    assert_eq!(other.status(), StatusCode::CREATED);
    let said = rest(stream).await;
    assert!(said.starts_with("HTTP/1.1 400"), "{said}");
    assert!(said.contains("fallen silent"), "{said}");
    let read = || {
        let file = desk.request(Method::GET, "storage/bakehouse/proj/f?op=OPEN");
        file.send()
    };
    // A server so impatient may leave a kept connection just as it is used again.
    let file = match read().await {
        Ok(file) => file,
        Err(_) => read().await.unwrap(),
    };
    assert_eq!(file.text().await.unwrap(), "whole");
}

#[tokio::test]
async fn many_quiet_connections_do_not_keep_others_out() {
    let desk = Desk::with(|options| options.limits.connections = 20).await;
    let job = desk.submit("sleep 60", Value::Null).await;
    desk.started(&job.id).await;
    // One that asks for something keeps its seat, however many others come.
    let path = format!("jobs/{}/log", job.id);
    let mut log = desk.request(Method::GET, &path).send().await.unwrap();
    let mut quiet = Vec::new();
    for _ in 0..60 {
        quiet.push(connect(&desk).await);
    }
    assert_eq!(desk.get("ping").await.0, StatusCode::OK);
    desk.send(Method::DELETE, &format!("jobs/{}", job.id), Value::Null)
        .await;
    while log.chunk().await.unwrap().is_some() {}
}

#[tokio::test]
async fn json_that_is_too_deep_or_too_large_is_refused() {
    let desk = Desk::new().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let post = async |path: &str, body: String| {
        let request = desk.request(Method::POST, path).body(body);
        request.send().await.unwrap().status()
    };
    assert_eq!(
        post("jobs?from_preset", deep.clone()).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(post("flow/bakes", deep).await, StatusCode::BAD_REQUEST);
    let large = format!("\"{}\"", "x".repeat(40 << 20));
    let request = desk.request(Method::POST, "flow/bakes").body(large);
    // The answer comes before the body is taken, so it may be lost with the connection.
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert_eq!(desk.get("ping").await.0, StatusCode::OK);
}
