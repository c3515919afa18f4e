//! Contents of storage files: reading whole or in part, creating, writing at an offset. Nothing is
//! held in memory but the piece under way.

use std::io::SeekFrom;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use protocol::{Action, Scheme};
use rustix::fs::{FileType, OFlags, Stat};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_util::io::ReaderStream;

use super::storage::{make_place, refusal};
use crate::permission::Access;
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::storage_root::{self, StorageEntry};
use crate::store::run_blocking;

/// Size of the pieces a file is sent in.
const PIECE: usize = 256 * 1024;

/// Part of a file: from a byte on, so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    start: u64,
    length: u64,
}

/// An open file of the storage, and what it is.
async fn opened(entry: &StorageEntry, flags: OFlags) -> Result<(File, Stat), Refusal> {
    let entry = entry.clone();
    run_blocking(move || {
        let name = entry.name();
        let failed = |error| refusal(&error, &name);
        make_place(&entry)?;
        let file = entry.open(flags).map_err(failed)?;
        let data = rustix::fs::fstat(&file).map_err(|error| failed(error.into()))?;
        match FileType::from_raw_mode(data.st_mode) {
            FileType::RegularFile => Ok((File::from_std(file.into()), data)),
            FileType::Directory => Err(Refusal::storage("EISDIR", format!("{name} is a folder"))),
            _ => Err(Refusal::storage("EINVAL", format!("{name} is no file"))),
        }
    })
    .await
}

pub(super) async fn open(
    entry: StorageEntry,
    headers: &HeaderMap,
    access: Access,
) -> Result<Response, Refusal> {
    let allowed = level(&entry, &access)?;
    let (mut file, data) = opened(&entry, OFlags::RDONLY).await?;
    let length = u64::try_from(data.st_size).unwrap_or(0);
    let asked = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let Ok(part) = asked.map(|text| range(text, length)).transpose() else {
        return Ok(no_such_range(&entry.name(), length));
    };
    let Part {
        start,
        length: count,
    } = part.unwrap_or(Part { start: 0, length });
    let sought = file.seek(SeekFrom::Start(start)).await;
    sought.map_err(|error| refusal(&error, &entry.name()))?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(count), PIECE));
    let mut response = (facts(&data, "FILE", &allowed), body).into_response();
    set(&mut response, header::CONTENT_LENGTH, &count.to_string());
    if part.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = start + count - 1;
        let range = format!("bytes {start}-{last}/{length}");
        set(&mut response, header::CONTENT_RANGE, &range);
    }
    Ok(response)
}

fn no_such_range(name: &str, length: u64) -> Response {
    let text = format!("{name} has {length} bytes");
    let mut response = Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, text).into_response();
    let range = format!("bytes */{length}");
    set(&mut response, header::CONTENT_RANGE, &range);
    response
}

pub(super) async fn head(entry: StorageEntry, access: Access) -> Result<Response, Refusal> {
    run_blocking(move || {
        let name = entry.name();
        make_place(&entry)?;
        let data = entry.stat().map_err(|error| refusal(&error, &name))?;
        let kind = match FileType::from_raw_mode(data.st_mode) {
            FileType::Directory => "DIRECTORY",
            FileType::Symlink => "SYMLINK",
            _ => "FILE",
        };
        let facts = facts(&data, kind, &level(&entry, &access)?);
        Ok((facts, Body::empty()).into_response())
    })
    .await
}

/// What the caller may do with it.
fn level(entry: &StorageEntry, access: &Access) -> Result<Action, Refusal> {
    let resource = Resource::at(Scheme::Storage, &entry.name());
    let resource = resource.map_err(|error| Refusal::storage("EINVAL", error.to_string()))?;
    Ok(access.action(&resource))
}

/// What the headers say about a file.
fn facts(data: &Stat, kind: &str, allowed: &Action) -> HeaderMap {
    let length = match kind {
        "FILE" => u64::try_from(data.st_size).unwrap_or(0),
        _ => 0,
    };
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    add("x-file-type", kind);
    add("x-file-permission", &allowed.to_string());
    add("x-file-length", &length.to_string());
    add("accept-range", "bytes");
    add("accept-ranges", "bytes");
    add("content-type", "application/octet-stream");
    if let Ok(at) = jiff::Timestamp::from_second(data.st_mtime) {
        let text = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        add("last-modified", &text);
    }
    headers
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Reads `bytes=a-`, `bytes=a-b` and `bytes=-n`; an error if no byte of the file is in it.
fn range(text: &str, length: u64) -> Result<Part, ()> {
    let (start, end) = text
        .strip_prefix("bytes=")
        .and_then(|it| it.split_once('-'))
        .ok_or(())?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| ());
    let (start, last) = match (start.trim(), end.trim()) {
        ("", count) => (length.saturating_sub(number(count)?), length),
        (start, "") => (number(start)?, length),
        (start, last) => (number(start)?, number(last)?),
    };
    let last = last.min(length.saturating_sub(1));
    if start >= length || last < start {
        return Err(());
    }
    Ok(Part {
        start,
        length: last - start + 1,
    })
}

