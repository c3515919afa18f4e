//! A further command in a container.
//!
//! The conversation with the command is read here and not by the engine's client library, which
//! has to guess whether there is a terminal.

use std::time::Duration;

use axum::body::Bytes;
use bollard::Docker;
use bollard::models::ExecConfig;
use bollard::query_parameters::ResizeExecOptions;
use futures_util::stream::{self, Stream, StreamExt as _};
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt as _, ReadHalf, WriteHalf};
use tokio::net::UnixStream;
use tokio_util::io::ReaderStream;

use super::Engine;
use crate::job_exec::{ExecEvent, ExecOrder};
use crate::supervisor::Terminal;

/// Largest piece of output.
const PIECE: usize = 32 * 1024;
/// How often we look whether a command that says nothing any more has ended.
const LOOK: Duration = Duration::from_millis(50);
/// How long an engine may take to know the end of a command.
const PATIENCE: Duration = Duration::from_secs(10);

type Stdio = TokioIo<Upgraded>;

/// Why a command could not be started in a container.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContainerExecError {
    #[error("the container engine refuses: {0}")]
    Engine(#[from] bollard::errors::Error),
    #[error("the container engine does not listen: {0}")]
    Socket(#[from] std::io::Error),
    #[error("the container engine does not answer: {0}")]
    Http(#[from] hyper::Error),
    #[error("the container engine answers {0}: {1}")]
    Refused(StatusCode, String),
}

/// A started command.
pub(crate) struct ContainerExec {
    client: Docker,
    container: String,
    id: String,
}

/// The way into a command of a container.
pub(crate) struct ContainerInput {
    pub(crate) write: WriteHalf<Stdio>,
    client: Docker,
    id: String,
}

impl Engine {
    /// Starts a command.
    pub(crate) async fn exec(
        &self,
        container: &str,
        order: &ExecOrder,
    ) -> Result<(ContainerExec, ContainerInput, ReadHalf<Stdio>), ContainerExecError> {
        let config = ExecConfig {
            attach_stdin: Some(order.stdin),
            // With a terminal there is one output, whatever it was asked for as.
            attach_stdout: Some(order.stdout || order.tty),
            attach_stderr: Some(order.stderr || order.tty),
            tty: Some(order.tty),
            env: order.tty.then(|| vec!["TERM=xterm".to_owned()]),
            cmd: Some(order.words.clone()),
            ..ExecConfig::default()
        };
        let id = self.client.create_exec(container, config).await?.id;
        let stdio = self.start_exec(&id, order.tty).await?;
        let (read, write) = tokio::io::split(stdio);
        let exec = ContainerExec {
            client: self.client.clone(),
            container: container.to_owned(),
            id: id.clone(),
        };
        let input = ContainerInput {
            write,
            client: self.client.clone(),
            id,
        };
        Ok((exec, input, read))
    }

    /// Starts a command that was made; the connection becomes its input and output.
    async fn start_exec(&self, id: &str, tty: bool) -> Result<Stdio, ContainerExecError> {
        let stream = UnixStream::connect(self.socket()).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection.with_upgrades());
        let order = json!({"Detach": false, "Tty": tty}).to_string();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/exec/{id}/start"))
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "tcp")
            .body(axum::body::Body::from(order))
            .expect("a request of fixed parts is valid: ids of engines are hexadecimal");
        let mut response = sender.send_request(request).await?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let status = response.status();
            let body = axum::body::Body::new(response.into_body());
            let text = axum::body::to_bytes(body, 64 * 1024).await;
            let text = text.map(|text| String::from_utf8_lossy(&text).trim().to_owned());
            return Err(ContainerExecError::Refused(
                status,
                text.unwrap_or_default(),
            ));
        }
        Ok(TokioIo::new(hyper::upgrade::on(&mut response).await?))
    }
}

impl ContainerInput {
    /// Changes the size of the terminal.
    pub(crate) async fn resize(&mut self, size: Terminal) {
        let options = ResizeExecOptions {
            h: size.rows.into(),
            w: size.cols.into(),
        };
        if let Err(error) = self.client.resize_exec(&self.id, options).await {
            tracing::debug!(%error, "the size of a terminal could not be changed");
        }
    }
}

