//! A content that is received whole, but not yet in its place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::digest::Hasher;
use super::{Digest, ImageStore};

/// A whole content beside its place. If it is not kept, it goes.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(super) path: PathBuf,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
}

impl Staged {
    /// Moves it to its place for good.
    pub(super) fn move_to(&self, place: &Path) -> io::Result<()> {
        let parent = place.parent().unwrap_or(place);
        fs::create_dir_all(parent)?;
        fs::rename(&self.path, place)?;
        File::open(parent)?.sync_all()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Gone already if it was kept; else what stays is swept later.
        let _ = fs::remove_file(&self.path);
    }
}

impl ImageStore {
    /// Receives a content from a reader. Blocks.
    pub(crate) fn stage(&self, reader: &mut impl Read) -> io::Result<Staged> {
        let path = self.staged_path(&uuid::Uuid::new_v4().to_string());
        let mut file = create(&path)?;
        // Made first, so that the file goes if anything below fails.
        let mut staged = Staged {
            path,
            digest: Digest::of(b""),
            size: 0,
        };
        let mut hasher = Hasher::default();
        let mut piece = vec![0; 256 * 1024];
        loop {
            let count = match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            file.write_all(&piece[..count])?;
            hasher.update(&piece[..count]);
            staged.size += count as u64;
        }
        file.sync_all()?;
        staged.digest = hasher.finish();
        Ok(staged)
    }
}

/// Makes a file that only its owner can read.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create_new(true)
        .write(true)
        .read(true)
        .mode(0o600)
        .open(path)
}
