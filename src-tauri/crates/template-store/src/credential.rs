//! Names and tokens for places that ask for them. They pass through and are never kept.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// A text nobody should read: not printed, wiped from memory after use.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What opens a private place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The user; many hosts take any word beside a token.
    pub user: String,
    /// Password or token.
    pub secret: Secret,
}

/// Which place asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The address, without user and password.
    pub url: String,
    /// The host alone.
    pub host: String,
    /// The user the address names, if it names one.
    pub user: Option<String>,
}

/// Answers the question of a private place, or does not.
pub type Answerer = Arc<dyn Fn(&Question) -> Option<Credential> + Send + Sync>;

/// An answerer that knows nothing.
#[must_use]
pub fn no_credentials() -> Answerer {
    Arc::new(|_| None)
}
