//! Sockets to the ports of jobs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::desk::Desk;
use crate::logs::{Socket, refused, socket};

/// A port that does this with its only connection.
async fn listening<F>(serve: impl FnOnce(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream).await;
    });
    port
}

async fn forward(desk: &Desk, port: u16) -> Result<Socket, Error> {
    let job = desk.submit("sleep 60", json!({})).await;
    desk.started(&job.id).await;
    socket(desk, &format!("jobs/{}/port_forward/{port}", job.id)).await
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

#[tokio::test]
async fn bytes_go_both_ways_unchanged() {
    let desk = Desk::new().await;
    let port = listening(async |stream| {
        let (mut read, mut write) = stream.into_split();
        tokio::io::copy(&mut read, &mut write).await.unwrap();
    })
    .await;
    let (mut sink, mut stream) = forward(&desk, port).await.unwrap().split();
    let sent = pattern(20 << 20);
    let pieces: Vec<Message> = sent
        .chunks(1_000_003)
        .map(|piece| Message::binary(piece.to_vec()))
        .collect();
    let sending = tokio::spawn(async move {
        for piece in pieces {
            sink.send(piece).await.unwrap();
        }
        sink
    });
    let mut back = Vec::new();
    while back.len() < sent.len() {
        match stream.next().await {
            Some(Ok(Message::Binary(bytes))) => back.extend_from_slice(&bytes),
            other => panic!("{other:?} after {} bytes", back.len()),
        }
    }
    assert!(back == sent);
    drop(sending.await.unwrap());
}

#[tokio::test]
async fn all_that_was_sent_before_the_port_closed_comes_before_the_end() {
    let desk = Desk::new().await;
    let port = listening(async |mut stream| {
        let mut greeting = [0; 5];
        stream.read_exact(&mut greeting).await.unwrap();
        stream.write_all(&pattern(3 << 20)).await.unwrap();
    })
    .await;
    let mut socket = forward(&desk, port).await.unwrap();
    socket
        .send(Message::binary(b"hello".to_vec()))
        .await
        .unwrap();
    assert!(crate::logs::whole(socket).await == pattern(3 << 20));
}

#[tokio::test]
async fn the_port_hears_the_end_after_all_that_was_sent() {
    let desk = Desk::new().await;
    let (heard, end) = tokio::sync::oneshot::channel();
    let port = listening(async move |mut stream| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await.unwrap();
        heard.send(all).unwrap();
    })
    .await;
    let mut socket = forward(&desk, port).await.unwrap();
    socket
        .send(Message::binary(pattern(2 << 20)))
        .await
        .unwrap();
    socket.close(None).await.unwrap();
    assert!(end.await.unwrap() == pattern(2 << 20));
}

#[tokio::test]
async fn a_port_is_not_read_for_a_client_that_does_not_read() {
    let desk = Desk::new().await;
    let taken = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&taken);
    let port = listening(async move |mut stream| {
        let piece = vec![0; 1 << 20];
        while stream.write_all(&piece).await.is_ok() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    })
    .await;
    let mut socket = forward(&desk, port).await.unwrap();
    // It stops once the buffers of the system are full.
    let mut before = u64::MAX;
    while before != taken.load(Ordering::Relaxed) {
        before = taken.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(before < 64, "{before} MiB were taken from the port");
    let mut read = 0;
    while read < 100 << 20 {
        let Some(Ok(Message::Binary(bytes))) = socket.next().await else {
            panic!("the end after {read} bytes")
        };
        read += bytes.len();
    }
}

#[tokio::test]
async fn a_port_that_cannot_be_reached_is_refused_with_the_reason() {
    let desk = Desk::new().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let (status, error) = refused(forward(&desk, port).await);
    assert_eq!(status, 400);
    let text = error["error"].as_str().unwrap();
    assert!(text.contains(&format!("port {port} of job")), "{text}");
    assert!(text.contains("cannot be reached"), "{text}");
    let job = desk.submit("true", json!({})).await;
    desk.finished(&job.id).await;
    let ended = socket(&desk, &format!("jobs/{}/port_forward/{port}", job.id)).await;
    assert_eq!(refused(ended).0, 404);
    for bad in ["0", "65536", "-1", "http"] {
        let path = format!("jobs/{}/port_forward/{bad}", job.id);
        assert_eq!(refused(socket(&desk, &path).await).0, 400, "{bad}");
    }
}
