//! Saving a running job as an image of the registry.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use futures_util::stream;
use protocol::{Action, Job};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::job_socket::running;
use crate::auth::Caller;
use crate::engine::{Engine, container_name};
use crate::ndjson::NDJSON;
use crate::platform::{Platform, Shared};
use crate::refusal::Refusal;
use crate::registry::ImageName;
use crate::store::run_blocking;
use crate::supervisor::Launch;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new().route("/{job}/save", post(save))
}

#[derive(Deserialize)]
struct SaveOrder {
    container: SavedContainer,
}

#[derive(Deserialize)]
struct SavedContainer {
    image: String,
}

async fn save(
    State(platform): Shared,
    caller: Caller,
    Path(job): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let order: SaveOrder = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad_request(format!("the order could not be read: {error}")))?;
    let image = order.container.image;
    let job = running(&platform, &caller, job, Action::Write).await?;
    let name = named(&platform, &image)?;
    let repository = name.repository.resource();
    platform
        .permit_resource(&caller, Action::Write, repository)
        .await?;
    let engine = engine_of(&platform, &job).await?;
    let (sender, receiver) = mpsc::channel(4);
    let saving = Saving {
        platform,
        engine,
        container: container_name(&job.id),
        image,
        name,
        sender,
    };
    // Goes on if the client leaves: half an image is of no use.
    tokio::spawn(saving.run());
    let lines = stream::unfold(receiver, async |mut receiver| {
        let line: Value = receiver.recv().await?;
        Some((Ok::<_, Infallible>(format!("{line}\r\n")), receiver))
    });
    let kind = [(header::CONTENT_TYPE, NDJSON)];
    Ok((kind, Body::from_stream(lines)).into_response())
}

fn named(platform: &Platform, image: &str) -> Result<ImageName, Refusal> {
    let name = ImageName::of(image, platform.port()).ok_or_else(|| {
        Refusal::bad_request(format!(
            "jobs are saved into the registry of this platform, 127.0.0.1:{}; `{image}` is elsewhere",
            platform.port()
        ))
    })?;
    name.map_err(|error| Refusal::bad_request(format!("`{image}` is no image: {error}")))
}

/// The engine that runs the job. What runs without one has nothing to save.
async fn engine_of(platform: &Platform, job: &Job) -> Result<Engine, Refusal> {
    let folder = platform.job_folder(&job.id);
    let spec = run_blocking(move || folder.spec()).await;
    let spec = spec.map_err(|error| {
        Refusal::bad_request(format!("the folder of job '{}': {error}", job.id))
    })?;
    match spec.launch {
        Launch::Container(launch) => Engine::at(&launch.socket)
            .await
            .map_err(Refusal::bad_request),
        Launch::Process(_) => Err(Refusal::bad_request(format!(
            "job '{}' cannot be saved: it runs without a container ({}), so there is no image that \
             has changed. Only what a container engine (Docker, Podman) runs can be saved; choose \
             the container runner and start the job again",
            job.id,
            job.runner.as_deref().unwrap_or("process"),
        ))),
    }
}

struct Saving {
    platform: Arc<Platform>,
    engine: Engine,
    container: String,
    /// As the client calls it.
    image: String,
    name: ImageName,
    sender: mpsc::Sender<Value>,
}

impl Saving {
    async fn run(self) {
        if let Err(reason) = self.save().await {
            let line = json!({"error": reason, "errorDetail": {"message": reason}});
            self.say(line).await;
        }
    }

    async fn say(&self, line: Value) {
        // The client may be gone.
        let _ = self.sender.send(line).await;
    }

    async fn save(&self) -> Result<(), String> {
        let details = json!({"container": self.container, "image": self.image});
        self.say(json!({"status": "CommitStarted", "details": details}))
            .await;
        let made = self.engine.commit(&self.container).await;
        let made = made.map_err(|error| format!("the container could not be saved: {error}"))?;
        self.say(json!({"status": "CommitFinished"})).await;
        let short = made
            .trim_start_matches("sha256:")
            .get(..12)
            .unwrap_or(&made);
        self.say(json!({"id": short, "status": "Pushing", "progressDetail": {}}))
            .await;
        let images = &self.platform.images;
        let kept = self.engine.import_into(images, &made, &self.name).await;
        self.engine.forget(&made).await;
        let digest = kept.map_err(|error| error.to_string())?;
        self.say(json!({"id": short, "status": "Pushed", "progressDetail": {}}))
            .await;
        self.say(json!({"status": format!("{}: digest: {digest}", self.name)}))
            .await;
        Ok(())
    }
}
