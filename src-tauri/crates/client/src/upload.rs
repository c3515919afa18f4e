//! Sending files and folders of this computer to the storage.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ignore::WalkBuilder;
use protocol::{FileKind, FileStatus, PlatformUri};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use crate::error::{Call, ClientError, Failure};
use crate::storage::Storage;
use crate::transfer::{Meter, OnProgress, TransferProgress, Transferred};

/// Size of one piece of a file on its way.
const PIECE: usize = 1024 * 1024;
const FILES_AT_A_TIME: usize = 8;
/// Files that say what is not worth sending.
const IGNORE_FILES: [&str; 2] = [".neuroignore", ".apoloignore"];

struct LocalFile {
    path: PathBuf,
    place: PlatformUri,
    size: u64,
    /// Seconds since 1970.
    modified: u64,
    /// Bytes of it that are in the storage already, if it was broken off there.
    begun: u64,
}

impl Storage<'_> {
    /// Makes the folder `to` like the folder `from`: sends what is new or changed there, and leaves
    /// the rest alone. A large file that was broken off goes on where it stopped. `.neuroignore` and
    /// `.apoloignore` files say what is not sent.
    pub async fn upload_folder(
        &self,
        from: &Path,
        to: &PlatformUri,
        progress: OnProgress<'_>,
    ) -> Result<Transferred, ClientError> {
        let (folders, files) = survey(from.to_owned(), to.clone()).await?;
        self.mkdir(to).await?;
        let total = files.len() as u64;
        let mut wanted = Vec::new();
        for (folder, files) in pair(folders, files) {
            let known = self.known(&folder, to).await?;
            for mut file in files {
                if !is_current(&file, &known) {
                    file.begun = begun(&file, &known);
                    wanted.push(file);
                }
            }
        }
        let sent = wanted.len() as u64;
        let begin = TransferProgress {
            files: total - sent,
            of_files: total,
            bytes: 0,
            of_bytes: wanted.iter().map(|file| file.size).sum(),
        };
        let meter = &Meter::new(begin, progress);
        let sending = stream::iter(wanted).map(|file| async move {
            self.upload_file(&file, meter).await?;
            meter.file();
            Ok::<(), ClientError>(())
        });
        let _: Vec<()> = sending
            .buffer_unordered(FILES_AT_A_TIME)
            .try_collect()
            .await?;
        Ok(Transferred {
            sent,
            kept: total - sent,
            bytes: meter.sent(),
        })
    }

    /// Sends a file, or what is missing of it; its folder exists.
    async fn upload_file(&self, local: &LocalFile, meter: &Meter<'_>) -> Result<(), ClientError> {
        let failed = |source| file_error(&local.path, source);
        let mut file = tokio::fs::File::open(&local.path).await.map_err(failed)?;
        let mut offset = self.same_so_far(local, &mut file).await?;
        file.seek(SeekFrom::Start(offset)).await.map_err(failed)?;
        loop {
            let piece = read_piece(&mut file).await.map_err(failed)?;
            let last = piece.len() < PIECE;
            let length = piece.len() as u64;
            if offset == 0 {
                self.create(&local.place, piece).await?;
            } else {
                self.write(&local.place, offset, piece).await?;
            }
            offset += length;
            meter.bytes(length);
            if last {
                return Ok(());
            }
        }
    }

    /// From which byte on a file has to be sent: what is in the storage counts only if its end is
    /// what stands there here.
    async fn same_so_far(
        &self,
        local: &LocalFile,
        file: &mut tokio::fs::File,
    ) -> Result<u64, ClientError> {
        if local.begun == 0 {
            return Ok(0);
        }
        let failed = |source| file_error(&local.path, source);
        let length = local.begun.min(PIECE as u64);
        let from = local.begun - length;
        let mut there = Vec::new();
        let mut pieces = self.open(&local.place, from).await?;
        while let Some(piece) = pieces.next().await {
            there.extend_from_slice(&piece?);
        }
        file.seek(SeekFrom::Start(from)).await.map_err(failed)?;
        let here = read_piece(file).await.map_err(failed)?;
        let same = there.len() as u64 == length && here.starts_with(&there);
        Ok(if same { local.begun } else { 0 })
    }

    /// What a folder of the storage holds; a missing one is made.
    async fn known(
        &self,
        folder: &PlatformUri,
        top: &PlatformUri,
    ) -> Result<Vec<FileStatus>, ClientError> {
        match self.list(folder).await {
            Err(error) if error.is_not_found() && folder != top => {
                self.mkdir(folder).await?;
                Ok(Vec::new())
            }
            other => other,
        }
    }
}

