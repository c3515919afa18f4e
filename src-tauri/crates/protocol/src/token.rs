//! Tokens: who a token says it is. Nothing is verified here; a server verifies by its own record.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// The claims of a token that name its user.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Claims {
    /// The user's name.
    #[serde(default)]
    pub identity: Option<String>,
    /// The user's name in tokens of older versions and in tokens a tool makes for itself.
    #[serde(default, rename = "https://platform.neuromation.io/user")]
    pub neuromation_user: Option<String>,
}

/// Why a token could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Not three parts separated by dots.
    #[error("the token has {parts} parts separated by dots, a token has three")]
    Parts {
        /// How many parts there were.
        parts: usize,
    },
    /// Header or payload is not base64url of a JSON object.
    #[error("the {part} of the token is not base64url-encoded JSON")]
    Undecodable {
        /// `header` or `payload`.
        part: &'static str,
    },
    /// No claim names a user.
    #[error("the token names no user")]
    Nameless,
}

impl Claims {
    /// Reads the claims of a token without verifying it.
    pub fn read(token: &str) -> Result<Self, TokenError> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, _signature] = parts[..] else {
            return Err(TokenError::Parts { parts: parts.len() });
        };
        part::<serde::de::IgnoredAny>("header", header)?;
        part("payload", payload)
    }

    /// The user the token names.
    pub fn user(&self) -> Result<&str, TokenError> {
        let named = self
            .identity
            .as_deref()
            .or(self.neuromation_user.as_deref());
        named
            .filter(|name| !name.is_empty())
            .ok_or(TokenError::Nameless)
    }

    /// Writes a token with the given signature bytes that names `identity`.
    pub fn token(identity: &str, signature: &[u8]) -> String {
        let payload = serde_json::json!({ "identity": identity }).to_string();
        format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
            URL_SAFE_NO_PAD.encode(payload),
            URL_SAFE_NO_PAD.encode(signature)
        )
    }
}

fn part<T: serde::de::DeserializeOwned>(name: &'static str, text: &str) -> Result<T, TokenError> {
    let undecodable = TokenError::Undecodable { part: name };
    let bytes = URL_SAFE_NO_PAD
        .decode(text.trim_end_matches('='))
        .map_err(|_| undecodable.clone())?;
    serde_json::from_slice(&bytes).map_err(|_| undecodable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_with_an_empty_signature_names_its_user() {
        let token = Claims::token("alice", b"");
        assert!(token.ends_with('.'));
        assert_eq!(Claims::read(&token).unwrap().user(), Ok("alice"));
    }

    #[test]
    fn broken_tokens_say_what_is_wrong() {
        assert_eq!(Claims::read("abc"), Err(TokenError::Parts { parts: 1 }));
        assert_eq!(
            Claims::read("e30.%%.x"),
            Err(TokenError::Undecodable { part: "payload" })
        );
        assert_eq!(
            Claims::read("e30.e30.").unwrap().user(),
            Err(TokenError::Nameless)
        );
    }
}
