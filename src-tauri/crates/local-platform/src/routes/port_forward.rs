//! A socket to a port of a job: what goes in comes out of a connection to the port, and back.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use futures_util::StreamExt as _;
use protocol::Action;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_util::io::ReaderStream;
use tokio_util::sync::CancellationToken;

use super::job_socket::{Ear, bounded, running, talk};
use crate::auth::Caller;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;

/// How long a port may take to accept.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection that the client has left may take to end in peace.
const LINGER: Duration = Duration::from_secs(5);
/// Largest piece of what comes from the port.
const PIECE: usize = 64 * 1024;

pub(super) fn routes() -> Router<Arc<Platform>> {
    let path = "/{job}/port_forward/{port}";
    Router::new().route(path, get(port_forward).post(port_forward))
}

async fn port_forward(
    State(platform): Shared,
    caller: Caller,
    Path((job, port)): Path<(String, String)>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    let port: u16 = port
        .parse()
        .ok()
        .filter(|port| *port > 0)
        .ok_or_else(|| Refusal::bad_request(format!("`{port}` is no port")))?;
    let job = running(&platform, &caller, job, Action::Write).await?;
    let stream = connect(port).await.map_err(|reason| {
        let id = &job.id;
        Refusal::bad_request(format!(
            "port {port} of job '{id}' cannot be reached: {reason}"
        ))
    })?;
    let closing = platform.closing.clone();
    Ok(bounded(upgrade).on_upgrade(move |socket| carry(socket, stream, closing)))
}

/// Servers listen on either of the two loopback addresses. The error is a sentence.
async fn connect(port: u16) -> Result<TcpStream, String> {
    let connecting = async {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
            Ok(stream) => Ok(stream),
            Err(error) => TcpStream::connect((Ipv6Addr::LOCALHOST, port))
                .await
                .map_err(|_| error),
        }
    };
    let stream = tokio::time::timeout(PATIENCE, connecting)
        .await
        .map_err(|_| format!("it did not accept within {} s", PATIENCE.as_secs()))?
        .map_err(|error| error.to_string())?;
    // Small pieces are what people wait for.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Each side may end what it says while the other goes on. Nothing is read before what was read
/// last has been passed on, so that neither side can outrun the other.
async fn carry(socket: WebSocket, stream: TcpStream, closing: CancellationToken) {
    let (mut read, write) = stream.into_split();
    let mut write = Inlet(write);
    // An error of the connection is its end.
    let pieces = ReaderStream::with_capacity(&mut read, PIECE)
        .take_while(|piece| std::future::ready(piece.is_ok()))
        .filter_map(|piece| std::future::ready(piece.ok()))
        .map(Message::Binary);
    talk(socket, closing, pieces, &mut write).await;
    let _ = write.0.shutdown().await;
    let _ = tokio::time::timeout(LINGER, drain(read)).await;
}

/// The way into the port.
struct Inlet(OwnedWriteHalf);

impl Ear for Inlet {
    async fn hear(&mut self, message: Bytes) {
        // If it fails, the other direction ends too.
        let _ = self.0.write_all(&message).await;
    }
}

/// A connection that is closed with something unread takes back what was written to it.
async fn drain(mut read: OwnedReadHalf) {
    let mut rest = vec![0; PIECE];
    while let Ok(1..) = read.read(&mut rest).await {}
}
