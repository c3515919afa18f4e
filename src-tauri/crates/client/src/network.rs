//! How the platform is reached: through a proxy or not, and whose certificates are trusted.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::NoProxy;
use rustls::ClientConfig;
use url::Url;

use crate::tls;
use crate::transport::describe;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Longest silence while an answer is coming in, unless it is chosen otherwise.
const SILENCE: Duration = Duration::from_secs(60);
const USER_AGENT: &str = concat!("Bakehouse/", env!("CARGO_PKG_VERSION"));

/// How the platform is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// What stands between us and the platform.
    pub proxy: Proxy,
    /// A PEM file with certificate authorities that are trusted besides those of the system.
    pub authorities: Option<PathBuf>,
    /// Longest silence while an answer is coming in.
    pub silence: Duration,
}

/// What stands between us and the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proxy {
    /// Nothing, whatever the system says. The way to platforms of this computer.
    Direct,
    /// What the environment or the system's settings say.
    System,
    /// This one.
    Manual(ManualProxy),
}

/// A proxy as a person wrote it down.
#[derive(Clone, PartialEq, Eq)]
pub struct ManualProxy {
    /// Its address, such as `http://proxy.example:3128`.
    pub address: String,
    /// Name and password, if it asks for them.
    pub credentials: Option<(String, String)>,
    /// Hosts that are reached without it, separated by commas.
    pub except: String,
}

impl fmt::Debug for ManualProxy {
    /// Leaves the password out.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ManualProxy")
            .field("address", &self.address)
            .field("except", &self.except)
            .finish_non_exhaustive()
    }
}

impl Default for Network {
    /// Straight to the platform, with the certificates of the system.
    fn default() -> Self {
        Self {
            proxy: Proxy::Direct,
            authorities: None,
            silence: SILENCE,
        }
    }
}

/// What HTTP and WebSockets are made with.
pub(crate) struct Wires {
    pub(crate) http: reqwest::Client,
    pub(crate) tls: Arc<ClientConfig>,
    matcher: Option<Matcher>,
}

/// Where a tunnel to an address begins.
pub(crate) struct Tunnel {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The header that opens it, where the proxy asks who we are.
    pub(crate) authorization: Option<String>,
}

impl Network {
    pub(crate) fn wires(&self) -> Result<Wires, String> {
        let tls = tls::config(self.authorities.as_deref())?;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured((*tls).clone())
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(self.silence)
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none());
        let builder = match &self.proxy {
            Proxy::Direct => builder.no_proxy(),
            Proxy::System => builder,
            Proxy::Manual(manual) => builder.proxy(manual.for_http()?),
        };
        Ok(Wires {
            http: builder.build().map_err(|error| describe(&error))?,
            tls,
            matcher: self.matcher(),
        })
    }

    fn matcher(&self) -> Option<Matcher> {
        match &self.proxy {
            Proxy::Direct => None,
            Proxy::System => Some(Matcher::from_system()),
            Proxy::Manual(manual) => {
                let all = manual.with_credentials().ok()?;
                let builder = Matcher::builder().all(all).no(manual.except.as_str());
                Some(builder.build())
            }
        }
    }
}

impl ManualProxy {
    fn for_http(&self) -> Result<reqwest::Proxy, String> {
        let address = self.checked()?;
        let proxy = reqwest::Proxy::all(address).map_err(|error| describe(&error))?;
        let proxy = proxy.no_proxy(NoProxy::from_string(&self.except));
        Ok(match &self.credentials {
            Some((user, password)) => proxy.basic_auth(user, password),
            None => proxy,
        })
    }

    fn checked(&self) -> Result<Url, String> {
        let wrong = || {
            let address = &self.address;
            format!("`{address}` is not the address of a proxy; write http://HOST:PORT")
        };
        let url = Url::parse(&self.address).map_err(|_| wrong())?;
        match url.scheme() == "http" && url.has_host() {
            true => Ok(url),
            false => Err(wrong()),
        }
    }

    fn with_credentials(&self) -> Result<String, String> {
        let mut url = self.checked()?;
        if let Some((user, password)) = &self.credentials {
            let set = url
                .set_username(user)
                .and_then(|()| url.set_password(Some(password)));
            set.map_err(|()| "the proxy's address takes no password".to_owned())?;
        }
        Ok(url.to_string())
    }
}

impl Wires {
    /// The tunnel that leads to an address; none if it is reached directly.
    pub(crate) fn tunnel(&self, url: &Url) -> Option<Tunnel> {
        let proxy = self
            .matcher
            .as_ref()?
            .intercept(&url.as_str().parse().ok()?)?;
        let authorization = proxy.basic_auth().and_then(|value| value.to_str().ok());
        Some(Tunnel {
            host: proxy.uri().host()?.to_owned(),
            port: proxy.uri().port_u16().unwrap_or(80),
            authorization: authorization.map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manual(except: &str) -> Network {
        Network {
            proxy: Proxy::Manual(ManualProxy {
                address: "http://proxy.example:3128".to_owned(),
                credentials: Some(("ann".to_owned(), "crumb:1".to_owned())),
                except: except.to_owned(),
            }),
            ..Network::default()
        }
    }

    #[test]
    fn sockets_take_the_proxy_that_http_takes() {
        let wires = manual("inner.example,127.0.0.1").wires().unwrap();
        let tunnel = |url: &str| wires.tunnel(&url.parse().unwrap());
        let through = tunnel("https://api.example/x").unwrap();
        assert_eq!((&*through.host, through.port), ("proxy.example", 3128));
        assert_eq!(through.authorization.unwrap(), "Basic YW5uOmNydW1iOjE=");
        assert!(tunnel("https://inner.example/x").is_none());
        assert!(tunnel("http://127.0.0.1:80/x").is_none());
        let direct = Network::default().wires().unwrap();
        assert!(
            direct
                .tunnel(&"https://api.example".parse().unwrap())
                .is_none()
        );
    }

    #[test]
    fn passwords_of_proxies_are_not_printed_and_senseless_addresses_are_told() {
        assert!(!format!("{:?}", manual("")).contains("crumb"));
        let mut wrong = manual("");
        if let Proxy::Manual(manual) = &mut wrong.proxy {
            manual.address = "proxy.example".to_owned();
        }
        let said = wrong.wires().err().unwrap();
        assert!(said.contains("http://HOST:PORT"), "{said}");
    }
}
