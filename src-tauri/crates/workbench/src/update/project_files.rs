//! The files of a project as far as a template speaks of them. Everything else is never read.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use template::{Files, Item};

/// Reads files of a project once.
pub(crate) struct ProjectFiles {
    root: PathBuf,
    read: RefCell<BTreeMap<String, Option<Item>>>,
}

impl ProjectFiles {
    pub(crate) fn of(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            read: RefCell::default(),
        }
    }

    /// The project's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What lies at a path.
    pub(crate) fn get(&self, path: &str) -> Option<Item> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let item = look(&self.root, path);
        self.read.borrow_mut().insert(path.to_owned(), item.clone());
        item
    }

    /// What lies at the paths a template speaks of, and what is in their way.
    pub(crate) fn at<'a>(&self, paths: impl IntoIterator<Item = &'a String>) -> Files {
        let mut found = Files::new();
        for path in paths {
            if let Some(item) = self.get(path) {
                found.insert(path.clone(), item);
            }
            for (end, _) in path.match_indices('/') {
                let above = &path[..end];
                if let Some(item) = self.get(above) {
                    found.insert(above.to_owned(), item);
                }
            }
            if let Some(inner) = first_inside(&self.root.join(path)) {
                // A folder stands where the template has a file; one name tells that.
                found.insert(format!("{path}/{inner}"), Item::file(false, Vec::new()));
            }
        }
        found
    }
}

/// What lies at a path now.
pub(crate) fn look(root: &Path, path: &str) -> Option<Item> {
    let place = root.join(path);
    let about = std::fs::symlink_metadata(&place).ok()?;
    if about.is_symlink() {
        let target = std::fs::read_link(&place).ok()?.display().to_string();
        return Some(Item::Link { target });
    }
    if !about.is_file() {
        return None;
    }
    let bytes = std::fs::read(&place).ok()?;
    Some(Item::file(is_program(&about), bytes))
}

fn first_inside(folder: &Path) -> Option<String> {
    let about = std::fs::symlink_metadata(folder).ok()?;
    if !about.is_dir() {
        return None;
    }
    let inside = std::fs::read_dir(folder).ok()?.next();
    Some(inside?.ok()?.file_name().to_string_lossy().into_owned())
}

#[cfg(unix)]
fn is_program(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    about.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_program(_about: &std::fs::Metadata) -> bool {
    false
}
