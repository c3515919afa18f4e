//! Building images: what the tools ask a builder's image for (`kaniko`), done by the container
//! engine of this computer and put into our own registry.
//!
//! It runs as a job: its standard output is the job's log, and its exit code the job's.

mod build_request;
mod context;
mod dockerfile;
mod ignore_file;
mod passwords;

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bollard::errors::Error as EngineError;
use protocol::Action;
use serde::{Deserialize, Serialize};

pub(crate) use build_request::BuildRequest;
use context::Context;
use dockerfile::Dockerfile;
use passwords::Passwords;

use crate::DataError;
use crate::auth::Caller;
use crate::data_folder::DataFolder;
use crate::engine::Engine;
use crate::engine::build::Build;
use crate::engine::load::{LoadError, Loaded};
use crate::engine::push::PushError;
use crate::permission::Access;
use crate::registry::{ImageName, ImageStore, RegistryError};
use crate::runner::Mount;
use crate::store::Store;
use crate::user;

/// The first argument with which a program of ours builds an image as a job:
/// `<exe> __build-image <data folder of the platform> <what to build, as JSON>`.
pub const BUILD_IMAGE_WORD: &str = "__build-image";

/// What the process that builds is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BuildOrder {
    /// What was asked for.
    pub(crate) request: BuildRequest,
    /// Which folders of this computer the paths of the request mean.
    pub(crate) mounts: Vec<Mount>,
    /// Who asks.
    pub(crate) owner: String,
    /// Port of our registry.
    pub(crate) port: u16,
    /// Where the engine was said to be.
    pub(crate) engine: Option<String>,
}

