//! Finding out whether this computer has a keyring that works, without ever hanging.

use std::time::Duration;

use crate::Secret;
use crate::keyring::Keyring;

/// Whether the keyring can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// A value was written, read back and removed.
    Available,
    /// It was not possible; the user has to choose another place.
    Unavailable {
        /// What went wrong.
        reason: String,
        /// What the user can do about it.
        hint: String,
    },
}

impl Probe {
    /// Whether the keyring can be used.
    pub fn is_available(&self) -> bool {
        matches!(self, Self::Available)
    }
}

const PROBE_ACCOUNT: &str = "probe";

/// Writes, reads and removes a value that means nothing, all within `limit`.
pub(crate) fn probe(service: &str, limit: Duration) -> Probe {
    let account = format!("{PROBE_ACCOUNT}-{}", std::process::id());
    let value = Secret::new("nothing of value");
    match Keyring::new(service, limit).round_trip(&account, &value) {
        Ok(found) if found == value => Probe::Available,
        Ok(_) => Probe::Unavailable {
            reason: "the keyring gave back another value than the one it was given".to_owned(),
            hint: "Check the keyring, or choose an encrypted file or this session only.".to_owned(),
        },
        Err(error) => Probe::Unavailable {
            reason: error.to_string(),
            hint: error.hint(),
        },
    }
}