fn is_current(file: &LocalFile, known: &[FileStatus]) -> bool {
    let name = file.path.file_name().unwrap_or_default();
    known.iter().any(|there| {
        there.path.as_str() == name
            && there.kind == FileKind::File
            && there.length == file.size
            && u64::try_from(there.modification_time).is_ok_and(|time| time >= file.modified)
    })
}

/// How much of a file was sent before, as far as sizes and times tell.
fn begun(file: &LocalFile, known: &[FileStatus]) -> u64 {
    let name = file.path.file_name().unwrap_or_default();
    let there = known
        .iter()
        .find(|there| there.path.as_str() == name && there.kind == FileKind::File);
    let later = |there: &&FileStatus| {
        u64::try_from(there.modification_time).is_ok_and(|time| time >= file.modified)
    };
    there
        .filter(later)
        .map(|there| there.length)
        .filter(|length| *length >= PIECE as u64 && *length < file.size)
        .unwrap_or(0)
}

/// Each folder with the files that lie directly in it.
fn pair(
    folders: Vec<PlatformUri>,
    files: Vec<(usize, LocalFile)>,
) -> Vec<(PlatformUri, Vec<LocalFile>)> {
    let mut pairs: Vec<_> = folders
        .into_iter()
        .map(|folder| (folder, Vec::new()))
        .collect();
    for (folder, file) in files {
        pairs[folder].1.push(file);
    }
    pairs
}

async fn read_piece(file: &mut tokio::fs::File) -> std::io::Result<Bytes> {
    let mut piece = Vec::with_capacity(PIECE);
    file.take(PIECE as u64).read_to_end(&mut piece).await?;
    Ok(piece.into())
}

type Survey = (Vec<PlatformUri>, Vec<(usize, LocalFile)>);

/// All folders below `from`, parents first, and all files with the number of their folder.
async fn survey(from: PathBuf, to: PlatformUri) -> Result<Survey, ClientError> {
    let path = from.clone();
    tokio::task::spawn_blocking(move || walk(&from, &to))
        .await
        .unwrap_or_else(|error| Err(file_error(&path, std::io::Error::other(error))))
}

fn walk(from: &Path, to: &PlatformUri) -> Result<Survey, ClientError> {
    let mut folders = Vec::new();
    let mut numbers = std::collections::BTreeMap::new();
    let mut files = Vec::new();
    let mut walker = WalkBuilder::new(from);
    walker.standard_filters(false).follow_links(true);
    for name in IGNORE_FILES {
        walker.add_custom_ignore_filename(name);
    }
    for entry in walker.sort_by_file_name(Ord::cmp).build() {
        let entry = entry.map_err(|error| file_error(from, std::io::Error::other(error)))?;
        let path = entry.path();
        let place = place_of(path, from, to)?;
        let metadata = entry
            .metadata()
            .map_err(|error| file_error(path, std::io::Error::other(error)))?;
        if metadata.is_dir() {
            numbers.insert(path.to_owned(), folders.len());
            folders.push(place);
        } else if metadata.is_file() {
            let folder = path.parent().and_then(|parent| numbers.get(parent));
            let modified = metadata.modified().ok();
            let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let file = LocalFile {
                path: path.to_owned(),
                place,
                size: metadata.len(),
                modified: modified.map_or(0, |time| time.as_secs()),
                begun: 0,
            };
            files.push((folder.copied().unwrap_or_default(), file));
        }
    }
    if folders.is_empty() {
        let source = std::io::Error::from(std::io::ErrorKind::NotADirectory);
        return Err(file_error(from, source));
    }
    Ok((folders, files))
}

fn place_of(path: &Path, from: &Path, to: &PlatformUri) -> Result<PlatformUri, ClientError> {
    let inner = path.strip_prefix(from).unwrap_or(Path::new(""));
    let mut place = to.clone();
    for part in inner {
        let part = part.to_str().ok_or_else(|| {
            let source = std::io::Error::other("its name is not valid UTF-8");
            file_error(path, source)
        })?;
        place = place.join(part);
    }
    Ok(place)
}

fn file_error(path: &Path, source: std::io::Error) -> ClientError {
    ClientError {
        call: Call {
            method: "PUT",
            address: "an upload".to_owned(),
        },
        failure: Failure::File {
            path: path.display().to_string(),
            source,
        },
    }
}
