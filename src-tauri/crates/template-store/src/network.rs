//! How to reach the net: proxy, certificates, the program for ssh.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::blocking::{Client, ClientBuilder};
use reqwest::{NoProxy, Proxy};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;

/// How the net is reached. The default asks the environment for a proxy (`HTTPS_PROXY`, `NO_PROXY`)
/// and trusts what the system trusts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// A proxy for everything, in place of the environment's.
    pub proxy: Option<String>,
    /// Hosts that are reached without the given proxy, separated by commas.
    pub no_proxy: Option<String>,
    /// A file with further certificates to trust, in PEM form.
    pub ca_file: Option<PathBuf>,
    /// The command for ssh, in place of `ssh` without questions.
    pub ssh_command: Option<String>,
}

/// Why the net cannot be reached as asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The proxy is no address.
    #[error("the proxy `{proxy}` is no address: {why}")]
    BadProxy {
        /// The proxy without its password.
        proxy: String,
        /// What is wrong.
        why: String,
    },
    /// The file with certificates cannot be used.
    #[error("the file with certificates {} cannot be used: {why}", path.display())]
    BadCertificates {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The encryption could not be set up.
    #[error("encrypted connections could not be set up: {why}")]
    NoEncryption {
        /// What is wrong.
        why: String,
    },
}

impl Network {
    /// The command for ssh. Nobody sits at a terminal, so ssh must not ask.
    pub(crate) fn ssh(&self) -> &str {
        self.ssh_command
            .as_deref()
            .unwrap_or("ssh -o BatchMode=yes -o ConnectTimeout=20")
    }

    /// A client for downloads.
    pub(crate) fn client(&self, limit: Duration) -> Result<Client, NetworkError> {
        self.prepare(limit)?
            .apply(Client::builder())
            .build()
            .map_err(|error| NetworkError::NoEncryption {
                why: crate::chain::chain(&error),
            })
    }

    /// Everything checked, so that a client can be made later without an error of ours.
    pub(crate) fn prepare(&self, limit: Duration) -> Result<Prepared, NetworkError> {
        Ok(Prepared {
            tls: tls(self.ca_file.as_deref())?,
            proxy: self
                .proxy
                .as_deref()
                .map(|all| self.proxy(all))
                .transpose()?,
            limit,
        })
    }

    fn proxy(&self, address: &str) -> Result<Proxy, NetworkError> {
        let proxy = Proxy::all(address).map_err(|error| NetworkError::BadProxy {
            proxy: without_user(address),
            why: crate::chain::chain(&error),
        })?;
        let beside = self.no_proxy.as_deref().and_then(NoProxy::from_string);
        Ok(proxy.no_proxy(beside))
    }
}

/// The settings of a client.
#[derive(Clone)]
pub(crate) struct Prepared {
    tls: ClientConfig,
    proxy: Option<Proxy>,
    limit: Duration,
}

impl Prepared {
    /// Puts the settings into a client that is being built.
    pub(crate) fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = builder
            .tls_backend_preconfigured(self.tls.clone())
            .user_agent(concat!(
                "git/2.0 (bakehouse ",
                env!("CARGO_PKG_VERSION"),
                ")"
            ))
            .connect_timeout(Duration::from_secs(20).min(self.limit))
            .timeout(self.limit);
        match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None => builder,
        }
    }
}

fn tls(ca_file: Option<&Path>) -> Result<ClientConfig, NetworkError> {
    let refused = |why: String| NetworkError::NoEncryption { why };
    let provider = Arc::new(ring::default_provider());
    let verifier = match ca_file {
        None => Verifier::new(Arc::clone(&provider)),
        Some(path) => Verifier::new_with_extra_roots(certificates(path)?, Arc::clone(&provider)),
    }
    .map_err(|error| refused(error.to_string()))?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, NetworkError> {
    let bad = |why: String| NetworkError::BadCertificates {
        path: path.to_owned(),
        why,
    };
    let all = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(error.to_string()))?;
    if all.is_empty() {
        return Err(bad("it holds no certificate in PEM form".to_owned()));
    }
    Ok(all)
}

fn without_user(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}{}", &address[..scheme + 3], &address[at + 1..])
        }
        (None, Some(at)) => address[at + 1..].to_owned(),
        _ => address.to_owned(),
    }
}
