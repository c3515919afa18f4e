//! Signing in with a browser: it comes back to a port of this computer, or shows a code that the
//! person carries over.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use protocol::{Query, ServerConfig};
use tokio::net::TcpListener;
use url::Url;

use crate::callback::{self, Came};
use crate::error::{Call, ClientError, Failure};
use crate::network::Network;
use crate::oauth::{ProofKey, TokenEndpoint, Tokens, random_text};
use crate::token::{Token, TokenProvider};
use crate::transport::{Request, Transport};
use crate::{Client, at};

/// Where the platform's own tools listen, should the platform not say it.
const CALLBACKS: [&str; 3] = [
    "http://127.0.0.1:54540",
    "http://127.0.0.1:54541",
    "http://127.0.0.1:54542",
];

/// A sign-in that has begun.
pub struct SignIn {
    api: String,
    config: ServerConfig,
    network: Network,
    proof: ProofKey,
    state: String,
    redirect: String,
    listener: Option<TcpListener>,
}

/// The call before there is a token.
struct Nobody;

impl TokenProvider for Nobody {
    fn token(&self) -> BoxFuture<'_, Result<Token, String>> {
        Box::pin(async { Err("not signed in".to_owned()) })
    }
}

impl SignIn {
    /// Asks the platform how to sign in, and waits on one of its ports for the browser.
    pub async fn browser(api_url: &str, network: &Network) -> Result<Self, ClientError> {
        let config = public_config(api_url, network).await?;
        let (listener, redirect) = listen(&config).await.map_err(|reason| ClientError {
            call: Call {
                method: "GET",
                address: api_url.to_owned(),
            },
            failure: Failure::Senseless { reason },
        })?;
        Self::begin(api_url, (config, redirect, Some(listener)), network)
    }

    /// The same where no browser of this computer can come back: it shows a code.
    pub async fn headless(api_url: &str, network: &Network) -> Result<Self, ClientError> {
        let config = public_config(api_url, network).await?;
        let redirect = config.headless_callback_url.clone();
        Self::begin(api_url, (config, redirect, None), network)
    }

    fn begin(
        api_url: &str,
        (config, redirect, listener): (ServerConfig, String, Option<TcpListener>),
        network: &Network,
    ) -> Result<Self, ClientError> {
        let failed = |reason: String| ClientError {
            call: Call {
                method: "GET",
                address: api_url.to_owned(),
            },
            failure: Failure::Senseless { reason },
        };
        Ok(Self {
            api: api_url.to_owned(),
            proof: ProofKey::new().map_err(failed)?,
            state: random_text().map_err(failed)?,
            network: network.clone(),
            config,
            redirect,
            listener,
        })
    }

    /// Where the browser has to go.
    pub fn address(&self) -> Result<Url, ClientError> {
        let mut url = Url::parse(&self.config.auth_url).map_err(|error| {
            self.failed(Failure::Unreadable {
                reason: format!("the platform names no sign-in page: {error}"),
            })
        })?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("code_challenge", &self.proof.challenge())
            .append_pair("code_challenge_method", "S256")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("scope", "offline_access")
            .append_pair("audience", &self.config.audience)
            .append_pair("state", &self.state);
        Ok(url)
    }

    /// Whether the browser comes back by itself.
    pub fn comes_back(&self) -> bool {
        self.listener.is_some()
    }

    /// Waits for the browser to come back, at most so long.
    pub async fn wait(&self, limit: Duration) -> Result<Tokens, ClientError> {
        let Some(listener) = &self.listener else {
            let reason = "the code has to be pasted".to_owned();
            return Err(self.failed(Failure::Senseless { reason }));
        };
        let after = self.config.success_redirect_url.as_deref();
        let came = callback::wait(listener, &self.state, after);
        match tokio::time::timeout(limit, came).await {
            Ok(Came::Code(code)) => self.finish(&code).await,
            Ok(Came::Refused(reason)) => Err(self.failed(Failure::Senseless {
                reason: format!("the sign-in page refused: {reason}"),
            })),
            Ok(Came::Broken(reason)) => Err(self.failed(Failure::Broken { reason })),
            Err(_) => Err(self.failed(Failure::Senseless {
                reason: "nobody came back from the browser in time".to_owned(),
            })),
        }
    }

    /// Exchanges a code that a person carried over.
    pub async fn finish(&self, code: &str) -> Result<Tokens, ClientError> {
        let exchanged = (code.trim(), &self.proof, self.redirect.as_str());
        self.endpoint().exchange(exchanged, &self.network).await
    }

    /// Where its tokens are refreshed later.
    pub fn endpoint(&self) -> TokenEndpoint {
        TokenEndpoint::of(&self.config)
    }

    fn failed(&self, failure: Failure) -> ClientError {
        ClientError {
            call: Call {
                method: "GET",
                address: self.api.clone(),
            },
            failure,
        }
    }
}

/// What a platform tells to whoever has no token.
pub async fn public_config(api_url: &str, network: &Network) -> Result<ServerConfig, ClientError> {
    let client = Client::over(api_url, Arc::new(Nobody), network)?;
    let transport: &Transport = &client.transport;
    let request = Request::get(at(&client.api, &["config"])).anonymous();
    transport.read(request).await
}

/// The first free of the ports that the platform lets browsers come back to.
async fn listen(config: &ServerConfig) -> Result<(TcpListener, String), String> {
    let named: Vec<&str> = config.callback_urls.iter().map(String::as_str).collect();
    let named = if named.is_empty() {
        &CALLBACKS[..]
    } else {
        &named
    };
    let mut reasons = Vec::new();
    for address in named {
        let port = Url::parse(address)
            .ok()
            .filter(is_here)
            .and_then(|url| url.port());
        let Some(port) = port else {
            reasons.push(format!("`{address}` is no port of this computer"));
            continue;
        };
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => return Ok((listener, (*address).to_owned())),
            Err(error) => reasons.push(format!("port {port}: {error}")),
        }
    }
    let reasons = reasons.join("; ");
    Err(format!(
        "the browser cannot come back to this computer: {reasons}"
    ))
}

fn is_here(url: &Url) -> bool {
    url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "localhost"))
}

/// Reads the code out of what a person pasted: the code alone, or the whole address.
pub fn pasted_code(text: &str) -> Option<String> {
    let text = text.trim();
    let code = match text.split_once('?') {
        Some((_, query)) => Query::parse(query).get("code")?.to_owned(),
        None => text.to_owned(),
    };
    let plain = |one: char| one.is_ascii_graphic();
    (!code.is_empty() && code.chars().all(plain)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_pasted_with_its_address() {
        let read = |text| pasted_code(text);
        assert_eq!(read(" abc-1\n").as_deref(), Some("abc-1"));
        assert_eq!(
            read("http://x/oauth/code?code=abc&state=s").as_deref(),
            Some("abc")
        );
        assert_eq!(read("http://x/?state=s"), None);
        assert_eq!(read("two words"), None);
        assert_eq!(read(""), None);
    }
}
