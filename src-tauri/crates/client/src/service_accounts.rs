//! Service accounts: identities for programs.

use protocol::{NewServiceAccount, Query, ServiceAccount, ServiceAccountCreated};
use reqwest::Method;
use url::Url;

use crate::error::ClientError;
use crate::service::Service;
use crate::transport::Transport;

/// The service accounts of the user.
pub struct ServiceAccounts<'client> {
    service: Service<'client>,
}

impl<'client> ServiceAccounts<'client> {
    pub(crate) fn new(transport: &'client Transport, base: Url) -> Self {
        Self {
            service: Service::new(transport, base),
        }
    }

    /// The accounts there are.
    pub async fn list(&self) -> Result<Vec<ServiceAccount>, ClientError> {
        self.service.list(&Query::new()).await
    }

    /// Makes an account. Its token is told this once only.
    pub async fn create(
        &self,
        new: &NewServiceAccount,
    ) -> Result<ServiceAccountCreated, ClientError> {
        self.service.send(Method::POST, &[], new).await
    }

    /// One account, by its id or its name.
    pub async fn find(&self, account: &str) -> Result<Option<ServiceAccount>, ClientError> {
        self.service.find(&[account], &Query::new()).await
    }

    /// Removes an account; its token is worth nothing then.
    pub async fn remove(&self, account: &str) -> Result<(), ClientError> {
        self.service.delete(&[account], &Query::new()).await
    }
}
