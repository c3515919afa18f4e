//! Building an image with the engine.

use std::collections::HashMap;
use std::io::{self, Write};

use bollard::auth::DockerCredentials;
use bollard::errors::Error as EngineError;
use bollard::query_parameters::BuildImageOptions;
use futures_util::TryStreamExt as _;

use super::load::MOVING;
use super::{Engine, tar_stream};

/// What to build, beside the context.
#[derive(Debug, Clone, Default)]
pub(crate) struct Build {
    /// Its name in the engine.
    pub(crate) tag: String,
    /// The Dockerfile, as it is called in the context.
    pub(crate) dockerfile: String,
    pub(crate) build_args: HashMap<String, String>,
    pub(crate) labels: HashMap<String, String>,
    /// Stop at this stage.
    pub(crate) target: Option<String>,
    /// For another machine, such as `linux/arm64`.
    pub(crate) platform: Option<String>,
    /// Do every step anew.
    pub(crate) no_cache: bool,
    /// Passwords, by registry.
    pub(crate) credentials: HashMap<String, DockerCredentials>,
}

impl Engine {
    /// Builds an image from the archive that `context` writes; `say` gets the output as it comes.
    /// The network of the steps is that of this computer, as for jobs.
    pub(crate) async fn build(
        &self,
        build: Build,
        context: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
        say: impl Fn(&str),
    ) -> Result<(), EngineError> {
        let options = BuildImageOptions {
            dockerfile: build.dockerfile,
            t: Some(build.tag),
            buildargs: Some(build.build_args),
            labels: Some(build.labels),
            target: build.target.unwrap_or_default(),
            platform: build.platform.unwrap_or_default(),
            nocache: build.no_cache,
            networkmode: Some("host".to_owned()),
            rm: true,
            forcerm: true,
            ..BuildImageOptions::default()
        };
        let context = bollard::body_try_stream(tar_stream::written_by(context));
        let client = self.client.clone().with_timeout(MOVING);
        let mut output = client.build_image(options, Some(build.credentials), Some(context));
        while let Some(step) = output.try_next().await? {
            if let Some(error) = step.error_detail.and_then(|detail| detail.message) {
                return Err(EngineError::DockerStreamError { error });
            }
            if let Some(text) = step.stream {
                say(&text);
            }
            if let Some(status) = step.status {
                let id = step.id.map(|id| format!("{id}: ")).unwrap_or_default();
                // Progress bars are no log.
                if step
                    .progress_detail
                    .and_then(|detail| detail.total)
                    .is_none()
                {
                    say(&format!("{id}{status}\n"));
                }
            }
        }
        Ok(())
    }
}
