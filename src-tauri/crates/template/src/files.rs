//! The files of a project as an update compares them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Content, Plan};

/// The files of a project by their paths below the project folder; folders are not named.
pub type Files = BTreeMap<String, Item>;

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A file.
    File {
        /// Whether it may be executed.
        executable: bool,
        /// The content.
        bytes: Arc<[u8]>,
    },
    /// A symbolic link.
    Link {
        /// Where it points to.
        target: String,
    },
}

impl Item {
    /// A file.
    #[must_use]
    pub fn file(executable: bool, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::File {
            executable,
            bytes: bytes.into(),
        }
    }

    /// The content, when it is a text: UTF-8 without a NUL byte.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::File { bytes, .. } if !bytes.contains(&0) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// Whether it is a file that may be executed.
    #[must_use]
    pub fn is_program(&self) -> bool {
        matches!(
            self,
            Self::File {
                executable: true,
                ..
            }
        )
    }

    /// Whether both hold the same, whoever may execute them.
    pub(crate) fn holds_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File { bytes, .. }, Self::File { bytes: others, .. }) => bytes == others,
            _ => self == other,
        }
    }

    /// The same content with another permission to execute.
    pub(crate) fn with_program(&self, executable: bool) -> Self {
        match self {
            Self::File { bytes, .. } => Self::File {
                executable,
                bytes: Arc::clone(bytes),
            },
            link => link.clone(),
        }
    }
}

impl Plan {
    /// The files that would be written.
    #[must_use]
    pub fn files(&self) -> Files {
        let file = |entry: &crate::Entry| {
            let bytes: Arc<[u8]> = match &entry.content {
                Content::Folder => return None,
                Content::Copied { bytes } => Arc::clone(bytes),
                Content::Rendered { bytes, .. } => bytes.as_slice().into(),
            };
            Some((entry.path.clone(), Item::file(entry.is_program(), bytes)))
        };
        self.entries.iter().filter_map(file).collect()
    }
}
