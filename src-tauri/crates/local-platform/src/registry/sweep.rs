//! Sweeping: what no image needs any more goes, without disturbing pushes under way.
//!
//! A push sends contents first and the manifest that names them last, so a content without a
//! manifest is kept for a while, and as long as anything is being uploaded to its repository.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, Params, params};
use tokio_util::sync::CancellationToken;

use super::{ImageStore, RegistryError, index, now};

/// How long contents without a manifest are kept.
const PUSH: Duration = Duration::from_secs(60 * 60);
/// How long an upload may rest before it counts as abandoned.
const REST: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an image is kept that has lost its last tag.
const UNTAGGED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What a sweep has removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Swept {
    /// Images without a tag.
    pub(crate) images: usize,
    /// Contents.
    pub(crate) blobs: usize,
    /// Uploads that were never finished.
    pub(crate) uploads: usize,
}

/// How often a running platform sweeps.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Sweeps at once and then again and again, until the platform closes.
pub(crate) async fn keep_swept(images: ImageStore, closing: CancellationToken) {
    loop {
        images.sweep_now().await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => (),
            () = closing.cancelled() => return,
        }
    }
}

impl ImageStore {
    /// Sweeps; what goes wrong is tried again at the next time.
    pub(crate) async fn sweep_now(&self) {
        match self.sweep(now()).await {
            Ok(swept) if swept == Swept::default() => (),
            Ok(swept) => tracing::info!(?swept, "removed what no image needs any more"),
            Err(error) => tracing::warn!(%error, "unneeded images could not be removed"),
        }
    }

    /// Removes what is not needed at `now`, in seconds since 1970.
    pub(crate) async fn sweep(&self, now: i64) -> Result<Swept, RegistryError> {
        let images = self.clone();
        let (images_gone, uploads) = self
            .index
            .write(move |connection| {
                let uploads = images.sweep_uploads(connection, now)?;
                let untagged = untagged(connection, before(now, UNTAGGED))?;
                forget_contents(connection, before(now, PUSH))?;
                Ok::<_, RegistryError>((untagged, uploads))
            })
            .await?;
        let images = self.clone();
        // Files go when the index has forgotten them for good; after a crash, at the next sweep.
        let blobs = self
            .index
            .write(move |connection| images.sweep_files(connection))
            .await?;
        Ok(Swept {
            images: images_gone,
            blobs,
            uploads,
        })
    }

    fn sweep_uploads(&self, connection: &Connection, now: i64) -> Result<usize, RegistryError> {
        let limit = before(now, REST);
        let sql = "SELECT id FROM uploads WHERE seen_at < ?1";
        let mut swept = 0;
        for id in texts(connection, sql, params![limit])? {
            // A slow upload is noted at its beginning only, but its file grows.
            if is_older(&self.staged_path(&id), limit) {
                index::end_upload(connection, &id)?;
                swept += 1;
            }
        }
        for entry in fs::read_dir(self.staged_folder())? {
            let path = entry?.path();
            if is_older(&path, limit) {
                remove_file(&path)?;
            }
        }
        Ok(swept)
    }

    /// Removes files the index does not know. We hold its write lock, so nobody is between moving a
    /// file here and saying so.
    fn sweep_files(&self, connection: &Connection) -> Result<usize, RegistryError> {
        let mut known = connection.prepare_cached("SELECT 1 FROM blobs WHERE digest = ?1")?;
        let mut swept = 0;
        for folder in fs::read_dir(self.blobs_folder())? {
            for entry in fs::read_dir(folder?.path())? {
                let entry = entry?;
                let name = format!("sha256:{}", entry.file_name().to_string_lossy());
                if !known.exists(params![name])? {
                    remove_file(&entry.path())?;
                    swept += 1;
                }
            }
        }
        Ok(swept)
    }
}

/// Forgets contents that no manifest names and no push can be about to name.
fn forget_contents(connection: &Connection, limit: i64) -> Result<(), RegistryError> {
    connection.execute(
        "DELETE FROM links WHERE seen_at < ?1
         AND NOT EXISTS (SELECT 1 FROM parts
             WHERE parts.repository = links.repository AND parts.part = links.digest)
         AND NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.repository = links.repository)",
        params![limit],
    )?;
    connection.execute(
        "DELETE FROM blobs
         WHERE NOT EXISTS (SELECT 1 FROM links WHERE links.digest = blobs.digest)",
        params![],
    )?;
    Ok(())
}

/// Removes images without a tag that no index names.
fn untagged(connection: &Connection, limit: i64) -> Result<usize, RegistryError> {
    Ok(connection.execute(
        "DELETE FROM manifests WHERE seen_at < ?1
         AND NOT EXISTS (SELECT 1 FROM tags
             WHERE tags.repository = manifests.repository AND tags.digest = manifests.digest)
         AND NOT EXISTS (SELECT 1 FROM parts
             WHERE parts.repository = manifests.repository AND parts.part = manifests.digest)",
        params![limit],
    )?)
}

