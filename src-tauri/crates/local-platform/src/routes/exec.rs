//! A command in a running job, over a socket.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use futures_util::stream::{self, Stream};
use protocol::{Action, Query, split};
use tokio::sync::mpsc;

use super::job_socket::{Channel, Ear, Said, Streams, bounded, running, talk};
use crate::auth::Caller;
use crate::job_exec::{self, Exec, ExecEvent, ExecInput, ExecOrder};
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new().route("/{job}/exec", get(exec).post(exec))
}

async fn exec(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    let order = order(&Query::parse(&query.unwrap_or_default()))?;
    let job = running(&platform, &caller, job, Action::Write).await?;
    let typing = order.stdin;
    let Exec { input, events } =
        job_exec::start(&platform, &job, &order)
            .await
            .map_err(|error| {
                let text = format!(
                    "the command could not be started in job '{}': {error}",
                    job.id
                );
                Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, text)
            })?;
    let mut input = Typist { input, typing };
    let closing = platform.closing.clone();
    let upgrade = bounded(upgrade).protocols(["v2.channels.neu.ro"]);
    Ok(upgrade.on_upgrade(async move |socket| {
        talk(socket, closing, frames(events), &mut input).await;
    }))
}

fn order(query: &Query) -> Result<ExecOrder, Refusal> {
    let Streams {
        tty,
        stdin,
        stdout,
        stderr,
    } = Streams::read(query)?;
    let command = query
        .get("cmd")
        .ok_or_else(|| Refusal::bad_request("`cmd` is missing: the command to run"))?;
    let words = split(command).map_err(|error| Refusal::bad_request(error.to_string()))?;
    if words.is_empty() {
        return Err(Refusal::bad_request(
            "`cmd` is empty: give a command to run",
        ));
    }
    if words.iter().any(|word| word.contains('\0')) {
        return Err(Refusal::bad_request("`cmd` contains a null byte"));
    }
    Ok(ExecOrder {
        words,
        tty,
        stdin,
        stdout,
        stderr,
    })
}

fn frames(events: mpsc::Receiver<ExecEvent>) -> impl Stream<Item = Message> {
    stream::unfold(events, async |mut events| {
        let frame = match events.recv().await? {
            ExecEvent::Stdout(bytes) => Channel::Stdout.frame(&bytes),
            ExecEvent::Stderr(bytes) => Channel::Stderr.frame(&bytes),
            ExecEvent::Exit(code) => Channel::exit(code),
        };
        Some((frame, events))
    })
}

struct Typist {
    input: ExecInput,
    typing: bool,
}

impl Ear for Typist {
    async fn hear(&mut self, frame: Bytes) {
        match Said::read(frame) {
            Some(Said::Stdin(bytes)) if self.typing => self.input.write(&bytes).await,
            Some(Said::Resize(size)) => self.input.resize(size).await,
            Some(Said::Stdin(_)) | None => {}
        }
    }
}
