//! A project as it would be if everything were saved.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use contract::{EditorPlace, EditorPlaces, EditorPoint, EditorText, Failure};
use flow::service::{Location, Service};
use flow::{NoJobs, Platform, Project, ReadError, Session, Workspace as _};
use source::{Diagnostic, Parsed, Text};

use super::place::{offset, range};
use super::unsaved::Unsaved;
use crate::account::local_who;
use crate::project::disk::DiskWorkspace;
use crate::project::find_root;
use crate::view::diagnostic::relative;

/// A project with the texts that are not saved.
pub(super) struct Edited {
    pub(super) root: PathBuf,
    pub(super) workspace: Unsaved,
    pub(super) project: Project,
    pub(super) diagnostics: Vec<Diagnostic>,
    platform: Platform,
}

/// A place in such a project.
pub(super) struct Pointed {
    pub(super) edited: Edited,
    /// The file, relative to the project.
    pub(super) path: String,
    pub(super) text: Text,
    pub(super) offset: usize,
}

impl Edited {
    pub(super) fn read(asked: &EditorText) -> Result<Self, Failure> {
        let (root, disk) = folder(&asked.project)?;
        for file in asked.unsaved.keys() {
            inside(file)?;
        }
        let workspace = Unsaved::new(Arc::new(disk), &asked.unsaved);
        let Parsed {
            tree: project,
            diagnostics,
        } = flow::open(&workspace);
        Ok(Self {
            root,
            workspace,
            project,
            diagnostics,
            platform: local_who(),
        })
    }

    pub(super) fn session(&self) -> Session<'_> {
        Session {
            workspace: &self.workspace,
            platform: &self.platform,
            jobs: &NoJobs,
        }
    }

    pub(super) fn service(&self) -> Service<'_> {
        Service::new(&self.project, self.session())
    }

    /// The path of a file as the project knows it.
    pub(super) fn path(&self, file: &str) -> Result<String, Failure> {
        inside(file)
    }

    /// The text of a file, saved or not.
    pub(super) fn text(&self, path: &str) -> Result<Text, Failure> {
        let bytes = self.workspace.read(path).map_err(|error| {
            let message = format!("{path} cannot be read: {error}.");
            match error {
                ReadError::Missing => Failure::not_found(message),
                _ => Failure::invalid("file", message),
            }
        })?;
        let content = String::from_utf8_lossy(&bytes);
        let content = content.strip_prefix('\u{feff}').unwrap_or(&content);
        Ok(Text::new(path, content))
    }

    /// Places as the window counts them; those in files that cannot be read are left out.
    pub(super) fn places(&self, found: impl IntoIterator<Item = Location>) -> EditorPlaces {
        let place = |found: Location| {
            let text = self.text(&found.file).ok()?;
            let line = text.position(found.span.start).line;
            Some(EditorPlace {
                file: relative(&found.file, &self.root),
                range: range(&text, found.span),
                source: text.line(line).to_owned(),
            })
        };
        EditorPlaces {
            places: found.into_iter().filter_map(place).collect(),
        }
    }
}

impl Pointed {
    pub(super) fn read(point: &EditorPoint) -> Result<Self, Failure> {
        let edited = Edited::read(&point.text)?;
        let path = edited.path(&point.text.file)?;
        let text = edited.text(&path)?;
        Ok(Self {
            offset: offset(&text, (point.line, point.column)),
            edited,
            path,
            text,
        })
    }
}

/// The folder of a project.
pub(super) fn folder(asked: &str) -> Result<(PathBuf, DiskWorkspace), Failure> {
    let root = find_root(Path::new(asked))?;
    let disk = DiskWorkspace::new(&root).map_err(|error| {
        Failure::invalid("project", format!("{asked} cannot be opened: {error}."))
    })?;
    Ok((PathBuf::from(disk.root()), disk))
}

/// The path of a file, if it cannot lead out of the project.
pub(super) fn inside(file: &str) -> Result<String, Failure> {
    let mut names = Vec::new();
    for part in Path::new(file).components() {
        match part {
            Component::Normal(name) => names.push(name.to_string_lossy()),
            Component::CurDir => {}
            _ => return Err(outside(file)),
        }
    }
    if names.is_empty() {
        return Err(outside(file));
    }
    Ok(names.join("/"))
}

/// A refusal of a file that does not lie in the project.
pub(super) fn outside(file: &str) -> Failure {
    let message = format!("`{file}` names no file inside the project.");
    Failure::invalid("file", message).hint("Give its path relative to the project's folder.")
}
