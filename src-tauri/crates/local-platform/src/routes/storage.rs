//! The storage service: files of this computer under one folder, addressed `/org/project/path`.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use axum::{Json, Router};
use protocol::{
    Action, DiskUsage, FileKind, FileStatus, FileStatusLine, FileStatuses, Listing, Query, Removed,
    Scheme,
};

use super::storage_file;
use crate::auth::Caller;
use crate::permission::{self, Access};
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::storage_path::{self, StoragePathError};
use crate::store::run_blocking;
use crate::{ndjson, place};

const PREFIX: &str = "/api/v1/storage";

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/storage", any(operate))
        .route("/storage/", any(operate))
        .route("/storage/{*path}", any(operate))
}

/// A path of the storage, by its name there and its place on the disk.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// With a leading slash.
    pub(super) name: String,
    pub(super) place: PathBuf,
}

impl Entry {
    fn of(platform: &Platform, name: &str) -> Result<Self, Refusal> {
        let name = format!("/{}", name.trim_matches('/'));
        let place = storage_path::resolve(&platform.storage, &name)?;
        Ok(Self { name, place })
    }

    /// What permissions are about.
    fn resource(&self) -> Result<Resource, Refusal> {
        let found = Resource::at(Scheme::Storage, &self.name);
        found.map_err(|error| Refusal::storage("EINVAL", error.to_string()))
    }

    /// The organisation or the project itself, which are there from the start.
    fn is_place(&self) -> bool {
        self.name.split('/').filter(|part| !part.is_empty()).count() <= 2
    }

    pub(super) fn metadata(&self) -> Result<Metadata, Refusal> {
        if self.is_place() && self.name.starts_with(&format!("/{}", place::ORG)) {
            fs::create_dir_all(&self.place).map_err(|error| refusal(&error, &self.name))?;
        }
        fs::metadata(&self.place).map_err(|error| refusal(&error, &self.name))
    }
}

impl From<StoragePathError> for Refusal {
    fn from(error: StoragePathError) -> Self {
        Self::storage("EINVAL", error.to_string())
    }
}

/// What the operating system says, in the storage's words.
pub(super) fn refusal(error: &io::Error, name: &str) -> Refusal {
    let errno = match error.kind() {
        io::ErrorKind::NotFound => "ENOENT",
        io::ErrorKind::NotADirectory => "ENOTDIR",
        io::ErrorKind::IsADirectory => "EISDIR",
        io::ErrorKind::AlreadyExists => "EEXIST",
        io::ErrorKind::DirectoryNotEmpty => "ENOTEMPTY",
        io::ErrorKind::PermissionDenied => "EACCES",
        io::ErrorKind::StorageFull => "ENOSPC",
        _ => "EIO",
    };
    Refusal::storage(errno, format!("{name}: {error}"))
}

