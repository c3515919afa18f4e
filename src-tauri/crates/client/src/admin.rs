//! Credits and quota, from the admin service. A platform without one sets no limits.

use protocol::{OrgBudget, Query, UserBudget};
use url::Url;

use crate::error::ClientError;
use crate::service::{Service, query};
use crate::transport::Transport;

/// The admin service.
pub struct Admin<'client> {
    service: Service<'client>,
}

impl<'client> Admin<'client> {
    pub(crate) fn new(transport: &'client Transport, base: Url) -> Self {
        Self {
            service: Service::new(transport, base),
        }
    }

    /// What an organisation may spend on a cluster, and has spent.
    pub async fn org(&self, cluster: &str, org: &str) -> Result<Option<OrgBudget>, ClientError> {
        let path = ["clusters", cluster, "orgs", org];
        self.service.find(&path, &Query::new()).await
    }

    /// The same of one of its users.
    pub async fn user(
        &self,
        cluster: &str,
        org: &str,
        user: &str,
    ) -> Result<Option<UserBudget>, ClientError> {
        let path = ["clusters", cluster, "orgs", org, "users", user];
        let asked = query(&[("with_user_info", "false")]);
        self.service.find(&path, &asked).await
    }
}
