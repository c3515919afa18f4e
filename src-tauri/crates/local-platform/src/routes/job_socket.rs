//! What all sockets of jobs have in common: which jobs have them, how a conversation goes, and the
//! frames of those that carry several streams.
//!
//! A client that does not read is waited for; nothing is gathered for it. One that is gone without
//! a word is noticed by the pings it does not take.

use std::pin::pin;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, Stream, StreamExt as _};
use protocol::{Action, Job, JobStatus, Query};
use serde::Deserialize;
use tokio::time::{Instant, interval_at, timeout};
use tokio_util::sync::CancellationToken;

use super::jobs::permitted;
use crate::auth::Caller;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::supervisor::Terminal;

/// How often we say that we are there.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How long a client may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(5);
/// The tools send pieces of up to 4 MiB.
const LARGEST_MESSAGE: usize = (4 << 20) + 1024;

/// Takes messages as large as the tools send them, and no larger ones.
pub(super) fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE)
}

/// The running job of an id or name, if the caller may do this with it.
pub(super) async fn running(
    platform: &Platform,
    caller: &Caller,
    job: String,
    action: Action,
) -> Result<Job, Refusal> {
    let job = permitted(platform, caller, action, job).await?;
    if job.status == JobStatus::Running {
        return Ok(job);
    }
    let text = format!("Job '{}' is not running.", job.id);
    Err(Refusal::new(StatusCode::NOT_FOUND, text))
}

/// Somebody who is told what a client says.
pub(super) trait Ear: Send {
    /// Takes one message. Until that is done no further one is read.
    fn hear(&mut self, message: Bytes) -> impl Future<Output = ()> + Send;
}

/// Nothing the client says matters.
pub(super) struct Deaf;

impl Ear for Deaf {
    async fn hear(&mut self, _: Bytes) {}
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// All was said.
    Finished,
    /// The client is gone, or the server goes.
    Broken,
}

/// Sends `output` while passing on what the client says. After the last message the client may
/// still speak until it has closed its side.
pub(super) async fn talk(
    socket: WebSocket,
    closing: CancellationToken,
    output: impl Stream<Item = Message>,
    ear: &mut impl Ear,
) -> End {
    let (mut sink, incoming) = socket.split();
    let mut listen = pin!(listen(incoming, ear));
    let end = tokio::select! {
        biased;
        () = closing.cancelled() => End::Broken,
        spoken = speak(&mut sink, output) => match spoken {
            Ok(()) => End::Finished,
            Err(_) => return End::Broken,
        },
        () = &mut listen => return End::Broken,
    };
    let code = match end {
        End::Finished => close_code::NORMAL,
        End::Broken => close_code::AWAY,
    };
    let bye = async {
        let reason = "".into();
        // The client may be gone already, which is what we want.
        let _ = sink
            .send(Message::Close(Some(CloseFrame { code, reason })))
            .await;
    };
    // If it went on unread, what was sent before could be lost with the connection.
    let _ = timeout(FAREWELL, async { tokio::join!(bye, listen) }).await;
    end
}

async fn speak(
    sink: &mut SplitSink<WebSocket, Message>,
    output: impl Stream<Item = Message>,
) -> Result<(), axum::Error> {
    let mut output = pin!(output);
    let mut beats = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    loop {
        tokio::select! {
            message = output.next() => match message {
                Some(message) => sink.send(message).await?,
                None => return Ok(()),
            },
            _ = beats.tick() => sink.send(Message::Ping(Bytes::new())).await?,
        }
    }
}

async fn listen(mut incoming: SplitStream<WebSocket>, ear: &mut impl Ear) {
    while let Some(Ok(message)) = incoming.next().await {
        if let Message::Binary(bytes) = message {
            ear.hear(bytes).await;
        }
    }
}

/// Streams within one socket, by the first byte of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Stdout = 1,
    Stderr = 2,
    Exit = 3,
}

