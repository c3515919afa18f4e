//! Folders on disk: read as a template, listed as a result.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use template::{Node, Tree};

/// The template in a folder.
pub(crate) fn tree(folder: &Path) -> Result<Tree> {
    let mut nodes = Vec::new();
    gather(folder, "", &mut nodes)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    Ok(Tree::new(nodes)?)
}

fn gather(folder: &Path, prefix: &str, nodes: &mut Vec<(String, Node)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .context("a name is no text")?;
        let full = format!("{prefix}{name}");
        let facts = fs::symlink_metadata(&path)?;
        if facts.is_symlink() {
            let target = fs::read_link(&path)?.to_string_lossy().into_owned();
            nodes.push((full, Node::Link { target }));
        } else if facts.is_dir() {
            if name == ".git" {
                continue;
            }
            let mode = mode(&facts);
            nodes.push((full.clone(), Node::Folder { mode }));
            gather(&path, &format!("{full}/"), nodes)?;
        } else {
            let (mode, bytes) = (mode(&facts), fs::read(&path)?.into());
            nodes.push((full, Node::File { mode, bytes }));
        }
    }
    Ok(())
}

/// Everything in a folder, in the form the recorded results have.
pub(crate) fn listed(folder: &Path) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    list(folder, "", &mut found)?;
    found.sort_by(|left, right| left["path"].as_str().cmp(&right["path"].as_str()));
    Ok(found)
}

fn list(folder: &Path, prefix: &str, found: &mut Vec<Value>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let full = format!("{prefix}{name}");
        let facts = fs::symlink_metadata(&path)?;
        let mode = format!("{:04o}", mode(&facts));
        if facts.is_symlink() {
            let target = fs::read_link(&path)?.to_string_lossy().into_owned();
            found.push(json!({"path": full, "mode": mode, "type": "link", "target": target}));
        } else if facts.is_dir() {
            found.push(json!({"path": full, "mode": mode, "type": "dir"}));
            list(&path, &format!("{full}/"), found)?;
        } else {
            let bytes = fs::read(&path)?;
            found.push(json!({
                "path": full, "mode": mode, "type": "file",
                "size": bytes.len(), "sha256": sha256(&bytes),
            }));
        }
    }
    Ok(())
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(unix)]
fn mode(facts: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    facts.permissions().mode() & 0o7777
}

#[cfg(not(unix))]
fn mode(facts: &fs::Metadata) -> u32 {
    if facts.is_dir() { 0o755 } else { 0o644 }
}

/// Sets the permission bits of a file or folder, where the system has them.
#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}

/// Sets the permission bits of a file or folder, where the system has them.
#[cfg(not(unix))]
pub(crate) fn set_mode(_path: &Path, _mode: u32) -> Result<()> {
    Ok(())
}
