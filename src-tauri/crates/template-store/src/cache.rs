//! Copies of templates on this computer: one folder for each source, one repository for each version.
//!
//! A version is fetched into a folder of its own and renamed into place, so that nothing that was
//! there before can be lost or half replaced.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::git::versions::Versions;

/// What is known about a source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Its name; holds no password.
    pub(crate) source: String,
    /// Versions that were asked for; the empty name is the default.
    #[serde(default)]
    pub(crate) pins: IndexMap<String, Pinned>,
    /// Branches and tags as they were last seen.
    #[serde(default)]
    pub(crate) versions: Option<Versions>,
}

/// A version that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pinned {
    /// The commit, or the digest of an archive.
    pub(crate) commit: String,
    /// When it was fetched.
    pub(crate) fetched: Timestamp,
    /// When the source last said that this is its newest.
    pub(crate) checked: Timestamp,
    /// What a web server calls this content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
}

/// The folder of one source.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    path: PathBuf,
    name: String,
}

impl Shelf {
    /// The folder of a source below a folder of copies.
    pub(crate) fn of(root: &Path, name: &str) -> Self {
        let digest = hex::encode(Sha256::digest(name.as_bytes()));
        let last = name.trim_end_matches('/').rsplit(['/', ':']).next();
        let slug: String = last
            .unwrap_or_default()
            .trim_end_matches(".git")
            .chars()
            .filter(|one| one.is_ascii_alphanumeric() || "-_".contains(*one))
            .take(40)
            .collect();
        Self {
            path: root.join(format!("{slug}-{}", &digest[..16])),
            name: name.to_owned(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What is known; nothing when there is no readable record.
    pub(crate) fn record(&self) -> Record {
        let known = fs::read(self.path.join("record.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok())
            .filter(|record| record.source == self.name);
        known.unwrap_or_else(|| Record {
            source: self.name.clone(),
            ..Record::default()
        })
    }

    /// Writes down what is known, as a whole or not at all.
    pub(crate) fn remember(&self, record: &Record) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        let text = serde_json::to_vec_pretty(record)?;
        replace(&self.path.join("record.json"), &text)
    }

    /// The repository of a commit, if its copy is there.
    pub(crate) fn repository(&self, commit: &str) -> Option<PathBuf> {
        let path = self.path.join(format!("{commit}.git"));
        path.is_dir().then_some(path)
    }

    /// The archive with a digest, if its copy is there.
    pub(crate) fn archive(&self, digest: &str) -> Option<PathBuf> {
        let path = self.path.join(format!("{digest}.zip"));
        path.is_file().then_some(path)
    }

    /// An empty folder beside the copies, which vanishes unless it is kept.
    pub(crate) fn scratch(&self) -> io::Result<tempfile::TempDir> {
        fs::create_dir_all(&self.path)?;
        tempfile::Builder::new()
            .prefix(".fetching-")
            .tempdir_in(&self.path)
    }

    /// Takes a fetched file or folder in under a name.
    pub(crate) fn take_in(&self, made: &Path, name: &str) -> io::Result<PathBuf> {
        let place = self.path.join(name);
        match fs::rename(made, &place) {
            // Another window was faster; both hold the same.
            Err(_) if place.exists() => Ok(place),
            Err(error) => Err(error),
            Ok(()) => Ok(place),
        }
    }

    /// Puts a fetched folder in the place of an older one.
    pub(crate) fn swap_in(&self, made: &Path, name: &str) -> io::Result<PathBuf> {
        let place = self.path.join(name);
        let away = tempfile::Builder::new()
            .prefix(".old-")
            .tempdir_in(&self.path)?;
        if place.exists() {
            fs::rename(&place, away.path().join("old"))?;
        }
        fs::rename(made, &place)?;
        Ok(place)
    }

    /// Removes copies that no pin names, and what a broken fetch left behind an hour ago.
    pub(crate) fn tidy(&self, record: &Record) {
        let Ok(all) = fs::read_dir(&self.path) else {
            return;
        };
        for entry in all.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let abandoned = name.starts_with(".fetching-") || name.starts_with(".old-");
            let copy = name
                .strip_suffix(".git")
                .or_else(|| name.strip_suffix(".zip"));
            let unused = copy.is_some_and(|commit| {
                commit != "history" && !record.pins.values().any(|pin| pin.commit == commit)
            });
            if (abandoned || unused) && is_old(&entry) {
                let _ = fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path()));
            }
        }
    }
}

/// Whether nobody can be busy with it any more.
fn is_old(entry: &fs::DirEntry) -> bool {
    let changed = entry.metadata().and_then(|about| about.modified());
    let age = changed.ok().and_then(|changed| changed.elapsed().ok());
    age.is_some_and(|age| age.as_secs() > 30 * 24 * 3600)
}

/// Writes a file as a whole: staged beside it, flushed, renamed.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut staged = tempfile::NamedTempFile::new_in(folder)?;
    staged.write_all(bytes)?;
    staged.as_file().sync_all()?;
    staged.persist(path).map_err(|error| error.error)?;
    Ok(())
}
