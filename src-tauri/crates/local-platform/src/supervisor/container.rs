//! A container of an engine, looked after from a thread with its own small event loop.
//!
//! The container does not depend on us: if this process is killed, the next supervisor finds it by
//! its name and goes on where the output ends.

mod begin;
mod create;
mod fetch;
mod follow;
mod hands;
mod journal;
mod program;
mod session;

use std::io::{self, Write};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedSender};

use super::Terminal;
use super::output::Output;
use super::work::Work;
use session::Session;
pub(super) use session::Start;

/// How long the engine may take to remove a container.
const REMOVAL: Duration = Duration::from_secs(60);
/// How many pieces of input wait for a container that does not read.
const INPUT_PIECES: usize = 16;

/// What the supervisor wants of a container.
enum Command {
    Resize(Terminal),
    Terminate,
    Kill,
    Remove,
}

/// A container from before its image is there until it is removed.
pub(super) struct Container {
    commands: UnboundedSender<Command>,
    input: mpsc::Sender<Vec<u8>>,
    gone: Receiver<()>,
}

impl Container {
    /// Begins. Everything that follows comes as events.
    pub(super) fn start(start: Start, output: Output) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (commands, orders) = mpsc::unbounded_channel();
        let (input, typed) = mpsc::channel(INPUT_PIECES);
        let (done, gone) = std::sync::mpsc::channel();
        let session = Session::new(start, output, typed)?;
        std::thread::spawn(move || {
            runtime.block_on(session.run(orders));
            // The supervisor may have stopped waiting.
            let _ = done.send(());
        });
        Ok(Self {
            commands,
            input,
            gone,
        })
    }

    fn command(&self, command: Command) {
        // An error means that the container is gone, which needs no commands.
        let _ = self.commands.send(command);
    }
}

impl Work for Container {
    fn input(&self) -> Option<Box<dyn Write + Send>> {
        Some(Box::new(Typed(self.input.clone())))
    }

    fn resize(&self, terminal: Terminal) {
        self.command(Command::Resize(terminal));
    }

    fn terminate(&self) {
        self.command(Command::Terminate);
    }

    fn kill(&self) {
        self.command(Command::Kill);
    }

    /// The last output was waited for before the end was reported.
    fn settle(&mut self) -> bool {
        // Threads may still listen to the engine.
        false
    }

    fn remove(&mut self) {
        self.command(Command::Remove);
        let _ = self.gone.recv_timeout(REMOVAL);
    }
}

/// Hands input to the event loop.
struct Typed(mpsc::Sender<Vec<u8>>);

impl Write for Typed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(bytes.to_vec());
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
