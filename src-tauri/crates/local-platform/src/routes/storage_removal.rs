//! Removing from the storage: depth first, links never followed, every removed entry told as it
//! goes. A client that hangs up does not stop it half way.

use std::io;
use std::os::fd::OwnedFd;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use protocol::Removed;
use rustix::fs::{AtFlags, Mode, OFlags};
use tokio::sync::mpsc;

use super::storage::refusal;
use crate::ndjson;
use crate::refusal::Refusal;
use crate::storage_root::{self, StorageEntry};
use crate::store::run_blocking;

/// How many pieces of the answer wait for the client.
const AHEAD: usize = 16;
/// How large such a piece is.
const PIECE: usize = 16 * 1024;

pub(super) async fn delete(
    entry: StorageEntry,
    recursive: bool,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let checked = entry.clone();
    run_blocking(move || check(&checked, recursive)).await?;
    if !ndjson::wanted(headers) {
        run_blocking(move || remove(&entry, &mut Told::nobody())).await?;
        return Ok((StatusCode::NO_CONTENT, Body::empty()).into_response());
    }
    let (sender, mut pieces) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut told = Told::to(sender);
        if let Err(refused) = remove(&entry, &mut told) {
            told.line(&refused.body);
        }
        told.flush();
    });
    let stream = futures_util::stream::poll_fn(move |context| pieces.poll_recv(context));
    let pieces = futures_util::StreamExt::map(stream, Ok::<Bytes, std::convert::Infallible>);
    let kind = [(header::CONTENT_TYPE, ndjson::NDJSON)];
    Ok((kind, Body::from_stream(pieces)).into_response())
}

fn check(entry: &StorageEntry, recursive: bool) -> Result<(), Refusal> {
    let name = entry.name();
    let data = entry.stat().map_err(|error| refusal(&error, &name))?;
    if entry.depth() == 0 {
        return Err(Refusal::storage(
            "EACCES",
            "the whole storage cannot be deleted at once",
        ));
    }
    if storage_root::is_folder(&data) && !recursive {
        return Err(Refusal::storage("EISDIR", format!("{name} is a folder")));
    }
    Ok(())
}

fn remove(entry: &StorageEntry, told: &mut Told) -> Result<(), Refusal> {
    let name = entry.name();
    let located = entry.located().map_err(|error| refusal(&error, &name))?;
    match located {
        Some((parent, last)) => remove_at(&parent, last, &name, told),
        None => Ok(()),
    }
}

fn remove_at(folder: &OwnedFd, last: &str, name: &str, told: &mut Told) -> Result<(), Refusal> {
    let failed = |error: io::Error| refusal(&error, name);
    let data = storage_root::stat_at(folder, last).map_err(failed)?;
    let is_dir = storage_root::is_folder(&data);
    let mut how = AtFlags::empty();
    if is_dir {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let inner = rustix::fs::openat(folder, last, flags, Mode::empty());
        let inner = inner.map_err(|error| failed(error.into()))?;
        for each in storage_root::names(&inner).map_err(failed)? {
            remove_at(&inner, &each, &format!("{name}/{each}"), told)?;
        }
        how = AtFlags::REMOVEDIR;
    }
    rustix::fs::unlinkat(folder, last, how).map_err(|error| failed(error.into()))?;
    told.line(&Removed {
        path: name.to_owned(),
        is_dir,
    });
    Ok(())
}

/// Whoever is told what was removed.
struct Told {
    client: Option<mpsc::Sender<Bytes>>,
    piece: Vec<u8>,
}

impl Told {
    fn nobody() -> Self {
        Self {
            client: None,
            piece: Vec::new(),
        }
    }

    fn to(client: mpsc::Sender<Bytes>) -> Self {
        Self {
            client: Some(client),
            piece: Vec::new(),
        }
    }

    fn line(&mut self, line: &impl serde::Serialize) {
        if self.client.is_none() {
            return;
        }
        // Wire types always serialise.
        let _ = serde_json::to_writer(&mut self.piece, line);
        self.piece.extend_from_slice(b"\r\n");
        if self.piece.len() >= PIECE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let piece = std::mem::take(&mut self.piece);
        let Some(client) = &self.client else { return };
        if !piece.is_empty() && client.blocking_send(piece.into()).is_err() {
            self.client = None;
        }
    }
}
