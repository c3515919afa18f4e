//! Secrets of a project. Values go to the platform; only [`Secrets::reveal`] brings one back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{NewSecret, Secret};
use reqwest::Method;

use crate::error::{ClientError, Failure, if_found};
use crate::service::ProjectService;

/// The secrets of one project.
pub struct Secrets<'client> {
    within: ProjectService<'client>,
}

impl<'client> Secrets<'client> {
    pub(crate) fn new(within: ProjectService<'client>) -> Self {
        Self { within }
    }

    /// The keys there are; no values.
    pub async fn list(&self) -> Result<Vec<Secret>, ClientError> {
        self.within.service.list(&self.within.scope()).await
    }

    /// Keeps a value under a key, in place of what was there.
    pub async fn put(&self, key: &str, value: &[u8]) -> Result<Secret, ClientError> {
        let new = NewSecret {
            key: key.to_owned(),
            value: STANDARD.encode(value),
            org_name: Some(self.within.org.to_owned()),
            project_name: self.within.project.to_owned(),
        };
        self.within.service.send(Method::POST, &[], &new).await
    }

    /// The value of a key; nothing if there is no such secret.
    pub async fn reveal(&self, key: &str) -> Result<Option<Vec<u8>>, ClientError> {
        let found: Result<Secret, _> = self.within.service.get(&[key], &self.within.scope()).await;
        let Some(secret) = if_found(found)? else {
            return Ok(None);
        };
        let value = STANDARD.decode(secret.value.unwrap_or_default());
        value.map(Some).map_err(|_| {
            let request = self.within.service.request(Method::GET, &[key]);
            // The reason must not tell what was there: it may be the secret.
            request.failed(Failure::Unreadable {
                reason: "the value is not base64".to_owned(),
            })
        })
    }

    /// Removes a secret.
    pub async fn remove(&self, key: &str) -> Result<(), ClientError> {
        self.within
            .service
            .delete(&[key], &self.within.scope())
            .await
    }
}
