//! A template written out, for hooks that want to change it before its questions are asked.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use template::{Node, Tree};

use crate::folder;
use crate::hook::rehearsal::link;
use crate::limits::Limits;
use crate::open_error::OpenError;
use crate::watch::Watch;
use crate::write::set_mode;

/// A template in a folder of its own, which vanishes with this value.
#[derive(Debug)]
pub struct TemplateCopy {
    folder: tempfile::TempDir,
    root: PathBuf,
}

impl TemplateCopy {
    /// Writes a template out. Links that lead out of it are left out.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn make(tree: &Tree) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("bakehouse-template-")
            .tempdir()?;
        let root = fs::canonicalize(folder.path())?.join("template");
        fs::create_dir(&root)?;
        for path in tree.below("") {
            // The tree has checked that all paths lie inside; a link is made only where its end is
            // inside too, and nothing is written through one, for links have nothing below them.
            let place = root.join(path);
            match tree.get(path) {
                Some(Node::Folder { .. }) => fs::create_dir_all(&place)?,
                Some(Node::File { mode, bytes }) => {
                    fs::File::create_new(&place)?.write_all(bytes)?;
                    set_mode(&place, Some(*mode))?;
                }
                Some(Node::Link { target }) if tree.resolve(path).is_some() => {
                    link(Path::new(target), &place)?;
                }
                _ => {}
            }
        }
        Ok(Self { folder, root })
    }

    /// The folder; hooks are rehearsed on it.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The template as it is now.
    ///
    /// # Errors
    /// When it cannot be read any more.
    pub fn read(&self, limits: Limits, watch: &Watch<'_>) -> Result<Tree, OpenError> {
        let (nodes, _) = folder::read(&self.root, limits, &watch.deadline())?;
        Tree::new(nodes).map_err(|why| OpenError::Tree {
            name: self.folder.path().display().to_string(),
            why,
        })
    }
}
