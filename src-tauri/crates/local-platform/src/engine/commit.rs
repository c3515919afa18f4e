//! An image of a container as it is now.

use bollard::errors::Error as EngineError;
use bollard::models::ContainerConfig;
use bollard::query_parameters::{CommitContainerOptions, RemoveImageOptions};

use super::Engine;
use super::load::MOVING;

impl Engine {
    /// Makes an image of a container and answers its id. The container waits meanwhile.
    pub(crate) async fn commit(&self, container: &str) -> Result<String, EngineError> {
        let options = CommitContainerOptions {
            container: Some(container.to_owned()),
            pause: true,
            ..CommitContainerOptions::default()
        };
        let client = self.client.clone().with_timeout(MOVING);
        let made = client
            .commit_container(options, ContainerConfig::default())
            .await?;
        Ok(made.id)
    }

    /// Forgets an image that nobody else has a name for.
    pub(crate) async fn forget(&self, image: &str) {
        let removed = self
            .client
            .remove_image(image, None::<RemoveImageOptions>, None)
            .await;
        if let Err(error) = removed {
            tracing::debug!(%error, image, "an image could not be removed");
        }
    }
}
