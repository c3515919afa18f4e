//! What is remembered of a project: the template it was made from, and the answers for next time.
//!
//! The forms of these files belong to the `template` crate; here they are kept safe.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cache::replace;
use crate::digest;

/// The file in a project that names its template.
pub const CRUFT_FILE: &str = ".cruft.json";

/// Why something could not be remembered or recalled.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be used: {source}", path.display())]
pub struct MemoryError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// The text of a project's `.cruft.json`; nothing when it has none.
///
/// # Errors
/// When there is one that cannot be read.
pub fn read_cruft(project: &Path) -> Result<Option<String>, MemoryError> {
    let path = project.join(CRUFT_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(MemoryError { path, source }),
    }
}

/// Writes a project's `.cruft.json` as a whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_cruft(project: &Path, text: &str) -> Result<(), MemoryError> {
    let path = project.join(CRUFT_FILE);
    replace(&path, text.as_bytes()).map_err(|source| MemoryError { path, source })
}

/// Answers that were given to a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// The template, as [`crate::Pin::source`] names it.
    pub source: String,
    /// The folder in it.
    #[serde(default)]
    pub directory: Option<String>,
    /// The version that was asked for.
    #[serde(default)]
    pub checkout: Option<String>,
    /// When they were given.
    pub given: Timestamp,
    /// The answers.
    pub answers: Map<String, Value>,
}

/// The answers of the last times, one set for each template. Templates of one name are kept apart.
#[derive(Debug, Clone)]
pub struct Memory {
    root: PathBuf,
}

impl Memory {
    /// Uses a folder of its own inside the given data folder.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self {
            root: data.join("answers"),
        }
    }

    /// Keeps answers in the place of earlier ones.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn remember(&self, answers: &Remembered) -> Result<(), MemoryError> {
        let path = self.path(&answers.source, answers.directory.as_deref());
        let text = serde_json::to_vec_pretty(answers).map_err(io::Error::from);
        text.and_then(|text| replace(&path, &text))
            .map_err(|source| MemoryError { path, source })
    }

    /// The last answers that were given to a template.
    #[must_use]
    pub fn recall(&self, source: &str, directory: Option<&str>) -> Option<Remembered> {
        let bytes = fs::read(self.path(source, directory)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Templates that were used, the latest first.
    #[must_use]
    pub fn recent(&self) -> Vec<Remembered> {
        let Ok(all) = fs::read_dir(&self.root) else {
            return Vec::new();
        };
        let mut recent: Vec<Remembered> = all
            .filter_map(|entry| fs::read(entry.ok()?.path()).ok())
            .filter_map(|bytes| serde_json::from_slice(&bytes).ok())
            .collect();
        recent.sort_by_key(|one| std::cmp::Reverse(one.given));
        recent
    }

    fn path(&self, source: &str, directory: Option<&str>) -> PathBuf {
        let whole = format!("{source}\0{}", directory.unwrap_or_default());
        let name = &digest::text(&whole)[..32];
        self.root.join(format!("{name}.json"))
    }
}
