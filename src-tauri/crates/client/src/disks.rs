//! Persistent disks of a project.

use protocol::{Disk, NewDisk};
use reqwest::Method;
use url::Url;

use crate::error::ClientError;
use crate::service::{Service, query};
use crate::transport::Transport;

/// The disks of one project.
pub struct Disks<'client> {
    service: Service<'client>,
    org: &'client str,
    project: &'client str,
}

impl<'client> Disks<'client> {
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

    /// The disks there are.
    pub async fn list(&self) -> Result<Vec<Disk>, ClientError> {
        self.service.list(&self.scope()).await
    }

    /// Makes a disk of so many bytes; without use it goes after `life_span` seconds.
    pub async fn create(
        &self,
        name: Option<&str>,
        bytes: u64,
        life_span: Option<f64>,
    ) -> Result<Disk, ClientError> {
        let new = NewDisk {
            storage: bytes,
            life_span,
            name: name.map(str::to_owned),
            project_name: self.project.to_owned(),
            org_name: Some(self.org.to_owned()),
        };
        self.service.send(Method::POST, &[], &new).await
    }

    /// One disk, by its id or its name.
    pub async fn find(&self, disk: &str) -> Result<Option<Disk>, ClientError> {
        self.service.find(&[disk], &self.scope()).await
    }

    /// Removes a disk and what is on it.
    pub async fn remove(&self, disk: &str) -> Result<(), ClientError> {
        self.service.delete(&[disk], &self.scope()).await
    }

    fn scope(&self) -> protocol::Query {
        query(&[("org_name", self.org), ("project_name", self.project)])
    }
}
