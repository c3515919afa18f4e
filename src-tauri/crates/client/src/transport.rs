//! Sending one call: token, address, patience, and what an answer means.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use protocol::{ErrorBody, Query};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::{Call, ClientError, Failure};
use crate::network::{Network, Wires};
use crate::token::{Token, TokenProvider};

/// The header with the key of a call that must not be done twice.
pub(crate) const ONCE: &str = "idempotency-key";
/// Longest wait between two tries of one call, whatever a server asks for.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Longest answer that is kept in memory as a whole.
const LARGEST_DOCUMENT: usize = 64 * 1024 * 1024;

/// How often a read is tried again when the network or the server is away for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Tries after the first one.
    pub more_tries: u32,
    /// Pause before the second try; doubled each time.
    pub first_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            more_tries: 3,
            first_pause: Duration::from_millis(150),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) wires: Arc<Wires>,
    tokens: Arc<dyn TokenProvider>,
    pub(crate) patience: Patience,
    /// Why nothing may be changed, if nothing may.
    pub(crate) protection: Option<Arc<str>>,
}

/// One call, not yet sent.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    /// Set for services that want the user's name beside the token.
    user: Option<String>,
    anonymous: bool,
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: Bytes::new(),
            user: None,
            anonymous: false,
        }
    }

    /// Sent without a token.
    pub(crate) fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    pub(crate) fn signed_by(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    pub(crate) fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    pub(crate) fn query(mut self, query: &Query) -> Self {
        add_query(&mut self.url, query);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self, ClientError> {
        let text = serde_json::to_vec(body).map_err(|error| {
            self.failed(Failure::Senseless {
                reason: error.to_string(),
            })
        })?;
        self.body = text.into();
        Ok(self.header(CONTENT_TYPE_NAME, "application/json"))
    }

    pub(crate) fn call(&self) -> Call {
        call(&self.method, &self.url)
    }

    pub(crate) fn failed(&self, failure: Failure) -> ClientError {
        ClientError {
            call: self.call(),
            failure,
        }
    }
}

/// What a server said about when to come again: a number of seconds. The other form, a date, is
/// not worth trusting two clocks for.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

const CONTENT_TYPE_NAME: &str = "content-type";

/// Appends a query to an address; an empty one leaves no question mark behind.
pub(crate) fn add_query(url: &mut Url, query: &Query) {
    if !query.is_empty() {
        url.set_query(Some(&query.to_string()));
    }
}

fn call(method: &Method, url: &Url) -> Call {
    Call {
        method: match method.as_str() {
            "GET" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "PATCH" => "PATCH",
            "DELETE" => "DELETE",
            "HEAD" => "HEAD",
            _ => "HTTP",
        },
        address: url.to_string(),
    }
}

impl Transport {
    pub(crate) fn new(tokens: Arc<dyn TokenProvider>, network: &Network) -> Result<Self, String> {
        Ok(Self {
            wires: Arc::new(network.wires()?),
            tokens,
            patience: Patience::default(),
            protection: None,
        })
    }

    pub(crate) async fn token(&self) -> Result<Token, Failure> {
        let token = self.tokens.token().await;
        token.map_err(|reason| Failure::NoToken { reason })
    }

    /// Whether there is a new token after one that the platform did not take.
    pub(crate) async fn renewed(&self, token: &Token) -> bool {
        self.tokens.rejected(token).await
    }

    /// Refuses to change anything where that is not allowed.
    pub(crate) fn permit_change(&self) -> Result<(), Failure> {
        match &self.protection {
            Some(reason) => Err(Failure::Protected {
                reason: reason.to_string(),
            }),
            None => Ok(()),
        }
    }

    /// Sends a call once and gives the answer whose status is a success. A call whose token was not
    /// taken did nothing, so it is sent again if there is a new token.
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, ClientError> {
        if !matches!(request.method, Method::GET | Method::HEAD) {
            let permitted = self.permit_change();
            permitted.map_err(|failure| request.failed(failure))?;
        }
        if request.anonymous {
            return self.send_as(request, None).await;
        }
        let no_token = |failure| request.failed(failure);
        let token = self.token().await.map_err(no_token)?;
        match self.send_as(request, Some(&token)).await {
            Err(error) if error.status() == Some(401) && self.renewed(&token).await => {
                let token = self.token().await.map_err(no_token)?;
                self.send_as(request, Some(&token)).await
            }
            answer => answer,
        }
    }

    async fn send_as(
        &self,
        request: &Request,
        token: Option<&Token>,
    ) -> Result<Response, ClientError> {
        let http = &self.wires.http;
        let mut builder = http.request(request.method.clone(), request.url.clone());
        if let Some(token) = token {
            let authorization = match &request.user {
                Some(user) => token.basic(user),
                None => token.bearer(),
            };
            builder = builder.header(AUTHORIZATION, authorization);
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        self.dispatch(request, builder.body(request.body.clone()))
            .await
    }

    async fn dispatch(
        &self,
        request: &Request,
        builder: RequestBuilder,
    ) -> Result<Response, ClientError> {
        let response = builder
            .send()
            .await
            .map_err(|error| request.failed(network(&error)))?;
        let status = response.status();
        tracing::debug!(method = %request.method, url = %request.url, status = status.as_u16());
        if status.is_success() {
            return Ok(response);
        }
        let retry_after = retry_after(response.headers());
        // The status already tells the story; a body that breaks off only costs its words.
        let text = response.text().await.unwrap_or_default();
        Err(request.failed(Failure::Refused {
            status: status.as_u16(),
            body: Box::new(ErrorBody::read(&text)),
            retry_after,
        }))
    }

    /// Sends a call that changes something: once, because nobody knows what a lost answer meant.
    pub(crate) async fn change<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<T, ClientError> {
        let response = self.send(&request).await?;
        document(&request, response).await
    }

    /// The same, where the answer does not matter.
    pub(crate) async fn command(&self, request: Request) -> Result<(), ClientError> {
        let response = self.send(&request).await?;
        // Read to the end, so that the connection can be used again.
        response
            .bytes()
            .await
            .map_err(|error| request.failed(network(&error)))?;
        Ok(())
    }

    /// Reads a JSON document; tried again while the server is away.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<T, ClientError> {
        self.patiently(|| async {
            let response = self.send(&request).await?;
            document(&request, response).await
        })
        .await
    }

    /// Runs a read again while it fails for reasons that pass.
    pub(crate) async fn patiently<T, F: Future<Output = Result<T, ClientError>>>(
        &self,
        attempt: impl Fn() -> F,
    ) -> Result<T, ClientError> {
        let mut pause = self.patience.first_pause;
        for _ in 0..self.patience.more_tries {
            match attempt().await {
                Err(error) if error.is_passing() => {
                    tracing::debug!(%error, "trying again");
                    let asked = error.retry_after().unwrap_or_default();
                    tokio::time::sleep(jittered(pause).max(asked.min(LONGEST_WAIT))).await;
                    pause *= 2;
                }
                answer => return answer,
            }
        }
        attempt().await
    }
}

/// A pause that is up to half longer, so that many who were turned away at once do not come back at
/// once.
pub(crate) fn jittered(pause: Duration) -> Duration {
    let dice = getrandom::u32().unwrap_or_default();
    pause + pause.mul_f64(f64::from(dice) / f64::from(u32::MAX) / 2.0)
}

async fn document<T: DeserializeOwned>(
    request: &Request,
    response: Response,
) -> Result<T, ClientError> {
    let bytes = body(request, response).await?;
    serde_json::from_slice(&bytes).map_err(|error| request.failed(unreadable(&error)))
}

/// A document that ends in the middle was cut off on its way; one of another shape is wrong.
pub(crate) fn unreadable(error: &serde_json::Error) -> Failure {
    let reason = error.to_string();
    if error.is_eof() {
        Failure::Broken { reason }
    } else {
        Failure::Unreadable { reason }
    }
}

/// A whole body, up to a size that no document reaches.
pub(crate) async fn body(request: &Request, mut response: Response) -> Result<Bytes, ClientError> {
    let mut collected = bytes::BytesMut::new();
    while let Some(chunk) = next_chunk(request, &mut response).await? {
        if collected.len() + chunk.len() > LARGEST_DOCUMENT {
            return Err(request.failed(Failure::Unreadable {
                reason: format!("it is longer than {LARGEST_DOCUMENT} bytes"),
            }));
        }
        collected.extend_from_slice(&chunk);
    }
    Ok(collected.freeze())
}

pub(crate) async fn next_chunk(
    request: &Request,
    response: &mut Response,
) -> Result<Option<Bytes>, ClientError> {
    response
        .chunk()
        .await
        .map_err(|error| request.failed(network(&error)))
}

pub(crate) fn accepts_lines(request: Request) -> Request {
    request.header("accept", "application/x-ndjson")
}

pub(crate) fn is_lines(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-ndjson"))
}

pub(crate) fn network(error: &reqwest::Error) -> Failure {
    let reason = describe(error);
    if error.is_connect() {
        Failure::Unreachable { reason }
    } else if error.is_builder() {
        Failure::Senseless { reason }
    } else {
        Failure::Broken { reason }
    }
}

/// The innermost reason is the one that tells something; the address is told elsewhere.
pub(crate) fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