/// Why an image was not built.
#[derive(Debug, thiserror::Error)]
enum BuildError {
    #[error("the order to build cannot be read: {0}")]
    Order(#[from] serde_json::Error),
    #[error(
        "images are built by a container engine, and this computer has none that answers \
         ({reason}); install and start Docker or Podman"
    )]
    NoEngine { reason: String },
    #[error("the context `{context}` is no folder of a volume of this job")]
    NoContext { context: String },
    #[error("the Dockerfile {path} could not be read: {source}")]
    NoDockerfile { path: String, source: io::Error },
    #[error("`{destination}` cannot be the name of an image here: {source}")]
    Destination {
        destination: String,
        source: RegistryError,
    },
    #[error("{owner} may not {verb} {image}; ask for a grant of its permission")]
    NotPermitted {
        owner: String,
        verb: &'static str,
        image: ImageName,
    },
    #[error("{0}")]
    Engine(String),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Push(#[from] PushError),
    #[error(transparent)]
    Data(#[from] DataError),
}

impl From<EngineError> for BuildError {
    fn from(error: EngineError) -> Self {
        Self::Engine(match error {
            EngineError::DockerStreamError { error } => error,
            EngineError::DockerResponseServerError { message, .. } => message,
            other => other.to_string(),
        })
    }
}

/// Builds an image, writes the log to the standard output, and answers the exit code.
#[tokio::main]
pub async fn build_image(data_dir: &Path, order: &str) -> u8 {
    match run(data_dir, order).await {
        Ok(()) => 0,
        Err(error) => {
            let error = error.to_string();
            say(&format!("ERROR: {}\n", error.trim_end()));
            1
        }
    }
}

/// Into the log. Whether somebody reads it does not matter to the build.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

async fn run(data_dir: &Path, order: &str) -> Result<(), BuildError> {
    let order: BuildOrder = serde_json::from_str(order)?;
    let engine = Engine::look(order.engine.as_deref())
        .await
        .map_err(|reason| BuildError::NoEngine { reason })?;
    let folder = DataFolder::create(data_dir)?;
    let builder = Builder {
        images: ImageStore::open(&folder)?,
        access: access(&folder, &order.owner)?,
        engine,
        order,
    };
    builder.build().await
}

/// What the owner of the job may do with images.
fn access(folder: &DataFolder, owner: &str) -> Result<Access, DataError> {
    let store = Store::open(&folder.database())?;
    let connection = store.lock();
    let caller = Caller {
        user: owner.to_owned(),
        manager: user::is_manager(&connection, owner)?,
    };
    Access::load(&connection, &caller)
}

struct Builder {
    order: BuildOrder,
    engine: Engine,
    images: ImageStore,
    access: Access,
}

/// Where the image goes.
enum Destination {
    Here(ImageName),
    Elsewhere(String),
}

impl Builder {
    async fn build(&self) -> Result<(), BuildError> {
        let request = &self.order.request;
        for ignored in &request.ignored {
            say(&format!("Not used here: {ignored}\n"));
        }
        let destinations = self.destinations()?;
        let context =
            Context::find(request, &self.order.mounts).ok_or_else(|| BuildError::NoContext {
                context: request.context.clone(),
            })?;
        let dockerfile = context.dockerfile(request, &self.order.mounts);
        let no_dockerfile = |source: io::Error| BuildError::NoDockerfile {
            path: request.dockerfile.clone().unwrap_or_default(),
            source,
        };
        let dockerfile = dockerfile
            .ok_or_else(|| no_dockerfile(io::Error::other("it is in no volume of this job")))?;
        let text = std::fs::read_to_string(&dockerfile.path).map_err(no_dockerfile)?;
        let build_args = self.build_args();
        let Dockerfile { images } = Dockerfile::read(&text, &build_args);
        self.load_own_images(&images).await?;
        let mut passwords = Passwords::find(&self.order.mounts);
        let elsewhere = images.iter().chain(&request.destinations);
        let elsewhere = elsewhere.filter(|image| ImageName::of(image, self.order.port).is_none());
        passwords.add_own(elsewhere).await;
        let tag = match request.destinations.first() {
            Some(first) => first.clone(),
            None => format!("bakehouse-build:{}", uuid::Uuid::new_v4()),
        };
        say(&format!("Building with {}\n", self.engine));
        let build = Build {
            tag: tag.clone(),
            dockerfile: dockerfile.name.clone(),
            build_args,
            labels: request.labels.iter().cloned().collect(),
            target: request.target.clone(),
            platform: request.platform.clone(),
            no_cache: request.no_cache,
            credentials: passwords.all(),
        };
        let write = move |out: &mut dyn io::Write| context.write(&dockerfile, out);
        self.engine.build(build, write, say).await?;
        for destination in &destinations {
            self.push(&tag, destination, &passwords).await?;
        }
        Ok(())
    }

    /// Where the image goes, all of it permitted.
    fn destinations(&self) -> Result<Vec<Destination>, BuildError> {
        if self.order.request.no_push {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for text in &self.order.request.destinations {
            found.push(match ImageName::of(text, self.order.port) {
                None => Destination::Elsewhere(text.clone()),
                Some(Err(source)) => {
                    let destination = text.clone();
                    return Err(BuildError::Destination {
                        destination,
                        source,
                    });
                }
                Some(Ok(name)) => {
                    self.permit(&Action::Write, "change", &name)?;
                    Destination::Here(name)
                }
            });
        }
        Ok(found)
    }

    fn permit(
        &self,
        action: &Action,
        verb: &'static str,
        image: &ImageName,
    ) -> Result<(), BuildError> {
        if self.access.may(action, &image.repository.resource()) {
            return Ok(());
        }
        Err(BuildError::NotPermitted {
            owner: self.order.owner.clone(),
            verb,
            image: image.clone(),
        })
    }

    /// Arguments of the build; those that only have a name get their value from the environment,
    /// where the platform puts secrets.
    fn build_args(&self) -> HashMap<String, String> {
        let mut found = HashMap::new();
        for (name, value) in &self.order.request.build_args {
            match value.clone().or_else(|| std::env::var(name).ok()) {
                Some(value) => {
                    found.insert(name.clone(), value);
                }
                None => say(&format!("The build argument {name} has no value\n")),
            }
        }
        found
    }

    /// Gives the engine the images of our registry that the Dockerfile builds on.
    async fn load_own_images(&self, images: &[String]) -> Result<(), BuildError> {
        for reference in images {
            // What is no name of ours, the engine says.
            let Some(Ok(name)) = ImageName::of(reference, self.order.port) else {
                continue;
            };
            self.permit(&Action::Read, "read", &name)?;
            let loaded = self.engine.ensure_loaded(&self.images, &name, reference);
            if loaded.await? == Loaded::Now {
                say(&format!(
                    "Taken from the registry of this platform: {name}\n"
                ));
            }
        }
        Ok(())
    }

    async fn push(
        &self,
        image: &str,
        destination: &Destination,
        passwords: &Passwords,
    ) -> Result<(), BuildError> {
        match destination {
            Destination::Here(name) => {
                let pushed = self.engine.import_into(&self.images, image, name);
                say(&format!("Pushed {name} ({})\n", pushed.await?));
            }
            Destination::Elsewhere(destination) => {
                let password = passwords.of(destination);
                let pushed = self.engine.push_elsewhere(image, destination, password);
                pushed.await?;
                say(&format!("Pushed {destination}\n"));
            }
        }
        Ok(())
    }
}

/// A Dockerfile: where it lies, and how the context calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DockerfilePlace {
    path: PathBuf,
    name: String,
}
