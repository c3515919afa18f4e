//! A local platform in a folder of its own, a client of it, and projects to run on it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use client::{Client, Token};
use execution::{Place, bake};
use flow::{MemoryWorkspace, NoJobs, Platform, Session, Workspace};
use indexmap::IndexMap;
use local_platform::{CLUSTER, DEFAULT_PROJECT, ORG, Options, RunnerChoice, Running, Server};
use protocol::JobFilter;
use protocol::flow::TaskStatus;
use tokio_util::sync::CancellationToken;

pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) place: Place,
    pub(crate) token: String,
    pub(crate) server: Option<Running>,
    options: Options,
    /// Kept, so that the folder is removed at the end.
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let exe = std::env::current_exe().unwrap();
        let mut options = Options::new(folder.path().join("data"), exe);
        options.port = 0;
        options.runner = RunnerChoice::Process;
        let server = Server::start(options.clone()).await.unwrap();
        let token = server.mint_token("user").unwrap();
        let client = Client::new(server.url(), Arc::new(Token::new(token.clone()))).unwrap();
        options.port = client.api_url().port().unwrap();
        let config = client.config().await.unwrap();
        let cluster = config
            .clusters
            .iter()
            .find(|one| one.name == CLUSTER)
            .unwrap();
        let place = Place::new(cluster, ORG, DEFAULT_PROJECT, "user");
        Self {
            client,
            place,
            token,
            server: Some(server),
            options,
            _folder: folder,
        }
    }

    pub(crate) async fn stop_server(&mut self) {
        self.server.take().unwrap().shutdown().await;
    }

    pub(crate) async fn start_server(&mut self) {
        self.server = Some(Server::start(self.options.clone()).await.unwrap());
    }

    pub(crate) fn platform(&self) -> Platform {
        Platform {
            user: "user".into(),
            cluster: self.place.cluster.clone(),
            org: Some(self.place.org.clone()),
            project: self.place.project.clone(),
        }
    }

    pub(crate) fn prepare(&self, workspace: &dyn Workspace) -> flow::batch::Bake {
        let parsed = flow::open(workspace);
        let platform = self.platform();
        let session = Session {
            workspace,
            platform: &platform,
            jobs: &NoJobs,
        };
        flow::batch::prepare(&parsed.tree, &session, "b", &IndexMap::new())
            .unwrap_or_else(|troubles| panic!("{:?}", troubles.diagnostics()))
    }

    pub(crate) async fn create(&self, project: &Project) -> bake::Created {
        let batch = self.prepare(&*project.workspace);
        let setup = bake::Setup {
            batch: &batch,
            name: None,
            tags: Vec::new(),
            files: bake::FilesRead::default(),
        };
        bake::create(&self.client, &self.place, setup)
            .await
            .unwrap()
    }

    /// Decides a restart of a bake of the newest attempt, with its stored files.
    pub(crate) async fn restart(
        &self,
        bake: &protocol::flow::Bake,
        again: bake::Again,
    ) -> Result<bake::Restart, bake::RestartError> {
        let retry = bake::Retry {
            bake: bake.clone(),
            attempt: None,
            again,
            edit: bake::Edit::Nothing,
        };
        let stored = async |attempt: &protocol::flow::Attempt| {
            bake::reopen(&self.client, bake, attempt, (None, self.platform())).await
        };
        bake::Restart::decide(&self.client, retry, stored).await
    }

    /// Why such a restart is refused.
    pub(crate) async fn refused(&self, bake: &protocol::flow::Bake, again: bake::Again) -> String {
        match self.restart(bake, again).await {
            Ok(_) => panic!("it is not refused"),
            Err(error) => error.to_string(),
        }
    }

    /// An order that knows nothing but what the platform keeps of the bake.
    pub(crate) async fn order(&self, created: &bake::Created, project: &Project) -> bake::Order {
        let stored = (None, self.platform());
        let recipe = bake::reopen(&self.client, &created.bake, &created.attempt, stored);
        bake::Order {
            client: self.client.clone(),
            place: self.place.clone(),
            bake: created.bake.clone(),
            attempt: created.attempt.clone(),
            recipe: recipe.await.unwrap(),
            folder: Some(project.folder.path().to_owned()),
        }
    }

    /// Executes to the end; answers the result and what was shown meanwhile.
    pub(crate) async fn execute(
        &self,
        created: &bake::Created,
        project: &Project,
    ) -> (TaskStatus, Vec<bake::Change>) {
        let order = self.order(created, project).await;
        let mut shown = Vec::new();
        let executing = bake::execute(order, CancellationToken::new(), |change| shown.push(change));
        match tokio::time::timeout(Duration::from_secs(60), executing).await {
            Ok(result) => (result.unwrap(), shown),
            Err(_) => panic!("no end; {:#?}\n{:#?}", shown, self.jobs_of(created).await),
        }
    }

    /// The jobs of a bake.
    pub(crate) async fn jobs_of(&self, created: &bake::Created) -> Vec<protocol::Job> {
        let tags = vec![format!("bake_id:{}", created.bake.id)];
        let filter = JobFilter {
            tags,
            ..JobFilter::default()
        };
        self.client.jobs().list(&filter).await.unwrap()
    }

    pub(crate) async fn bake(&self, project: &Project) -> Baked {
        let created = self.create(project).await;
        let (result, shown) = self.execute(&created, project).await;
        self.baked(created, result, shown).await
    }

    pub(crate) async fn baked(
        &self,
        created: bake::Created,
        result: TaskStatus,
        shown: Vec<bake::Change>,
    ) -> Baked {
        let bake = bake::find(&self.client, &created.project.id, &created.bake.id)
            .await
            .unwrap();
        let inspected = bake::inspect(&self.client, bake, None).await.unwrap();
        assert_eq!(inspected.attempt.result, result);
        Baked {
            inspected,
            result,
            shown,
        }
    }
}

pub(crate) struct Baked {
    pub(crate) inspected: bake::Inspected,
    pub(crate) result: TaskStatus,
    pub(crate) shown: Vec<bake::Change>,
}

impl Baked {
    /// `task: pending running succeeded`, sorted by task.
    pub(crate) fn histories(&self) -> String {
        let words = |task: &protocol::flow::Task| {
            let statuses: Vec<&str> = task
                .statuses
                .iter()
                .map(|one| one.status.as_str())
                .collect();
            format!("{}: {}", task.yaml_id, statuses.join(" "))
        };
        let mut lines: Vec<String> = self.inspected.tasks.iter().map(words).collect();
        lines.sort();
        lines.join("\n")
    }

    pub(crate) fn task(&self, id: &str) -> &protocol::flow::Task {
        self.inspected
            .tasks
            .iter()
            .find(|task| task.yaml_id == id)
            .unwrap()
    }
}

/// A project in a folder.
pub(crate) struct Project {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) workspace: Arc<MemoryWorkspace>,
}

/// A project of the batch `b` and further files.
pub(crate) fn project(batch: &str, more: &[(&str, &str)]) -> Project {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    let mut workspace = MemoryWorkspace::new(root)
        .file(".apolo/project.yml", "id: tests\n")
        .file(".apolo/b.yml", batch);
    for (path, text) in more {
        let place = folder.path().join(path);
        std::fs::create_dir_all(place.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(place, text).unwrap();
        workspace = workspace.file(path, *text);
    }
    Project {
        folder,
        workspace: Arc::new(workspace),
    }
}
