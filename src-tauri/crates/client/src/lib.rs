//! The platform's protocol over HTTP and WebSocket.
//!
//! A [`Client`] talks to one platform, the cloud or the embedded local one, as one user. It is
//! cheap to clone and safe to share. Reads are tried again while the server is away for a moment;
//! calls that change something are sent once.
//!
//! ```no_run
//! # async fn example() -> Result<(), client::ClientError> {
//! use std::sync::Arc;
//! let token = client::Token::new("…");
//! let client = client::Client::new("http://127.0.0.1:7471/api/v1", Arc::new(token))?;
//! let jobs = client.jobs().list(&protocol::JobFilter::default()).await?;
//! # Ok(()) }
//! ```
#![warn(missing_docs)]

mod admin;
mod buckets;
mod callback;
mod cluster;
mod conversation;
mod disks;
mod download;
mod error;
mod flow;
mod jobs;
mod lines;
mod logs;
mod network;
mod oauth;
mod port;
mod registry;
mod secrets;
mod service;
mod service_accounts;
mod sign_in;
mod socket;
mod standing;
mod storage;
mod telemetry;
mod tls;
mod token;
mod transfer;
mod transport;
mod tunnel;
mod upload;
mod users;

use std::sync::Arc;

use protocol::{LocalRunner, ServerConfig};
use tokio::sync::OnceCell;
use url::Url;

pub use admin::Admin;
pub use buckets::Buckets;
pub use cluster::ClusterServices;
pub use conversation::{Conversation, Listening, Said, Typing};
pub use disks::Disks;
pub use error::{Call, ClientError, Failure};
pub use flow::{
    Attempts, BakeFilter, BakeImages, Bakes, CacheEntries, ConfigFiles, Flow, LiveJobs, Projects,
    Tasks,
};
pub use jobs::Jobs;
pub use logs::{LogLines, LogStream};
pub use network::{ManualProxy, Network, Proxy};
pub use oauth::{TokenEndpoint, Tokens};
pub use port::PortConnection;
pub use registry::{Manifest, Registry};
pub use secrets::Secrets;
pub use service_accounts::ServiceAccounts;
pub use sign_in::{SignIn, pasted_code, public_config};
pub use standing::Standing;
pub use storage::{ByteStream, Storage};
pub use telemetry::Readings;
pub use token::{Token, TokenProvider};
pub use transfer::{OnProgress, TransferProgress, Transferred};
pub use transport::Patience;
pub use users::Users;

use transport::{Request, Transport};

/// One platform, seen as one user.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
    api: Url,
    config: Arc<OnceCell<ServerConfig>>,
    standing: Arc<Standing>,
}

impl Client {
    /// A client of the platform whose entry is `api_url`, such as `https://api.apolo.us/api/v1`.
    /// Nothing is sent yet.
    pub fn new(api_url: &str, tokens: Arc<dyn TokenProvider>) -> Result<Self, ClientError> {
        Self::over(api_url, tokens, &Network::default())
    }

    /// The same over a proxy or with certificates of one's own.
    pub fn over(
        api_url: &str,
        tokens: Arc<dyn TokenProvider>,
        network: &Network,
    ) -> Result<Self, ClientError> {
        let senseless = |reason: String| ClientError {
            call: Call {
                method: "GET",
                address: api_url.to_owned(),
            },
            failure: Failure::Senseless { reason },
        };
        let mut api = Url::parse(api_url)
            .map_err(|error| senseless(format!("`{api_url}` is not an address: {error}")))?;
        if !matches!(api.scheme(), "http" | "https") || api.host().is_none() {
            return Err(senseless(format!(
                "`{api_url}` is not the address of a platform; it begins with https:// or http://"
            )));
        }
        let path = api.path().trim_end_matches('/').to_owned();
        api.set_path(&path);
        let transport = Transport::new(tokens, network).map_err(senseless)?;
        Ok(Self {
            transport,
            api,
            config: Arc::default(),
            standing: Arc::default(),
        })
    }

    /// The same client with another patience for reads.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.transport.patience = patience;
        self
    }

    /// The same client, speaking from somewhere.
    #[must_use]
    pub fn at(mut self, standing: Standing) -> Self {
        self.standing = Arc::new(standing);
        self
    }

    /// The same client that changes nothing: whatever would is refused with this reason, unsent.
    #[must_use]
    pub fn protected(mut self, reason: &str) -> Self {
        self.transport.protection = Some(reason.into());
        self
    }

    /// The same client without such a protection.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.transport.protection = None;
        self
    }

    /// From where it speaks.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The entry of the platform, without a slash at its end.
    pub fn api_url(&self) -> &Url {
        &self.api
    }

    /// Asks for the configuration: services, clusters, projects, presets. It is remembered for
    /// [`Self::config`].
    pub async fn fetch_config(&self) -> Result<ServerConfig, ClientError> {
        let request = Request::get(at(&self.api, &["config"]));
        let config: ServerConfig = self.transport.read(request).await?;
        // A second fetch keeps the first answer for `config`; whoever fetches has the new one.
        drop(self.config.set(config.clone()));
        Ok(config)
    }

    /// The configuration, fetched once.
    pub async fn config(&self) -> Result<&ServerConfig, ClientError> {
        self.config
            .get_or_try_init(|| async {
                let request = Request::get(at(&self.api, &["config"]));
                self.transport.read(request).await
            })
            .await
    }

    /// The services of one cluster: logs and storage.
    pub async fn cluster(&self, name: &str) -> Result<ClusterServices, ClientError> {
        let config = self.config().await?;
        let cluster = config.clusters.iter().find(|cluster| cluster.name == name);
        let cluster = cluster.ok_or_else(|| ClientError {
            call: Call {
                method: "GET",
                address: at(&self.api, &["config"]).to_string(),
            },
            failure: Failure::Senseless {
                reason: format!("the platform has no cluster `{name}`"),
            },
        })?;
        ClusterServices::new(self.transport.clone(), cluster)
    }

    /// How the platform runs jobs; nothing where it does not tell, as only those on one computer do.
    pub async fn local_runner(&self) -> Result<Option<LocalRunner>, ClientError> {
        let request = Request::get(at(&self.api, &["runner"]));
        error::if_found(self.transport.read(request).await)
    }

    /// Users, permissions and roles.
    pub fn users(&self) -> Users<'_> {
        Users::new(&self.transport, at(&self.api, &["users"]))
    }

    /// Service accounts of the user.
    pub fn service_accounts(&self) -> ServiceAccounts<'_> {
        ServiceAccounts::new(&self.transport, at(&self.api, &["service_accounts"]))
    }

    /// Credits and quota; nothing where the platform sets no limits.
    pub async fn admin(&self) -> Result<Option<Admin<'_>>, ClientError> {
        let config = self.config().await?;
        let base = config
            .admin_url
            .as_deref()
            .and_then(|url| Url::parse(url).ok());
        Ok(base.map(|base| Admin::new(&self.transport, base)))
    }

    /// The jobs service.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs::new(&self.transport, at(&self.api, &["jobs"]))
    }

    /// The flow API: bakes, attempts, tasks, and all that belongs to them.
    pub fn flow(&self) -> Flow<'_> {
        Flow::new(&self.transport, at(&self.api, &["flow"]))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Client")
            .field(&self.api.as_str())
            .finish()
    }
}

/// An address below another one; each part is encoded.
pub(crate) fn at(base: &Url, parts: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(parts);
    }
    url
}
