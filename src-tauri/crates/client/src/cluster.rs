//! The services that each cluster has of its own.

use futures_util::StreamExt as _;
use protocol::{Cluster, LogQuery};
use url::Url;

use crate::at;
use crate::buckets::Buckets;
use crate::conversation::Conversation;
use crate::disks::Disks;
use crate::error::{Call, ClientError, Failure};
use crate::logs::LogStream;
use crate::port::PortConnection;
use crate::registry::Registry;
use crate::secrets::Secrets;
use crate::service::{ProjectService, Service};
use crate::storage::{ByteStream, Storage};
use crate::telemetry::Readings;
use crate::transport::{Request, Transport, network};

/// The services of one cluster.
#[derive(Clone)]
pub struct ClusterServices {
    transport: Transport,
    cluster: Cluster,
    monitoring: Url,
    storage: Url,
    registry: Option<Url>,
    secrets: Url,
    disks: Url,
    buckets: Url,
}

impl ClusterServices {
    pub(crate) fn new(transport: Transport, cluster: &Cluster) -> Result<Self, ClientError> {
        Ok(Self {
            transport,
            monitoring: service(&cluster.monitoring_url)?,
            storage: service(&cluster.storage_url)?,
            // A cluster without a registry is one whose images cannot be looked up.
            registry: service(&cluster.registry_url).ok(),
            secrets: service(&cluster.secrets_url)?,
            disks: service(&cluster.disks_url)?,
            buckets: service(&cluster.buckets_url)?,
            cluster: cluster.clone(),
        })
    }

    /// What the platform says about the cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The storage of the cluster.
    pub fn storage(&self) -> Storage<'_> {
        Storage::new(&self.transport, &self.storage)
    }

    /// The image registry of the cluster, for the user of this name.
    pub fn registry<'client>(&'client self, user: &'client str) -> Registry<'client> {
        Registry::new(&self.transport, self.registry.as_ref(), user)
    }

    /// The secrets of a project of an organisation.
    pub fn secrets<'client>(
        &'client self,
        org: &'client str,
        project: &'client str,
    ) -> Secrets<'client> {
        Secrets::new(self.within(&self.secrets, (org, project)))
    }

    /// The disks of a project of an organisation.
    pub fn disks<'client>(
        &'client self,
        org: &'client str,
        project: &'client str,
    ) -> Disks<'client> {
        Disks::new(self.within(&self.disks, (org, project)))
    }

    /// The buckets of a project of an organisation.
    pub fn buckets<'client>(
        &'client self,
        org: &'client str,
        project: &'client str,
    ) -> Buckets<'client> {
        Buckets::new(self.within(&self.buckets, (org, project)))
    }

    fn within<'client>(
        &'client self,
        base: &Url,
        (org, project): (&'client str, &'client str),
    ) -> ProjectService<'client> {
        ProjectService {
            service: Service::new(&self.transport, base.clone()),
            org,
            project,
        }
    }

    /// What a running job uses, once a second until it ends.
    pub async fn readings(&self, job_id: &str) -> Result<Readings, ClientError> {
        Readings::open(&self.transport, &self.monitoring, job_id).await
    }

    /// Runs a command in a running job, in a terminal of its own if `tty`.
    pub async fn exec(
        &self,
        job_id: &str,
        command: (&str, bool),
    ) -> Result<Conversation, ClientError> {
        Conversation::exec(&self.transport, &self.monitoring, job_id, command).await
    }

    /// Joins a running job: its output from now on, and its input.
    pub async fn attach(&self, job_id: &str, tty: bool) -> Result<Conversation, ClientError> {
        Conversation::attach(&self.transport, &self.monitoring, job_id, tty).await
    }

    /// Connects to a port of a running job.
    pub async fn port(&self, job_id: &str, port: u16) -> Result<PortConnection, ClientError> {
        PortConnection::open(&self.transport, &self.monitoring, (job_id, port)).await
    }

    /// The log of a job, from its beginning (or `since`) until the job ends.
    pub fn logs(&self, job_id: &str, query: &LogQuery) -> LogStream {
        LogStream::new(self.transport.clone(), &self.monitoring, job_id, query)
    }

    /// The output of a job that has ended, in one plain answer: less effort than following it where
    /// the platform is near.
    pub async fn ended_log(&self, job_id: &str) -> Result<ByteStream, ClientError> {
        let request = Request::get(at(&self.monitoring, &[job_id, "log"]));
        let response = self.transport.send(&request).await?;
        let pieces = response.bytes_stream();
        Ok(pieces
            .map(move |piece| piece.map_err(|error| request.failed(network(&error))))
            .boxed())
    }
}

fn service(address: &str) -> Result<Url, ClientError> {
    Url::parse(address).map_err(|error| ClientError {
        call: Call {
            method: "GET",
            address: address.to_owned(),
        },
        failure: Failure::Unreadable {
            reason: format!("the platform names `{address}` as a service: {error}"),
        },
    })
}
