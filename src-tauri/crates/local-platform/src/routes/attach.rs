//! Attaching to a running job: its output from now on, its input, the size of its terminal.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use futures_util::stream::{self, StreamExt as _};
use protocol::{Action, Query};
use tokio::io::AsyncWriteExt as _;
use tokio::net::unix::pipe;

use super::job_socket::{Channel, Ear, Said, Streams, bounded, running, talk};
use super::job_stream::Follow;
use crate::auth::Caller;
use crate::job_store;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::store::run_blocking;
use crate::supervisor::{JobFolder, Terminal};

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new().route("/{job}/attach", get(attach).post(attach))
}

async fn attach(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    let streams = Streams::read(&Query::parse(&query.unwrap_or_default()))?;
    let job = match running(&platform, &caller, job, Action::Write).await {
        // The tools insist on 404 for all that cannot be attached to.
        Err(mut refusal) if refusal.status == StatusCode::BAD_REQUEST => {
            refusal.status = StatusCode::NOT_FOUND;
            return Err(refusal);
        }
        found => found?,
    };
    let follow = Follow::from_now(&platform, &job.id)
        .map_err(|error| Refusal::bad_request(format!("the job's output: {error}")))?;
    let upgrade = bounded(upgrade).protocols(["v2.channels.neu.ro"]);
    Ok(upgrade.on_upgrade(async move |socket| {
        let shown = streams.stdout || streams.stderr;
        let output = follow.chunks();
        let output = output.filter(move |_| std::future::ready(shown));
        let frames = output.map(|chunk| Channel::Stdout.frame(&chunk));
        let exit = stream::once(async { Channel::exit(exit_code(&platform, &job.id).await) });
        let mut keyboard = Keyboard::new(platform.job_folder(&job.id), streams.stdin);
        talk(
            socket,
            platform.closing.clone(),
            frames.chain(exit),
            &mut keyboard,
        )
        .await;
    }))
}

async fn exit_code(platform: &Platform, id: &str) -> i32 {
    let key = id.to_owned();
    let job = platform
        .store
        .read(move |connection| job_store::get(connection, &key))
        .await;
    let job = job.ok().flatten();
    job.and_then(|job| job.history.exit_code).unwrap_or(1)
}

/// Types into a job, by way of its supervisor.
struct Keyboard {
    folder: JobFolder,
    allowed: bool,
    pipe: Option<pipe::Sender>,
}

impl Keyboard {
    fn new(folder: JobFolder, allowed: bool) -> Self {
        Self {
            folder,
            allowed,
            pipe: None,
        }
    }

    /// Waits while the job does not read.
    async fn type_in(&mut self, bytes: &[u8]) {
        if !self.allowed || bytes.is_empty() {
            return;
        }
        if self.pipe.is_none() {
            self.pipe = open(self.folder.input());
        }
        let Some(pipe) = &mut self.pipe else { return };
        if let Err(error) = pipe.write_all(bytes).await {
            tracing::debug!(%error, "a job takes no input any more");
            self.pipe = None;
        }
    }

    async fn resize(&self, size: Terminal) {
        let folder = self.folder.clone();
        let told =
            run_blocking(move || folder.change_orders(|orders| orders.terminal = Some(size)));
        if let Err(error) = told.await {
            tracing::debug!(%error, "the size of a terminal could not be changed");
        }
    }
}

impl Ear for Keyboard {
    async fn hear(&mut self, frame: Bytes) {
        match Said::read(frame) {
            Some(Said::Stdin(bytes)) => self.type_in(&bytes).await,
            Some(Said::Resize(size)) => self.resize(size).await,
            None => {}
        }
    }
}

fn open(path: PathBuf) -> Option<pipe::Sender> {
    pipe::OpenOptions::new()
        .open_sender(&path)
        .inspect_err(|error| tracing::debug!(%error, "nobody takes the input of a job"))
        .ok()
}
