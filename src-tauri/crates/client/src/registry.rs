//! The image registry of a cluster: which images there are, and what a builder signs in with.

use protocol::PlatformImage;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::at;
use crate::error::{Call, ClientError, Failure, if_found};
use crate::transport::{Request, Transport, body, unreadable};

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

/// The answer to the question for images.
#[derive(Deserialize)]
struct Catalogue {
    #[serde(default)]
    repositories: Option<Vec<String>>,
}

/// The part of a manifest that tells sizes; one that lists other manifests has none.
#[derive(Deserialize)]
struct Layers {
    #[serde(default)]
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
struct Layer {
    #[serde(default)]
    size: u64,
}

/// What is told of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The hash it is known by.
    pub digest: String,
    /// Bytes of its layers.
    pub size: u64,
}

/// What we can read of an image.
const MANIFESTS: &str = "application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";

fn parts<'a>(org: &'a str, project: &'a str, name: &'a str, end: &[&'a str]) -> Vec<&'a str> {
    let mut parts = vec!["v2", org, project];
    parts.extend(name.split('/'));
    parts.extend(end);
    parts
}

/// Where the next page of a list is: `Link: <…>; rel="next"`. It counts only on the same host,
/// because the token goes there.
fn next_page(request: &Request, headers: &HeaderMap) -> Option<Url> {
    let link = headers.get("link")?.to_str().ok()?;
    let (address, relation) = link.split_once('>')?;
    let next = request.url.join(address.trim().strip_prefix('<')?).ok()?;
    let ours = next.origin() == request.url.origin() && next != request.url;
    (relation.contains("next") && ours).then_some(next)
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
        let tags = self.tags(&image.org, &image.project, &image.name).await?;
        Ok(tags.contains(&image.tag))
    }

    /// All images the user may see, as `org/project/name`.
    pub async fn images(&self) -> Result<Vec<String>, ClientError> {
        let mut found = Vec::new();
        let mut next = Some(self.page(&["v2", "_catalog"])?);
        while let Some(request) = next.take() {
            let (page, further): (Catalogue, _) = self.ask(request).await?;
            found.extend(page.repositories.unwrap_or_default());
            next = further;
        }
        Ok(found)
    }

    /// The tags of an image; none if there is no such image.
    pub async fn tags(
        &self,
        org: &str,
        project: &str,
        name: &str,
    ) -> Result<Vec<String>, ClientError> {
        let mut found = Vec::new();
        let mut next = Some(self.page(&parts(org, project, name, &["tags", "list"]))?);
        while let Some(request) = next.take() {
            let Some((page, further)) = if_found(self.ask::<Tags>(request).await)? else {
                break;
            };
            found.extend(page.tags.unwrap_or_default());
            next = further;
        }
        Ok(found)
    }

    /// Digest and size of an image; nothing if it is not there.
    pub async fn manifest(&self, image: &PlatformImage) -> Result<Option<Manifest>, ClientError> {
        let path = parts(
            &image.org,
            &image.project,
            &image.name,
            &["manifests", &image.tag],
        );
        let request = self
            .request(Method::GET, &path)?
            .header("accept", MANIFESTS);
        let sent = self
            .transport
            .patiently(|| self.transport.send(&request))
            .await;
        let Some(response) = if_found(sent)? else {
            return Ok(None);
        };
        let digest = response.headers().get("docker-content-digest");
        let digest = digest.and_then(|digest| digest.to_str().ok());
        let digest = digest.unwrap_or_default().to_owned();
        let bytes = body(&request, response).await?;
        let layers: Layers =
            serde_json::from_slice(&bytes).map_err(|error| request.failed(unreadable(&error)))?;
        let size = layers.layers.iter().map(|layer| layer.size).sum();
        Ok(Some(Manifest { digest, size }))
    }

    /// Removes an image by its digest, with all tags that name it.
    pub async fn remove(&self, image: &PlatformImage, digest: &str) -> Result<(), ClientError> {
        let path = parts(
            &image.org,
            &image.project,
            &image.name,
            &["manifests", digest],
        );
        self.transport
            .command(self.request(Method::DELETE, &path)?)
            .await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<(T, Option<Request>), ClientError> {
        let transport = self.transport;
        let (page, next) = transport
            .patiently(|| async {
                let response = transport.send(&request).await?;
                let next = next_page(&request, response.headers());
                let bytes = body(&request, response).await?;
                let page: Result<T, _> = serde_json::from_slice(&bytes);
                let page = page.map_err(|error| request.failed(unreadable(&error)))?;
                Ok((page, next))
            })
            .await?;
        Ok((page, next.map(|url| self.signed(Request::get(url)))))
    }

    fn page(&self, path: &[&str]) -> Result<Request, ClientError> {
        let mut request = self.request(Method::GET, path)?;
        request.url.set_query(Some("n=100"));
        Ok(request)
    }

    fn request(&self, method: Method, path: &[&str]) -> Result<Request, ClientError> {
        let base = self.base.ok_or_else(|| ClientError {
            call: Call {
                method: "GET",
                address: "the registry".to_owned(),
            },
            failure: Failure::Senseless {
                reason: "the cluster names no image registry".to_owned(),
            },
        })?;
        let mut url = base.clone();
        url.set_path("");
        Ok(self.signed(Request::new(method, at(&url, path))))
    }

    /// Registries want the user's name beside the token.
    fn signed(&self, request: Request) -> Request {
        request.signed_by(self.user)
    }

    /// The file that lets a builder of images push into the registry, for this host (and port).
    pub async fn docker_config(&self, host: &str) -> Result<String, ClientError> {
        let token = self
            .transport
            .token()
            .await
            .map_err(|failure| ClientError {
                call: Call {
                    method: "GET",
                    address: "the registry".to_owned(),
                },
                failure,
            })?;
        let basic = token.basic(self.user);
        let auth = basic.strip_prefix("Basic ").unwrap_or(&basic);
        let config = serde_json::json!({"auths": {host: {"auth": auth}}});
        Ok(config.to_string())
    }
}
