//! A desk of its own for each test: own folders, own port, credentials in memory.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use contract::{Failure, ProjectCreate, ProjectView};
use indexmap::IndexMap;
use serde_json::Value;
use tempfile::TempDir;
use workbench::{CredentialsMode, Desk, DeskOptions, Folders, ServeChoice, commands, dispatch};

/// How long anything may take before a test gives up. It guards against hanging; nothing is
/// measured with it.
const PATIENCE: Duration = Duration::from_secs(90);

/// A desk with a folder for everything it writes.
pub(crate) struct TestDesk {
    pub(crate) desk: Desk,
    pub(crate) folder: TempDir,
}

impl TestDesk {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let desk = desk_under(folder.path()).await;
        Self { desk, folder }
    }

    /// Folders in which nothing runs yet.
    pub(crate) async fn idle() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let desk = unstarted(folder.path()).await;
        Self { desk, folder }
    }

    /// A platform that is served, without the application around it: what others leave behind is
    /// not taken up.
    pub(crate) async fn serving() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let desk = unstarted(folder.path()).await;
        let served = desk.serve(ServeChoice::default()).await;
        served.expect("the platform can be served");
        Self { desk, folder }
    }

    /// A second start of the application over the same folders.
    pub(crate) async fn restarted(self) -> Self {
        self.desk.close().await;
        let desk = desk_under(self.folder.path()).await;
        Self {
            desk,
            folder: self.folder,
        }
    }

    /// A new project made from the bundled template.
    pub(crate) async fn project(&self, name: &str) -> ProjectView {
        let request = ProjectCreate {
            template: "project".to_owned(),
            answers: IndexMap::from([("project_name".to_owned(), name.to_owned())]),
            parent: Some(self.path()),
        };
        commands::project_create(&self.desk, request)
            .await
            .expect("the project is made")
    }

    /// A project with one file in its configuration folder.
    pub(crate) fn written(&self, name: &str, file: &str, text: &str) -> String {
        let folder = self.folder.path().join(name);
        let config = folder.join(".neuro");
        std::fs::create_dir_all(&config).expect("the folder can be made");
        std::fs::write(config.join(file), text).expect("the file can be written");
        folder.display().to_string()
    }

    pub(crate) fn path(&self) -> String {
        self.folder.path().display().to_string()
    }

    pub(crate) async fn call(&self, name: &str, request: Value) -> Result<Value, Failure> {
        dispatch(&self.desk, name, request).await
    }
}

async fn desk_under(folder: &Path) -> Desk {
    let desk = unstarted(folder).await;
    desk.start();
    desk
}

async fn unstarted(folder: &Path) -> Desk {
    Desk::open(DeskOptions {
        folders: Folders::under(folder),
        executable: program().to_owned(),
        platform_port: Some(0),
        credentials: CredentialsMode::SessionOnly,
        facts: Vec::new(),
    })
    .await
}

/// The program `bakehouse`, which supervises jobs: the given one, or one that is built now.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| match std::env::var_os("BAKEHOUSE_EXE") {
        Some(path) => PathBuf::from(path),
        None => built(),
    })
}

fn built() -> PathBuf {
    let test = std::env::current_exe().expect("this program has a path");
    let folder = test
        .parent()
        .and_then(Path::parent)
        .expect("tests lie in TARGET/PROFILE/deps");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "cli"]);
    if let Some(target) = folder.parent() {
        cargo.arg("--target-dir").arg(target);
    }
    let status = cargo.status().expect("cargo can be started");
    assert!(status.success(), "the program `bakehouse` can be built");
    folder.join("bakehouse")
}

/// Asks again and again until there is an answer.
pub(crate) async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "it never came to this: {what}"
        );
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
