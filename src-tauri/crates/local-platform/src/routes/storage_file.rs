//! Contents of storage files: reading whole or in part, creating, writing at an offset. Nothing is
//! held in memory but the piece under way.

use std::ffi::OsStr;
use std::io::SeekFrom;
use std::path::PathBuf;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_util::io::ReaderStream;

use super::storage::{Entry, refusal};
use crate::byte_range::{ByteRange, Unsatisfiable};
use crate::refusal::Refusal;

/// Name of a file that is still being received.
const PARTIAL: &str = ".bakehouse-partial-";
/// Size of the pieces a file is sent in.
const PIECE: usize = 256 * 1024;

/// True for the name of a file that is still being received.
pub(super) fn is_partial(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with(PARTIAL)
}

pub(super) async fn open(entry: &Entry, headers: &HeaderMap) -> Result<Response, Refusal> {
    let length = file_length(entry)?;
    let asked = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let part = asked
        .and_then(|text| ByteRange::read(text, length).transpose())
        .transpose()
        .map_err(|Unsatisfiable| {
            Refusal::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                format!("{} has {length} bytes", entry.name),
            )
        })?;
    let mut file = File::open(&entry.place)
        .await
        .map_err(|error| refusal(&error, &entry.name))?;
    let ByteRange {
        start,
        length: count,
    } = part.unwrap_or(ByteRange { start: 0, length });
    let sought = file.seek(SeekFrom::Start(start)).await;
    sought.map_err(|error| refusal(&error, &entry.name))?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(count), PIECE));
    let mut response = (facts(length), body).into_response();
    set(&mut response, header::CONTENT_LENGTH, &count.to_string());
    if let Some(part) = part {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let value = part.content_range(length);
        set(&mut response, header::CONTENT_RANGE, &value);
    }
    Ok(response)
}

pub(super) async fn head(entry: &Entry) -> Result<Response, Refusal> {
    let data = entry.metadata()?;
    let kind = if data.is_dir() { "DIRECTORY" } else { "FILE" };
    let length = if data.is_dir() { 0 } else { data.len() };
    let mut response = (facts(length), Body::empty()).into_response();
    set(&mut response, HeaderName::from_static("x-file-type"), kind);
    Ok(response)
}

/// What the headers say about a file.
fn facts(length: u64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    add("x-file-type", "FILE");
    add("x-file-permission", "manage");
    add("x-file-length", &length.to_string());
    add("accept-range", "bytes");
    add("content-type", "application/octet-stream");
    headers
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn file_length(entry: &Entry) -> Result<u64, Refusal> {
    let data = entry.metadata()?;
    if data.is_dir() {
        return Err(Refusal::storage(
            "EISDIR",
            format!("{} is a folder", entry.name),
        ));
    }
    Ok(data.len())
}

/// Receives a whole file. Nobody sees it before it is complete.
pub(super) async fn create(entry: &Entry, body: Body) -> Result<Response, Refusal> {
    if entry.place.is_dir() {
        return Err(Refusal::storage(
            "EISDIR",
            format!("{} is a folder", entry.name),
        ));
    }
    let failed = |error: std::io::Error| refusal(&error, &entry.name);
    let parent = entry.place.parent().map(PathBuf::from).unwrap_or_default();
    fs::create_dir_all(&parent).await.map_err(failed)?;
    let partial = parent.join(format!("{PARTIAL}{}", uuid::Uuid::new_v4()));
    let mut file = File::create(&partial).await.map_err(failed)?;
    let received = match receive(&mut file, body, &entry.name).await {
        Ok(()) => fs::rename(&partial, &entry.place).await.map_err(failed),
        Err(refused) => Err(refused),
    };
    if received.is_err() {
        let _ = fs::remove_file(&partial).await;
    }
    received.map(|()| StatusCode::CREATED.into_response())
}

/// Writes into an existing file, from the start that `Content-Range` names.
pub(super) async fn write(
    entry: &Entry,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    file_length(entry)?;
    let range = headers
        .get(header::CONTENT_RANGE)
        .and_then(|value| value.to_str().ok());
    let start = range.and_then(content_start).ok_or_else(|| {
        Refusal::bad_request("WRITE needs a header such as `Content-Range: bytes 0-9/*`")
    })?;
    let failed = |error: std::io::Error| refusal(&error, &entry.name);
    let mut file = OpenOptions::new()
        .write(true)
        .open(&entry.place)
        .await
        .map_err(failed)?;
    file.seek(SeekFrom::Start(start)).await.map_err(failed)?;
    receive(&mut file, body, &entry.name).await?;
    Ok(StatusCode::OK.into_response())
}

fn content_start(text: &str) -> Option<u64> {
    text.strip_prefix("bytes ")?
        .split_once('-')?
        .0
        .trim()
        .parse()
        .ok()
}

async fn receive(
    file: &mut (impl AsyncWrite + Unpin),
    body: Body,
    name: &str,
) -> Result<(), Refusal> {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece =
            piece.map_err(|error| Refusal::bad_request(format!("{name} came in part: {error}")))?;
        file.write_all(&piece)
            .await
            .map_err(|error| refusal(&error, name))?;
    }
    file.flush().await.map_err(|error| refusal(&error, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_says_where_it_begins() {
        assert_eq!(content_start("bytes 5-9/*"), Some(5));
        assert_eq!(content_start("5-9"), None);
    }
}
