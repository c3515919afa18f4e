//! A platform of its own for each test, and a small client for it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use local_platform::{Options, RunnerChoice, Running, Server};
use protocol::{Job, JobStatus};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Desk {
    pub(crate) running: Running,
    pub(crate) token: String,
    pub(crate) client: Client,
    folder: tempfile::TempDir,
    options: Options,
}

/// The data of a platform that nobody serves.
pub(crate) struct Paused {
    token: String,
    folder: tempfile::TempDir,
    options: Options,
}

impl Paused {
    /// The same data served in another way.
    pub(crate) async fn resume_with(mut self, change: impl FnOnce(&mut Options)) -> Desk {
        change(&mut self.options);
        self.resume().await
    }

    pub(crate) async fn resume(self) -> Desk {
        let running = Server::start(self.options.clone()).await.unwrap();
        Desk {
            running,
            token: self.token,
            client: client(),
            folder: self.folder,
            options: self.options,
        }
    }
}

/// The client insists on having a way to encrypt, though nothing here is encrypted.
pub(crate) fn client() -> Client {
    // An error means that another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

pub(crate) fn exe() -> PathBuf {
    env!("CARGO_BIN_EXE_local-platform-supervisor").into()
}

pub(crate) fn options(data_dir: &Path) -> Options {
    Options {
        port: 0,
        // What runs in this computer's own containers is none of our business.
        engine: Some("unix:///nowhere/engine.sock".to_owned()),
        ..Options::new(data_dir, exe())
    }
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        Self::on(tempfile::tempdir().unwrap(), change).await
    }

    /// On what lies in `data` of the folder.
    pub(crate) async fn on(folder: tempfile::TempDir, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = options(&folder.path().join("data"));
        change(&mut options);
        let running = Server::start(options.clone()).await.unwrap();
        let token = running.mint_token("alice").unwrap();
        Self {
            running,
            token,
            client: client(),
            folder,
            options,
        }
    }

    /// The next server on the same data.
    pub(crate) async fn restart(self) -> Self {
        self.pause().await.resume().await
    }

    /// The same with other options.
    pub(crate) async fn restart_with(self, change: impl FnOnce(&mut Options)) -> Self {
        let mut paused = self.pause().await;
        change(&mut paused.options);
        paused.resume().await
    }

    /// Nobody serves.
    pub(crate) async fn pause(self) -> Paused {
        let Self {
            running,
            token,
            folder,
            options,
            ..
        } = self;
        running.shutdown().await;
        Paused {
            token,
            folder,
            options,
        }
    }

    /// A user who was added on the command line, and what the user's token is.
    pub(crate) fn add_user(&self, name: &str) -> String {
        local_platform::add_user(&self.data_dir(), name).unwrap()
    }

    /// The same desk with somebody else at it.
    pub(crate) async fn by(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let url = format!("{}/{path}", self.running.url());
        let mut request = self.client.request(method, url).bearer_auth(token);
        if !body.is_null() {
            request = request.json(&body);
        }
        read(request.send().await.unwrap()).await
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.running.data_dir().to_owned()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/{path}", self.running.url());
        self.client.request(method, url).bearer_auth(&self.token)
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let mut request = self.request(method, path);
        if !body.is_null() {
            request = request.json(&body);
        }
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, Value::Null).await
    }

    /// A job with this command; `more` is merged into the submission.
    pub(crate) async fn submit(&self, command: &str, more: Value) -> Job {
        let mut body = json!({
            "pass_config": false, "project_name": "proj", "cluster_name": "local",
            "org_name": "bakehouse", "image": "ubuntu:latest",
            "command": format!("bash -c {}", protocol::quote(command)),
        });
        merge(&mut body, more);
        let (status, job) = self.send(Method::POST, "jobs?from_preset", body).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{job}");
        serde_json::from_value(job).unwrap()
    }

    pub(crate) async fn job(&self, id: &str) -> Job {
        serde_json::from_value(self.get(&format!("jobs/{id}")).await.1).unwrap()
    }

    pub(crate) async fn until(&self, id: &str, is: impl Fn(&Job) -> bool) -> Job {
        let start = Instant::now();
        loop {
            let job = self.job(id).await;
            if is(&job) {
                return job;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "waited too long for {id}: {job:#?}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) async fn finished(&self, id: &str) -> Job {
        self.until(id, |job| job.status.is_finished()).await
    }

    pub(crate) async fn started(&self, id: &str) -> Job {
        self.until(id, |job| job.status == JobStatus::Running).await
    }

    /// Waits until this has been said.
    pub(crate) async fn output(&self, id: &str, text: &str) {
        let start = Instant::now();
        loop {
            let path = self.data_dir().join("jobs").join(id).join("output.log");
            let said = std::fs::read_to_string(path).unwrap_or_default();
            if said.contains(text) {
                return;
            }
            let job = self.job(id).await;
            assert!(
                start.elapsed() < PATIENCE,
                "{text} was not said: {said}\n{job:#?}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Writes to a job's standard input, as soon as it runs.
    pub(crate) async fn type_into(&self, id: &str, text: &str) {
        self.started(id).await;
        let path = self.data_dir().join("jobs").join(id).join("input");
        let mut pipe = std::fs::File::options().write(true).open(path).unwrap();
        pipe.write_all(text.as_bytes()).unwrap();
    }

    /// The whole output, followed to its end.
    pub(crate) async fn log(&self, id: &str, query: &str) -> String {
        let response = self
            .request(Method::GET, &format!("jobs/{id}/log?{query}"))
            .send()
            .await
            .unwrap();
        response.text().await.unwrap()
    }
}

pub(crate) fn plain(options: &mut Options) {
    options.runner = RunnerChoice::Process;
}

pub(crate) async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

fn merge(body: &mut Value, more: Value) {
    if let Value::Object(more) = more {
        for (key, value) in more {
            body[key] = value;
        }
    }
}
