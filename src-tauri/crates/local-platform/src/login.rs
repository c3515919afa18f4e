//! Logins by OAuth: codes that are exchanged for tokens, for those who are not let in without one.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::token;

/// How long a code may be exchanged. A person may have to carry it to another window.
const LIFE_OF_CODE: Duration = Duration::from_secs(5 * 60);
/// So many codes may wait at once; the oldest goes first.
const MOST_CODES: usize = 64;
/// Where the tools listen for a code.
const CALLBACK_PORTS: [u16; 3] = [54540, 54541, 54542];

/// What a tool asks for when it sends a person here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoginRequest {
    /// Where the code goes.
    pub(crate) redirect: String,
    /// SHA-256 of what the tool will show with the code, in base64url.
    pub(crate) challenge: String,
    /// Handed back with the code.
    pub(crate) state: Option<String>,
}

/// Why a login is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LoginError {
    #[error("`{name}` is missing")]
    Missing { name: &'static str },
    #[error("only `response_type=code` with `code_challenge_method=S256` is possible")]
    Method,
    #[error("`{redirect}` is no place of this computer that codes are sent to")]
    Redirect { redirect: String },
    #[error("the code is not known, was used already or is too old; log in again")]
    Code,
    #[error("the code was given to another program or for another address")]
    Foreign,
}

impl LoginRequest {
    /// Reads the query of the login page; `headless` is our own page that shows codes.
    pub(crate) fn read(query: &protocol::Query, headless: &str) -> Result<Self, LoginError> {
        let need = |name| query.get(name).ok_or(LoginError::Missing { name });
        if need("response_type")? != "code" || need("code_challenge_method")? != "S256" {
            return Err(LoginError::Method);
        }
        let redirect = need("redirect_uri")?.to_owned();
        if redirect != headless && !is_callback(&redirect) {
            return Err(LoginError::Redirect { redirect });
        }
        Ok(Self {
            redirect,
            challenge: need("code_challenge")?.to_owned(),
            state: query.get("state").map(str::to_owned),
        })
    }
}

/// True for the addresses of this computer where the tools wait for codes.
fn is_callback(redirect: &str) -> bool {
    let rest = redirect
        .strip_prefix("http://127.0.0.1:")
        .or_else(|| redirect.strip_prefix("http://localhost:"));
    let port = rest.map(|rest| rest.trim_end_matches('/'));
    CALLBACK_PORTS
        .iter()
        .any(|known| port == Some(known.to_string().as_str()))
}

/// Codes that wait to be exchanged. They are lost with the server, and people log in again.
#[derive(Default)]
pub(crate) struct LoginCodes {
    waiting: Mutex<BTreeMap<Vec<u8>, Waiting>>,
}

struct Waiting {
    user: String,
    request: LoginRequest,
    until: Instant,
}

impl LoginCodes {
    /// A code for somebody who has shown a token.
    pub(crate) fn give(&self, user: &str, request: LoginRequest) -> String {
        let code = URL_SAFE_NO_PAD.encode(token::random());
        let now = Instant::now();
        let mut waiting = self.waiting();
        waiting.retain(|_, one| one.until > now);
        if waiting.len() >= MOST_CODES {
            let oldest = waiting.iter().min_by_key(|(_, one)| one.until);
            let oldest = oldest.map(|(key, _)| key.clone());
            waiting.retain(|key, _| Some(key) != oldest.as_ref());
        }
        let one = Waiting {
            user: user.to_owned(),
            request,
            until: now + LIFE_OF_CODE,
        };
        waiting.insert(digest(&code), one);
        code
    }

    /// The user of a code. Whatever the outcome, the code is used up.
    pub(crate) fn take(
        &self,
        code: &str,
        verifier: &str,
        redirect: &str,
    ) -> Result<String, LoginError> {
        let found = self.waiting().remove(&digest(code));
        let found = found
            .filter(|one| one.until > Instant::now())
            .ok_or(LoginError::Code)?;
        let challenge = URL_SAFE_NO_PAD.encode(digest(verifier));
        let same = challenge
            .as_bytes()
            .ct_eq(found.request.challenge.as_bytes());
        if !bool::from(same) || redirect != found.request.redirect {
            return Err(LoginError::Foreign);
        }
        Ok(found.user)
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::Query;

    use super::*;

    const HERE: &str = "http://127.0.0.1:54541";
    const HEADLESS: &str = "http://127.0.0.1:7471/oauth/code";

    fn request(redirect: &str) -> Result<LoginRequest, LoginError> {
        let mut query = Query::parse("response_type=code&code_challenge_method=S256");
        query.push("code_challenge", URL_SAFE_NO_PAD.encode(digest("verifier")));
        query.push("redirect_uri", redirect);
        LoginRequest::read(&query, HEADLESS)
    }

    #[test]
    fn codes_go_only_to_where_the_tools_listen() {
        for good in [HERE, "http://localhost:54540/", HEADLESS] {
            assert!(request(good).is_ok(), "{good}");
        }
        for bad in [
            "http://127.0.0.1:54541.evil.example",
            "http://127.0.0.1:54541/path",
            "http://127.0.0.1:54541@evil.example",
            "http://127.0.0.1:80",
            "https://evil.example",
            "http://127.0.0.1:054541",
            "",
        ] {
            assert!(request(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_is_good_once_for_the_program_that_asked() {
        let codes = LoginCodes::default();
        let code = codes.give("bob", request(HERE).unwrap());
        assert_eq!(codes.take(&code, "verifier", HERE), Ok("bob".to_owned()));
        assert_eq!(codes.take(&code, "verifier", HERE), Err(LoginError::Code));
        let code = codes.give("bob", request(HERE).unwrap());
        assert_eq!(codes.take(&code, "other", HERE), Err(LoginError::Foreign));
        assert_eq!(codes.take(&code, "verifier", HERE), Err(LoginError::Code));
        let code = codes.give("bob", request(HERE).unwrap());
        assert_eq!(
            codes.take(&code, "verifier", HEADLESS),
            Err(LoginError::Foreign)
        );
    }

    #[test]
    fn not_more_codes_wait_than_is_reasonable() {
        let codes = LoginCodes::default();
        let first = codes.give("bob", request(HERE).unwrap());
        for _ in 0..MOST_CODES {
            codes.give("bob", request(HERE).unwrap());
        }
        assert_eq!(codes.take(&first, "verifier", HERE), Err(LoginError::Code));
        assert_eq!(codes.waiting().len(), MOST_CODES);
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(text in ".{0,200}") {
            let _ = LoginRequest::read(&Query::parse(&text), HEADLESS);
        }
    }
}
