//! Projects that are looked at again and again: read once, and again when a file changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use contract::Failure;

use super::{OpenProject, find_root};
use crate::Desk;

/// So many projects are kept at most.
const MOST: usize = 32;

/// A file as far as it is looked at to see whether it changed.
pub(crate) type FileMark = (PathBuf, u64, Option<SystemTime>);

/// Projects as they were when their files were last read.
#[derive(Default)]
pub(crate) struct KeptProjects {
    projects: Mutex<HashMap<PathBuf, Kept>>,
}

struct Kept {
    marks: Vec<FileMark>,
    open: Arc<OpenProject>,
}

impl OpenProject {
    /// The project that a folder lies in, as its files are now; they are read only if one of them
    /// changed since the last time.
    pub(crate) fn kept(desk: &Desk, asked: &str) -> Result<Arc<Self>, Failure> {
        let root = find_root(Path::new(asked))?;
        let who = desk.who();
        // The same files come to something else on another platform.
        if let Some(open) = desk.kept_projects().fresh(&root)
            && open.platform == who
        {
            return Ok(open);
        }
        let open = Arc::new(Self::read(asked, who)?);
        desk.kept_projects().keep(root, &open);
        Ok(open)
    }

    /// The files it was made of, with those of git.
    fn marks(&self) -> Vec<FileMark> {
        let mut marks = flow_files(&self.root);
        let beside = ["project.yml", "project.yaml", "action.yml", "action.yaml"];
        marks.extend(beside.map(|name| mark(self.root.join(name))));
        let actions = self.project.actions.iter();
        marks.extend(actions.map(|action| mark(self.root.join(&action.path))));
        if let Some(git) = self
            .root
            .ancestors()
            .map(|folder| folder.join(".git"))
            .find(|git| git.exists())
        {
            let files = ["HEAD", "logs/HEAD", "packed-refs", "refs/tags"];
            marks.extend(files.map(|name| mark(git.join(name))));
        }
        marks
    }
}

impl KeptProjects {
    fn fresh(&self, root: &Path) -> Option<Arc<OpenProject>> {
        let projects = self.projects.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = projects.get(root)?;
        (kept.marks == kept.open.marks()).then(|| Arc::clone(&kept.open))
    }

    fn keep(&self, root: PathBuf, open: &Arc<OpenProject>) {
        let mut projects = self.projects.lock().unwrap_or_else(PoisonError::into_inner);
        if projects.len() >= MOST {
            projects.clear();
        }
        let kept = Kept {
            marks: open.marks(),
            open: Arc::clone(open),
        };
        projects.insert(root, kept);
    }
}

/// The files of the folders that flows lie in.
pub(crate) fn flow_files(root: &Path) -> Vec<FileMark> {
    let mut marks = Vec::new();
    let mut folders = vec![root.join(".apolo"), root.join(".neuro")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            match entry.metadata() {
                Ok(about) if about.is_dir() => folders.push(entry.path()),
                Ok(_) => marks.push(mark(entry.path())),
                Err(_) => {}
            }
        }
    }
    marks.sort();
    marks
}

/// A file as it is now; one that is not there has no time.
fn mark(path: PathBuf) -> FileMark {
    match std::fs::metadata(&path) {
        Ok(about) => (path, about.len(), about.modified().ok()),
        Err(_) => (path, 0, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("rye");
        std::fs::create_dir_all(root.join(".apolo")).unwrap();
        std::fs::create_dir_all(root.join("parts")).unwrap();
        let live = "kind: live\njobs:\n  a:\n    action: ws:parts/a\n";
        std::fs::write(root.join(".apolo/live.yml"), live).unwrap();
        let action = "kind: live\njob: {image: python}\n";
        std::fs::write(root.join("parts/a.yml"), action).unwrap();
        let root = std::fs::canonicalize(root).unwrap();
        (folder, root)
    }

    #[test]
    fn a_project_is_read_again_only_after_a_change() {
        let (_folder, root) = project();
        let kept = KeptProjects::default();
        let open = Arc::new(
            OpenProject::read(
                &root.display().to_string(),
                crate::account::who(&client::Standing::default()),
            )
            .unwrap(),
        );
        assert!(kept.fresh(&root).is_none());
        kept.keep(root.clone(), &open);
        let again = kept.fresh(&root).unwrap();
        assert!(Arc::ptr_eq(&open, &again));
        std::fs::write(root.join(".apolo/live.yml"), "kind: live\njobs: {}\n").unwrap();
        assert!(kept.fresh(&root).is_none());
    }

    #[test]
    fn a_change_of_an_action_or_of_git_counts() {
        let (_folder, root) = project();
        let kept = KeptProjects::default();
        let read = || {
            Arc::new(
                OpenProject::read(
                    &root.display().to_string(),
                    crate::account::who(&client::Standing::default()),
                )
                .unwrap(),
            )
        };
        kept.keep(root.clone(), &read());
        std::fs::write(root.join("parts/a.yml"), "kind: live\njob: {image: rust}\n").unwrap();
        assert!(kept.fresh(&root).is_none());
        kept.keep(root.clone(), &read());
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        assert!(kept.fresh(&root).is_none());
    }
}
