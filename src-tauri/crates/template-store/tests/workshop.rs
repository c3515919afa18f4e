//! A folder to make projects in, and plans to make them from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use template::{Answers, Node, Plan, Setting, Template, Tree};
use template_store::write::{Decisions, Draft, Journal, WriteError, Written};
use template_store::{Stop, Watch};

/// A place for projects with a journal beside it.
pub(crate) struct Workshop {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) journal: Journal,
    pub(crate) stop: Stop,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        Self {
            journal: Journal::new(&folder.path().join("data")),
            folder,
            stop: Stop::default(),
        }
    }

    pub(crate) fn parent(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.parent().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn watch<T>(&self, act: impl FnOnce(&Watch<'_>) -> T) -> T {
        act(&Watch {
            progress: &|_| {},
            stop: &self.stop,
            limit: Duration::from_secs(30),
        })
    }

    /// A draft with everything of a plan in it.
    pub(crate) fn draft(&self, plan: &Plan) -> Result<Draft, WriteError> {
        let mut draft = Draft::begin(&self.journal, &self.parent(), &plan.folder)?;
        self.watch(|watch| draft.fill(plan, watch))?;
        Ok(draft)
    }

    pub(crate) fn make(&self, plan: &Plan) -> Result<Written, WriteError> {
        self.draft(plan)?.place()
    }

    pub(crate) fn make_into(
        &self,
        plan: &Plan,
        decisions: &Decisions,
    ) -> Result<Written, WriteError> {
        self.draft(plan)?.place_into(decisions)
    }

    /// Everything in the place for projects.
    pub(crate) fn listing(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        look(&self.parent(), "", &mut all);
        all
    }
}

fn look(folder: &Path, inner: &str, all: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let path = if inner.is_empty() {
            name
        } else {
            format!("{inner}/{name}")
        };
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            let target = std::fs::read_link(entry.path()).unwrap();
            all.insert(path, format!("-> {}", target.display()));
        } else if kind.is_dir() {
            all.insert(path.clone(), "folder".to_owned());
            look(&entry.path(), &path, all);
        } else {
            let bytes = std::fs::read(entry.path()).unwrap();
            all.insert(path, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

/// A template out of paths and texts; texts that begin with `#!` are programs.
pub(crate) fn template(files: &[(&str, &str)]) -> Template {
    Template::read(tree(files)).unwrap()
}

/// The files of a template out of paths and texts.
pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
    let node = |text: &str| Node::File {
        mode: if text.starts_with("#!") { 0o755 } else { 0o644 },
        bytes: text.as_bytes().into(),
    };
    let files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), node(text)));
    Tree::new(files).unwrap()
}

/// The plan of a template with the answers it offers.
pub(crate) fn plan(template: &Template) -> Plan {
    template.plan(&Answers::default(), &setting())
}

/// A plan of a project `made` with some files in it.
pub(crate) fn project(files: &[(&str, &str)]) -> Plan {
    let inner: Vec<(String, &str)> = files
        .iter()
        .map(|(path, text)| (format!("{{{{cookiecutter.name}}}}/{path}"), *text))
        .collect();
    let mut all: Vec<(&str, &str)> = inner.iter().map(|(path, text)| (&**path, *text)).collect();
    all.push(("cookiecutter.json", "{\"name\": \"made\"}"));
    plan(&template(&all))
}

/// A fixed moment; nothing random.
pub(crate) fn setting() -> Setting {
    Setting::new(jiff::Timestamp::UNIX_EPOCH, 7)
}
