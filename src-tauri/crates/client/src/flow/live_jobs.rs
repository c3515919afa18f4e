//! Records of live jobs.

use protocol::flow::{LiveJob, NewLiveJob};
use reqwest::Method;

use super::{Part, query};
use crate::error::ClientError;

/// Records of live jobs.
pub struct LiveJobs<'client>(pub(super) Part<'client>);

impl LiveJobs<'_> {
    /// The live jobs of a flow.
    pub async fn list(&self, project_id: &str) -> Result<Vec<LiveJob>, ClientError> {
        self.0.list(&query(&[("project_id", project_id)])).await
    }

    /// Makes or replaces the record of a live job.
    pub async fn replace(&self, job: &NewLiveJob) -> Result<LiveJob, ClientError> {
        self.0.send(Method::PUT, &["replace"], job).await
    }
}
