//! Fields that may be missing but must not be null.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "present")]`: a value, and null is an error.
pub(super) fn present<'de, D, T>(input: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(input).map(Some)
}

/// The same for times.
pub(super) fn present_time<'de, D>(input: D) -> Result<Option<jiff::Timestamp>, D::Error>
where
    D: Deserializer<'de>,
{
    crate::moment::deserialize(input).map(Some)
}
