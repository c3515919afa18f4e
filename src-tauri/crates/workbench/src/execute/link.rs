//! How an executor reaches its platform, also after the platform has moved to another port.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use client::{Client, Standing, Token};
use contract::{Failure, FailureCode};
use flow::Platform;
use local_platform::{DEFAULT_PROJECT, ORG, last_served};
use protocol::{Claims, PassedConfig};

use crate::Desk;
use crate::view::failure;

/// How often we look where the platform is served.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How the platform is reached.
pub(super) enum Way {
    /// As the owner of a job.
    Passed {
        config: PassedConfig,
        /// Folder of the platform, if it is one of this computer.
        folder: Option<PathBuf>,
    },
    /// As the person of this desk.
    Desk(Desk),
}

/// A connection.
pub(super) struct Link {
    pub(super) client: Client,
    /// Who asks, and from where short names are completed.
    pub(super) who: Platform,
    url: String,
}

impl Link {
    /// Whether the platform runs on this computer.
    pub(super) fn is_local(&self) -> bool {
        let host = self.client.api_url().host_str().unwrap_or_default();
        matches!(host, "127.0.0.1" | "localhost" | "[::1]")
    }
}

/// Reads the configuration that a job was handed.
pub(super) fn read(text: &str) -> Result<PassedConfig, Failure> {
    PassedConfig::decode(text).map_err(|error| {
        let message = format!("NEURO_PASSED_CONFIG cannot be read: {error}.");
        Failure::new(FailureCode::Refused, message)
            .hint("The platform sets it for jobs that are started with `--pass-config`.")
    })
}

impl Way {
    /// Connects; nothing is sent yet.
    pub(super) async fn link(&self) -> Result<Link, Failure> {
        match self {
            Self::Passed { config, .. } => {
                let url = self.served_at().unwrap_or_else(|| config.url.clone());
                let token = Arc::new(Token::new(&*config.token));
                let client =
                    Client::new(&url, token).map_err(|error| failure::of_client(&error))?;
                let who = who(config)?;
                Ok(Link {
                    client: client.at(standing(&who)),
                    who,
                    url,
                })
            }
            Self::Desk(desk) => {
                let client = desk.client().await?;
                Ok(Link {
                    url: client.api_url().to_string(),
                    who: desk.who(),
                    client,
                })
            }
        }
    }

    /// Waits until the platform answers elsewhere; for ever if it never does. An executor with a
    /// desk of its own brings the platform up again when whoever served it has gone.
    pub(super) async fn moved(&self, link: &Link) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Self::Desk(desk) = self {
                // Serves the platform if nobody does any more.
                let client = desk.client().await;
                if client.is_ok_and(|client| client.api_url().as_str() != link.url) {
                    return;
                }
                continue;
            }
            if self.served_at().is_some_and(|url| url != link.url) {
                return;
            }
        }
    }

    /// Where the platform of this computer is served now.
    fn served_at(&self) -> Option<String> {
        let folder = match self {
            Self::Passed { folder, .. } => folder.as_deref()?,
            Self::Desk(desk) => &desk.folders().platform,
        };
        last_served(folder).map(|served| served.url)
    }
}

fn standing(who: &Platform) -> Standing {
    Standing {
        cluster: who.cluster.clone(),
        org: who.org.clone().unwrap_or_default(),
        project: who.project.clone(),
        user: who.user.clone(),
    }
}

fn who(config: &PassedConfig) -> Result<Platform, Failure> {
    let claims = Claims::read(&config.token);
    let user = claims.as_ref().map_err(Clone::clone).and_then(Claims::user);
    let user = user.map_err(|error| {
        let message = format!("The token in NEURO_PASSED_CONFIG cannot be used: {error}.");
        Failure::new(FailureCode::Refused, message)
    })?;
    let org = config.org_name.clone().unwrap_or_else(|| ORG.to_owned());
    let project = config.project_name.as_deref().unwrap_or(DEFAULT_PROJECT);
    Ok(Platform {
        user: user.to_owned(),
        cluster: config.cluster.clone(),
        org: Some(org),
        project: project.to_owned(),
    })
}
