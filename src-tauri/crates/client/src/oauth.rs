//! Tokens by OAuth: a proof key (PKCE), the exchange of a code, and refreshing.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use protocol::{Query, ServerConfig};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::error::{Call, ClientError, Failure};
use crate::network::Network;
use crate::transport::{describe, network as of_network};

/// How long the exchange may take as a whole.
const LIMIT: Duration = Duration::from_secs(60);
/// Longest answer of a token endpoint.
const LARGEST_ANSWER: usize = 1024 * 1024;
/// A token counts as spent after this part of its life, as with the platform's own tools.
const FRESH: f64 = 0.75;

/// What a sign-in brought; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Sent with every call.
    pub access: String,
    /// Exchanged for the next one; missing where there is no next one.
    pub refresh: Option<String>,
    /// When it should be exchanged; never when missing.
    pub renew_at: Option<Timestamp>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tokens")
            .field("renew_at", &self.renew_at)
            .field("refreshes", &self.refresh.is_some())
            .finish_non_exhaustive()
    }
}

/// Where tokens are exchanged, and as which program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenEndpoint {
    /// Its address.
    pub url: String,
    /// What we are called there.
    pub client_id: String,
}

impl TokenEndpoint {
    /// The one that a platform names.
    pub fn of(config: &ServerConfig) -> Self {
        Self {
            url: config.token_url.clone(),
            client_id: config.client_id.clone(),
        }
    }

    /// Exchanges a refresh token. A refusal (400, 401, 403) means that the person has to sign in
    /// again.
    pub async fn refresh(&self, refresh: &str, network: &Network) -> Result<Tokens, ClientError> {
        let mut form = Query::new();
        form.push("grant_type", "refresh_token");
        form.push("refresh_token", refresh);
        form.push("client_id", self.client_id.as_str());
        let mut tokens = self.post(&form, network).await?;
        // Servers that do not change the refresh token leave it out.
        tokens.refresh.get_or_insert_with(|| refresh.to_owned());
        Ok(tokens)
    }

    /// Exchanges the code of a sign-in.
    pub(crate) async fn exchange(
        &self,
        (code, proof, redirect): (&str, &ProofKey, &str),
        network: &Network,
    ) -> Result<Tokens, ClientError> {
        let mut form = Query::new();
        form.push("grant_type", "authorization_code");
        form.push("code_verifier", proof.verifier.as_str());
        form.push("code", code);
        form.push("client_id", self.client_id.as_str());
        form.push("redirect_uri", redirect);
        self.post(&form, network).await
    }

    async fn post(&self, form: &Query, network: &Network) -> Result<Tokens, ClientError> {
        let failed = |failure| ClientError {
            call: Call {
                method: "POST",
                address: self.url.clone(),
            },
            failure,
        };
        let senseless = |reason: String| failed(Failure::Senseless { reason });
        let url = Url::parse(&self.url)
            .map_err(|error| senseless(format!("the platform names no token address: {error}")))?;
        let wires = network.wires().map_err(senseless)?;
        let sent = wires
            .http
            .post(url)
            .timeout(LIMIT)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(form.to_string())
            .send()
            .await;
        let mut answer = sent.map_err(|error| failed(of_network(&error)))?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| {
            failed(Failure::Broken {
                reason: describe(&error),
            })
        })? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > LARGEST_ANSWER {
                return Err(failed(unreadable("it is too long")));
            }
        }
        if !status.is_success() {
            return Err(failed(refused(status.as_u16(), &bytes)));
        }
        // The reason must not tell what was there: it may be a token.
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|_| failed(unreadable("it is not JSON with an access token")))?;
        answer.tokens().map_err(|reason| failed(unreadable(reason)))
    }
}

fn unreadable(reason: &str) -> Failure {
    Failure::Unreadable {
        reason: reason.to_owned(),
    }
}

/// A refusal of a token endpoint: `error` is a word, `error_description` a sentence.
fn refused(status: u16, bytes: &[u8]) -> Failure {
    #[derive(Default, Deserialize)]
    struct Said {
        error: Option<String>,
        error_description: Option<String>,
    }
    let said: Said = serde_json::from_slice(bytes).unwrap_or_default();
    let text = said.error_description.or(said.error);
    Failure::Refused {
        status,
        body: Box::new(protocol::ErrorBody {
            error: text,
            ..protocol::ErrorBody::default()
        }),
        retry_after: None,
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Option<f64>,
}

impl Answer {
    fn tokens(self) -> Result<Tokens, &'static str> {
        if self.access_token.is_empty()
            || !self.access_token.bytes().all(|one| one.is_ascii_graphic())
        {
            return Err("its access token has letters that cannot be sent");
        }
        let renew_at = self.expires_in.map(|seconds| {
            let life = seconds.clamp(0.0, 10.0 * 365.0 * 86400.0) * FRESH;
            #[expect(clippy::cast_possible_truncation, reason = "clamped to ten years")]
            let life = jiff::SignedDuration::from_secs(life as i64);
            Timestamp::now()
                .saturating_add(life)
                .unwrap_or(Timestamp::MAX)
        });
        Ok(Tokens {
            access: self.access_token,
            refresh: self.refresh_token.filter(|token| !token.is_empty()),
            renew_at,
        })
    }
}

/// Proves that whoever exchanges a code is who asked for it.
pub(crate) struct ProofKey {
    verifier: String,
}

impl ProofKey {
    pub(crate) fn new() -> Result<Self, String> {
        Ok(Self {
            verifier: random_text()?,
        })
    }

    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier))
    }
}

/// 32 bytes that nobody can guess, as text for addresses.
pub(crate) fn random_text() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("the system gives no random numbers: {error}"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_challenge_is_the_one_of_the_standard() {
        let key = ProofKey {
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
        };
        assert_eq!(
            key.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn tokens_are_never_printed() {
        let tokens = Tokens {
            access: "crumb".to_owned(),
            refresh: Some("crust".to_owned()),
            renew_at: None,
        };
        let shown = format!("{tokens:?}");
        assert!(
            !shown.contains("crumb") && !shown.contains("crust"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_refused(text in ".*", seconds in any::<f64>()) {
            if let Ok(answer) = serde_json::from_str::<Answer>(&text) {
                let _ = answer.tokens();
            }
            let answer = Answer {
                access_token: "a".to_owned(),
                refresh_token: Some(text),
                expires_in: Some(seconds),
            };
            let _ = answer.tokens();
        }
    }
}
