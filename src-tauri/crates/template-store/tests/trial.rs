//! What most tests begin with: a data folder and the conditions of an opening.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use indexmap::IndexMap;
use template::{Node, Tree};
use template_store::{
    Answerer, Freshness, Limits, Network, OpenError, Opened, Progress, Reading, Reference, Secret,
    Stop, Store, Terms, Wanted, Watch, no_credentials,
};

/// A store in a folder of its own, with the conditions that tests change.
pub(crate) struct Trial {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) freshness: Freshness,
    pub(crate) network: Network,
    pub(crate) answerer: Answerer,
    pub(crate) password: Option<Secret>,
    pub(crate) limits: Limits,
    pub(crate) limit: Duration,
    pub(crate) stop: Stop,
    pub(crate) seen: Mutex<Vec<Progress>>,
}

impl Trial {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            store: Store::new(&folder.path().join("data")),
            folder,
            freshness: Freshness::Cached,
            network: Network::default(),
            answerer: no_credentials(),
            password: None,
            limits: Limits::default(),
            limit: Duration::from_secs(60),
            stop: Stop::default(),
            seen: Mutex::default(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn terms<T>(&self, act: impl FnOnce(&Terms<'_>) -> T) -> T {
        let progress = |now| self.seen.lock().unwrap().push(now);
        act(&Terms {
            freshness: self.freshness,
            network: &self.network,
            answerer: self.answerer.clone(),
            password: self.password.clone(),
            limits: self.limits,
            watch: Watch {
                progress: &progress,
                stop: &self.stop,
                limit: self.limit,
            },
        })
    }

    pub(crate) fn open(&self, wanted: &Wanted) -> Result<Opened, OpenError> {
        self.terms(|terms| self.store.open(wanted, terms))
    }

    /// Opens what a person types, at a version.
    pub(crate) fn at(&self, typed: &str, checkout: &str) -> Result<Opened, OpenError> {
        let checkout = Some(checkout.to_owned()).filter(|name| !name.is_empty());
        self.open(&Wanted {
            checkout,
            ..Wanted::new(read(typed, self.folder.path()))
        })
    }

    pub(crate) fn typed(&self, typed: &str) -> Result<Opened, OpenError> {
        self.at(typed, "")
    }
}

/// What a person types, understood.
pub(crate) fn read(typed: &str, base: &Path) -> Reference {
    let reading = Reading {
        abbreviations: &IndexMap::new(),
        home: None,
        base,
    };
    Reference::parse(typed, &reading).unwrap()
}

/// The text of a file in a template.
pub(crate) fn text(tree: &Tree, path: &str) -> String {
    String::from_utf8(
        tree.bytes(path)
            .unwrap_or_else(|| panic!("no {path}"))
            .to_vec(),
    )
    .unwrap()
}

/// Paths with what lies there, for comparisons.
pub(crate) fn listing(tree: &Tree) -> BTreeMap<String, String> {
    let shown = |node: &Node| match node {
        Node::Folder { .. } => "folder".to_owned(),
        Node::File { mode, bytes } => {
            let program = if mode & 0o111 == 0 { "" } else { "program " };
            format!("{program}{}", String::from_utf8_lossy(bytes))
        }
        Node::Link { target } => format!("-> {target}"),
    };
    tree.below("")
        .map(|path| (path.to_owned(), shown(tree.get(path).unwrap())))
        .collect()
}

/// The words of an error with its hint.
pub(crate) fn words(error: &OpenError) -> String {
    match error.hint() {
        Some(hint) => format!("{error} | {hint}"),
        None => error.to_string(),
    }
}
