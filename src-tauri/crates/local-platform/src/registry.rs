//! The image registry: contents under the names of their hashes, and an index of what they are for.
//!
//! ```text
//! images/index.sqlite          repositories, manifests, tags, uploads
//! images/blobs/ab/abcdef…      contents, complete and checked
//! images/staged/…              contents that are still being received
//! ```
//!
//! A content is received beside its place, hashed on the way, made durable and then moved; who reads
//! sees all of it or nothing. Several processes may use one store.

mod archive;
mod digest;
mod error;
mod import;
mod index;
mod manifest;
mod name;
mod staged;
mod sweep;
mod upload;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

pub(crate) use archive::{ArchiveError, Image};
pub(crate) use digest::Digest;
pub(crate) use error::RegistryError;
pub(crate) use index::Page;
pub(crate) use manifest::{LARGEST_MANIFEST, Manifest, Parts};
pub(crate) use name::{ImageName, Reference, RepositoryName, Tag};
pub(crate) use staged::Staged;
pub(crate) use sweep::keep_swept;
pub(crate) use upload::Upload;

use crate::DataError;
use crate::data_folder::DataFolder;
use crate::store::Store;
use upload::Uploads;

/// The images of one data folder.
#[derive(Clone)]
pub(crate) struct ImageStore {
    folder: PathBuf,
    index: Store,
    uploads: Arc<Uploads>,
}

impl ImageStore {
    /// Opens the images of a data folder.
    pub(crate) fn open(folder: &DataFolder) -> Result<Self, DataError> {
        let folder = folder.images();
        for inner in ["blobs", "staged"] {
            let path = folder.join(inner);
            fs::create_dir_all(&path).map_err(|source| DataError::Folder { path, source })?;
        }
        Ok(Self {
            index: Store::open_with(&folder.join("index.sqlite"), index::STEPS)?,
            uploads: Arc::default(),
            folder,
        })
    }

    /// Where a content lies, if it is here.
    pub(crate) fn blob_path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        self.blobs_folder().join(&hex[..2]).join(hex)
    }

    fn blobs_folder(&self) -> PathBuf {
        self.folder.join("blobs")
    }

    fn staged_folder(&self) -> PathBuf {
        self.folder.join("staged")
    }

    fn staged_path(&self, id: &str) -> PathBuf {
        self.staged_folder().join(id)
    }

    /// Size of a content of a repository. Who asks is likely to push an image with it, so it is kept
    /// for now.
    pub(crate) async fn blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<u64>, RegistryError> {
        let (repository, digest) = (repository.clone(), digest.clone());
        let path = self.blob_path(&digest);
        self.index
            .write(move |connection| {
                let size = index::linked(connection, &repository, &digest)?;
                let Some(size) = size.filter(|size| is_whole(&path, *size)) else {
                    return Ok(None);
                };
                index::link(connection, &repository, (&digest, size), now())?;
                Ok(Some(size))
            })
            .await
    }

    /// Moves a received content to its place and into a repository.
    pub(crate) async fn keep(
        &self,
        staged: Staged,
        repository: &RepositoryName,
    ) -> Result<(), RegistryError> {
        let path = self.blob_path(&staged.digest);
        let repository = repository.clone();
        self.index
            .write(move |connection| {
                staged.move_to(&path)?;
                let content = (&staged.digest, staged.size);
                index::link(connection, &repository, content, now())?;
                // Whatever else belongs to this push must not be swept while it goes on.
                index::touch(connection, &repository, now())
            })
            .await
    }

    /// Puts a content of one repository into another as well; false if it is not there.
    pub(crate) async fn mount(
        &self,
        from: &RepositoryName,
        to: &RepositoryName,
        digest: &Digest,
    ) -> Result<bool, RegistryError> {
        let (from, to, digest) = (from.clone(), to.clone(), digest.clone());
        let path = self.blob_path(&digest);
        self.index
            .write(move |connection| {
                let size = index::linked(connection, &from, &digest)?;
                let Some(size) = size.filter(|size| is_whole(&path, *size)) else {
                    return Ok(false);
                };
                index::link(connection, &to, (&digest, size), now())?;
                Ok(true)
            })
            .await
    }

    /// Takes a manifest in, if everything it names is in the repository, and answers its digest.
    pub(crate) async fn put_manifest(
        &self,
        name: &ImageName,
        manifest: Manifest,
    ) -> Result<Digest, RegistryError> {
        let digest = manifest.digest();
        let tag = match &name.reference {
            Reference::Tag(tag) => Some(tag.clone()),
            Reference::Digest(expected) if *expected != digest => {
                return Err(RegistryError::DigestMismatch {
                    expected: expected.clone(),
                    found: digest,
                });
            }
            Reference::Digest(_) => None,
        };
        let repository = name.repository.clone();
        self.index
            .write(move |connection| {
                index::put_manifest(connection, &repository, (tag.as_ref(), &manifest), now())
            })
            .await?;
        Ok(digest)
    }

    /// The manifest of an image, if it is here.
    pub(crate) async fn manifest(
        &self,
        name: &ImageName,
    ) -> Result<Option<Manifest>, RegistryError> {
        let name = name.clone();
        self.index
            .read(move |connection| index::manifest(connection, &name.repository, &name.reference))
            .await
    }

    /// Removes a tag, or a manifest with all its tags; false if it is not here.
    pub(crate) async fn remove(&self, name: &ImageName) -> Result<bool, RegistryError> {
        let name = name.clone();
        self.index
            .write(move |connection| index::remove(connection, &name.repository, &name.reference))
            .await
    }

    /// Tags of a repository in order; nothing if it has no image at all.
    pub(crate) async fn tags(
        &self,
        repository: &RepositoryName,
        page: Page,
    ) -> Result<Option<Vec<String>>, RegistryError> {
        let repository = repository.clone();
        self.index
            .read(move |connection| index::tags(connection, &repository, &page))
            .await
    }

    /// Repositories that have images, in order.
    pub(crate) async fn repositories(&self, page: Page) -> Result<Vec<String>, RegistryError> {
        self.index
            .read(move |connection| index::repositories(connection, &page))
            .await
    }
}

fn is_whole(path: &Path, size: u64) -> bool {
    fs::metadata(path).is_ok_and(|data| data.len() == size)
}

/// Seconds since 1970.
fn now() -> i64 {
    Timestamp::now().as_second()
}
