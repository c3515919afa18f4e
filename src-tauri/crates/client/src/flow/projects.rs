//! Flows, which the wire calls projects.

use protocol::Query;
use protocol::flow::{NewProject, Project};
use reqwest::Method;

use super::{Part, query};
use crate::error::ClientError;

/// Flows, which the wire calls projects.
pub struct Projects<'client>(pub(super) Part<'client>);

impl Projects<'_> {
    /// The flows of a cluster.
    pub async fn list(&self, cluster: &str) -> Result<Vec<Project>, ClientError> {
        self.0.list(&query(&[("cluster", cluster)])).await
    }

    /// The flow with exactly this name and place, if there is one.
    pub async fn find(&self, flow: &NewProject) -> Result<Option<Project>, ClientError> {
        let mut query = Query::new();
        query.push("name", &flow.name);
        query.push("cluster", &flow.cluster);
        query.push_some("project_name", flow.project_name.as_deref());
        query.push_some("org_name", flow.org_name.as_deref());
        self.0.find(&["by_name"], &query).await
    }

    /// One flow.
    pub async fn get(&self, project_id: &str) -> Result<Project, ClientError> {
        self.0.get(&[project_id], &Query::new()).await
    }

    /// Records a flow.
    pub async fn create(&self, flow: &NewProject) -> Result<Project, ClientError> {
        self.0.send(Method::POST, &[], flow).await
    }

    /// The flow's record, made if there is none.
    pub async fn get_or_create(&self, flow: &NewProject) -> Result<Project, ClientError> {
        if let Some(found) = self.find(flow).await? {
            return Ok(found);
        }
        match self.create(flow).await {
            // Somebody else made it in the meantime.
            Err(error) if error.is_conflict() => self.find(flow).await?.ok_or(error),
            answer => answer,
        }
    }

    /// Removes a flow with all its bakes.
    pub async fn delete(&self, project_id: &str) -> Result<(), ClientError> {
        self.0.delete(&[project_id], &Query::new()).await
    }
}
