//! Where the token of a call comes from.

use std::fmt;

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
}

/// A token that stays as it is.
impl TokenProvider for Token {
    fn token(&self) -> BoxFuture<'_, Result<Token, String>> {
        Box::pin(async { Ok(self.clone()) })
    }
}
