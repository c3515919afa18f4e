//! Images of the engine for registries: ours gets them as an archive, others by the engine's push.

use bollard::auth::DockerCredentials;
use bollard::errors::Error as EngineError;
use bollard::query_parameters::{PushImageOptions, TagImageOptions};
use futures_util::TryStreamExt as _;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::Engine;
use super::load::MOVING;
use crate::registry::{ArchiveError, Digest, ImageName, ImageStore};
use crate::store::run_blocking;

/// Why an image did not get into a registry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PushError {
    #[error("the container engine did not hand the image {image} over: {source}")]
    Engine { image: String, source: EngineError },
    #[error("the image {image} could not be kept: {source}")]
    Archive { image: String, source: ArchiveError },
    #[error("the image could not be pushed to {destination}: {source}")]
    Elsewhere {
        destination: String,
        source: EngineError,
    },
}

impl Engine {
    /// Puts the image that the engine calls `image` (a name or an id) into our registry, and
    /// answers the digest of its manifest.
    pub(crate) async fn import_into(
        &self,
        images: &ImageStore,
        image: &str,
        name: &ImageName,
    ) -> Result<Digest, PushError> {
        let kept = |source: ArchiveError| PushError::Archive {
            image: image.to_owned(),
            source,
        };
        // Asked first, because an archive of an unknown image is an error in mid-stream.
        let there = self.client.inspect_image(image).await;
        there.map_err(|source| PushError::Engine {
            image: image.to_owned(),
            source,
        })?;
        let client = self.client.clone().with_timeout(MOVING);
        let archive = client.export_image(image).map_err(std::io::Error::other);
        let reader = SyncIoBridge::new(StreamReader::new(Box::pin(archive)));
        let store = images.clone();
        let import = run_blocking(move || store.read_archive(reader))
            .await
            .map_err(kept)?;
        let put = images.keep_import(import, name).await;
        put.map_err(|error| kept(error.into()))
    }

    /// Pushes the image to a registry elsewhere.
    pub(crate) async fn push_elsewhere(
        &self,
        image: &str,
        destination: &str,
        credentials: Option<DockerCredentials>,
    ) -> Result<(), PushError> {
        let failed = |source: EngineError| PushError::Elsewhere {
            destination: destination.to_owned(),
            source,
        };
        let (name, tag) = name_and_tag(destination);
        let options = TagImageOptions {
            repo: Some(name.to_owned()),
            tag: Some(tag.to_owned()),
        };
        let tagged = self.client.tag_image(image, Some(options)).await;
        tagged.map_err(failed)?;
        let options = PushImageOptions {
            tag: Some(tag.to_owned()),
            platform: None,
        };
        let client = self.client.clone().with_timeout(MOVING);
        let pushed = client
            .push_image(name, Some(options), credentials)
            .try_for_each(|step| async move {
                // An engine may tell an error as a step.
                match step.error_detail.and_then(|detail| detail.message) {
                    Some(error) => Err(EngineError::DockerStreamError { error }),
                    None => Ok(()),
                }
            });
        pushed.await.map_err(failed)
    }
}

/// Splits the tag off; what follows a colon after the last slash.
pub(crate) fn name_and_tag(reference: &str) -> (&str, &str) {
    let name_at = reference.rfind('/').map_or(0, |at| at + 1);
    match reference[name_at..].find(':') {
        Some(at) => (&reference[..name_at + at], &reference[name_at + at + 1..]),
        None => (reference, "latest"),
    }
}
