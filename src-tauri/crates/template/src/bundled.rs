//! The templates that are part of the application.

use crate::Tree;

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// A template that is part of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bundled {
    /// The id it is asked for by.
    pub id: &'static str,
    files: &'static [File],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct File {
    path: &'static str,
    mode: u32,
    bytes: &'static [u8],
}

impl Bundled {
    /// Its files.
    #[must_use]
    pub fn tree(&self) -> Tree {
        let node = |file: &File| crate::Node::File {
            mode: file.mode,
            bytes: file.bytes.into(),
        };
        Tree::new(
            self.files
                .iter()
                .map(|file| (file.path.to_owned(), node(file))),
        )
        .expect("the list was made from a folder")
    }
}

/// All of them; the first is the one that is offered first.
#[must_use]
pub fn all() -> &'static [Bundled] {
    ALL
}

/// The one with an id.
#[must_use]
pub fn find(id: &str) -> Option<Bundled> {
    ALL.iter().find(|one| one.id == id).copied()
}
