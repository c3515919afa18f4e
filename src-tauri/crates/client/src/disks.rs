//! Persistent disks of a project.

use protocol::{Disk, NewDisk};
use reqwest::Method;

use crate::error::ClientError;
use crate::service::ProjectService;

/// The disks of one project.
pub struct Disks<'client> {
    within: ProjectService<'client>,
}

impl<'client> Disks<'client> {
    pub(crate) fn new(within: ProjectService<'client>) -> Self {
        Self { within }
    }

    /// The disks there are.
    pub async fn list(&self) -> Result<Vec<Disk>, ClientError> {
        self.within.service.list(&self.within.scope()).await
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
            project_name: self.within.project.to_owned(),
            org_name: Some(self.within.org.to_owned()),
        };
        self.within.service.send(Method::POST, &[], &new).await
    }

    /// One disk, by its id or its name.
    pub async fn find(&self, disk: &str) -> Result<Option<Disk>, ClientError> {
        self.within
            .service
            .find(&[disk], &self.within.scope())
            .await
    }

    /// Removes a disk and what is on it.
    pub async fn remove(&self, disk: &str) -> Result<(), ClientError> {
        self.within
            .service
            .delete(&[disk], &self.within.scope())
            .await
    }
}
