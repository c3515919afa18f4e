//! A further command in a running job: started, fed, heard and, when nobody listens any more, ended.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use axum::body::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt as _};
use protocol::Job;
use pty_process::{OwnedReadPty, OwnedWritePty, Size};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncRead, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::io::ReaderStream;

use crate::engine::exec::{ContainerExec, ContainerExecError, ContainerInput};
use crate::engine::{self, Engine, container_name};
use crate::job_enter::{code, entering};
use crate::open_files;
use crate::platform::Platform;
use crate::process_table::ProcessTable;
use crate::store::run_blocking;
use crate::supervisor::{ContainerLaunch, Launch, Terminal};

/// Largest piece of output.
const PIECE: usize = 32 * 1024;
/// How many pieces wait for a client.
const WAITING: usize = 4;
/// How long output may go on after the command has ended, if somebody still holds its pipe.
const LAST_OUTPUT: Duration = Duration::from_secs(1);
/// Time between the polite and the final signal.
const GRACE: Duration = Duration::from_secs(3);

/// What to run, and which of its streams somebody wants.
#[derive(Debug, Clone)]
pub(crate) struct ExecOrder {
    pub(crate) words: Vec<String>,
    pub(crate) tty: bool,
    pub(crate) stdin: bool,
    pub(crate) stdout: bool,
    pub(crate) stderr: bool,
}

/// What comes from a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ExecEvent {
    Stdout(Bytes),
    Stderr(Bytes),
    /// The last thing that comes.
    Exit(i32),
}

/// A started command. When the receiver is dropped, the command is ended.
pub(crate) struct Exec {
    pub(crate) input: ExecInput,
    pub(crate) events: mpsc::Receiver<ExecEvent>,
}

/// The way into a command.
pub(crate) enum ExecInput {
    /// It was not asked for, or the command has closed it.
    Closed,
    Pipe(ChildStdin),
    Terminal(OwnedWritePty),
    Container(ContainerInput),
}

impl ExecInput {
    /// Types; waits while the command does not read.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let written = match self {
            Self::Closed => Ok(()),
            Self::Pipe(pipe) => pipe.write_all(bytes).await,
            Self::Terminal(pty) => pty.write_all(bytes).await,
            Self::Container(input) => input.write.write_all(bytes).await,
        };
        if written.is_err() {
            *self = Self::Closed;
        }
    }

    /// Changes the size of the terminal.
    pub(crate) async fn resize(&mut self, size: Terminal) {
        match self {
            // Too late only if the command has ended.
            Self::Terminal(pty) => drop(pty.resize(Size::new(size.rows, size.cols))),
            Self::Container(input) => input.resize(size).await,
            Self::Closed | Self::Pipe(_) => {}
        }
    }
}

/// Starts a command in a running job.
pub(crate) async fn start(
    platform: &Platform,
    job: &Job,
    order: &ExecOrder,
) -> Result<Exec, ExecError> {
    let folder = platform.job_folder(&job.id);
    let spec = run_blocking(move || folder.spec()).await?;
    let started = match &spec.launch {
        Launch::Container(launch) => in_container(job, launch, order).await?,
        Launch::Process(_) if order.tty => in_terminal(platform, job, order)?,
        Launch::Process(_) => with_pipes(platform, job, order)?,
    };
    let (sender, events) = mpsc::channel(WAITING);
    let pump = Pump {
        command: started.command,
        output: started.output,
        over: platform.watch.follow(&job.id),
        sender,
    };
    tokio::spawn(pump.run());
    Ok(Exec {
        input: started.input,
        events,
    })
}

/// Why a command could not be started in a job.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExecError {
    #[error(transparent)]
    Here(#[from] io::Error),
    #[error("{0}")]
    NoEngine(String),
    #[error(transparent)]
    Container(#[from] ContainerExecError),
}

struct Started {
    command: Command,
    input: ExecInput,
    output: BoxStream<'static, ExecEvent>,
}

async fn in_container(
    job: &Job,
    launch: &ContainerLaunch,
    order: &ExecOrder,
) -> Result<Started, ExecError> {
    let engine = Engine::at(&launch.socket)
        .await
        .map_err(ExecError::NoEngine)?;
    let (exec, input, read) = engine.exec(&container_name(&job.id), order).await?;
    let shown = order.stdout || order.stderr;
    let output = engine::exec::output(read, order.tty);
    Ok(Started {
        command: Command::Container(exec),
        input: ExecInput::Container(input),
        output: output.filter(move |_| std::future::ready(shown)).boxed(),
    })
}

fn in_terminal(platform: &Platform, job: &Job, order: &ExecOrder) -> io::Result<Started> {
    let (pty, pts) = pty_process::open().map_err(io::Error::other)?;
    let Terminal { rows, cols } = Terminal::default();
    pty.resize(Size::new(rows, cols))
        .map_err(io::Error::other)?;
    let words = entering(&platform.job_folder(&job.id), true, &order.words);
    let child = pty_process::Command::new(platform.supervisors.program())
        .args(words)
        .envs(open_files::variable())
        .spawn(pts)
        .map_err(io::Error::other)?;
    let (read, write): (OwnedReadPty, OwnedWritePty) = pty.into_split();
    let shown = order.stdout || order.stderr;
    let output = pieces(read, ExecEvent::Stdout).filter(move |_| std::future::ready(shown));
    Ok(Started {
        command: Command::here(child),
        // Kept without input too: when both halves are gone, the terminal hangs up.
        input: ExecInput::Terminal(write),
        output: output.boxed(),
    })
}

fn with_pipes(platform: &Platform, job: &Job, order: &ExecOrder) -> io::Result<Started> {
    let pipe = |wanted: bool| {
        if wanted {
            Stdio::piped()
        } else {
            Stdio::null()
        }
    };
    let words = entering(&platform.job_folder(&job.id), false, &order.words);
    let mut child = tokio::process::Command::new(platform.supervisors.program())
        .args(words)
        .envs(open_files::variable())
        .stdin(pipe(order.stdin))
        .stdout(pipe(order.stdout))
        .stderr(pipe(order.stderr))
        .spawn()?;
    let stdout = optional(child.stdout.take(), ExecEvent::Stdout);
    let stderr = optional(child.stderr.take(), ExecEvent::Stderr);
    let input = child
        .stdin
        .take()
        .map_or(ExecInput::Closed, ExecInput::Pipe);
    Ok(Started {
        command: Command::here(child),
        input,
        output: futures_util::stream::select(stdout, stderr).boxed(),
    })
}

fn optional(
    source: Option<impl AsyncRead + Send + 'static>,
    event: fn(Bytes) -> ExecEvent,
) -> BoxStream<'static, ExecEvent> {
    match source {
        Some(source) => pieces(source, event).boxed(),
        None => futures_util::stream::empty().boxed(),
    }
}

