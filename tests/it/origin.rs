//! Templates in real git repositories, made by the git program.

use std::path::{Path, PathBuf};
use std::process::Command;

use contract::{OpenedTemplate, TemplateOpen, TemplateOpening};
use workbench::commands;

use crate::desk::TestDesk;

/// A repository with a work tree, in the folder of a test.
pub(crate) struct Origin {
    pub(crate) path: PathBuf,
}

impl Origin {
    /// An empty repository.
    pub(crate) fn make(test: &TestDesk, name: &str) -> Self {
        let origin = Self {
            path: test.folder.path().join("origins").join(name),
        };
        std::fs::create_dir_all(&origin.path).expect("the folder can be made");
        origin.git(&["init", "-q", "-b", "main"]);
        origin
    }

    /// A small template with two questions.
    pub(crate) fn small(test: &TestDesk) -> Self {
        let origin = Self::make(test, "small");
        origin.write(
            "cookiecutter.json",
            r#"{"name": "rye", "slug": "{{ cookiecutter.name|lower }}", "tests": true}"#,
        );
        origin.write(
            "{{cookiecutter.slug}}/README.md",
            "# {{ cookiecutter.name }}\n\none\ntwo\nthree\nfour\nfive\n",
        );
        origin.write("{{cookiecutter.slug}}/run.sh", "#!/bin/sh\necho run\n");
        origin.write("{{cookiecutter.slug}}/old.txt", "old\n");
        origin.commit("First");
        origin
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path.join(name);
        let folder = path.parent().expect("it lies in a folder");
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(path, text).expect("the file can be written");
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.path.join(name)).expect("the file can be removed");
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.path.display())
    }

    pub(crate) fn git(&self, words: &[&str]) -> String {
        git(&self.path, words)
    }
}

/// Runs git in a folder, with nobody's configuration.
pub(crate) fn git(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
        .args(words)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("the git program runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {words:?}: {told}");
    let out = String::from_utf8(output.stdout).expect("it tells text");
    out.trim().to_owned()
}

/// Opens a template that asks nothing before.
pub(crate) async fn opened(test: &TestDesk, source: &str) -> OpenedTemplate {
    let request = TemplateOpen {
        source: source.to_owned(),
        ..TemplateOpen::default()
    };
    match commands::template_open(&test.desk, request).await {
        Ok(TemplateOpening::Opened { template }) => *template,
        other => panic!("it opens, but: {other:?}"),
    }
}
