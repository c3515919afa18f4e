//! The TypeScript side of the command table: written by the tests of `contract`, committed, and
//! proved current.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::repository::{self, Repository};
use crate::work;

const FOLDER: &str = "ui/src/api/generated";

/// Files by name.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Writes the bindings anew.
pub(crate) fn write(repository: &Repository) -> Result<ExitCode> {
    let before = read(&repository.path(FOLDER))?;
    write_anew(repository, &before, work::run)?;
    let changes = differences(&before, &read(&repository.path(FOLDER))?);
    match changes.len() {
        0 => println!("The bindings were current."),
        _ => println!("Written anew:\n  {}", changes.join("\n  ")),
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails if writing the bindings anew changes them.
pub(crate) fn prove_current(
    repository: &Repository,
    run: impl FnMut(&mut Command) -> Result<()>,
) -> Result<()> {
    let before = read(&repository.path(FOLDER))?;
    write_anew(repository, &before, run)?;
    let changes = differences(&before, &read(&repository.path(FOLDER))?);
    if changes.is_empty() {
        return Ok(());
    }
    bail!(
        "the bindings in {FOLDER} are not current; commit what `cargo dev bindings` writes:\n  {}",
        changes.join("\n  ")
    )
}

/// Empties the folder first, so that the file of a type that is gone does not stay.
fn write_anew(
    repository: &Repository,
    before: &Files,
    mut run: impl FnMut(&mut Command) -> Result<()>,
) -> Result<()> {
    let folder = repository.path(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut test = repository::cargo();
    test.args(["test", "--quiet", "--package", "contract", "--lib"])
        .current_dir(repository.root());
    let result = run(&mut test);
    if result.is_err() {
        put_back(&folder, before)?;
    }
    result
}

fn put_back(folder: &Path, files: &Files) -> Result<()> {
    for (name, content) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, content).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(())
}

fn read(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop().filter(|next| next.is_dir()) {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
                files.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

fn differences(before: &Files, after: &Files) -> Vec<String> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let other = after
        .iter()
        .filter(|(name, content)| before.get(*name) != Some(content));
    gone.map(|name| format!("{} is gone", name.display()))
        .chain(other.map(|(name, _)| name.display().to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_new_and_stale_files_are_named() {
        let files = |list: &[(&str, &str)]| -> Files {
            list.iter()
                .map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()))
                .collect()
        };
        let before = files(&[("A.ts", "a"), ("B.ts", "b"), ("C.ts", "c")]);
        let after = files(&[("A.ts", "a"), ("B.ts", "other"), ("D.ts", "d")]);
        assert_eq!(
            differences(&before, &after),
            ["C.ts is gone", "B.ts", "D.ts"]
        );
        assert!(differences(&before, &before).is_empty());
    }
}
