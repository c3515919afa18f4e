//! Speaking with a running job: a further command in it (exec), or its own input and output
//! (attach). One socket carries several streams; the first byte of a frame tells which.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::Query;
use serde::Deserialize;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;

use crate::at;
use crate::error::{ClientError, Failure};
use crate::socket::{self, Socket};
use crate::transport::{Transport, add_query};

/// Servers say that they are there twice a minute: silence for so long is the end.
const SILENCE: Duration = Duration::from_secs(100);

/// What a frame from the server carries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Said {
    /// What the command wrote, to either of its outputs.
    Output(Bytes),
    /// The command has ended with this exit code; nothing comes after it.
    Exit(i32),
}

/// A conversation with a running job.
pub struct Conversation {
    socket: Socket,
    url: Url,
}

/// The side that types.
pub struct Typing {
    sink: SplitSink<Socket, Message>,
    url: Url,
}

/// The side that listens.
pub struct Listening {
    stream: SplitStream<Socket>,
    url: Url,
}

impl Conversation {
    /// Runs a command in a job, in a terminal of its own if `tty`.
    pub(crate) async fn exec(
        transport: &Transport,
        monitoring: &Url,
        job_id: &str,
        (command, tty): (&str, bool),
    ) -> Result<Self, ClientError> {
        let mut query = Query::new();
        query.push("cmd", command);
        streams(&mut query, tty);
        let mut url = at(monitoring, &[job_id, "exec"]);
        add_query(&mut url, &query);
        Self::open(transport, url).await
    }

    /// Joins the job itself: its output from now on, and its input.
    pub(crate) async fn attach(
        transport: &Transport,
        monitoring: &Url,
        job_id: &str,
        tty: bool,
    ) -> Result<Self, ClientError> {
        let mut query = Query::new();
        streams(&mut query, tty);
        let mut url = at(monitoring, &[job_id, "attach"]);
        add_query(&mut url, &query);
        Self::open(transport, url).await
    }

    async fn open(transport: &Transport, url: Url) -> Result<Self, ClientError> {
        // What is typed into a job changes it.
        let permitted = transport.permit_change();
        permitted.map_err(|failure| socket::failed(&url, failure))?;
        let socket = socket::connect(transport, &url).await?;
        Ok(Self { socket, url })
    }

    /// Both sides, to be used at the same time.
    pub fn split(self) -> (Typing, Listening) {
        let (sink, stream) = self.socket.split();
        let typing = Typing {
            sink,
            url: self.url.clone(),
        };
        let listening = Listening {
            stream,
            url: self.url,
        };
        (typing, listening)
    }
}

/// A terminal has one output; without one both are asked for.
fn streams(query: &mut Query, tty: bool) {
    let truth = |on: bool| if on { "1" } else { "0" };
    query.push("tty", truth(tty));
    query.push("stdin", "1");
    query.push("stdout", "1");
    query.push("stderr", truth(!tty));
}

impl Typing {
    /// Types.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), ClientError> {
        let mut frame = Vec::with_capacity(bytes.len() + 1);
        frame.push(0);
        frame.extend_from_slice(bytes);
        self.send(Message::Binary(frame.into())).await
    }

    /// Tells the size of the terminal.
    pub async fn resize(&mut self, columns: u16, rows: u16) -> Result<(), ClientError> {
        let size = format!("\u{4}{{\"height\":{rows},\"width\":{columns}}}");
        self.send(Message::Binary(size.into_bytes().into())).await
    }

    /// Ends the conversation.
    pub async fn close(&mut self) {
        // Whoever is gone already need not be told.
        let _ = self.sink.close().await;
    }

    async fn send(&mut self, message: Message) -> Result<(), ClientError> {
        self.sink
            .send(message)
            .await
            .map_err(|error| broken(&self.url, &error))
    }
}

impl Listening {
    /// What comes next; nothing when the conversation has ended.
    pub async fn next(&mut self) -> Option<Result<Said, ClientError>> {
        loop {
            let message = match timeout(SILENCE, self.stream.next()).await {
                Ok(message) => message?,
                Err(_) => return Some(Err(self.silent())),
            };
            match message {
                Ok(Message::Binary(frame)) => {
                    if let Some(said) = read(frame) {
                        return Some(Ok(said));
                    }
                }
                Ok(Message::Close(_)) | Err(Error::ConnectionClosed) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(broken(&self.url, &error))),
            }
        }
    }

    fn silent(&self) -> ClientError {
        let reason = "the server is silent".to_owned();
        socket::failed(&self.url, Failure::Broken { reason })
    }
}

fn broken(url: &Url, error: &Error) -> ClientError {
    let reason = error.to_string();
    socket::failed(url, Failure::Broken { reason })
}

/// Reads a frame; nothing for what no server should send.
fn read(mut frame: Bytes) -> Option<Said> {
    #[derive(Deserialize)]
    struct Exit {
        exit_code: i32,
    }
    match frame.first()? {
        1 | 2 => Some(Said::Output(frame.split_off(1))),
        3 => {
            let exit: Option<Exit> = serde_json::from_slice(&frame[1..]).ok();
            Some(Said::Exit(exit.map_or(1, |exit| exit.exit_code)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_servers_are_output_and_the_end() {
        let read = |bytes: &'static [u8]| read(Bytes::from_static(bytes));
        assert_eq!(
            read(b"\x01ab"),
            Some(Said::Output(Bytes::from_static(b"ab")))
        );
        assert_eq!(
            read(b"\x02\xff"),
            Some(Said::Output(Bytes::from_static(b"\xff")))
        );
        assert_eq!(read(b"\x03{\"exit_code\": 7}"), Some(Said::Exit(7)));
        assert_eq!(read(b"\x03nonsense"), Some(Said::Exit(1)));
        assert_eq!(read(b"\x09x"), None);
        assert_eq!(read(b""), None);
    }

    #[test]
    fn a_terminal_asks_for_one_output() {
        let asked = |tty| {
            let mut query = Query::new();
            streams(&mut query, tty);
            query.to_string()
        };
        assert_eq!(asked(true), "tty=1&stdin=1&stdout=1&stderr=0");
        assert_eq!(asked(false), "tty=0&stdin=1&stdout=1&stderr=1");
    }
}