/// Receives a whole file. Nobody sees it before it is complete.
pub(super) async fn create(entry: StorageEntry, body: Body) -> Result<Response, Refusal> {
    let (name, staging) = (entry.name(), entry.clone());
    let staged = run_blocking(move || {
        let is_folder = |data| storage_root::is_folder(&data);
        match staging.stat().is_ok_and(is_folder) {
            true => Err(rustix::io::Errno::ISDIR.into()),
            false => staging.stage(),
        }
    });
    let (staged, file) = staged.await.map_err(|error| refusal(&error, &name))?;
    receive(&mut File::from_std(file), body, &name, None).await?;
    run_blocking(move || entry.put(&staged))
        .await
        .map_err(|error| refusal(&error, &name))?;
    Ok(StatusCode::CREATED.into_response())
}

/// Writes into an existing file, exactly what `Content-Range` names.
pub(super) async fn write(
    entry: StorageEntry,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let part = text(header::CONTENT_RANGE).and_then(content_range);
    let part = part.ok_or_else(|| {
        Refusal::bad_request("WRITE needs a header such as `Content-Range: bytes 0-9/*`")
    })?;
    let announced = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if announced.is_some_and(|length: u64| length != part.length) {
        return Err(Refusal::bad_request(format!(
            "`Content-Range` names {} bytes, but the body has another length",
            part.length
        )));
    }
    let (mut file, _) = opened(&entry, OFlags::WRONLY).await?;
    let name = entry.name();
    let sought = file.seek(SeekFrom::Start(part.start)).await;
    sought.map_err(|error| refusal(&error, &name))?;
    receive(&mut file, body, &name, Some(part.length)).await?;
    Ok(StatusCode::OK.into_response())
}

/// Reads `bytes a-b/*`.
fn content_range(text: &str) -> Option<Part> {
    let (range, _) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, last) = range.split_once('-')?;
    let (start, last): (u64, u64) = (start.trim().parse().ok()?, last.trim().parse().ok()?);
    let length = last.checked_sub(start)?.checked_add(1)?;
    Some(Part { start, length })
}

/// Writes the body into the file; with a length it must have exactly that.
async fn receive(
    file: &mut (impl AsyncWrite + Unpin),
    body: Body,
    name: &str,
    length: Option<u64>,
) -> Result<(), Refusal> {
    let mut pieces = body.into_data_stream();
    let mut left = length;
    let other_length =
        || Refusal::bad_request("the body is not as long as `Content-Range` says".to_owned());
    while let Some(piece) = pieces.next().await {
        let piece =
            piece.map_err(|error| Refusal::bad_request(format!("{name} came in part: {error}")))?;
        if let Some(left) = &mut left {
            *left = left
                .checked_sub(piece.len() as u64)
                .ok_or_else(other_length)?;
        }
        file.write_all(&piece)
            .await
            .map_err(|error| refusal(&error, name))?;
    }
    file.flush().await.map_err(|error| refusal(&error, name))?;
    match left {
        Some(1..) => Err(other_length()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_says_where_it_begins() {
        let last = range("bytes=-4", 10);
        assert_eq!(
            last,
            Ok(Part {
                start: 6,
                length: 4
            })
        );
    }

    #[test]
    fn the_range_of_a_write_has_both_ends() {
        let good = Part {
            start: 5,
            length: 5,
        };
        assert_eq!(content_range("bytes 5-9/*"), Some(good));
        assert_eq!(content_range("bytes 5-9/100"), Some(good));
        let most = u64::MAX;
        for bad in [
            "5-9",
            "bytes 5-9",
            "bytes 9-5/*",
            "bytes 5-/*",
            &format!("bytes 0-{most}/*"),
        ] {
            assert_eq!(content_range(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_the_ranges_stumble(text: String, from: u64, to: u64, length: u64) {
            for text in [text, format!("bytes={from}-{to}"), format!("bytes {from}-{to}/*")] {
                if let Ok(part) = range(&text, length) {
                    assert!(part.length > 0 && part.start + part.length <= length);
                }
                content_range(&text);
            }
        }
    }
}
