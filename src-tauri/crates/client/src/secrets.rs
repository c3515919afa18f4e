//! Secrets of a project. Values go to the platform; only [`Secrets::reveal`] brings one back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{NewSecret, Secret};
use reqwest::Method;
use url::Url;

use crate::error::{ClientError, Failure, if_found};
use crate::service::{Service, query};
use crate::transport::Transport;

/// The secrets of one project.
pub struct Secrets<'client> {
    service: Service<'client>,
    org: &'client str,
    project: &'client str,
}

impl<'client> Secrets<'client> {
    pub(crate) fn new(
        transport: &'client Transport,
        base: &Url,
        (org, project): (&'client str, &'client str),
    ) -> Self {
        Self {
            service: Service::new(transport, base.clone()),
            org,
            project,
        }
    }

    /// The keys there are; no values.
    pub async fn list(&self) -> Result<Vec<Secret>, ClientError> {
        self.service.list(&self.scope()).await
    }

    /// Keeps a value under a key, in place of what was there.
    pub async fn put(&self, key: &str, value: &[u8]) -> Result<Secret, ClientError> {
        let new = NewSecret {
            key: key.to_owned(),
            value: STANDARD.encode(value),
            org_name: Some(self.org.to_owned()),
            project_name: self.project.to_owned(),
        };
        self.service.send(Method::POST, &[], &new).await
    }

    /// The value of a key; nothing if there is no such secret.
    pub async fn reveal(&self, key: &str) -> Result<Option<Vec<u8>>, ClientError> {
        let found: Result<Secret, _> = self.service.get(&[key], &self.scope()).await;
        let Some(secret) = if_found(found)? else {
            return Ok(None);
        };
        let value = STANDARD.decode(secret.value.unwrap_or_default());
        value.map(Some).map_err(|_| {
            let request = self.service.request(Method::GET, &[key]);
            // The reason must not tell what was there: it may be the secret.
            request.failed(Failure::Unreadable {
                reason: "the value is not base64".to_owned(),
            })
        })
    }

    /// Removes a secret.
    pub async fn remove(&self, key: &str) -> Result<(), ClientError> {
        self.service.delete(&[key], &self.scope()).await
    }

    fn scope(&self) -> protocol::Query {
        query(&[("org_name", self.org), ("project_name", self.project)])
    }
}
