//! The folder of a project as the flow language asks for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use flow::{Entry, EntryKind, GitInfo, ReadError, Workspace};

/// A project's folder on this computer.
#[derive(Debug)]
pub(crate) struct DiskWorkspace {
    root: String,
    git: OnceLock<Option<GitInfo>>,
}

impl DiskWorkspace {
    /// Takes a folder that exists; links are followed.
    pub(crate) fn new(root: &Path) -> std::io::Result<Self> {
        let root = std::fs::canonicalize(root)?;
        Ok(Self {
            root: root.to_string_lossy().into_owned(),
            git: OnceLock::new(),
        })
    }

    fn path(&self, path: &str) -> PathBuf {
        Path::new(&self.root).join(path)
    }
}

impl Workspace for DiskWorkspace {
    fn root(&self) -> &str {
        &self.root
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        std::fs::read(self.path(path)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => ReadError::Missing,
            std::io::ErrorKind::IsADirectory => ReadError::Folder,
            _ => ReadError::Unreadable {
                reason: error.to_string(),
            },
        })
    }

    fn entries(&self, folder: &str) -> Vec<Entry> {
        let Ok(listed) = std::fs::read_dir(self.path(folder)) else {
            return Vec::new();
        };
        let entry = |found: std::fs::DirEntry| {
            let name = found.file_name().into_string().ok()?;
            let kind = kind_of(&found.path())?;
            Some(Entry { name, kind })
        };
        listed.filter_map(Result::ok).filter_map(entry).collect()
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        kind_of(&self.path(path))
    }

    fn resolved(&self, path: &str) -> String {
        let path = self.path(path);
        std::fs::canonicalize(&path)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned()
    }

    fn git(&self) -> Option<GitInfo> {
        self.git.get_or_init(|| git_info(&self.root)).clone()
    }
}

fn kind_of(path: &Path) -> Option<EntryKind> {
    let itself = std::fs::symlink_metadata(path).ok()?;
    let Ok(target) = std::fs::metadata(path) else {
        return Some(EntryKind::Other);
    };
    Some(
        match (itself.is_symlink(), target.is_dir(), target.is_file()) {
            (true, true, _) => EntryKind::FolderLink,
            (false, true, _) => EntryKind::Folder,
            (_, _, true) => EntryKind::File,
            _ => EntryKind::Other,
        },
    )
}

/// What git tells of the folder; nothing outside a repository, before the first commit, or where
/// git is not installed.
fn git_info(root: &str) -> Option<GitInfo> {
    if !may_be_in_repository(Path::new(root)) {
        return None;
    }
    let commit = git(root, &["rev-parse", "HEAD", "--abbrev-ref", "HEAD"])?;
    let (sha, branch) = commit.split_once('\n')?;
    Some(GitInfo {
        sha: sha.to_owned(),
        branch: branch.to_owned(),
        tags: git(root, &["tag", "--points-at", "HEAD"])?
            .lines()
            .map(str::to_owned)
            .collect(),
    })
}

/// False where git would not find a repository, so that it need not be started to say so.
fn may_be_in_repository(root: &Path) -> bool {
    let is_repository = |folder: &Path| {
        folder.join(".git").exists()
            || (folder.join("HEAD").exists() && folder.join("objects").exists())
    };
    std::env::var_os("GIT_DIR").is_some() || root.ancestors().any(is_repository)
}

fn git(root: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(["-C", root])
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).ok())??;
    Some(text.trim().to_owned())
}

/// The branch that is checked out in the folder or a folder above, read without git.
pub(crate) fn branch(root: &Path) -> Option<String> {
    let head = root
        .ancestors()
        .map(|folder| folder.join(".git/HEAD"))
        .find(|head| head.is_file())?;
    let text = std::fs::read_to_string(head).ok()?;
    match text.trim().strip_prefix("ref: refs/heads/") {
        Some(branch) => Some(branch.to_owned()),
        None => text.trim().get(..8).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_folders_and_links_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("data")).unwrap();
        std::fs::write(root.path().join("a.yml"), "x").unwrap();
        let workspace = DiskWorkspace::new(root.path()).unwrap();
        assert_eq!(workspace.kind("data"), Some(EntryKind::Folder));
        assert_eq!(workspace.kind("a.yml"), Some(EntryKind::File));
        assert_eq!(workspace.kind("b.yml"), None);
        assert_eq!(workspace.read("b.yml"), Err(ReadError::Missing));
        assert_eq!(workspace.read("a.yml").unwrap(), b"x");
        assert_eq!(workspace.entries("").len(), 2);
    }

    #[test]
    fn git_tells_commit_branch_and_tags_of_a_folder_inside_a_repository() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().display().to_string();
        let inside = place.path().join("project");
        std::fs::create_dir(&inside).unwrap();
        let told = || DiskWorkspace::new(&inside).unwrap().git();
        assert_eq!(told(), None);
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        for words in [
            &["init", "--quiet", "--initial-branch", "rye"][..],
            &[
                &who[..],
                &["commit", "--quiet", "--allow-empty", "--message", "first"],
            ]
            .concat(),
            &["tag", "v1"],
        ] {
            assert!(git(&root, words).is_some(), "git {words:?}");
        }
        let info = told().unwrap();
        assert_eq!(Some(&info.sha), git(&root, &["rev-parse", "HEAD"]).as_ref());
        assert_eq!(info.branch, "rye");
        assert_eq!(info.tags, ["v1"]);
    }

    #[test]
    fn the_branch_is_found_from_a_folder_inside() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join(".git")).unwrap();
        std::fs::create_dir_all(root.path().join("deep/down")).unwrap();
        std::fs::write(root.path().join(".git/HEAD"), "ref: refs/heads/exp/rye\n").unwrap();
        assert_eq!(
            branch(&root.path().join("deep/down")).as_deref(),
            Some("exp/rye")
        );
    }
}
