//! Fetching folders of the storage to this computer.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use protocol::{FileKind, FileStatus, PlatformUri};
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};

use crate::error::{Call, ClientError, Failure};
use crate::storage::Storage;
use crate::transfer::{Meter, OnProgress, TransferProgress, Transferred};

const FILES_AT_A_TIME: usize = 8;
/// How often a file whose connection breaks in the middle is taken up again.
const RESUMES: u32 = 5;
/// Deeper folders are taken for a circle.
const DEEPEST: usize = 100;

/// A file to fetch.
struct RemoteFile {
    place: PlatformUri,
    path: PathBuf,
    size: u64,
    /// Seconds since 1970.
    modified: u64,
}

impl Storage<'_> {
    /// Makes the folder `to` like the folder `from` of the storage: fetches what is new or changed
    /// there, and leaves the rest alone. A file that was broken off goes on where it stopped.
    pub async fn download_folder(
        &self,
        from: &PlatformUri,
        to: &Path,
        progress: OnProgress<'_>,
    ) -> Result<Transferred, ClientError> {
        let files = self.remote_files(from, to).await?;
        let total = files.len() as u64;
        let wanted: Vec<RemoteFile> = files.into_iter().filter(|one| !is_current(one)).collect();
        let kept = total - wanted.len() as u64;
        let begin = TransferProgress {
            files: kept,
            of_files: total,
            bytes: 0,
            of_bytes: wanted.iter().map(|file| file.size).sum(),
        };
        let sent = wanted.len() as u64;
        let meter = &Meter::new(begin, progress);
        let fetching = stream::iter(wanted).map(|file| async move {
            self.fetch(&file, meter).await?;
            meter.file();
            Ok::<(), ClientError>(())
        });
        let all: Vec<()> = fetching
            .buffer_unordered(FILES_AT_A_TIME)
            .try_collect()
            .await?;
        debug_assert_eq!(all.len() as u64, sent);
        Ok(Transferred {
            sent,
            kept,
            bytes: meter.sent(),
        })
    }

    /// All files below a folder; makes the folders for them.
    async fn remote_files(
        &self,
        from: &PlatformUri,
        to: &Path,
    ) -> Result<Vec<RemoteFile>, ClientError> {
        let mut open = vec![(from.clone(), to.to_owned(), 0)];
        let mut files = Vec::new();
        while let Some((folder, path, depth)) = open.pop() {
            make_folder(&path)?;
            for entry in self.list(&folder).await? {
                let inner = path.join(name(&entry, &folder)?);
                let place = folder.join(&entry.path);
                match entry.kind {
                    FileKind::Directory if depth < DEEPEST => open.push((place, inner, depth + 1)),
                    FileKind::File => files.push(RemoteFile {
                        place,
                        path: inner,
                        size: entry.length,
                        modified: u64::try_from(entry.modification_time).unwrap_or(0),
                    }),
                    // What a link points to is fetched where it lies, if it lies in the folder.
                    FileKind::Directory | FileKind::Symlink | FileKind::Unknown(_) => {}
                }
            }
        }
        Ok(files)
    }

    /// Fetches a file beside its place, then puts it there with its time.
    async fn fetch(&self, file: &RemoteFile, meter: &Meter<'_>) -> Result<(), ClientError> {
        let part = part_of(file);
        let mut tries = 0;
        loop {
            match self.fetch_part(file, &part, meter).await {
                Err(error) if error.is_passing() && tries < RESUMES => tries += 1,
                other => break other?,
            }
        }
        finish(file, &part).map_err(|source| file_error(&file.path, source))
    }

    async fn fetch_part(
        &self,
        file: &RemoteFile,
        part: &Path,
        meter: &Meter<'_>,
    ) -> Result<(), ClientError> {
        let failed = |source| file_error(part, source);
        let mut options = tokio::fs::OpenOptions::new();
        options.create(true).write(true).truncate(false);
        let mut out = options.open(part).await.map_err(failed)?;
        let mut length = out.seek(SeekFrom::End(0)).await.map_err(failed)?;
        if length > file.size {
            out.set_len(0).await.map_err(failed)?;
            length = out.seek(SeekFrom::Start(0)).await.map_err(failed)?;
        }
        if length < file.size {
            let mut pieces = self.open(&file.place, length).await?;
            while let Some(piece) = pieces.next().await {
                let piece = piece?;
                out.write_all(&piece).await.map_err(failed)?;
                meter.bytes(piece.len() as u64);
            }
        }
        out.flush().await.map_err(failed)
    }
}

/// Whether the file is here already, not older and of the same size.
fn is_current(file: &RemoteFile) -> bool {
    let Ok(here) = std::fs::metadata(&file.path) else {
        return false;
    };
    let modified = here.modified().ok();
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    here.is_file()
        && here.len() == file.size
        && modified.is_some_and(|time| time.as_secs() >= file.modified)
}

/// Where a file lies until it is complete. The name holds what the file was when it was begun, so
/// that a later one is not joined to it.
fn part_of(file: &RemoteFile) -> PathBuf {
    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
    let name = format!(".{name}.{}-{}.part", file.size, file.modified);
    file.path.with_file_name(name)
}

fn finish(file: &RemoteFile, part: &Path) -> std::io::Result<()> {
    let whole = std::fs::File::options().write(true).open(part)?;
    let length = whole.metadata()?.len();
    if length != file.size {
        return Err(std::io::Error::other(format!(
            "it has {length} bytes instead of {}; it changed while it was fetched",
            file.size
        )));
    }
    whole.set_modified(UNIX_EPOCH + Duration::from_secs(file.modified))?;
    std::fs::rename(part, &file.path)
}

/// The name of an entry, if it is one: it must not lead out of the folder.
fn name<'a>(entry: &'a FileStatus, folder: &PlatformUri) -> Result<&'a str, ClientError> {
    let name = entry.path.as_str();
    if matches!(name, "" | "." | "..") || name.contains(['/', '\\', '\0']) {
        return Err(ClientError {
            call: Call {
                method: "GET",
                address: folder.to_string(),
            },
            failure: Failure::Unreadable {
                reason: format!("`{name}` is no name of a file"),
            },
        });
    }
    Ok(name)
}

fn make_folder(path: &Path) -> Result<(), ClientError> {
    std::fs::create_dir_all(path).map_err(|source| file_error(path, source))
}

fn file_error(path: &Path, source: std::io::Error) -> ClientError {
    ClientError {
        call: Call {
            method: "GET",
            address: "a download".to_owned(),
        },
        failure: Failure::File {
            path: path.display().to_string(),
            source,
        },
    }
}
