//! Terminals in running jobs: opened as a stream, typed into by commands.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::{Client, ClientError, Conversation, Listening, Said, Typing};
use contract::{
    Failure, FailureCode, TerminalChunk, TerminalCommand, TerminalOpen, TerminalResize,
    TerminalSize, TerminalTold, TerminalType,
};
use futures_util::stream::{self, Stream};
use protocol::{Job, JobStatus};
use tokio::sync::mpsc::{Sender, channel};
use tokio_util::sync::CancellationToken;

use crate::Desk;
use crate::view::failure;

/// The shell of a job: the better one where there is one.
const SHELL: &str = "sh -c 'if command -v bash >/dev/null 2>&1; then exec bash -i; fi; exec sh -i'";
/// Keys that may wait while a job does not read.
const WAITING_KEYS: usize = 256;
/// Pieces that may wait while the window does not show them.
const WAITING_PIECES: usize = 64;

/// The terminals that are open, by the names the requests gave them.
#[derive(Default)]
pub(crate) struct Terminals(Mutex<HashMap<String, Sender<Typed>>>);

/// What a person does in a terminal.
enum Typed {
    Bytes(Vec<u8>),
    Size(TerminalSize),
}

impl Terminals {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Sender<Typed>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands something to a terminal; answers whether it was there.
    async fn tell(&self, terminal: &str, typed: Typed) -> TerminalTold {
        let keys = self.lock().get(terminal).cloned();
        let open = match keys {
            Some(keys) => keys.send(typed).await.is_ok(),
            None => false,
        };
        TerminalTold { open }
    }
}

/// A terminal that is forgotten when this is dropped.
struct Registered {
    desk: Desk,
    name: String,
    closed: CancellationToken,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.closed.cancel();
        self.desk.terminals().lock().remove(&self.name);
    }
}

/// Opens a terminal in a running job. It is closed when the stream is left.
pub async fn terminal_open(
    desk: &Desk,
    request: TerminalOpen,
) -> Result<impl Stream<Item = TerminalChunk> + Send + 'static + use<>, Failure> {
    let client = desk.client().await?;
    let job = client.jobs().get(&request.raw_id).await;
    let job = job.map_err(|error| failure::of_client(&error))?;
    if job.status != JobStatus::Running {
        return Err(not_running(&job));
    }
    let tty = !matches!(request.what, TerminalCommand::Attach {}) || job.container.tty;
    let conversation = converse(&client, (&job, tty), &request.what).await;
    let (mut typing, listening) = conversation.map_err(|error| not_opened(&error))?.split();
    if tty {
        let TerminalSize { columns, rows } = request.size;
        // A terminal whose size cannot be told is one with another size.
        let _ = typing.resize(columns, rows).await;
    }
    let (keys, mut typed) = channel(WAITING_KEYS);
    let mut terminals = desk.terminals().lock();
    if terminals.contains_key(&request.terminal) {
        let message = "A terminal of this name is open already.";
        return Err(Failure::new(FailureCode::Conflict, message));
    }
    terminals.insert(request.terminal.clone(), keys);
    drop(terminals);
    let registered = Registered {
        desk: desk.clone(),
        name: request.terminal,
        closed: CancellationToken::new(),
    };
    let closed = registered.closed.clone();
    tokio::spawn(async move {
        let keyboard = async {
            while let Some(typed) = typed.recv().await {
                if type_in(&mut typing, typed).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = keyboard => closed.cancelled().await,
            () = closed.cancelled() => {}
        }
        typing.close().await;
    });
    Ok(output(listening, registered, tty))
}

async fn converse(
    client: &Client,
    (job, tty): (&Job, bool),
    what: &TerminalCommand,
) -> Result<Conversation, ClientError> {
    let services = client.cluster(&job.cluster_name).await?;
    match what {
        TerminalCommand::Shell {} => services.exec(&job.id, (SHELL, true)).await,
        TerminalCommand::Command { line } => services.exec(&job.id, (line, true)).await,
        TerminalCommand::Attach {} => services.attach(&job.id, tty).await,
    }
}

async fn type_in(typing: &mut Typing, typed: Typed) -> Result<(), ClientError> {
    match typed {
        Typed::Bytes(bytes) => typing.write(&bytes).await,
        Typed::Size(TerminalSize { columns, rows }) => typing.resize(columns, rows).await,
    }
}

/// What the job says, first of all whether it has a terminal.
fn output(
    mut listening: Listening,
    registered: Registered,
    tty: bool,
) -> impl Stream<Item = TerminalChunk> + Send + 'static {
    let (send, receive) = channel(WAITING_PIECES);
    let closed = registered.closed.clone();
    tokio::spawn(async move {
        let opening = TerminalChunk {
            has_screen: Some(tty),
            ..chunk(&[])
        };
        let _ = send.send(opening).await;
        loop {
            let said = tokio::select! {
                said = listening.next() => said,
                () = closed.cancelled() => return,
            };
            let piece = match said {
                Some(Ok(Said::Output(bytes))) => chunk(&bytes),
                Some(Ok(Said::Exit(code))) => ended(Some(code), None),
                Some(Ok(_)) => continue,
                Some(Err(error)) => ended(None, Some(failure::of_client(&error).message)),
                None => ended(None, None),
            };
            let is_last = piece.ended;
            if send.send(piece).await.is_err() || is_last {
                return;
            }
        }
    });
    let state = (receive, Arc::new(registered));
    stream::unfold(state, |(mut receive, registered)| async move {
        let chunk = receive.recv().await?;
        Some((chunk, (receive, registered)))
    })
}

fn chunk(bytes: &[u8]) -> TerminalChunk {
    TerminalChunk {
        bytes: STANDARD.encode(bytes),
        has_screen: None,
        ended: false,
        exit_code: None,
        problem: None,
    }
}

fn ended(exit_code: Option<i32>, problem: Option<String>) -> TerminalChunk {
    TerminalChunk {
        ended: true,
        exit_code,
        problem,
        ..chunk(&[])
    }
}

/// Types into a terminal.
pub async fn terminal_type(desk: &Desk, request: TerminalType) -> Result<TerminalTold, Failure> {
    let bytes = STANDARD
        .decode(&request.bytes)
        .map_err(|error| Failure::invalid("bytes", format!("This is not base64: {error}.")))?;
    let typed = Typed::Bytes(bytes);
    Ok(desk.terminals().tell(&request.terminal, typed).await)
}

/// Tells a terminal its size.
pub async fn terminal_resize(
    desk: &Desk,
    request: TerminalResize,
) -> Result<TerminalTold, Failure> {
    let typed = Typed::Size(request.size);
    Ok(desk.terminals().tell(&request.terminal, typed).await)
}

fn not_running(job: &Job) -> Failure {
    let message = format!("The job is not running ({}).", job.status);
    let hint = match job.status.is_finished() {
        true => "Start it again: a terminal needs a running job.",
        false => "Wait until it runs.",
    };
    Failure::new(FailureCode::Conflict, message).hint(hint)
}

fn not_opened(error: &ClientError) -> Failure {
    let told = failure::of_client(error);
    Failure {
        message: format!("The terminal could not be opened. {}", told.message),
        ..told
    }
}
