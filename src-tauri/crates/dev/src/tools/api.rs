//! Reading what the platform has stored.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The answer to a plain GET of this computer: status and body. The oldest version of HTTP is
/// enough, and its answers come in one piece.
pub(crate) fn get(url: &str, token: Option<&str>) -> Result<(u16, Vec<u8>)> {
    let rest = url.strip_prefix("http://").context("a plain address")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut socket = TcpStream::connect(host).with_context(|| format!("{host} does not answer"))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    write!(
        socket,
        "GET /{path} HTTP/1.0\r\nHost: {host}\r\nAccept: application/x-ndjson\r\n{}\r\n",
        bearer.unwrap_or_default()
    )?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.with_context(|| format!("no answer to GET {url}"))?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head
        .split_whitespace()
        .nth(1)
        .and_then(|code| code.parse().ok());
    let status = status.with_context(|| format!("no status in {head}"))?;
    Ok((status, answer.split_off(end + 4)))
}

/// The platform as the logged-in user sees it.
pub(crate) struct Api {
    pub(crate) url: String,
    pub(crate) token: String,
}

impl Api {
    /// One object.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        serde_json::from_slice(&self.body(path)?).with_context(|| format!("the answer to {path}"))
    }

    /// A list, written as lines.
    pub(crate) fn list(&self, path: &str) -> Result<Vec<Value>> {
        let body = String::from_utf8(self.body(path)?)?;
        let line = |line: &str| serde_json::from_str(line);
        let lines: Result<Vec<Value>, _> = body.lines().map(line).collect();
        let lines = lines.with_context(|| format!("the answer to {path}: {body}"))?;
        // Some services answer with one array, others with a line for each thing.
        let things = lines.into_iter().flat_map(|line| match line {
            Value::Array(things) => things,
            thing => vec![thing],
        });
        Ok(things.collect())
    }

    fn body(&self, path: &str) -> Result<Vec<u8>> {
        let (status, body) = get(&format!("{}/{path}", self.url), Some(&self.token))?;
        if !(200..300).contains(&status) {
            bail!("GET {path}: {status} {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }
}
