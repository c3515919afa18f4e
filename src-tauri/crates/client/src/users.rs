//! Users, what they may do, and the roles they made. A role is named like a user with slashes.

use protocol::{Grant, NewRole, Permission, Query, Subroles};
use reqwest::Method;
use url::Url;

use crate::error::ClientError;
use crate::service::Service;
use crate::transport::Transport;

/// The users service.
pub struct Users<'client> {
    service: Service<'client>,
}

impl<'client> Users<'client> {
    pub(crate) fn new(transport: &'client Transport, base: Url) -> Self {
        Self {
            service: Service::new(transport, base),
        }
    }

    /// What a user or role may do, with things below `uri` if it is given.
    pub async fn permissions(
        &self,
        user: &str,
        uri: Option<&str>,
    ) -> Result<Vec<Permission>, ClientError> {
        let path = [&*in_path(user), "permissions"];
        self.service.list_at(&path, &below(uri)).await
    }

    /// What a user has granted to others.
    pub async fn shared(&self, user: &str, uri: Option<&str>) -> Result<Vec<Grant>, ClientError> {
        let path = [&*in_path(user), "permissions", "shared"];
        self.service.list_at(&path, &below(uri)).await
    }

    /// Grants permissions; answers what is effective then, which may be more.
    pub async fn grant(
        &self,
        user: &str,
        permissions: &[Permission],
    ) -> Result<Vec<Permission>, ClientError> {
        let path = [&*in_path(user), "permissions"];
        self.service.send(Method::POST, &path, &permissions).await
    }

    /// Takes a grant back.
    pub async fn revoke(&self, user: &str, uri: &str) -> Result<(), ClientError> {
        let path = [&*in_path(user), "permissions"];
        self.service.delete(&path, &below(Some(uri))).await
    }

    /// The roles of a user.
    pub async fn roles(&self, user: &str) -> Result<Vec<String>, ClientError> {
        let path = [&*in_path(user), "subroles"];
        let roles: Subroles = self.service.get(&path, &Query::new()).await?;
        Ok(roles.subroles)
    }

    /// Makes a role, such as `alice/roles/readers`.
    pub async fn add_role(&self, role: &str) -> Result<(), ClientError> {
        let new = NewRole {
            name: role.to_owned(),
        };
        self.service.tell(Method::POST, &[], &new).await
    }

    /// Removes a role and all that was granted to it.
    pub async fn remove_role(&self, role: &str) -> Result<(), ClientError> {
        self.service.delete(&[&*in_path(role)], &Query::new()).await
    }
}

/// How a name stands in a path: slashes would be taken for parts of it.
fn in_path(user: &str) -> String {
    user.replace('/', ":")
}

fn below(uri: Option<&str>) -> Query {
    let mut query = Query::new();
    query.push_some("uri", uri);
    query
}