/// An error is the end: a terminal reports one when nobody is left in it.
fn pieces(
    source: impl AsyncRead + Send + 'static,
    event: fn(Bytes) -> ExecEvent,
) -> impl Stream<Item = ExecEvent> + Send {
    ReaderStream::with_capacity(source, PIECE)
        .take_while(|piece| std::future::ready(piece.is_ok()))
        .filter_map(move |piece| std::future::ready(piece.ok().map(event)))
}

/// A command that runs.
enum Command {
    /// A process of this computer, and the number of its session, which is its own.
    Here(Child, u32),
    Container(ContainerExec),
}

impl Command {
    fn here(child: Child) -> Self {
        let session = child.id().unwrap_or_default();
        Self::Here(child, session)
    }

    /// Waits for the end. That of a container's command is only asked for when its output has
    /// ended.
    async fn ended(&mut self, output_ended: bool) -> i32 {
        match self {
            Self::Here(child, _) => exit_code(child.wait().await),
            Self::Container(exec) if output_ended => exec.exit_code().await,
            Self::Container(_) => std::future::pending().await,
        }
    }

    /// Ends the command and everything in its session, politely at first.
    async fn end(&mut self) -> i32 {
        for polite in [Signal::HUP, Signal::CONT] {
            self.signal(polite).await;
        }
        let peaceful = timeout(GRACE, self.ended(true)).await;
        self.signal(Signal::KILL).await;
        match peaceful {
            Ok(code) => code,
            Err(_) => self.ended(true).await,
        }
    }

    async fn signal(&self, signal: Signal) {
        let session = match self {
            Self::Here(_, session) => *session,
            Self::Container(exec) => match exec.pid().await {
                Some(pid) => pid,
                None => return,
            },
        };
        let heard = run_blocking(move || signal_session(session, signal)).await;
        if let (Self::Container(exec), Err(Errno::PERM)) = (self, heard) {
            let name = match signal {
                Signal::HUP => "HUP",
                Signal::CONT => "CONT",
                _ => "KILL",
            };
            exec.signal_inside(session, name).await;
        }
    }
}

fn exit_code(status: io::Result<ExitStatus>) -> i32 {
    status.map_or(1, |status| i32::from(code(status)))
}

/// Signals all of a session; the error is that of its first process.
fn signal_session(session: u32, signal: Signal) -> Result<(), Errno> {
    let send = |pid: u32| {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        pid.map_or(Ok(()), |pid| kill_process(pid, signal))
    };
    for pid in ProcessTable::read().session(session) {
        if pid != session {
            // Gone already is as good.
            let _ = send(pid);
        }
    }
    send(session)
}

/// Carries output to the client until the command, the job or the client is gone.
struct Pump {
    command: Command,
    output: BoxStream<'static, ExecEvent>,
    /// Reports an error when the job is over.
    over: Option<watch::Receiver<()>>,
    sender: mpsc::Sender<ExecEvent>,
}

impl Pump {
    async fn run(mut self) {
        let carried = tokio::select! {
            code = carry(&mut self.command, &mut self.output, &self.sender) => Some(code),
            () = self.sender.closed() => None,
            () = until_over(self.over.as_mut()) => None,
        };
        let code = match carried {
            Some(code) => code,
            None => {
                // A terminal hangs up.
                drop(self.output);
                self.command.end().await
            }
        };
        // An error means that the client has left, who does not care.
        let _ = self.sender.send(ExecEvent::Exit(code)).await;
    }
}

/// All output and then the exit code.
async fn carry(
    command: &mut Command,
    output: &mut (impl Stream<Item = ExecEvent> + Unpin),
    sender: &mpsc::Sender<ExecEvent>,
) -> i32 {
    let mut exit: Option<(i32, Instant)> = None;
    let mut open = true;
    loop {
        let (ended, deadline) = match exit {
            Some((code, _)) if !open => return code,
            Some((_, deadline)) => (true, deadline),
            None => (false, Instant::now()),
        };
        tokio::select! {
            piece = output.next(), if open => match piece {
                // Whether somebody still listens is looked after elsewhere.
                Some(piece) => drop(sender.send(piece).await),
                None => open = false,
            },
            code = command.ended(!open), if !ended => {
                exit = Some((code, Instant::now() + LAST_OUTPUT));
            }
            () = sleep_until(deadline), if ended => open = false,
        }
    }
}

async fn until_over(over: Option<&mut watch::Receiver<()>>) {
    let Some(over) = over else { return };
    while over.changed().await.is_ok() {}
}
