//! From a password to a key, and from a key to sealed bytes.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Secret;

const SALT_LENGTH: usize = 16;
const NONCE_LENGTH: usize = 24;
const KEY_LENGTH: usize = 32;

/// How much work one try of a password costs.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// About a fifth of a second on a laptop.
    pub(crate) const STRONG: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
    };
    /// For tests, where the work is not the point.
    #[cfg(test)]
    pub(crate) const CHEAP: Self = Self {
        memory_kib: 64,
        passes: 1,
    };
}

/// How the key is made from the password; lies open in the file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRecipe {
    algorithm: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

const ALGORITHM: &str = "argon2id";
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;
const MOST_LANES: u32 = 16;

impl KeyRecipe {
    pub(crate) fn new(cost: Cost) -> Result<Self, String> {
        Ok(Self {
            algorithm: ALGORITHM.to_owned(),
            memory_kib: cost.memory_kib,
            passes: cost.passes,
            lanes: 1,
            salt: STANDARD.encode(random::<SALT_LENGTH>()?),
        })
    }

    /// Makes the key; refuses recipes that only a hostile file would ask for.
    pub(crate) fn key(&self, password: &Secret) -> Result<Key, String> {
        if self.algorithm != ALGORITHM {
            return Err(format!("unknown way to make a key: `{}`", self.algorithm));
        }
        if self.memory_kib > MOST_MEMORY_KIB || self.passes > MOST_PASSES || self.lanes > MOST_LANES
        {
            return Err("it asks for an unreasonable amount of work to make the key".to_owned());
        }
        let salt = STANDARD
            .decode(&self.salt)
            .map_err(|_| "its salt is not base64".to_owned())?;
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(KEY_LENGTH))
            .map_err(|error| error.to_string())?;
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.expose().as_bytes(), &salt, &mut *key)
            .map_err(|error| error.to_string())?;
        Ok(Key(key))
    }
}

/// Bytes that only the key opens.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sealed {
    nonce: String,
    sealed: String,
}

pub(crate) struct Key(Zeroizing<[u8; KEY_LENGTH]>);

impl Key {
    pub(crate) fn new(bytes: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        Self(bytes)
    }

    /// Seals `plain`; `context` is not hidden, but the result opens only with the same one.
    pub(crate) fn seal(&self, plain: &[u8], context: &str) -> Result<Sealed, String> {
        let nonce = random::<NONCE_LENGTH>()?;
        let payload = Payload {
            msg: plain,
            aad: context.as_bytes(),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| "it is too large to be sealed".to_owned())?;
        Ok(Sealed {
            nonce: STANDARD.encode(nonce),
            sealed: STANDARD.encode(sealed),
        })
    }

    /// Opens what this key sealed; `None` for another key or changed bytes.
    pub(crate) fn open(&self, sealed: &Sealed, context: &str) -> Option<Zeroizing<Vec<u8>>> {
        let nonce = STANDARD.decode(&sealed.nonce).ok()?;
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().ok()?;
        let bytes = STANDARD.decode(&sealed.sealed).ok()?;
        let payload = Payload {
            msg: &bytes,
            aad: context.as_bytes(),
        };
        let plain = self.cipher().decrypt(&XNonce::from(nonce), payload).ok()?;
        Some(Zeroizing::new(plain))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

pub(crate) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], String> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| format!("no random numbers: {error}"))?;
    Ok(bytes)
}
