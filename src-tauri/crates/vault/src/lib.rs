//! Where Bakehouse keeps credentials: the keyring of the operating system, and, only if the user
//! chose so, an encrypted file or the memory of this session.
//!
//! All calls block (a keyring may ask the user for its password), so call them away from the
//! threads that serve the window.
#![warn(missing_docs)]

mod error;
mod keyring;
mod probe;
mod seal;
mod seal_key;
mod sealed_file;
mod secret;
mod session;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use error::VaultError;
pub use probe::Probe;
pub use seal_key::{SealError, SealKey};
pub use secret::Secret;

use keyring::Keyring;
use sealed_file::SealedFile;
use session::Session;

/// The name under which the keyring shows our entries.
const SERVICE: &str = "bakehouse";
/// How long a keyring may take: its owner may have to find and type a password.
const PATIENCE: Duration = Duration::from_secs(120);

/// A place for secrets, each under the name of an account.
pub struct Vault {
    store: Store,
}

enum Store {
    Keyring(Keyring),
    Session(Session),
    File(SealedFile),
}

/// What kind of place a vault is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The keyring of the operating system.
    Keyring,
    /// Memory: gone when the application ends.
    SessionOnly,
    /// A file that a password opens.
    EncryptedFile(PathBuf),
}

impl Vault {
    /// Finds out whether the keyring of this computer works: writes, reads and removes a value.
    ///
    /// Answers after `limit` at the latest, whatever the keyring does.
    pub fn probe(limit: Duration) -> Probe {
        probe::probe(SERVICE, limit)
    }

    /// The keyring of the operating system.
    pub fn keyring() -> Self {
        Self {
            store: Store::Keyring(Keyring::new(SERVICE, PATIENCE)),
        }
    }

    /// Memory only: every secret is gone when the application ends.
    pub fn session_only() -> Self {
        Self {
            store: Store::Session(Session::default()),
        }
    }

    /// A file that only `password` opens. It is made by the first `put`; an existing one is opened
    /// now, so a wrong password is known at once.
    pub fn encrypted_file(path: impl AsRef<Path>, password: &Secret) -> Result<Self, VaultError> {
        Ok(Self {
            store: Store::File(SealedFile::open(path.as_ref(), password)?),
        })
    }

    /// What kind of place this is.
    pub fn place(&self) -> Place {
        match &self.store {
            Store::Keyring(_) => Place::Keyring,
            Store::Session(_) => Place::SessionOnly,
            Store::File(file) => Place::EncryptedFile(file.path().to_owned()),
        }
    }

    /// Keeps `secret` under `account`, in place of what was there.
    pub fn put(&self, account: &str, secret: &Secret) -> Result<(), VaultError> {
        match &self.store {
            Store::Keyring(keyring) => keyring.put(account, secret),
            Store::Session(session) => {
                session.put(account, secret);
                Ok(())
            }
            Store::File(file) => file.put(account, secret),
        }
    }

    /// The secret of `account`, if there is one.
    pub fn get(&self, account: &str) -> Result<Option<Secret>, VaultError> {
        match &self.store {
            Store::Keyring(keyring) => keyring.get(account),
            Store::Session(session) => Ok(session.get(account)),
            Store::File(file) => file.get(account),
        }
    }

    /// Forgets the secret of `account`; it is no error if there is none.
    pub fn delete(&self, account: &str) -> Result<(), VaultError> {
        match &self.store {
            Store::Keyring(keyring) => keyring.delete(account),
            Store::Session(session) => {
                session.delete(account);
                Ok(())
            }
            Store::File(file) => file.delete(account),
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Vault").field(&self.place()).finish()
    }
}
