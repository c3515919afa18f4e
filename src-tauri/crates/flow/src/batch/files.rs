//! The files of a bake as they are stored with it, so that any process can go on with it.

use indexmap::IndexMap;

use super::bake::Bake;
use crate::memory::MemoryWorkspace;
use crate::project::CONFIG_FOLDERS;
use crate::workspace::{ActionFile, absolute};

/// The files of a bake. Names are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFiles {
    /// The folder of the project.
    pub workspace: String,
    /// The batch.
    pub flow: ActionFile,
    /// The project file.
    pub project: Option<ActionFile>,
    /// Actions by the references that call them.
    pub actions: IndexMap<String, ActionFile>,
}

impl Bake {
    /// The files to store with the bake.
    #[must_use]
    pub fn config_files(&self) -> ConfigFiles {
        let root = &self.contexts.facts.workspace;
        let file = |path: &str, content: &str| ActionFile {
            name: absolute(root, path),
            content: content.to_owned(),
        };
        let project = self.project.as_ref().zip(self.project_path.as_ref());
        ConfigFiles {
            workspace: root.clone(),
            flow: file(&self.flow.path, self.flow.text.content()),
            project: project.map(|(text, path)| file(path, text.content())),
            actions: self
                .actions
                .iter()
                .map(|(reference, action)| {
                    (reference.clone(), file(&action.path, action.text.content()))
                })
                .collect(),
        }
    }
}

impl ConfigFiles {
    /// A workspace made of the stored files alone; open it with
    /// [`crate::open_in`] and the folder of [`ConfigFiles::config_dir`].
    #[must_use]
    pub fn workspace(&self) -> MemoryWorkspace {
        let mut workspace = MemoryWorkspace::new(self.workspace.as_str())
            .file(&self.flow.name, self.flow.content.as_str());
        if let Some(project) = &self.project {
            workspace = workspace.file(&project.name, project.content.as_str());
        }
        for (reference, file) in &self.actions {
            workspace = workspace.stored(reference.as_str(), file.clone());
        }
        workspace
    }

    /// The config folder.
    #[must_use]
    pub fn config_dir(&self) -> String {
        self.place().0.to_owned()
    }

    /// The name the batch is baked by.
    #[must_use]
    pub fn batch_name(&self) -> &str {
        self.place().1
    }

    /// The config folder and the name of the batch, which may have folders before it.
    fn place(&self) -> (&str, &str) {
        let path = self.flow.name.as_str();
        let inside = CONFIG_FOLDERS.into_iter().find_map(|folder| {
            let root = format!("{}/{folder}/", self.workspace.trim_end_matches('/'));
            path.starts_with(&root).then_some(root.len())
        });
        let at = inside.or_else(|| path.rfind('/').map(|at| at + 1));
        let at = at.unwrap_or(0);
        let name = &path[at..];
        let ending = [".yml", ".yaml"].into_iter();
        let mut named = ending.filter_map(|ending| name.strip_suffix(ending));
        (
            path[..at].trim_end_matches('/'),
            named.next().unwrap_or(name),
        )
    }
}
