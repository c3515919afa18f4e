//! What streams from a job: its log (socket and plain), and attach.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream::{self, SplitSink};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::{Action, JobStatus, LogQuery, Query};
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::jobs::{found, permitted};
use crate::auth::Caller;
use crate::job_log::JobLog;
use crate::job_store;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;

/// How often we look at the output even if nobody said it changed.
const LOOK: Duration = Duration::from_secs(1);

/// Channels of the attach protocol.
const STDOUT: u8 = 1;
const EXIT: u8 = 3;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/{job}/log_ws", get(log_socket))
        .route("/{job}/log", get(log_plain))
        .route("/{job}/attach", get(attach).post(attach))
}

/// The output of a job as it grows, until the job's supervisor is done.
struct Follow {
    log: JobLog,
    changes: Option<watch::Receiver<()>>,
    closing: CancellationToken,
}

impl Follow {
    fn new(platform: &Platform, id: &str, query: &LogQuery) -> Self {
        Self {
            log: JobLog::new(platform.job_folder(id), query),
            changes: platform.watch.follow(id),
            closing: platform.closing.clone(),
        }
    }

    /// The next piece; `None` at the end.
    async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            // Asked first, so that what is written before the end is read after it.
            let over = self
                .changes
                .as_ref()
                .is_none_or(|changes| changes.has_changed().is_err());
            match self.log.next_chunk() {
                Ok(chunk) if !chunk.is_empty() => return Some(chunk),
                Ok(_) if over => return None,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "the output of a job could not be read");
                    return None;
                }
            }
            let changes = self.changes.as_mut()?;
            tokio::select! {
                // An error means that the job is over, which the next round sees.
                _ = changes.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
                () = self.closing.cancelled() => return None,
            }
        }
    }
}

fn log_query(query: Option<String>) -> Result<LogQuery, Refusal> {
    LogQuery::read(&Query::parse(&query.unwrap_or_default())).map_err(Refusal::bad_request)
}

async fn log_socket(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    let id = found(&platform, &caller, job).await?.id;
    let follow = Follow::new(&platform, &id, &log_query(query)?);
    let upgrade = upgrade.protocols(["logs.apolo.us"]);
    Ok(upgrade
        .on_upgrade(move |socket| talk(socket, async move |sink| send_log(sink, follow).await)))
}

type Sink = SplitSink<WebSocket, Message>;

/// Sends while listening: what the client says is only read so that pings are answered and its
/// leaving is noticed.
async fn talk(socket: WebSocket, send: impl AsyncFnOnce(&mut Sink) -> Result<(), axum::Error>) {
    let (mut sink, mut incoming) = socket.split();
    let listen = async { while let Some(Ok(_)) = incoming.next().await {} };
    tokio::select! {
        sent = send(&mut sink) => {
            if sent.is_ok() {
                let bye = CloseFrame { code: close_code::NORMAL, reason: "".into() };
                // The client may be gone already, which is what we want.
                let _ = sink.send(Message::Close(Some(bye))).await;
            }
        }
        () = listen => {}
    }
}

async fn send_log(sink: &mut Sink, mut follow: Follow) -> Result<(), axum::Error> {
    while let Some(chunk) = follow.next().await {
        sink.send(Message::Binary(chunk.into())).await?;
    }
    Ok(())
}

async fn log_plain(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let id = found(&platform, &caller, job).await?.id;
    let follow = Follow::new(&platform, &id, &log_query(query)?);
    let chunks = stream::unfold(follow, async |mut follow| {
        let chunk = follow.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(chunk)), follow))
    });
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((plain, Body::from_stream(chunks)).into_response())
}

/// Output from now on and the exit code at the end. Jobs here have no input.
async fn attach(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    let query = Query::parse(&query.unwrap_or_default());
    let asked = |key: &str| query.truth(key).map(|value| value.unwrap_or(false));
    let streams = ["stdin", "stdout", "stderr"].map(asked);
    if streams.iter().all(|stream| *stream != Ok(true)) {
        return Err(Refusal::bad_request(
            "ask for at least one of stdin, stdout and stderr",
        ));
    }
    let missing = |text: String| Refusal::new(StatusCode::NOT_FOUND, text);
    let id = match permitted(&platform, &caller, Action::Write, job).await {
        Ok(job) if job.status == JobStatus::Running => job.id,
        Ok(job) => return Err(missing(format!("Job '{}' is not running.", job.id))),
        Err(refusal) if refusal.status == StatusCode::BAD_REQUEST => {
            return Err(missing(refusal.body.error.unwrap_or_default()));
        }
        Err(refusal) => return Err(refusal),
    };
    let mut follow = Follow::new(&platform, &id, &LogQuery::default());
    follow
        .log
        .seek_end()
        .map_err(|error| Refusal::bad_request(error.to_string()))?;
    let show = streams[1] == Ok(true) || streams[2] == Ok(true);
    let upgrade = upgrade.protocols(["v2.channels.neu.ro"]);
    Ok(upgrade.on_upgrade(move |socket| {
        talk(socket, async move |sink| {
            send_attached(sink, follow, show, &platform, &id).await
        })
    }))
}

async fn send_attached(
    sink: &mut Sink,
    mut follow: Follow,
    show: bool,
    platform: &Platform,
    id: &str,
) -> Result<(), axum::Error> {
    while let Some(chunk) = follow.next().await {
        if show {
            sink.send(framed(STDOUT, &chunk)).await?;
        }
    }
    let key = id.to_owned();
    let job = platform
        .store
        .read(move |connection| job_store::get(connection, &key))
        .await;
    let code = job
        .ok()
        .flatten()
        .and_then(|job| job.history.exit_code)
        .unwrap_or(1);
    sink.send(framed(
        EXIT,
        json!({ "exit_code": code }).to_string().as_bytes(),
    ))
    .await
}

fn framed(channel: u8, payload: &[u8]) -> Message {
    let mut frame = Vec::with_capacity(payload.len() + 1);
    frame.push(channel);
    frame.extend_from_slice(payload);
    Message::Binary(frame.into())
}
