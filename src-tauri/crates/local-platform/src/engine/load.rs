//! Our images for the engine: it gets them as an archive over its socket. Pulling them from our
//! registry would need a password, and Podman would insist on encryption.

use std::time::Duration;

use bollard::errors::Error as EngineError;
use bollard::query_parameters::ImportImageOptions;
use futures_util::TryStreamExt as _;

use super::push::name_and_tag;
use super::{Engine, tar_stream};
use crate::registry::{Image, ImageName, ImageStore, RegistryError};

/// How long moving an image may take before the engine says the next thing.
pub(super) const MOVING: Duration = Duration::from_secs(24 * 60 * 60);

/// Why an image of ours is not in the engine.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("there is no image {name} in the registry of this platform; push it, or build it")]
    NoImage { name: String },
    #[error("the image {name} could not be given to the container engine: {source}")]
    Engine { name: String, source: EngineError },
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl Engine {
    /// Sees to it that the engine has the image `name` of our registry under the name `reference`,
    /// and that it is the image which has the name today.
    pub(crate) async fn ensure_loaded(
        &self,
        images: &ImageStore,
        name: &ImageName,
        reference: &str,
    ) -> Result<Loaded, LoadError> {
        let image = images
            .image(name)
            .await?
            .ok_or_else(|| LoadError::NoImage {
                name: name.to_string(),
            })?;
        if self.has(images, &image, reference).await {
            return Ok(Loaded::AlreadyThere);
        }
        let images = images.clone();
        // An archive can only give a tag; who asks for a digest gets a tag that says so.
        let tag = tagged(reference);
        let archive = tar_stream::written_by(move |out| images.write_archive(&image, &tag, out));
        let options = ImportImageOptions {
            quiet: true,
            platform: None,
        };
        let client = self.client.clone().with_timeout(MOVING);
        let loaded = client
            .import_image(options, bollard::body_try_stream(archive), None)
            .try_for_each(|_| async { Ok(()) });
        loaded.await.map_err(|source| LoadError::Engine {
            name: name.to_string(),
            source,
        })?;
        Ok(Loaded::Now)
    }

    /// True if the engine has this very image. Docker names it by its configuration or, with newer
    /// stores, by a manifest it makes itself; then the layers and the moment it was made tell.
    async fn has(&self, images: &ImageStore, image: &Image, reference: &str) -> bool {
        let Ok(there) = self.client.inspect_image(&tagged(reference)).await else {
            return false;
        };
        if there
            .id
            .is_some_and(|id| id.strip_prefix("sha256:").unwrap_or(&id) == image.config.hex())
        {
            return true;
        }
        let Some(ours) = images.configuration(image) else {
            return false;
        };
        let layers = there.root_fs.and_then(|root| root.layers);
        let created = there.created.map(|created| created.to_string());
        layers.is_some_and(|layers| layers == ours.layers)
            && created.is_some()
            && created == ours.created
    }
}

/// Whether an image had to be given to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loaded {
    AlreadyThere,
    Now,
}

/// The name under which the engine has what is called `reference` here.
pub(crate) fn tagged(reference: &str) -> String {
    let Some((name, digest)) = reference.split_once('@') else {
        let (name, tag) = name_and_tag(reference);
        return format!("{name}:{tag}");
    };
    let (name, _) = name_and_tag(name);
    format!("{name}:{}", digest.replace(':', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_becomes_a_name_with_a_tag() {
        assert_eq!(tagged("127.0.0.1:1/o/p/a:1"), "127.0.0.1:1/o/p/a:1");
        assert_eq!(tagged("127.0.0.1:1/o/p/a"), "127.0.0.1:1/o/p/a:latest");
        assert_eq!(
            tagged("127.0.0.1:1/o/p/a@sha256:ab"),
            "127.0.0.1:1/o/p/a:sha256-ab"
        );
        assert_eq!(
            tagged("127.0.0.1:1/o/p/a:1@sha256:ab"),
            "127.0.0.1:1/o/p/a:sha256-ab"
        );
    }
}
