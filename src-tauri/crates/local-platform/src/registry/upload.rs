//! Uploads that take several requests, and can be taken up again after a break or a restart.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::OwnedMutexGuard;

use super::digest::Hasher;
use super::{Digest, ImageStore, RegistryError, RepositoryName, Staged, index, now, staged};
use crate::store::run_blocking;

/// How long a request waits for another one that writes to the same upload: the other one may be
/// the dead end of a connection that was lost.
const PATIENCE: Duration = Duration::from_secs(5);

/// The uploads under way in this process, by id.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    under_way: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Progress>>>>,
}

/// How far an upload is.
#[derive(Debug)]
struct Progress {
    written: u64,
    /// Hash of what was written; nothing if that was done by an earlier process, or went wrong.
    hasher: Option<Hasher>,
}

impl Uploads {
    fn of(&self, id: &str) -> Option<Arc<tokio::sync::Mutex<Progress>>> {
        let under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        under_way.get(id).cloned()
    }

    fn put(&self, id: &str, progress: Progress) -> Arc<tokio::sync::Mutex<Progress>> {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(tokio::sync::Mutex::new(progress));
        Arc::clone(under_way.entry(id.to_owned()).or_insert_with(new))
    }

    fn forget(&self, id: &str) {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        under_way.remove(id);
    }
}

/// One upload, held by one request.
#[derive(Debug)]
pub(crate) struct Upload {
    id: String,
    path: PathBuf,
    progress: OwnedMutexGuard<Progress>,
}

impl ImageStore {
    /// Begins an upload to a repository.
    pub(crate) async fn begin_upload(
        &self,
        repository: &RepositoryName,
    ) -> Result<Upload, RegistryError> {
        let id = uuid::Uuid::new_v4().to_string();
        let path = self.staged_path(&id);
        let (name, row, file) = (repository.clone(), id.clone(), path.clone());
        self.index
            .write(move |connection| {
                staged::create(&file)?;
                index::begin_upload(connection, &name, &row, now())
            })
            .await?;
        let progress = Progress {
            written: 0,
            hasher: Some(Hasher::default()),
        };
        let progress = self.uploads.put(&id, progress).lock_owned().await;
        Ok(Upload { id, path, progress })
    }

    /// Takes an upload up again.
    pub(crate) async fn upload(
        &self,
        repository: &RepositoryName,
        id: &str,
    ) -> Result<Upload, RegistryError> {
        // Only what we have made ourselves can be the name of a file.
        let id = uuid::Uuid::parse_str(id).map_err(|_| RegistryError::UploadUnknown)?;
        let id = id.to_string();
        let (name, row) = (repository.clone(), id.clone());
        let is_there = self
            .index
            .write(move |connection| index::see_upload(connection, &name, &row, now()))
            .await?;
        if !is_there {
            return Err(RegistryError::UploadUnknown);
        }
        let path = self.staged_path(&id);
        let known = match self.uploads.of(&id) {
            Some(known) => known,
            None => self.uploads.put(&id, earlier(&path).await?),
        };
        let waited = tokio::time::timeout(PATIENCE, known.lock_owned()).await;
        let progress = waited.map_err(|_| RegistryError::UploadBusy)?;
        Ok(Upload { id, path, progress })
    }

    /// Gives an upload up.
    pub(crate) async fn cancel_upload(&self, upload: Upload) -> Result<(), RegistryError> {
        self.end(&upload.id).await?;
        Ok(fs::remove_file(&upload.path).await?)
    }

    /// Checks an upload against the digest its sender names, and puts it into the repository. If it
    /// is something else, it is thrown away.
    pub(crate) async fn finish_upload(
        &self,
        upload: Upload,
        repository: &RepositoryName,
        expected: Digest,
    ) -> Result<(), RegistryError> {
        let staged = upload.whole().await?;
        self.end(&upload.id).await?;
        if staged.digest != expected {
            return Err(RegistryError::DigestMismatch {
                expected,
                found: staged.digest.clone(),
            });
        }
        self.keep(staged, repository).await
    }

    async fn end(&self, id: &str) -> Result<(), RegistryError> {
        self.uploads.forget(id);
        let id = id.to_owned();
        self.index
            .write(move |connection| index::end_upload(connection, &id))
            .await
    }
}

/// How far an upload of an earlier process came.
async fn earlier(path: &PathBuf) -> Result<Progress, RegistryError> {
    match fs::metadata(path).await {
        Ok(data) => Ok(Progress {
            written: data.len(),
            hasher: None,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(RegistryError::UploadUnknown),
        Err(error) => Err(error.into()),
    }
}

impl Upload {
    /// Its name in addresses.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Bytes received.
    pub(crate) fn written(&self) -> u64 {
        self.progress.written
    }

    /// Writes the next pieces. What came before an interruption is kept.
    pub(crate) async fn append<E: std::fmt::Display>(
        &mut self,
        mut pieces: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), RegistryError> {
        let opened = OpenOptions::new().append(true).open(&self.path).await;
        let mut file = opened.map_err(|error| match error.kind() {
            // Finished by the request we have waited for.
            io::ErrorKind::NotFound => RegistryError::UploadUnknown,
            _ => error.into(),
        })?;
        let mut interrupted = None;
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) => self.write(&mut file, &piece).await?,
                Err(error) => {
                    interrupted = Some(error.to_string());
                    break;
                }
            }
        }
        if let Err(error) = file.flush().await {
            return Err(self.recount(error).await);
        }
        match interrupted {
            Some(reason) => Err(RegistryError::Interrupted { reason }),
            None => Ok(()),
        }
    }

    async fn write(&mut self, file: &mut File, piece: &[u8]) -> Result<(), RegistryError> {
        if let Err(error) = file.write_all(piece).await {
            return Err(self.recount(error).await);
        }
        if let Some(hasher) = &mut self.progress.hasher {
            hasher.update(piece);
        }
        self.progress.written += piece.len() as u64;
        Ok(())
    }

    /// After a failed write only the file knows what is in it.
    async fn recount(&mut self, error: io::Error) -> RegistryError {
        self.progress.hasher = None;
        if let Ok(data) = fs::metadata(&self.path).await {
            self.progress.written = data.len();
        }
        error.into()
    }

    /// Makes what was received durable and computes its digest.
    async fn whole(&self) -> Result<Staged, RegistryError> {
        let (path, hasher) = (self.path.clone(), self.progress.hasher.clone());
        let size = self.written();
        let staged = run_blocking(move || -> io::Result<Staged> {
            let mut file = std::fs::File::open(&path)?;
            let digest = match hasher {
                Some(hasher) => hasher.finish(),
                None => Digest::of_reader(&mut file)?,
            };
            file.sync_all()?;
            Ok(Staged { path, digest, size })
        })
        .await?;
        Ok(staged)
    }
}
