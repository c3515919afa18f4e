//! A key for others who keep sealed values themselves and only the key in a vault.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::Secret;
use crate::seal::{Key, Sealed, random};

/// A random key that seals values (XChaCha20-Poly1305). It is kept as a [`Secret`].
pub struct SealKey {
    bytes: Zeroizing<[u8; 32]>,
}

/// Why a value was not sealed.
#[derive(Debug, thiserror::Error)]
#[error("the value could not be sealed: {reason}")]
pub struct SealError {
    reason: String,
}

impl SealKey {
    /// A new key.
    pub fn random() -> Result<Self, SealError> {
        let bytes = random().map_err(|reason| SealError { reason })?;
        Ok(Self {
            bytes: Zeroizing::new(bytes),
        })
    }

    /// The key that [`SealKey::to_secret`] wrote; `None` for any other text.
    pub fn from_secret(secret: &Secret) -> Option<Self> {
        let decoded = Zeroizing::new(STANDARD.decode(secret.expose().trim()).ok()?);
        let bytes = <[u8; 32]>::try_from(decoded.as_slice()).ok()?;
        Some(Self {
            bytes: Zeroizing::new(bytes),
        })
    }

    /// The key as a text to be kept in a vault.
    pub fn to_secret(&self) -> Secret {
        Secret::new(STANDARD.encode(*self.bytes))
    }

    /// Seals a value into a text; it opens only with this key and the same `context`.
    pub fn seal(&self, plain: &[u8], context: &str) -> Result<String, SealError> {
        let sealed = self.key().seal(plain, context);
        let sealed = sealed.map_err(|reason| SealError { reason })?;
        serde_json::to_string(&sealed).map_err(|error| SealError {
            reason: error.to_string(),
        })
    }

    /// Opens what this key sealed; `None` for another key, another context or changed text.
    pub fn open(&self, sealed: &str, context: &str) -> Option<Zeroizing<Vec<u8>>> {
        let sealed: Sealed = serde_json::from_str(sealed).ok()?;
        self.key().open(&sealed, context)
    }

    fn key(&self) -> Key {
        Key::new(self.bytes.clone())
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_with_its_key_and_context_only() {
        let key = SealKey::random().unwrap();
        let sealed = key.seal(b"hunter2", "proj/a").unwrap();
        assert!(!sealed.contains("hunter2"));
        let kept = SealKey::from_secret(&key.to_secret()).unwrap();
        assert_eq!(kept.open(&sealed, "proj/a").unwrap().as_slice(), b"hunter2");
        assert!(kept.open(&sealed, "proj/b").is_none());
        assert!(kept.open("{}", "proj/a").is_none());
        let other = SealKey::random().unwrap();
        assert!(other.open(&sealed, "proj/a").is_none());
    }

    #[test]
    fn only_a_whole_key_is_a_key() {
        assert!(SealKey::from_secret(&Secret::new("")).is_none());
        assert!(SealKey::from_secret(&Secret::new("aGVsbG8=")).is_none());
    }
}