impl Channel {
    /// A frame of this stream.
    pub(super) fn frame(self, payload: &[u8]) -> Message {
        let mut frame = Vec::with_capacity(payload.len() + 1);
        frame.push(self as u8);
        frame.extend_from_slice(payload);
        Message::Binary(frame.into())
    }

    /// The last frame: how it ended.
    pub(super) fn exit(code: i32) -> Message {
        let code = serde_json::json!({ "exit_code": code });
        Self::Exit.frame(code.to_string().as_bytes())
    }
}

/// What a client says in a socket with several streams.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Stdin(Bytes),
    Resize(Terminal),
}

impl Said {
    /// Reads a frame; `None` for what nobody should send.
    pub(super) fn read(mut frame: Bytes) -> Option<Self> {
        #[derive(Deserialize)]
        struct Size {
            height: u16,
            width: u16,
        }
        match frame.first()? {
            0 => Some(Self::Stdin(frame.split_off(1))),
            4 => {
                let Size { height, width } = serde_json::from_slice(&frame[1..]).ok()?;
                let (rows, cols) = (height, width);
                Some(Self::Resize(Terminal { rows, cols }))
            }
            _ => None,
        }
    }
}

/// The streams that a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Streams {
    pub(super) tty: bool,
    pub(super) stdin: bool,
    pub(super) stdout: bool,
    pub(super) stderr: bool,
}

impl Streams {
    /// Reads `tty`, `stdin`, `stdout` and `stderr` from a query.
    pub(super) fn read(query: &Query) -> Result<Self, Refusal> {
        let asked = |key: &str| {
            let wrong = |text| Refusal::bad_request(format!("`{key}` is 0 or 1, not `{text}`"));
            query
                .truth(key)
                .map(|value| value.unwrap_or(false))
                .map_err(wrong)
        };
        let streams = Self {
            tty: asked("tty")?,
            stdin: asked("stdin")?,
            stdout: asked("stdout")?,
            stderr: asked("stderr")?,
        };
        if !(streams.stdin || streams.stdout || streams.stderr) {
            return Err(Refusal::bad_request(
                "ask for at least one of stdin, stdout and stderr",
            ));
        }
        if streams.tty && streams.stdout && streams.stderr {
            return Err(Refusal::bad_request(
                "a terminal has one output: ask for stdout or stderr, not for both",
            ));
        }
        Ok(streams)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_of_clients_are_input_and_sizes() {
        let read = |bytes: &'static [u8]| Said::read(Bytes::from_static(bytes));
        assert_eq!(
            read(b"\x00ab"),
            Some(Said::Stdin(Bytes::from_static(b"ab")))
        );
        let size = Said::Resize(Terminal { rows: 5, cols: 9 });
        assert_eq!(read(b"\x04{\"height\":5,\"width\":9}"), Some(size));
        for bad in [
            &b""[..],
            b"\x04{\"height\":-1,\"width\":9}",
            b"\x04{\"height\":70000,\"width\":9}",
            b"\x04",
            b"\x01x",
            b"\x03{}",
        ] {
            assert_eq!(Said::read(Bytes::copy_from_slice(bad)), None, "{bad:?}");
        }
    }

    #[test]
    fn a_terminal_has_one_output() {
        let of = |query: &str| Streams::read(&Query::parse(query)).is_ok();
        assert!(of("tty=1&stdin=1&stdout=1&stderr=0"));
        assert!(of("stdin=1&stdout=1&stderr=1"));
        assert!(!of("tty=1&stdin=1&stdout=1&stderr=1"));
        assert!(!of("stdin=0&stdout=0&stderr=0"));
        assert!(!of(""));
        assert!(!of("stdin=maybe&stdout=1"));
    }

    proptest! {
        #[test]
        fn any_frame_is_read(frame in proptest::collection::vec(any::<u8>(), 0..60)) {
            let said = Said::read(Bytes::from(frame.clone()));
            if frame.first() == Some(&0) {
                prop_assert_eq!(said, Some(Said::Stdin(Bytes::from(frame[1..].to_vec()))));
            }
        }
    }
}
