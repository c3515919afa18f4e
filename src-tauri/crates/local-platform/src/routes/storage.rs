//! The storage service: files of this computer under one folder, addressed `/org/project/path`.

use std::io;
use std::sync::Arc;

use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use axum::{Json, Router};
use protocol::{
    Action, DiskUsage, FileKind, FileStatus, FileStatusLine, FileStatuses, Listing, Query, Scheme,
};
use rustix::fs::{FileType, Stat};
use rustix::io::Errno;

use super::{storage_file, storage_removal};
use crate::auth::Caller;
use crate::permission::{self, Access};
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::resource::Resource;
use crate::storage_path::{self, StoragePathError};
use crate::storage_root::{self, StorageEntry};
use crate::store::run_blocking;
use crate::{ndjson, place};

const PREFIX: &str = "/api/v1/storage";
/// How many entries of a list are looked at before they are sent.
const PAGE: usize = 500;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/storage", any(operate))
        .route("/storage/", any(operate))
        .route("/storage/{*path}", any(operate))
}

impl From<StoragePathError> for Refusal {
    fn from(error: StoragePathError) -> Self {
        Self::storage("EINVAL", error.to_string())
    }
}

/// What the operating system says, in the storage's words.
pub(super) fn refusal(error: &io::Error, name: &str) -> Refusal {
    let errno = match Errno::from_io_error(error) {
        Some(Errno::NOENT) => "ENOENT",
        Some(Errno::NOTDIR) => "ENOTDIR",
        Some(Errno::ISDIR) => "EISDIR",
        Some(Errno::EXIST) => "EEXIST",
        Some(Errno::NOTEMPTY) => "ENOTEMPTY",
        Some(Errno::ACCESS | Errno::PERM | Errno::ROFS) => "EACCES",
        Some(Errno::NOSPC | Errno::DQUOT) => "ENOSPC",
        Some(Errno::NAMETOOLONG) => "ENAMETOOLONG",
        Some(Errno::LOOP) => "ELOOP",
        Some(Errno::INVAL) => "EINVAL",
        Some(Errno::XDEV) => {
            let text = format!("{name} leads out of the storage");
            return Refusal::storage("EACCES", text);
        }
        _ => "EIO",
    };
    Refusal::storage(errno, format!("{name}: {error}"))
}

fn entry(platform: &Platform, name: &str) -> Result<StorageEntry, Refusal> {
    let found = platform.storage_root.entry(name);
    found.ok_or_else(|| Refusal::storage("EINVAL", format!("`{name}` leads out of the storage")))
}

fn resource(name: &str) -> Result<Resource, Refusal> {
    let found = Resource::at(Scheme::Storage, name);
    found.map_err(|error| Refusal::storage("EINVAL", error.to_string()))
}

/// The organisation and its projects are there from the start.
pub(super) fn make_place(entry: &StorageEntry) -> Result<(), Refusal> {
    if entry.depth() <= 2 && entry.org() == Some(place::ORG) {
        let made = entry.make_folder();
        made.map_err(|error| refusal(&error, &entry.name()))?;
    }
    Ok(())
}

