//! Lists that come as one JSON object per line.

use std::collections::VecDeque;

use bytes::{Buf as _, BytesMut};
use reqwest::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{ClientError, Failure};
use crate::transport::{self, Request, Transport, accepts_lines, body, is_lines, next_chunk};

/// A line longer than this is no object of the platform.
const LONGEST_LINE: usize = 4 * 1024 * 1024;

/// A list where the server has the choice between lines and a JSON document.
pub(crate) trait ListDocument<T>: DeserializeOwned {
    fn into_items(self) -> Vec<T>;
}

impl<T: DeserializeOwned> ListDocument<T> for Vec<T> {
    fn into_items(self) -> Self {
        self
    }
}

/// The last line of a list that failed after its beginning was sent.
#[derive(Deserialize)]
struct FailureLine {
    error: String,
}

impl Transport {
    /// Reads a whole list; tried again while the server is away.
    pub(crate) async fn list<T, D>(&self, request: Request) -> Result<Vec<T>, ClientError>
    where
        T: DeserializeOwned,
        D: ListDocument<T>,
    {
        let request = accepts_lines(request);
        self.patiently(|| async {
            let response = self.send(&request).await?;
            if is_lines(&response) {
                lines(&request, response).await
            } else {
                let bytes = body(&request, response).await?;
                let document: Result<D, _> = serde_json::from_slice(&bytes);
                document
                    .map(D::into_items)
                    .map_err(|error| request.failed(transport::unreadable(&error)))
            }
        })
        .await
    }
}

impl Transport {
    /// Sends a call that changes something and answers with lines (or with nothing).
    pub(crate) async fn change_lines<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<Vec<T>, ClientError> {
        let response = self.send(&request).await?;
        lines(&request, response).await
    }
}

async fn lines<T: DeserializeOwned>(
    request: &Request,
    mut response: Response,
) -> Result<Vec<T>, ClientError> {
    let mut splitter = LineSplitter::default();
    let mut items = Vec::new();
    while let Some(chunk) = next_chunk(request, &mut response).await? {
        splitter.push(&chunk);
        while let Some(line) = splitter.line() {
            items.push(item(request, &line)?);
        }
        if splitter.waiting() > LONGEST_LINE {
            return Err(unreadable(request, "a line is longer than 4 MiB"));
        }
    }
    if let Some(rest) = splitter.rest().filter(|rest| !rest.trim_ascii().is_empty()) {
        items.push(item(request, &rest)?);
    }
    Ok(items)
}

fn item<T: DeserializeOwned>(request: &Request, line: &[u8]) -> Result<T, ClientError> {
    serde_json::from_slice(line).map_err(|error| match serde_json::from_slice(line) {
        Ok(FailureLine { error }) => request.failed(Failure::Broken { reason: error }),
        Err(_) => request.failed(transport::unreadable(&error)),
    })
}

fn unreadable(request: &Request, reason: &str) -> ClientError {
    request.failed(Failure::Unreadable {
        reason: reason.to_owned(),
    })
}

/// Cuts a stream of bytes at line ends; empty lines are left out unless asked for.
#[derive(Default)]
pub(crate) struct LineSplitter {
    pending: BytesMut,
    lines: VecDeque<Vec<u8>>,
    keeps_empty: bool,
}

impl LineSplitter {
    pub(crate) fn keeping_empty_lines() -> Self {
        Self {
            keeps_empty: true,
            ..Self::default()
        }
    }

    pub(crate) fn push(&mut self, chunk: &[u8]) {
        let searched = self.pending.len();
        self.pending.extend_from_slice(chunk);
        let mut from = searched;
        while let Some(end) = self.pending[from..].iter().position(|byte| *byte == b'\n') {
            let mut line = self.pending.split_to(from + end);
            self.pending.advance(1);
            from = 0;
            if line.ends_with(b"\r") {
                line.truncate(line.len() - 1);
            }
            if self.keeps_empty || !line.is_empty() {
                self.lines.push_back(line.to_vec());
            }
        }
    }

    /// The next whole line.
    pub(crate) fn line(&mut self) -> Option<Vec<u8>> {
        self.lines.pop_front()
    }

    /// Bytes of a line that is not whole yet.
    pub(crate) fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// What stands after the last line end.
    pub(crate) fn rest(&mut self) -> Option<Vec<u8>> {
        let mut rest = self.pending.split().to_vec();
        if rest.ends_with(b"\r") {
            rest.truncate(rest.len() - 1);
        }
        (!rest.is_empty()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::LineSplitter;

    #[test]
    fn lines_are_the_same_wherever_the_stream_is_cut() {
        let text = b"{\"a\":1}\r\n\n{\"b\":2}\n{\"c\":3}";
        for cut in 0..=text.len() {
            let mut splitter = LineSplitter::default();
            let mut lines = Vec::new();
            for part in [&text[..cut], &text[cut..]] {
                splitter.push(part);
                lines.extend(std::iter::from_fn(|| splitter.line()));
            }
            lines.extend(splitter.rest());
            assert_eq!(lines, [&b"{\"a\":1}"[..], b"{\"b\":2}", b"{\"c\":3}"]);
        }
    }
}
