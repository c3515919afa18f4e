//! Where the token of a call comes from.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;

/// A bearer token; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Takes over the text of a token.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// The header of services that want a name beside the token.
    pub(crate) fn basic(&self, user: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{user}:{}", self.0)))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// Gives the token for the next call; may refresh it first.
///
/// The error is the reason in words, for example that the user has to sign in again.
pub trait TokenProvider: Send + Sync {
    /// The token to send now.
    fn token(&self) -> BoxFuture<'_, Result<Token, String>>;

    /// Hears that the platform did not take a token, and says whether another try makes sense
    /// because there is a new one now.
    fn rejected<'a>(&'a self, _token: &'a Token) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }
}

/// A token that stays as it is.
impl TokenProvider for Token {
    fn token(&self) -> BoxFuture<'_, Result<Token, String>> {
        Box::pin(async { Ok(self.clone()) })
    }
}
