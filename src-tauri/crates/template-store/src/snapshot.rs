//! What lies in a folder at a moment, to see later what became of it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::folder::{below, mode};

/// Texts up to this size are kept, so that a difference can be shown.
const KEPT: u64 = 1 << 20;

/// One thing in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Folder,
    File {
        mode: u32,
        digest: [u8; 32],
        text: Option<String>,
    },
    Link(String),
    /// A pipe, a socket, a device.
    Other,
}

/// Everything below a folder, by path with `/`.
pub(crate) type Snapshot = BTreeMap<String, Item>;

/// Looks at a folder without following links.
pub(crate) fn take(root: &Path) -> io::Result<Snapshot> {
    let mut all = Snapshot::new();
    let mut waiting = vec![(root.to_owned(), String::new())];
    while let Some((folder, inner)) = waiting.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = below(&inner, &entry.file_name().to_string_lossy());
            let item = look(&entry.path())?;
            if item == Item::Folder {
                waiting.push((entry.path(), name.clone()));
            }
            all.insert(name, item);
        }
    }
    Ok(all)
}

/// Looks at one thing.
pub(crate) fn look(path: &Path) -> io::Result<Item> {
    let about = fs::symlink_metadata(path)?;
    if about.is_symlink() {
        let target = fs::read_link(path)?;
        return Ok(Item::Link(target.to_string_lossy().into_owned()));
    }
    if about.is_dir() {
        return Ok(Item::Folder);
    }
    if !about.is_file() {
        return Ok(Item::Other);
    }
    let bytes = fs::read(path)?;
    let digest = Sha256::digest(&bytes).into();
    let text = (about.len() <= KEPT)
        .then(|| String::from_utf8(bytes).ok())
        .flatten()
        .filter(|text| !text.contains('\0'));
    Ok(Item::File {
        mode: mode(&about),
        digest,
        text,
    })
}
