//! Getting the image of a job into the engine, with progress that can be seen.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::errors::Error;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt as _;
use protocol::reason;

use super::super::work::{Event, Exit};
use super::super::{ContainerLaunch, Waiting};
use super::session::Trouble;
use crate::data_folder::DataFolder;
use crate::engine::{Engine, credentials, status};
use crate::registry::{ImageName, ImageStore};

/// How often progress is reported at most.
const REPORT: Duration = Duration::from_millis(500);

/// Makes sure that the engine has the image. One that is there is taken as it is, but for those of
/// our own registry: there a name means what it means today.
pub(super) async fn fetch(
    engine: &Engine,
    launch: &ContainerLaunch,
    events: &Sender<Event>,
) -> Result<(), Trouble> {
    let (client, image) = (engine.client(), launch.image.as_str());
    if let Some(name) = ImageName::of(image, launch.registry_port) {
        let name = name.map_err(|error| invalid(image, &error.to_string()))?;
        let _progress = Progress::new(image, events.clone());
        return take_our_own(engine, launch, &name).await;
    }
    match client.inspect_image(image).await {
        Ok(_) => return Ok(()),
        Err(error) if status(&error) == Some(404) => {}
        Err(error) => return Err(refused(image, error)),
    }
    let mut progress = Progress::new(image, events.clone());
    pull(client, image, &mut progress).await?;
    // Some engines end the stream without a word where they have failed.
    let there = client.inspect_image(image).await;
    there.map(drop).map_err(|error| refused(image, error))
}

/// Our own images need no network: the engine is given them.
async fn take_our_own(
    engine: &Engine,
    launch: &ContainerLaunch,
    name: &ImageName,
) -> Result<(), Trouble> {
    let failed = |why: String| {
        let why = format!("the image `{}` could not be used: {why}", launch.image);
        Trouble::Refused(Exit::refused(reason::ERR_IMAGE_PULL, why))
    };
    let folder = DataFolder::new(Path::new(&launch.data_dir));
    let images = ImageStore::open(&folder).map_err(|error| failed(error.to_string()))?;
    match engine.ensure_loaded(&images, name, &launch.image).await {
        Ok(_) => Ok(()),
        Err(error) => Err(failed(error.to_string())),
    }
}

async fn pull(client: &Docker, image: &str, progress: &mut Progress) -> Result<(), Trouble> {
    let (name, tag) = name_and_tag(image);
    let options = CreateImageOptionsBuilder::default()
        .from_image(name)
        .tag(tag)
        .build();
    let credentials = credentials(image).await;
    let mut lines = client.create_image(Some(options), None, credentials);
    while let Some(line) = lines.next().await {
        let line = line.map_err(|error| refused(image, error))?;
        let failure = line.error_detail.as_ref();
        if let Some(error) = failure.and_then(|detail| detail.message.as_deref()) {
            return Err(cannot_fetch(image, error));
        }
        progress.take(&line);
    }
    Ok(())
}

fn refused(image: &str, error: Error) -> Trouble {
    match error {
        Error::DockerResponseServerError {
            status_code,
            message,
        } => {
            if status_code == 400 || message.contains("invalid reference format") {
                return invalid(image, &message);
            }
            cannot_fetch(image, &message)
        }
        Error::DockerStreamError { error } => cannot_fetch(image, &error),
        error => Trouble::Engine(error),
    }
}

fn invalid(image: &str, why: &str) -> Trouble {
    let why = format!("`{image}` is no name of an image: {why}");
    Trouble::Refused(Exit::refused(reason::INVALID_IMAGE_NAME, why))
}

fn cannot_fetch(image: &str, why: &str) -> Trouble {
    Trouble::Refused(Exit::refused(
        reason::ERR_IMAGE_PULL,
        format!(
            "the image `{image}` could not be fetched: {}. Check its name, the network, and with \
             `docker login` or `podman login` whether you may have it; jobs can also run without \
             images, in the sandbox: `bakehouse serve --runner sandbox`",
            why.trim().trim_end_matches('.')
        ),
    ))
}

