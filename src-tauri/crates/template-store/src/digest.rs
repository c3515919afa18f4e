//! One number for all files of a template, to recognise it by.

use sha2::{Digest as _, Sha256};
use template::{Node, Tree};

/// The SHA-256 over paths, kinds, execute bits and bytes.
pub(crate) fn of(tree: &Tree) -> String {
    let mut hash = Sha256::new();
    for path in tree.below("") {
        let Some(node) = tree.get(path) else {
            continue;
        };
        let (kind, bytes): (&[u8], &[u8]) = match node {
            Node::Folder { .. } => (b"d", b""),
            Node::File { mode, bytes } if mode & 0o111 != 0 => (b"x", bytes),
            Node::File { bytes, .. } => (b"f", bytes),
            Node::Link { target } => (b"l", target.as_bytes()),
        };
        for part in [path.as_bytes(), kind, bytes] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hex::encode(hash.finalize())
}

/// The SHA-256 of a text.
pub(crate) fn text(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