impl ContainerExec {
    /// The exit code, once the output has ended.
    pub(crate) async fn exit_code(&self) -> i32 {
        let look = async {
            loop {
                match self.client.inspect_exec(&self.id).await {
                    Ok(found) if found.running != Some(true) => {
                        let code = found.exit_code.and_then(|code| i32::try_from(code).ok());
                        return code.unwrap_or(1);
                    }
                    Ok(_) => tokio::time::sleep(LOOK).await,
                    Err(error) => {
                        tracing::debug!(%error, "the end of a command was not seen");
                        return 1;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, look).await.unwrap_or(1)
    }

    /// The process of the command as this computer sees it, while it runs.
    pub(crate) async fn pid(&self) -> Option<u32> {
        let found = self.client.inspect_exec(&self.id).await.ok()?;
        let pid = found.pid.filter(|_| found.running == Some(true))?;
        u32::try_from(pid).ok().filter(|pid| *pid > 0)
    }

    /// Signals a process from inside of the container, where we may not from here.
    pub(crate) async fn signal_inside(&self, pid: u32, signal: &str) {
        let Some(inside) = pid_inside(pid) else {
            return;
        };
        let script = format!("kill -s {signal} -- -{inside} || kill -s {signal} {inside}");
        let config = ExecConfig {
            cmd: Some(["sh", "-c", &script].map(str::to_owned).to_vec()),
            ..ExecConfig::default()
        };
        let made = self.client.create_exec(&self.container, config).await;
        let Ok(made) = made else { return };
        let detached = bollard::exec::StartExecOptions {
            detach: true,
            ..Default::default()
        };
        if let Err(error) = self.client.start_exec(&made.id, Some(detached)).await {
            tracing::debug!(%error, "a command in a container could not be signalled");
        }
    }
}

/// The number a process has in its own name space.
fn pid_inside(pid: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("NSpid:"))?;
    line.split_whitespace().last()?.parse().ok()
}

/// What comes from a command: with a terminal as it is, else in frames that say which output it is.
pub(crate) fn output(
    read: impl AsyncRead + Unpin + Send + 'static,
    tty: bool,
) -> stream::BoxStream<'static, ExecEvent> {
    if tty {
        let pieces = ReaderStream::with_capacity(read, PIECE)
            .take_while(|piece| std::future::ready(piece.is_ok()))
            .filter_map(|piece| std::future::ready(piece.ok()));
        return pieces.map(ExecEvent::Stdout).boxed();
    }
    let frames = Frames {
        read,
        channel: 0,
        left: 0,
    };
    frames.events().boxed()
}

/// Frames of eight bytes (the output's number, three zeros, a length) and what they announce.
struct Frames<R> {
    read: R,
    channel: u8,
    left: usize,
}

impl<R: AsyncRead + Unpin + Send> Frames<R> {
    fn events(self) -> impl Stream<Item = ExecEvent> + Send {
        stream::unfold(self, async |mut frames| {
            let event = frames.next().await?;
            Some((event, frames))
        })
    }

    /// The next piece; an error is the end.
    async fn next(&mut self) -> Option<ExecEvent> {
        while self.left == 0 {
            let mut head = [0; 8];
            self.read.read_exact(&mut head).await.ok()?;
            let [channel, _, _, _, length @ ..] = head;
            self.channel = channel;
            self.left = usize::try_from(u32::from_be_bytes(length)).ok()?;
        }
        let mut piece = vec![0; self.left.min(PIECE)];
        let count = self
            .read
            .read(&mut piece)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        piece.truncate(count);
        self.left -= count;
        let piece = Bytes::from(piece);
        Some(match self.channel {
            2 => ExecEvent::Stderr(piece),
            _ => ExecEvent::Stdout(piece),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    async fn read(bytes: Vec<u8>) -> Vec<ExecEvent> {
        output(std::io::Cursor::new(bytes), false).collect().await
    }

    #[tokio::test]
    async fn frames_say_which_output_it_is() {
        let bytes =
            b"\x01\0\0\0\0\0\0\x02ab\x02\0\0\0\0\0\0\x01c\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\x05de";
        let events = read(bytes.to_vec()).await;
        let expected = [
            ExecEvent::Stdout(Bytes::from_static(b"ab")),
            ExecEvent::Stderr(Bytes::from_static(b"c")),
            ExecEvent::Stdout(Bytes::from_static(b"de")),
        ];
        assert_eq!(events, expected);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(read(bytes));
        }
    }
}
