//! The log of a job while it grows: over a socket and plain.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream::{self, Stream, StreamExt as _};
use protocol::{LogQuery, Query};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::job_socket::{Deaf, bounded, talk};
use super::jobs::found;
use crate::auth::Caller;
use crate::job_log::JobLog;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;

/// How often we look at the output even if nobody said it changed.
const LOOK: Duration = Duration::from_secs(1);

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/{job}/log_ws", get(log_socket))
        .route("/{job}/log", get(log_plain))
}

/// The output of a job as it grows, until the job's supervisor is done.
pub(super) struct Follow {
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

    /// The output from now on.
    pub(super) fn from_now(platform: &Platform, id: &str) -> std::io::Result<Self> {
        let mut follow = Self::new(platform, id, &LogQuery::default());
        follow.log.seek_end()?;
        Ok(follow)
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

    /// All pieces.
    pub(super) fn chunks(self) -> impl Stream<Item = Vec<u8>> {
        stream::unfold(self, async |mut follow| {
            let chunk = follow.next().await?;
            Some((chunk, follow))
        })
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
    let closing = platform.closing.clone();
    let upgrade = bounded(upgrade).protocols(["logs.apolo.us"]);
    Ok(upgrade.on_upgrade(async move |socket| {
        let chunks = follow.chunks().map(|chunk| Message::Binary(chunk.into()));
        talk(socket, closing, chunks, &mut Deaf).await;
    }))
}

async fn log_plain(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let id = found(&platform, &caller, job).await?.id;
    let follow = Follow::new(&platform, &id, &log_query(query)?);
    let chunks = follow.chunks();
    let chunks = chunks.map(|chunk| Ok::<_, Infallible>(Bytes::from(chunk)));
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((plain, Body::from_stream(chunks)).into_response())
}
