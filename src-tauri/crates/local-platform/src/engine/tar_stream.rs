//! Archives as streams: written by a thread that may block, sent as they come.

use std::io::{self, Write};

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;

/// Size of the pieces.
const PIECE: usize = 256 * 1024;
/// How many pieces may wait for the receiver.
const WAITING: usize = 4;

/// What `write` writes, as a stream. An error of it is the last item. `write` fails soon when
/// nobody receives any more.
pub(super) fn written_by(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut out = Sender {
            sender: sender.clone(),
            piece: Vec::with_capacity(PIECE),
        };
        let written = write(&mut out).and_then(|()| out.flush());
        if let Err(error) = written {
            // Without a receiver nobody wants to know.
            let _ = sender.blocking_send(Err(error));
        }
    });
    futures_util::stream::unfold(receiver, |mut receiver| async {
        let piece = receiver.recv().await?;
        Some((piece, receiver))
    })
}

struct Sender {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Sender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..count]);
        if self.piece.len() == PIECE {
            self.flush()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.sender
            .blocking_send(Ok(piece.into()))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn all_that_is_written_comes_in_order_and_an_error_comes_last() {
        let content: Vec<u8> = (0..1_000_000_u32).map(|at| (at % 251) as u8).collect();
        let sent = content.clone();
        let stream = written_by(move |out| {
            out.write_all(&sent)?;
            out.flush()?;
            Err(io::Error::other("in the end"))
        });
        let mut pieces: Vec<io::Result<Bytes>> = stream.collect().await;
        let last = pieces.pop().unwrap().unwrap_err();
        assert_eq!(last.to_string(), "in the end");
        let pieces: Vec<Bytes> = pieces.into_iter().map(Result::unwrap).collect();
        assert_eq!(pieces.concat(), content);
    }

    #[tokio::test]
    async fn the_writer_stops_when_nobody_receives() {
        let (told, heard) = std::sync::mpsc::channel();
        let mut stream = Box::pin(written_by(move |out| {
            let written = std::iter::repeat_with(|| out.write_all(&[0; PIECE]));
            let error = written.flat_map(Result::err).next();
            let error = error.ok_or(io::ErrorKind::Other)?;
            told.send(error.kind()).map_err(io::Error::other)?;
            Err(error)
        }));
        assert!(stream.next().await.unwrap().is_ok());
        drop(stream);
        assert_eq!(heard.recv().unwrap(), io::ErrorKind::BrokenPipe);
    }
}
