//! What was read from a place: files by path, and what should be known about them.

use template::Node;

use crate::note::Note;

/// Files, folders and links by path, with notes.
pub(crate) type Contents = (Vec<(String, Node)>, Vec<Note>);
