//! A text that nobody should read.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A password or token on its way in. It is never part of an answer, and never printed.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, as = "String"))]
pub struct SecretText(String);

impl SecretText {
    /// Takes the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for SecretText {
    /// An error never tells what was there instead of a text: it may be the secret.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(from) {
            Ok(serde_json::Value::String(text)) => Ok(Self(text)),
            _ => Err(D::Error::custom("a secret has to be a text")),
        }
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretText(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_text_and_never_printed() {
        let secret: SecretText = serde_json::from_str("\"crust\"").unwrap();
        assert_eq!(
            (secret.reveal(), format!("{secret:?}").as_str()),
            ("crust", "SecretText(…)")
        );
        let error = serde_json::from_str::<SecretText>("4711").unwrap_err();
        assert!(!error.to_string().contains("4711"), "{error}");
    }
}
