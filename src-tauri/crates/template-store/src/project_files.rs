//! Reads files of a project as an update and an adoption compare them.

use std::fs;
use std::io;
use std::path::Path;

use template::{Files, Item};

use crate::folder::mode;
use crate::limits::{Intake, Limits};
use crate::write::beyond;

/// Folders that hold no work of a person and may be huge.
const LEFT_OUT: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    "__pycache__",
    ".venv",
];

/// The files of a project at some paths; what is not there is left out, and so is what lies beyond
/// a link.
///
/// # Errors
/// When something that is there cannot be read.
pub fn read_files<'a>(
    project: &Path,
    paths: impl IntoIterator<Item = &'a str>,
) -> io::Result<Files> {
    let mut files = Files::new();
    for path in paths {
        if template_path(path) && !beyond(project, path) {
            let item = item(&project.join(path))?;
            files.extend(item.map(|item| (path.to_owned(), item)));
        }
    }
    Ok(files)
}

/// All files of a project, without folders that tools fill.
///
/// # Errors
/// When something cannot be read, or the project is larger than a template could make it.
pub fn read_project(project: &Path, limits: Limits) -> io::Result<Files> {
    let mut files = Files::new();
    let mut intake = Intake::new(limits);
    let mut waiting = vec![String::new()];
    let large = |error| io::Error::new(io::ErrorKind::FileTooLarge, error);
    while let Some(inner) = waiting.pop() {
        for entry in fs::read_dir(project.join(&inner))? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if LEFT_OUT.contains(&&*name) {
                continue;
            }
            let path = crate::folder::below(&inner, &name);
            intake.entry(&path).map_err(large)?;
            if entry.file_type()?.is_dir() {
                waiting.push(path);
                continue;
            }
            intake.bytes(entry.metadata()?.len()).map_err(large)?;
            let item = item(&entry.path())?;
            files.extend(item.map(|item| (path, item)));
        }
    }
    Ok(files)
}

/// Whether a path stays inside.
fn template_path(path: &str) -> bool {
    let inside = |part: std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
    !path.is_empty() && Path::new(path).components().all(inside)
}

/// A file or a link; nothing for what is neither or not there.
fn item(path: &Path) -> io::Result<Option<Item>> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if about.is_symlink() {
        let target = fs::read_link(path)?.to_string_lossy().into_owned();
        return Ok(Some(Item::Link { target }));
    }
    if !about.is_file() {
        return Ok(None);
    }
    let executable = mode(&about) & 0o100 != 0;
    Ok(Some(Item::file(executable, fs::read(path)?)))
}
