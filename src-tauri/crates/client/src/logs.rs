//! The log of a job over a WebSocket, taken up again where it broke off.
//!
//! The server sends a log from its beginning every time, so a dropped connection costs nothing but
//! the bytes: after connecting again, as many as were already delivered are skipped.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{SinkExt as _, Stream, StreamExt as _};
use protocol::LogQuery;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use url::Url;

use crate::at;
use crate::error::{ClientError, Failure};
use crate::lines::LineSplitter;
use crate::socket::{self, Socket};
use crate::transport::{LONGEST_WAIT, Transport, add_query, jittered};

/// A silent connection is asked whether it is alive this often.
const PING_EVERY: Duration = Duration::from_secs(10);
/// So many questions without any answer mean that it is dead.
const SILENT_PINGS: u32 = 3;

/// The bytes of a log, in pieces of any size, until the job ends.
pub struct LogStream {
    bytes: BoxStream<'static, Result<Bytes, ClientError>>,
}

impl LogStream {
    pub(crate) fn new(
        transport: Transport,
        monitoring: &Url,
        job_id: &str,
        query: &LogQuery,
    ) -> Self {
        let mut url = at(monitoring, &[job_id, "log_ws"]);
        add_query(&mut url, &query.query());
        let reader = Reader {
            transport,
            url,
            socket: None,
            delivered: 0,
            to_skip: 0,
            failures: 0,
        };
        let bytes = stream::try_unfold(reader, |mut reader| async {
            Ok(reader.next().await?.map(|bytes| (bytes, reader)))
        });
        Self {
            bytes: bytes.boxed(),
        }
    }

    /// The same log line by line, without line ends; bytes that are no UTF-8 are replaced.
    pub fn lines(self) -> LogLines {
        LogLines {
            bytes: self,
            splitter: LineSplitter::keeping_empty_lines(),
            ended: false,
        }
    }

    /// Reads to the end. Meant for finished jobs.
    pub async fn collect_bytes(mut self) -> Result<Vec<u8>, ClientError> {
        let mut collected = Vec::new();
        while let Some(chunk) = self.bytes.next().await {
            collected.extend_from_slice(&chunk?);
        }
        Ok(collected)
    }
}

impl Stream for LogStream {
    type Item = Result<Bytes, ClientError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.bytes.poll_next_unpin(context)
    }
}

/// The lines of a log.
pub struct LogLines {
    bytes: LogStream,
    splitter: LineSplitter,
    ended: bool,
}

impl Stream for LogLines {
    type Item = Result<String, ClientError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(line) = self.splitter.line() {
                return Poll::Ready(Some(Ok(lossy(&line))));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            match self.bytes.poll_next_unpin(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(chunk))) => self.splitter.push(&chunk),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => {
                    self.ended = true;
                    if let Some(rest) = self.splitter.rest() {
                        return Poll::Ready(Some(Ok(lossy(&rest))));
                    }
                }
            }
        }
    }
}

fn lossy(line: &[u8]) -> String {
    String::from_utf8_lossy(line).into_owned()
}

struct Reader {
    transport: Transport,
    url: Url,
    socket: Option<Socket>,
    delivered: u64,
    to_skip: u64,
    /// Connections in a row that brought nothing new.
    failures: u32,
}

/// What came out of a connection.
enum Arrived {
    Bytes(Bytes),
    End,
    Dropped(String),
}

impl Reader {
    async fn next(&mut self) -> Result<Option<Bytes>, ClientError> {
        loop {
            let mut socket = match self.socket.take() {
                Some(socket) => socket,
                None => match self.connect().await {
                    Ok(socket) => socket,
                    Err(error) if error.is_passing() => {
                        self.pause_or_give_up(error).await?;
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            match receive(&mut socket).await {
                Arrived::Bytes(bytes) => {
                    self.socket = Some(socket);
                    if let Some(fresh) = self.fresh(bytes) {
                        return Ok(Some(fresh));
                    }
                }
                Arrived::End => return Ok(None),
                Arrived::Dropped(reason) => {
                    let error = self.failed(Failure::Broken { reason });
                    self.pause_or_give_up(error).await?;
                }
            }
        }
    }

    /// What of these bytes was not delivered before.
    fn fresh(&mut self, mut bytes: Bytes) -> Option<Bytes> {
        let skipped =
            usize::try_from(self.to_skip).map_or(bytes.len(), |skip| skip.min(bytes.len()));
        bytes::Buf::advance(&mut bytes, skipped);
        self.to_skip -= skipped as u64;
        if bytes.is_empty() {
            return None;
        }
        self.delivered += bytes.len() as u64;
        self.failures = 0;
        Some(bytes)
    }

    async fn pause_or_give_up(&mut self, error: ClientError) -> Result<(), ClientError> {
        let patience = self.transport.patience;
        if self.failures > patience.more_tries {
            return Err(error);
        }
        tracing::debug!(%error, delivered = self.delivered, "connecting to the log again");
        let pause = patience.first_pause * 2_u32.pow(self.failures.min(8));
        let asked = error.retry_after().unwrap_or_default().min(LONGEST_WAIT);
        tokio::time::sleep(jittered(pause).max(asked)).await;
        self.failures += 1;
        Ok(())
    }

    async fn connect(&mut self) -> Result<Socket, ClientError> {
        let socket = socket::connect(&self.transport, &self.url).await?;
        self.to_skip = self.delivered;
        Ok(socket)
    }

    fn failed(&self, failure: Failure) -> ClientError {
        socket::failed(&self.url, failure)
    }
}

async fn receive(socket: &mut Socket) -> Arrived {
    let mut silent = 0;
    loop {
        match timeout(PING_EVERY, socket.next()).await {
            Ok(Some(Ok(Message::Binary(bytes)))) => return Arrived::Bytes(bytes),
            Ok(Some(Ok(Message::Text(text)))) => return Arrived::Bytes(text.into()),
            Ok(Some(Ok(Message::Close(close)))) => {
                return match close.map(|close| close.code) {
                    None | Some(CloseCode::Normal | CloseCode::Status) => Arrived::End,
                    Some(code) => Arrived::Dropped(format!("the server closed it ({code})")),
                };
            }
            Ok(Some(Ok(_))) => silent = 0,
            Ok(Some(Err(error))) => return Arrived::Dropped(error.to_string()),
            Ok(None) => return Arrived::Dropped("it ended without a farewell".to_owned()),
            Err(_) if silent == SILENT_PINGS => {
                return Arrived::Dropped("the server is silent".to_owned());
            }
            Err(_) => {
                silent += 1;
                if let Err(error) = socket.send(Message::Ping(Bytes::new())).await {
                    return Arrived::Dropped(error.to_string());
                }
            }
        }
    }
}