async fn operate(
    State(platform): Shared,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Result<Response, Refusal> {
    let query = Query::parse(uri.query().unwrap_or_default());
    let name = decoded(uri.path().strip_prefix(PREFIX).unwrap_or_default())?;
    let entry = entry(&platform, &name)?;
    let headers = request.headers().clone();
    let method = request.method().clone();
    let operation = query.get("op").map(str::to_ascii_uppercase);
    let access = platform.access(&caller).await?;
    let action = action(&method, operation.as_deref());
    let itself = matches!(
        operation.as_deref(),
        Some("GETFILESTATUS" | "RENAME" | "DELETE")
    );
    permit(&platform, &caller, &access, action, (&entry, itself))?;
    match (method, operation.as_deref()) {
        (Method::GET, Some("GETFILESTATUS")) => run_blocking(move || status(&entry, &access)).await,
        (Method::GET, Some("LISTSTATUS")) => list(entry, &headers, access).await,
        (Method::GET, Some("GETDISKUSAGE")) => run_blocking(move || usage(&entry)).await,
        (Method::GET, Some("OPEN") | None) => storage_file::open(entry, &headers, access).await,
        (Method::HEAD, _) => storage_file::head(entry, access).await,
        (Method::PUT, Some("MKDIRS")) => run_blocking(move || make_folders(&entry)).await,
        (Method::PUT, Some("CREATE") | None) => {
            storage_file::create(entry, request.into_body()).await
        }
        (Method::PATCH, Some("WRITE")) => {
            storage_file::write(entry, &headers, request.into_body()).await
        }
        (Method::POST, Some("RENAME")) => {
            let target = query.get("destination").unwrap_or_default();
            let target = self::entry(&platform, target)?;
            permit(&platform, &caller, &access, Action::Write, (&target, true))?;
            run_blocking(move || rename(&entry, &target)).await
        }
        (Method::DELETE, Some("DELETE") | None) => {
            let recursive = query.truth("recursive").unwrap_or(None).unwrap_or(true);
            storage_removal::delete(entry, recursive, &headers).await
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

/// Refuses unless both the entry and what links in its path lead to may be used so. An operation
/// on a link itself does not follow it.
fn permit(
    platform: &Platform,
    caller: &Caller,
    access: &Access,
    action: Action,
    (entry, itself): (&StorageEntry, bool),
) -> Result<(), Refusal> {
    let name = entry.name();
    let named = resource(&name)?;
    let followed = match name.rsplit_once('/') {
        Some((parent, _)) if itself => resource(parent)?,
        _ => named.clone(),
    };
    let real = storage_path::real_resource(&platform.storage, &followed)?;
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
fn file_status(path: String, data: &Stat, target: Option<String>, allowed: &Action) -> FileStatus {
    let kind = match FileType::from_raw_mode(data.st_mode) {
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Symlink,
        _ => FileKind::File,
    };
    let length = u64::try_from(data.st_size).unwrap_or(0);
    FileStatus {
        path,
        length: if kind == FileKind::File { length } else { 0 },
        modification_time: data.st_mtime,
        // The tools know no less than reading.
        permission: match allowed {
            Action::Write | Action::Manage => allowed.to_string(),
            _ => Action::Read.to_string(),
        },
        target: target.filter(|_| kind == FileKind::Symlink),
        kind,
    }
}

fn status(entry: &StorageEntry, access: &Access) -> Result<Response, Refusal> {
    let name = entry.name();
    let allowed = access.action(&resource(&name)?);
    make_place(entry)?;
    let data = entry.stat().map_err(|error| refusal(&error, &name))?;
    let status = file_status(name, &data, entry.target(), &allowed);
    Ok(Json(FileStatusLine { status }).into_response())
}

/// A folder whose entries are being listed.
struct Listed {
    folder: std::os::fd::OwnedFd,
    name: String,
    access: Access,
    names: std::vec::IntoIter<String>,
}

impl Listed {
    fn open(entry: &StorageEntry, access: Access) -> Result<Self, Refusal> {
        let name = entry.name();
        make_place(entry)?;
        let failed = |error: io::Error| refusal(&error, &name);
        let folder = entry.folder().map_err(failed)?;
        let names = storage_root::names(&folder).map_err(failed)?;
        Ok(Self {
            folder,
            access,
            names: names.into_iter(),
            name,
        })
    }

    /// The next entries, as far as they may be listed; none at the end.
    fn next(&mut self) -> Vec<FileStatus> {
        let mut page = Vec::new();
        while page.len() < PAGE {
            let Some(name) = self.names.next() else { break };
            page.extend(self.look(name));
        }
        page
    }

    /// What vanished meanwhile is not there.
    fn look(&self, name: String) -> Option<FileStatus> {
        let data = storage_root::stat_at(&self.folder, &name).ok()?;
        let allowed = self
            .access
            .action(&resource(&format!("{}/{name}", self.name)).ok()?);
        let target = storage_root::target_at(&self.folder, &name);
        (allowed != Action::Deny).then(|| file_status(name, &data, target, &allowed))
    }
}

async fn list(
    entry: StorageEntry,
    headers: &HeaderMap,
    access: Access,
) -> Result<Response, Refusal> {
    let mut listed = run_blocking(move || Listed::open(&entry, access)).await?;
    if !ndjson::wanted(headers) {
        let entries = run_blocking(move || {
            let pages = std::iter::from_fn(|| Some(listed.next()).filter(|page| !page.is_empty()));
            pages.flatten().collect()
        });
        let statuses = FileStatuses {
            entries: entries.await,
        };
        return Ok(Json(Listing { statuses }).into_response());
    }
    let listed = Arc::new(std::sync::Mutex::new(listed));
    Ok(ndjson::pages("\r\n", move || {
        let listed = Arc::clone(&listed);
        async move {
            let page = run_blocking(move || {
                let mut listed = listed
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                listed.next()
            });
            let lines = page.await.into_iter();
            Ok(lines.map(|status| FileStatusLine { status }).collect())
        }
    }))
}

fn usage(entry: &StorageEntry) -> Result<Response, Refusal> {
    let name = entry.name();
    let failed = |error: io::Error| refusal(&error, &name);
    make_place(entry)?;
    let folder = entry.folder().map_err(failed)?;
    let disk = rustix::fs::fstatvfs(&folder).map_err(|error| failed(error.into()))?;
    let total = disk.f_blocks * disk.f_frsize;
    let free = disk.f_bavail * disk.f_frsize;
    let used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize;
    Ok(Json(DiskUsage { total, used, free }).into_response())
}

fn make_folders(entry: &StorageEntry) -> Result<Response, Refusal> {
    let name = entry.name();
    match entry.make_folder() {
        Ok(_) => Ok(StatusCode::CREATED.into_response()),
        Err(_)
            if entry
                .stat()
                .is_ok_and(|data| !storage_root::is_folder(&data)) =>
        {
            Err(Refusal::storage(
                "EEXIST",
                format!("{name} exists and is no folder"),
            ))
        }
        Err(error) => Err(refusal(&error, &name)),
    }
}

fn rename(entry: &StorageEntry, target: &StorageEntry) -> Result<Response, Refusal> {
    let (name, new) = (entry.name(), target.name());
    let data = entry.stat().map_err(|error| refusal(&error, &name))?;
    if target.depth() == 0 {
        let text = "`destination` must be a path of the storage";
        return Err(Refusal::storage("EINVAL", text));
    }
    let into_folder = target
        .stat()
        .is_ok_and(|data| storage_root::is_folder(&data));
    if into_folder && !storage_root::is_folder(&data) {
        return Err(Refusal::storage("EISDIR", format!("{new} is a folder")));
    }
    if new.starts_with(&format!("{name}/")) {
        let text = format!("{new} lies inside {name}");
        return Err(Refusal::storage("EINVAL", text));
    }
    let renamed = entry.rename(target);
    renamed.map_err(|error| refusal(&error, &format!("{name} to {new}")))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
