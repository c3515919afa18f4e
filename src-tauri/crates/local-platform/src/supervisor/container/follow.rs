//! Copies what a container says into the job's output, and what is typed into the container.

use std::io;
use std::path::Path;
use std::pin::{Pin, pin};
use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, LogsOptionsBuilder, WaitContainerOptions,
};
use futures_util::StreamExt as _;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc::Receiver;

use super::super::output::Output;
use super::journal::{Journal, Stream};

/// How long output may be silent after the end before it counts as complete.
const LAST_OUTPUT: Duration = Duration::from_secs(2);
/// How long the end may be away after the output has ended.
const LATE_END: Duration = Duration::from_secs(3);

pub(super) type Frames = Pin<Box<dyn futures_util::Stream<Item = Result<LogOutput, Error>> + Send>>;
pub(super) type Input = Pin<Box<dyn AsyncWrite + Send>>;

/// The job's output, with an account of what came from which stream.
pub(super) struct Sink {
    output: Output,
    journal: Journal,
    /// What the engine tells once more after an interruption.
    known: [u64; 2],
}

impl Sink {
    pub(super) fn open(output: Output, journal: &Path) -> io::Result<Self> {
        let journal = Journal::open(journal, output.length())?;
        Ok(Self {
            output,
            journal,
            known: [0; 2],
        })
    }

    /// A container that has said nothing yet.
    pub(super) fn begin(&mut self) {
        self.known = [0; 2];
        // Without the account we would repeat lines after an interruption, no more.
        let _ = self.journal.begin(self.output.length());
    }

    /// Everything a container has said, of which we pass over what we have.
    pub(super) fn remaining(&mut self, (client, name): (&Docker, &str), more: bool) -> Frames {
        self.known = [Stream::Out, Stream::Err].map(|stream| self.journal.written(stream));
        let options = LogsOptionsBuilder::default()
            .stdout(true)
            .stderr(true)
            .follow(more)
            .build();
        Box::pin(client.logs(name, Some(options)))
    }

    fn take(&mut self, frame: &LogOutput) {
        let (stream, bytes) = match frame {
            LogOutput::StdErr { message } => (Stream::Err, message),
            LogOutput::StdOut { message }
            | LogOutput::Console { message }
            | LogOutput::StdIn { message } => (Stream::Out, message),
        };
        let known = &mut self.known[stream as usize];
        let again = usize::try_from(*known).map_or(bytes.len(), |known| known.min(bytes.len()));
        *known -= again as u64;
        let new = &bytes[again..];
        if new.is_empty() {
            return;
        }
        // A full disk must not stop the container: its output is lost, its end is not.
        let _ = self.journal.announce(stream);
        let _ = self.output.write(new);
        self.journal.wrote(self.output.length());
    }
}

/// Attaches to everything, before the container is started.
pub(super) async fn attach_all(
    (client, name): (&Docker, &str),
) -> Result<bollard::container::AttachContainerResults, Error> {
    let options = AttachContainerOptionsBuilder::default()
        .stream(true)
        .stdin(true)
        .stdout(true)
        .stderr(true)
        .build();
    client.attach_container(name, Some(options)).await
}

/// The way into a container that runs already. It is taken only when there is something to type:
/// Podman prepares a container that has ended for another start if somebody attaches to it.
async fn attach_input((client, name): (&Docker, &str)) -> Option<Input> {
    let found = client.inspect_container(name, None).await.ok()?;
    let runs = found.state.and_then(|state| state.running).unwrap_or(false);
    let options = AttachContainerOptionsBuilder::default()
        .stream(true)
        .stdin(true)
        .build();
    if !runs {
        return None;
    }
    let attached = client.attach_container(name, Some(options)).await;
    Some(attached.ok()?.input)
}

/// Follows a container until it ends or the engine stops telling. Without an `input` one is
/// attached when it is needed.
pub(super) async fn follow(
    client: (&Docker, &str),
    mut output: Frames,
    (input, typed): (Option<Input>, &mut Receiver<Vec<u8>>),
    sink: &mut Sink,
) {
    let mut end = pin!(end_of(client));
    let mut typing = pin!(type_into(client, input, typed));
    let mut over = false;
    loop {
        tokio::select! {
            frame = output.next() => match frame {
                Some(Ok(frame)) => sink.take(&frame),
                Some(Err(_)) | None => break,
            },
            () = &mut end, if !over => over = true,
            () = &mut typing => {}
            () = tokio::time::sleep(LAST_OUTPUT), if over => break,
        }
    }
    if !over {
        // If it does not end, it is looked at again.
        let _ = tokio::time::timeout(LATE_END, end).await;
    }
}

async fn end_of((client, name): (&Docker, &str)) {
    let mut answers = pin!(client.wait_container(name, None::<WaitContainerOptions>));
    // Any answer will do: how it stands is asked afterwards.
    let _ = answers.next().await;
}

/// Never ends: the container may end without having read anything.
async fn type_into(
    client: (&Docker, &str),
    mut input: Option<Input>,
    typed: &mut Receiver<Vec<u8>>,
) {
    while let Some(piece) = typed.recv().await {
        if input.is_none() {
            input = attach_input(client).await;
        }
        let Some(open) = &mut input else {
            break;
        };
        if open.write_all(&piece).await.is_err() || open.flush().await.is_err() {
            break;
        }
    }
    std::future::pending::<()>().await;
}