fn texts(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Vec<String>, RegistryError> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(params, |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn before(now: i64, span: Duration) -> i64 {
    now.saturating_sub_unsigned(span.as_secs())
}

/// True for a file last written before `limit`, and for one that is gone.
fn is_older(path: &Path, limit: i64) -> bool {
    let Ok(written) = fs::metadata(path).and_then(|data| data.modified()) else {
        return true;
    };
    let seconds = written
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |age| age.as_secs());
    i64::try_from(seconds).unwrap_or(i64::MAX) < limit
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::manifest::{Descriptor, OCI_CONFIG, OCI_LAYER};
    use super::super::{Digest, ImageName, Manifest, RepositoryName};
    use super::*;
    use crate::data_folder::DataFolder;

    const HOUR: i64 = 60 * 60;

    struct Bench {
        images: ImageStore,
        name: ImageName,
        _folder: tempfile::TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let data = DataFolder::create(folder.path()).unwrap();
            Self {
                images: ImageStore::open(&data).unwrap(),
                name: ImageName::read("o/p/a:1").unwrap(),
                _folder: folder,
            }
        }

        fn repository(&self) -> &RepositoryName {
            &self.name.repository
        }

        async fn content(&self, text: &str) -> Descriptor {
            let staged = self.images.stage(&mut text.as_bytes()).unwrap();
            let kind = if text.starts_with('{') {
                OCI_CONFIG
            } else {
                OCI_LAYER
            };
            let descriptor = Descriptor::new(kind, &staged.digest, staged.size);
            self.images.keep(staged, self.repository()).await.unwrap();
            descriptor
        }

        async fn image(&self, layer: &str) -> Digest {
            let config = self.content(&format!("{{\"of\": {layer:?}}}")).await;
            let layers = [self.content(layer).await];
            let manifest = Manifest::of_image(&config, &layers);
            self.images
                .put_manifest(&self.name, manifest)
                .await
                .unwrap()
        }

        async fn has(&self, text: &str) -> bool {
            let digest = Digest::of(text.as_bytes());
            let known = self.images.blob(self.repository(), &digest).await.unwrap();
            let lies = self.images.blob_path(&digest).exists();
            assert_eq!(known.is_some(), lies, "index and disk agree about {text}");
            lies
        }

        async fn sweep_in(&self, seconds: i64) -> Swept {
            self.images.sweep(now() + seconds).await.unwrap()
        }
    }

    #[tokio::test]
    async fn contents_without_an_image_go_after_a_while_and_others_stay() {
        let bench = Bench::new();
        bench.image("layer").await;
        bench.content("never named").await;
        assert_eq!(bench.sweep_in(HOUR / 2).await, Swept::default());
        assert!(bench.has("never named").await);
        assert_eq!(bench.sweep_in(2 * HOUR).await.blobs, 1);
        assert!(!bench.has("never named").await);
        assert!(bench.has("layer").await);
    }

    #[tokio::test]
    async fn contents_stay_as_long_as_something_is_uploaded_to_their_repository() {
        let bench = Bench::new();
        bench.content("first of a push").await;
        let upload = bench.images.begin_upload(bench.repository()).await.unwrap();
        assert_eq!(bench.sweep_in(2 * HOUR).await.blobs, 0);
        bench.images.cancel_upload(upload).await.unwrap();
        assert_eq!(bench.sweep_in(2 * HOUR).await.blobs, 1);
    }

    #[tokio::test]
    async fn a_removed_image_takes_its_contents_along_but_not_those_of_others() {
        let bench = Bench::new();
        bench.image("shared").await;
        let other = Bench {
            name: ImageName::read("o/p/b:1").unwrap(),
            images: bench.images.clone(),
            _folder: tempfile::tempdir().unwrap(),
        };
        other.image("shared").await;
        assert!(bench.images.remove(&bench.name).await.unwrap());
        // The tag is gone, the image itself stays for a week.
        bench.sweep_in(2 * HOUR).await;
        assert!(bench.has("shared").await);
        assert_eq!(bench.sweep_in(8 * 24 * HOUR).await.images, 1);
        assert!(
            other.has("shared").await,
            "the other repository still has it"
        );
        assert!(other.images.remove(&other.name).await.unwrap());
        other.sweep_in(8 * 24 * HOUR).await;
        assert!(!other.has("shared").await);
    }

    #[tokio::test]
    async fn an_abandoned_upload_goes_and_one_that_grows_stays() {
        let bench = Bench::new();
        let upload = bench.images.begin_upload(bench.repository()).await.unwrap();
        let id = upload.id().to_owned();
        drop(upload);
        assert_eq!(bench.sweep_in(2 * HOUR).await.uploads, 0);
        assert_eq!(bench.sweep_in(25 * HOUR).await.uploads, 1);
        assert!(bench.images.upload(bench.repository(), &id).await.is_err());
        assert_eq!(
            fs::read_dir(bench.images.staged_folder()).unwrap().count(),
            0
        );
    }

    #[tokio::test]
    async fn files_that_a_crash_has_left_go_and_lost_files_are_not_promised() {
        let bench = Bench::new();
        bench.content("known").await;
        let stray = bench.images.blob_path(&Digest::of(b"stray"));
        fs::create_dir_all(stray.parent().unwrap()).unwrap();
        fs::write(&stray, "stray").unwrap();
        assert_eq!(bench.sweep_in(0).await.blobs, 1);
        assert!(!stray.exists());
        let lost = Digest::of(b"known");
        fs::remove_file(bench.images.blob_path(&lost)).unwrap();
        let found = bench.images.blob(bench.repository(), &lost).await.unwrap();
        assert_eq!(found, None);
    }
}
