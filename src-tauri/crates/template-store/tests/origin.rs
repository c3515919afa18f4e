//! A git repository made by the git program, so that our reading is checked against it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository with a work tree.
pub(crate) struct Origin {
    pub(crate) path: PathBuf,
}

impl Origin {
    /// An empty repository; nothing when there is no git program to make it with.
    pub(crate) fn make(path: PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&path).unwrap();
        let origin = Self { path };
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("skipped: there is no git program to make a repository with");
            return None;
        }
        origin.git(&["init", "-q", "-b", "main"]);
        origin.git(&["config", "core.autocrlf", "false"]);
        Some(origin)
    }

    /// The repository that most tests use: two commits, two tags, a branch.
    pub(crate) fn usual(path: PathBuf) -> Option<Self> {
        let origin = Self::make(path)?;
        origin.write("cookiecutter.json", "{\"name\": \"one\"}\n");
        origin.write("{{cookiecutter.name}}/a.txt", "one\r\n");
        origin.commit("First");
        origin.git(&["tag", "v0.9"]);
        origin.write("{{cookiecutter.name}}/a.txt", "two\n");
        origin.commit("Second");
        origin.git(&["tag", "-a", "v0.10", "-m", "ten"]);
        origin.git(&["checkout", "-q", "-b", "side"]);
        origin.write("side.txt", "side\n");
        origin.commit("Side");
        origin.git(&["checkout", "-q", "main"]);
        Some(origin)
    }

    pub(crate) fn git(&self, words: &[&str]) -> String {
        git(&self.path, words)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.path.display())
    }
}

/// Runs git in a folder, with nobody's configuration.
pub(crate) fn git(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
        .args(["-c", "protocol.file.allow=always"])
        .args(words)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {words:?}: {told}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
