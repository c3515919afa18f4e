//! Scripts that a person trusts, by their content: whatever is changed is asked about again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use template::Hook;

use crate::cache::replace;
use crate::digest;
use crate::store::Pin;

/// Exactly which script this is: the template it belongs to, and the text that would run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The SHA-256 over template, file and text.
    pub digest: String,
    /// The template, for people.
    pub template: String,
    /// The script, for people.
    pub file: String,
}

impl Identity {
    /// The identity of a hook; nothing when it has no text, so that it can never be trusted.
    #[must_use]
    pub fn of(pin: &Pin, hook: &Hook) -> Option<Self> {
        let text = hook.text.as_deref()?;
        let template = match &pin.directory {
            Some(directory) => format!("{} {directory}", pin.source),
            None => pin.source.clone(),
        };
        let whole = format!("{template}\0{}\0{text}", hook.file);
        Some(Self {
            digest: digest::text(&whole),
            template,
            file: hook.file.clone(),
        })
    }
}

/// A script that is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trusted {
    /// The template it belongs to.
    pub template: String,
    /// The script.
    pub file: String,
    /// Since when.
    pub since: Timestamp,
}

/// Why trust could not be written down or read.
#[derive(Debug, thiserror::Error)]
#[error("the list of trusted scripts {} cannot be used: {source}", path.display())]
pub struct TrustError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// The list of trusted scripts.
#[derive(Debug, Clone)]
pub struct Trust {
    path: PathBuf,
}

type List = IndexMap<String, Trusted>;

impl Trust {
    /// The list in a data folder.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self {
            path: data.join("trusted-hooks.json"),
        }
    }

    /// Whether a script is trusted. A list that cannot be read trusts nothing.
    #[must_use]
    pub fn is_trusted(&self, identity: &Identity) -> bool {
        self.read()
            .is_ok_and(|list| list.contains_key(&identity.digest))
    }

    /// Trusts a script from now on.
    ///
    /// # Errors
    /// When the list cannot be written.
    pub fn trust(&self, identity: &Identity, now: Timestamp) -> Result<(), TrustError> {
        let mut list = self.read()?;
        let trusted = Trusted {
            template: identity.template.clone(),
            file: identity.file.clone(),
            since: now,
        };
        list.insert(identity.digest.clone(), trusted);
        self.write(&list)
    }

    /// Trusts a script no longer.
    ///
    /// # Errors
    /// When the list cannot be written.
    pub fn withdraw(&self, digest: &str) -> Result<(), TrustError> {
        let mut list = self.read()?;
        list.shift_remove(digest);
        self.write(&list)
    }

    /// All trusted scripts by their digest.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn list(&self) -> Result<IndexMap<String, Trusted>, TrustError> {
        self.read()
    }

    fn read(&self) -> Result<List, TrustError> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| self.failed(error.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(List::new()),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn write(&self, list: &List) -> Result<(), TrustError> {
        let text = serde_json::to_vec_pretty(list).map_err(|error| self.failed(error.into()))?;
        replace(&self.path, &text).map_err(|error| self.failed(error))
    }

    fn failed(&self, source: io::Error) -> TrustError {
        TrustError {
            path: self.path.clone(),
            source,
        }
    }
}
