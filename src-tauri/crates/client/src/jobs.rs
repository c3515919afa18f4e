//! The jobs service: submit, list, look, change, stop.

use protocol::{Job, JobFilter, JobSubmission, JobsDocument, Query, RunTimeChange};
use reqwest::Method;
use url::Url;

use crate::at;
use crate::error::ClientError;
use crate::lines::ListDocument;
use crate::transport::{ONCE, Request, Transport};

/// The jobs service.
pub struct Jobs<'client> {
    transport: &'client Transport,
    base: Url,
}

impl ListDocument<Job> for JobsDocument {
    fn into_items(self) -> Vec<Job> {
        self.jobs
    }
}

impl<'client> Jobs<'client> {
    pub(crate) fn new(transport: &'client Transport, base: Url) -> Self {
        Self { transport, base }
    }

    /// Submits a job whose resources come from a preset.
    pub async fn submit(&self, submission: &JobSubmission) -> Result<Job, ClientError> {
        let mut url = self.base.clone();
        url.set_query(Some("from_preset"));
        let request = Request::new(Method::POST, url).json(submission)?;
        self.transport.change(request).await
    }

    /// The same for a job that must not be submitted twice: our platform answers a second submission
    /// under the same key with the job of the first one. Others do not know such keys.
    pub async fn submit_once(
        &self,
        submission: &JobSubmission,
        key: &str,
    ) -> Result<Job, ClientError> {
        let mut url = self.base.clone();
        url.set_query(Some("from_preset"));
        let request = Request::new(Method::POST, url).json(submission)?;
        self.transport.change(request.header(ONCE, key)).await
    }

    /// The jobs that pass the filter.
    pub async fn list(&self, filter: &JobFilter) -> Result<Vec<Job>, ClientError> {
        let request = Request::get(self.base.clone()).query(&filter.query());
        self.transport.list::<Job, JobsDocument>(request).await
    }

    /// One job, by its id or its name.
    pub async fn get(&self, job: &str) -> Result<Job, ClientError> {
        self.transport
            .read(Request::get(at(&self.base, &[job])))
            .await
    }

    /// The job as soon as it has had more than `known` statuses or has ended, or as it is after a
    /// while. Only the local platform can tell; others refuse with 404.
    pub async fn changed(&self, job: &str, known: usize) -> Result<Job, ClientError> {
        let mut query = Query::new();
        query.push("known", known.to_string());
        let url = at(&self.base, &[job, "changed"]);
        self.transport.read(Request::get(url).query(&query)).await
    }

    /// Stops a job; it is no error if it has ended already.
    pub async fn kill(&self, job: &str) -> Result<(), ClientError> {
        let request = Request::new(Method::DELETE, at(&self.base, &[job]));
        self.transport.command(request).await
    }

    /// Lets a job live longer.
    pub async fn extend_minutes(&self, job: &str, minutes: u64) -> Result<(), ClientError> {
        let change = RunTimeChange {
            additional_max_run_time_minutes: Some(minutes),
            ..RunTimeChange::default()
        };
        let url = at(&self.base, &[job, "max_run_time_minutes"]);
        let request = Request::new(Method::PUT, url).json(&change)?;
        self.transport.command(request).await
    }

    /// How many jobs of each preset fit on the cluster now.
    pub async fn capacity(
        &self,
        cluster: &str,
    ) -> Result<std::collections::BTreeMap<String, u64>, ClientError> {
        let mut query = Query::new();
        query.push("cluster_name", cluster);
        let url = at(&self.base, &["capacity"]);
        self.transport.read(Request::get(url).query(&query)).await
    }
}
