//! The interface: its packages and its build, done again only when something changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::node;
use crate::repository::Repository;
use crate::work;

/// Folders of `ui` that are made, not written.
const MADE: &[&str] = &[
    "node_modules",
    "dist",
    ".svelte-kit",
    "test-results",
    "coverage",
];

/// Installs the packages of the interface if its lock file is not the one they came from.
pub(crate) fn ensure_packages(repository: &Repository) -> Result<()> {
    let lock = repository.path("ui/package-lock.json");
    let stamp = repository.path("ui/node_modules/.installed-from");
    let wanted = fingerprint(&[lock])?;
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    work::run(node::npm(repository).args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, wanted).with_context(|| format!("could not write {}", stamp.display()))
}

/// Builds the interface if its sources are not the ones the last build was made from.
pub(crate) fn ensure_built(repository: &Repository) -> Result<()> {
    ensure_packages(repository)?;
    let stamp = repository.target().join("interface-built-from");
    let wanted = fingerprint(&sources(&repository.path("ui"))?)?;
    let built = repository.path("ui/dist/index.html").is_file();
    if built && fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    work::run(node::npm(repository).args(["run", "build"]))?;
    fs::create_dir_all(repository.target())?;
    fs::write(&stamp, wanted).with_context(|| format!("could not write {}", stamp.display()))
}

/// All files that the build reads, in a fixed order.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("could not read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                files.push(entry.path());
            } else if !MADE.iter().any(|made| entry.file_name() == *made) {
                folders.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn fingerprint(files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let content =
            fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
        file.hash(&mut hasher);
        content.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_source_changes_the_fingerprint_and_a_made_file_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let print = || fingerprint(&sources(folder.path()).unwrap()).unwrap();
        write("src/app.ts", "one");
        let first = print();
        write("dist/index.html", "made");
        write("node_modules/x/index.js", "made");
        assert_eq!(print(), first);
        write("src/app.ts", "two");
        assert_ne!(print(), first);
    }
}
