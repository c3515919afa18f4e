//! Prices: decimal text or a JSON number, kept as text so that no digit is lost.

use serde::{Deserialize, Deserializer, Serialize};

/// An amount of credits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Credits(
    /// The decimal number as text.
    pub String,
);

impl Default for Credits {
    fn default() -> Self {
        Self("0".into())
    }
}

impl<'de> Deserialize<'de> for Credits {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(input)? {
            serde_json::Value::String(text) => Ok(Self(text)),
            serde_json::Value::Number(number) => Ok(Self(number.to_string())),
            other => Err(serde::de::Error::custom(format!(
                "credits expected, found {other}"
            ))),
        }
    }
}