/// The name, and what is to be fetched of it: without a tag that would be everything.
fn name_and_tag(image: &str) -> (&str, &str) {
    if image.contains('@') {
        return (image, "");
    }
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

/// How far the layers are.
struct Progress {
    image: String,
    events: Sender<Event>,
    layers: BTreeMap<String, Layer>,
    reported: Option<(Instant, String)>,
}

#[derive(Default)]
struct Layer {
    current: u64,
    total: u64,
    is_here: bool,
}

impl Progress {
    fn new(image: &str, events: Sender<Event>) -> Self {
        let mut progress = Self {
            image: image.to_owned(),
            events,
            layers: BTreeMap::new(),
            reported: None,
        };
        progress.report();
        progress
    }

    fn take(&mut self, line: &CreateImageInfo) {
        let Some(id) = line.id.clone().filter(|id| !id.is_empty()) else {
            return;
        };
        let layer = self.layers.entry(id).or_default();
        let status = line.status.as_deref().unwrap_or_default();
        layer.is_here |= status.ends_with("complete") || status == "Already exists";
        let detail = line.progress_detail.as_ref();
        let number = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        if status == "Downloading"
            && let Some(detail) = detail
        {
            layer.current = number(detail.current).unwrap_or(layer.current);
            layer.total = number(detail.total).unwrap_or(layer.total);
        }
        let due = |(at, _): &(Instant, String)| at.elapsed() >= REPORT;
        if self.reported.as_ref().is_none_or(due) {
            self.report();
        }
    }

    fn report(&mut self) {
        let description = self.description();
        let last = self.reported.replace((Instant::now(), description.clone()));
        if last.is_some_and(|(_, last)| last == description) {
            return;
        }
        // The supervisor may have stopped listening.
        let _ = self.events.send(Event::Waiting(Waiting {
            reason: reason::PULLING.to_owned(),
            description,
        }));
    }

    fn description(&self) -> String {
        let here = self.layers.values().filter(|layer| layer.is_here).count();
        let sum = |of: fn(&Layer) -> u64| self.layers.values().map(of).sum::<u64>();
        let (current, total) = (sum(|layer| layer.current), sum(|layer| layer.total));
        let mut text = format!("fetching the image {}", self.image);
        if !self.layers.is_empty() {
            text.push_str(&format!(": {here} of {} layers", self.layers.len()));
        }
        if total > 0 {
            let megabytes = |bytes: u64| bytes / 1_000_000;
            let (current, total) = (megabytes(current), megabytes(total));
            text.push_str(&format!(", {current} of {total} MB"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::ProgressDetail;

    use super::*;

    #[test]
    fn a_name_without_a_tag_means_the_latest_one() {
        assert_eq!(name_and_tag("ubuntu"), ("ubuntu", "latest"));
        assert_eq!(name_and_tag("host:5000/a/b"), ("host:5000/a/b", "latest"));
        assert_eq!(name_and_tag("host:5000/a/b:c"), ("host:5000/a/b", "c"));
        assert_eq!(name_and_tag("a@sha256:0"), ("a@sha256:0", ""));
    }

    #[test]
    fn progress_adds_the_layers_up() {
        let (events, seen) = std::sync::mpsc::channel();
        let mut progress = Progress::new("ubuntu:latest", events);
        let line = |id: &str, status: &str, detail| CreateImageInfo {
            id: Some(id.into()),
            status: Some(status.into()),
            progress_detail: detail,
            ..CreateImageInfo::default()
        };
        let detail = |current, total| {
            Some(ProgressDetail {
                current: Some(current),
                total: Some(total),
            })
        };
        progress.take(&line("a", "Downloading", detail(2_000_000, 5_000_000)));
        progress.take(&line("b", "Downloading", detail(7_000_000, 7_000_000)));
        progress.take(&line("b", "Pull complete", None));
        assert_eq!(
            progress.description(),
            "fetching the image ubuntu:latest: 1 of 2 layers, 9 of 12 MB"
        );
        let Ok(Event::Waiting(first)) = seen.try_recv() else {
            panic!("the beginning is reported")
        };
        assert_eq!(first.reason, reason::PULLING);
    }
}
