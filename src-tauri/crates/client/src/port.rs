//! A port of a running job: each connection of this computer is carried over a socket of its own.

use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use url::Url;

use crate::at;
use crate::error::ClientError;
use crate::socket::{self, Socket};
use crate::transport::Transport;

/// Largest piece that is sent at once.
const PIECE: usize = 64 * 1024;
/// How long an answer may take after the near side has said all it had to say.
const LINGER: Duration = Duration::from_secs(60);

/// An open connection to a port of a job.
pub struct PortConnection {
    socket: Socket,
}

impl PortConnection {
    pub(crate) async fn open(
        transport: &Transport,
        monitoring: &Url,
        (job_id, port): (&str, u16),
    ) -> Result<Self, ClientError> {
        let url = at(monitoring, &[job_id, "port_forward", &port.to_string()]);
        let socket = socket::connect(transport, &url).await?;
        Ok(Self { socket })
    }

    /// Carries a stream until both sides have ended, or one is gone.
    pub async fn carry(self, near: impl AsyncRead + AsyncWrite + Send) {
        let (read, write) = tokio::io::split(near);
        let (sink, stream) = self.socket.split();
        let mut inwards = std::pin::pin!(inwards(stream, write));
        let sink = tokio::select! {
            sink = outwards(read, sink) => sink,
            () = &mut inwards => return,
        };
        // The near side has said all: what the job still answers is waited for.
        let _ = timeout(LINGER, inwards).await;
        if let Some(mut sink) = sink {
            let _ = sink.close().await;
        }
    }
}

/// Answers the way out when the near side has ended; nothing if the far side is gone.
async fn outwards(
    mut read: impl AsyncRead + Unpin,
    mut sink: SplitSink<Socket, Message>,
) -> Option<SplitSink<Socket, Message>> {
    let mut piece = vec![0; PIECE];
    loop {
        match read.read(&mut piece).await {
            Ok(0) | Err(_) => return Some(sink),
            Ok(count) => {
                let message = Message::Binary(piece[..count].to_vec().into());
                sink.send(message).await.ok()?;
            }
        }
    }
}

async fn inwards(mut stream: SplitStream<Socket>, mut write: impl AsyncWrite + Unpin) {
    while let Some(Ok(message)) = stream.next().await {
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Close(_) => break,
            _ => continue,
        };
        if write.write_all(&bytes).await.is_err() || write.flush().await.is_err() {
            return;
        }
    }
    let _ = write.shutdown().await;
}
