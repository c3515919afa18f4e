//! The image registry of a cluster: which images there are, and what a builder signs in with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::PlatformImage;
use serde::Deserialize;
use url::Url;

use crate::at;
use crate::error::{Call, ClientError, Failure, if_found};
use crate::transport::{Request, Transport};

/// The image registry of one cluster.
#[derive(Clone, Copy)]
pub struct Registry<'client> {
    transport: &'client Transport,
    base: Option<&'client Url>,
    user: &'client str,
}

/// The answer to the question for tags.
#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl<'client> Registry<'client> {
    pub(crate) fn new(
        transport: &'client Transport,
        base: Option<&'client Url>,
        user: &'client str,
    ) -> Self {
        Self {
            transport,
            base,
            user,
        }
    }

    /// Whether the registry has an image under this name and tag.
    pub async fn has(&self, image: &PlatformImage) -> Result<bool, ClientError> {
        let base = self.base.ok_or_else(|| ClientError {
            call: Call {
                method: "GET",
                address: "the registry".to_owned(),
            },
            failure: Failure::Senseless {
                reason: "the cluster names no image registry".to_owned(),
            },
        })?;
        let mut parts = vec!["v2", &image.org, &image.project];
        parts.extend(image.name.split('/'));
        parts.extend(["tags", "list"]);
        let mut url = base.clone();
        url.set_path("");
        let request = Request::get(at(&url, &parts));
        let tags: Option<Tags> = if_found(self.transport.read(request).await)?;
        let tags = tags.and_then(|tags| tags.tags).unwrap_or_default();
        Ok(tags.contains(&image.tag))
    }

    /// The file that lets a builder of images push into the registry, for this host (and port).
    pub async fn docker_config(&self, host: &str) -> Result<String, ClientError> {
        let bearer = self
            .transport
            .bearer()
            .await
            .map_err(|failure| ClientError {
                call: Call {
                    method: "GET",
                    address: "the registry".to_owned(),
                },
                failure,
            })?;
        let token = bearer.strip_prefix("Bearer ").unwrap_or(&bearer);
        let auth = STANDARD.encode(format!("{}:{token}", self.user));
        let config = serde_json::json!({"auths": {host: {"auth": auth}}});
        Ok(config.to_string())
    }
}
