//! What would be written: the result of rendering a template.

use std::sync::Arc;

use serde_json::{Map, Value};
use source::Diagnostic;

use crate::mark::Piece;
use crate::{Hook, Mark};

/// What would be written, and what stands against it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Name of the project folder; may have several parts separated by `/`.
    pub folder: String,
    /// Folders and files below the project folder, in the order in which they are made: a folder
    /// stands before what lies in it, and no path stands there twice.
    pub entries: Vec<Entry>,
    /// What is wrong (then nothing may be written) and what should be known.
    pub diagnostics: Vec<Diagnostic>,
    /// Programs the template wants to run.
    pub hooks: Vec<Hook>,
    /// All variables with their values, as a replay file keeps them.
    pub context: Map<String, Value>,
    /// The questions without answers, as templates see them in `_cookiecutter`; a choice shows its
    /// whole list.
    pub options: Map<String, Value>,
}

impl Plan {
    /// Whether it may be written.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The entry at a path below the project folder.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path == path)
    }

    /// The text of a file below the project folder.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.entry(path).and_then(Entry::text)
    }

    /// Size of all files in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.entries
            .iter()
            .map(|entry| entry.content.bytes().len() as u64)
            .sum()
    }
}

/// A file or folder that would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path below the project folder, parts separated by `/`; never climbs out.
    pub path: String,
    /// Permission bits; `None` for folders that take what the system gives.
    pub mode: Option<u32>,
    /// What it is.
    pub content: Content,
    /// The template's path it came from, relative to the template's root.
    pub origin: String,
}

impl Entry {
    /// The content, when it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Folder => None,
            content => std::str::from_utf8(content.bytes()).ok(),
        }
    }

    /// The parts that substitutions wrote.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        match &self.content {
            Content::Rendered { marks, .. } => marks,
            _ => &[],
        }
    }

    /// Whether it is a file with a permission to execute.
    #[must_use]
    pub fn is_program(&self) -> bool {
        self.content != Content::Folder && self.mode.is_some_and(|mode| mode & 0o111 != 0)
    }
}

/// Where every part of a rendered file came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces(pub(crate) Vec<Piece>);

/// What an entry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A folder.
    Folder,
    /// A file that was rendered.
    Rendered {
        /// The content.
        bytes: Vec<u8>,
        /// The parts that substitutions wrote, in order, not overlapping.
        marks: Vec<Mark>,
        /// Where every part came from, for [`crate::Template::explain`].
        pieces: Pieces,
    },
    /// A file that was copied as it is: binary, or named in `_copy_without_render`.
    Copied {
        /// The content.
        bytes: Arc<[u8]>,
    },
}

impl Content {
    /// The bytes of a file; none for a folder.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Folder => &[],
            Self::Rendered { bytes, .. } => bytes,
            Self::Copied { bytes } => bytes,
        }
    }
}