async fn operate(
    State(platform): Shared,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Result<Response, Refusal> {
    let query = Query::parse(uri.query().unwrap_or_default());
    let name = decoded(uri.path().strip_prefix(PREFIX).unwrap_or_default())?;
    let entry = Entry::of(&platform, &name)?;
    let headers = request.headers().clone();
    let method = request.method().clone();
    let operation = query.get("op").map(str::to_ascii_uppercase);
    let access = platform.access(&caller).await?;
    let action = action(&method, operation.as_deref());
    permit(&platform, &caller, &access, action, &entry)?;
    match (method, operation.as_deref()) {
        (Method::GET, Some("GETFILESTATUS")) => run_blocking(move || status(&entry, &access)).await,
        (Method::GET, Some("LISTSTATUS")) => {
            run_blocking(move || list(&entry, &headers, &access)).await
        }
        (Method::GET, Some("GETDISKUSAGE")) => run_blocking(move || usage(&entry)).await,
        (Method::GET, Some("OPEN") | None) => storage_file::open(&entry, &headers).await,
        (Method::HEAD, _) => storage_file::head(&entry).await,
        (Method::PUT, Some("MKDIRS")) => run_blocking(move || make_folders(&entry)).await,
        (Method::PUT, Some("CREATE") | None) => {
            storage_file::create(&entry, request.into_body()).await
        }
        (Method::PATCH, Some("WRITE")) => {
            storage_file::write(&entry, &headers, request.into_body()).await
        }
        (Method::POST, Some("RENAME")) => {
            let target = query.get("destination").unwrap_or_default();
            let target = Entry::of(&platform, target)?;
            permit(&platform, &caller, &access, Action::Write, &target)?;
            run_blocking(move || rename(&entry, &target)).await
        }
        (Method::DELETE, Some("DELETE") | None) => {
            let recursive = query.truth("recursive").unwrap_or(None).unwrap_or(true);
            run_blocking(move || delete(&entry, recursive, &headers)).await
        }
        (method, operation) => Err(Refusal::bad_request(format!(
            "the storage does not know {method} with op={}",
            operation.unwrap_or("(none)")
        ))),
    }
}

/// What must be allowed for an operation.
fn action(method: &Method, operation: Option<&str>) -> Action {
    match (method, operation) {
        (&Method::GET, Some("GETFILESTATUS" | "LISTSTATUS" | "GETDISKUSAGE")) => Action::List,
        (&Method::GET | &Method::HEAD, _) => Action::Read,
        _ => Action::Write,
    }
}

/// Refuses unless both the entry and what links in its path lead to may be used so.
fn permit(
    platform: &Platform,
    caller: &Caller,
    access: &Access,
    action: Action,
    entry: &Entry,
) -> Result<(), Refusal> {
    let named = entry.resource()?;
    let real = storage_path::real_resource(&platform.storage, &named)?;
    for resource in std::iter::once(named).chain(real) {
        if !access.may(&action, &resource) {
            let uri = resource.to_string();
            return Err(permission::refused(&caller.user, &action, &uri));
        }
    }
    Ok(())
}

fn decoded(path: &str) -> Result<String, Refusal> {
    let bad = || Refusal::storage("EINVAL", format!("`{path}` is not UTF-8"));
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match byte.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

/// One entry in the storage's words.
fn file_status(path: String, data: &Metadata, allowed: &Action) -> FileStatus {
    let seconds = data
        .modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    FileStatus {
        path,
        length: if data.is_dir() { 0 } else { data.len() },
        modification_time: seconds
            .and_then(|time| i64::try_from(time.as_secs()).ok())
            .unwrap_or(0),
        // The tools know no less than reading.
        permission: match allowed {
            Action::Write | Action::Manage => allowed.to_string(),
            _ => Action::Read.to_string(),
        },
        kind: if data.is_dir() {
            FileKind::Directory
        } else {
            FileKind::File
        },
        target: None,
    }
}

fn status(entry: &Entry, access: &Access) -> Result<Response, Refusal> {
    let allowed = access.action(&entry.resource()?);
    let status = file_status(entry.name.clone(), &entry.metadata()?, &allowed);
    Ok(Json(FileStatusLine { status }).into_response())
}

/// Names are shown as far as they may be listed.
fn list(entry: &Entry, headers: &HeaderMap, access: &Access) -> Result<Response, Refusal> {
    if !entry.metadata()?.is_dir() {
        return Err(Refusal::storage(
            "ENOTDIR",
            format!("{} is not a folder", entry.name),
        ));
    }
    let listed = fs::read_dir(&entry.place).map_err(|error| refusal(&error, &entry.name))?;
    let mut entries: Vec<FileStatus> = listed
        .flatten()
        .filter(|inner| !storage_file::is_partial(&inner.file_name()))
        // What vanished meanwhile, or leads nowhere, is not there.
        .filter_map(|inner| {
            let data = fs::metadata(inner.path()).ok()?;
            let name = inner.file_name().to_string_lossy().into_owned();
            let path = format!("{}/{name}", entry.name);
            let allowed = access.action(&Resource::at(Scheme::Storage, &path).ok()?);
            (allowed != Action::Deny).then(|| file_status(name, &data, &allowed))
        })
        .collect();
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    if !ndjson::wanted(headers) {
        return Ok(Json(Listing {
            statuses: FileStatuses { entries },
        })
        .into_response());
    }
    let lines: Vec<FileStatusLine> = entries
        .into_iter()
        .map(|status| FileStatusLine { status })
        .collect();
    Ok(ndjson::lines(&lines, "\r\n"))
}

fn usage(entry: &Entry) -> Result<Response, Refusal> {
    let folder = entry
        .place
        .ancestors()
        .find(|folder| folder.is_dir())
        .unwrap_or(&entry.place);
    let disk = rustix::fs::statvfs(folder)
        .map_err(|error| refusal(&io::Error::from(error), &entry.name))?;
    let total = disk.f_blocks * disk.f_frsize;
    let free = disk.f_bavail * disk.f_frsize;
    let used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize;
    Ok(Json(DiskUsage { total, used, free }).into_response())
}

fn make_folders(entry: &Entry) -> Result<Response, Refusal> {
    let exists = |text| Err(Refusal::storage("EEXIST", format!("{} {text}", entry.name)));
    if entry.place.is_file() {
        return exists("is a file");
    }
    if entry.place.ancestors().skip(1).any(Path::is_file) {
        let text = format!("a part of {} is a file", entry.name);
        return Err(Refusal::storage("ENOTDIR", text));
    }
    fs::create_dir_all(&entry.place).map_err(|error| refusal(&error, &entry.name))?;
    Ok(StatusCode::CREATED.into_response())
}

fn rename(entry: &Entry, target: &Entry) -> Result<Response, Refusal> {
    entry.metadata()?;
    if target.name == "/" {
        return Err(Refusal::storage(
            "EINVAL",
            "`destination` must be a path of the storage",
        ));
    }
    if entry.place.is_file() && target.place.is_dir() {
        return Err(Refusal::storage(
            "EISDIR",
            format!("{} is a folder", target.name),
        ));
    }
    if target.place.starts_with(&entry.place) && target.place != entry.place {
        let text = format!("{} lies inside {}", target.name, entry.name);
        return Err(Refusal::storage("EINVAL", text));
    }
    fs::rename(&entry.place, &target.place).map_err(|error| refusal(&error, &entry.name))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn delete(entry: &Entry, recursive: bool, headers: &HeaderMap) -> Result<Response, Refusal> {
    let data = fs::symlink_metadata(&entry.place).map_err(|error| refusal(&error, &entry.name))?;
    if entry.name == "/" {
        return Err(Refusal::storage(
            "EACCES",
            "the whole storage cannot be deleted at once",
        ));
    }
    if data.is_dir() && !recursive {
        return Err(Refusal::storage(
            "EISDIR",
            format!("{} is a folder", entry.name),
        ));
    }
    let mut removed = Vec::new();
    remove(&entry.place, &entry.name, &mut removed)?;
    if ndjson::wanted(headers) {
        return Ok(ndjson::lines(&removed, "\r\n"));
    }
    Ok((StatusCode::NO_CONTENT, Body::empty()).into_response())
}

/// Removes depth first; links are removed, never followed.
fn remove(place: &Path, name: &str, removed: &mut Vec<Removed>) -> Result<(), Refusal> {
    let failed = |error: io::Error| refusal(&error, name);
    let is_dir = fs::symlink_metadata(place).map_err(failed)?.is_dir();
    if is_dir {
        for inner in fs::read_dir(place).map_err(failed)? {
            let inner = inner.map_err(failed)?;
            let inner_name = format!("{name}/{}", inner.file_name().to_string_lossy());
            remove(&inner.path(), &inner_name, removed)?;
        }
        fs::remove_dir(place).map_err(failed)?;
    } else {
        fs::remove_file(place).map_err(failed)?;
    }
    removed.push(Removed {
        path: name.to_owned(),
        is_dir,
    });
    Ok(())
}
