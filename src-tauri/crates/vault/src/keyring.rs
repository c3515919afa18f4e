//! Credentials in the keyring of the operating system: Secret Service, macOS Keychain or Windows
//! Credential Manager.
//!
//! The stores of the keyring family are used directly, not the `keyring` crate's ready-made
//! wrapper: that one opens the store once for the life of the process, so a keyring that was
//! started or unlocked later would never be seen, and one call that hangs would block all others.
//! Every call runs in a thread of its own with a time limit; a call that runs over it is left
//! behind and the next one opens the store anew.

use std::collections::HashMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error};

use crate::{Secret, VaultError};

pub(crate) struct Keyring {
    service: String,
    limit: Duration,
    store: Mutex<Option<Arc<CredentialStore>>>,
}

impl Keyring {
    pub(crate) fn new(service: &str, limit: Duration) -> Self {
        Self {
            service: service.to_owned(),
            limit,
            store: Mutex::new(None),
        }
    }

    pub(crate) fn put(&self, account: &str, secret: &Secret) -> Result<(), VaultError> {
        let secret = secret.clone();
        self.on_entry(account, move |entry| {
            match entry.set_password(secret.expose()) {
                Err(Error::Ambiguous(twins)) => {
                    delete_all(&twins)?;
                    entry.set_password(secret.expose())
                }
                other => other,
            }
        })
    }

    pub(crate) fn get(&self, account: &str) -> Result<Option<Secret>, VaultError> {
        self.on_entry(account, |entry| match entry.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(Error::Ambiguous(twins)) => match twins.last() {
                Some(twin) => Ok(Some(Secret::new(twin.get_password()?))),
                None => Ok(None),
            },
            Err(error) => Err(error),
        })
    }

    pub(crate) fn delete(&self, account: &str) -> Result<(), VaultError> {
        self.on_entry(account, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(Error::Ambiguous(twins)) => delete_all(&twins),
            Err(error) => Err(error),
        })
    }

    /// Writes a value, reads it back and removes it, all within one time limit; answers what was
    /// read.
    pub(crate) fn round_trip(&self, account: &str, value: &Secret) -> Result<Secret, VaultError> {
        let value = value.clone();
        self.on_entry(account, move |entry| {
            entry.set_password(value.expose())?;
            let found = entry.get_password();
            entry.delete_credential()?;
            Ok(Secret::new(found?))
        })
    }

    fn on_entry<T: Send + 'static>(
        &self,
        account: &str,
        action: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, VaultError> {
        let opened = self.opened().take();
        let (service, account) = (self.service.clone(), account.to_owned());
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            let answer = open(opened).and_then(|store| {
                let value = entry(&store, &service, &account).and_then(|entry| action(&entry))?;
                Ok((store, value))
            });
            // A caller that no longer waits is no reason to fail.
            drop(send.send(answer));
        });
        let answer = receive
            .recv_timeout(self.limit)
            .map_err(|error| match error {
                RecvTimeoutError::Timeout => VaultError::Silent { limit: self.limit },
                RecvTimeoutError::Disconnected => VaultError::Unreachable {
                    reason: "the connection to it broke".to_owned(),
                },
            })?;
        let (store, value) = answer.map_err(refused)?;
        *self.opened() = Some(store);
        Ok(value)
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, Option<Arc<CredentialStore>>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(opened: Option<Arc<CredentialStore>>) -> Result<Arc<CredentialStore>, Error> {
    match opened {
        Some(store) => Ok(store),
        None => platform_store(),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn platform_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn platform_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn platform_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

fn entry(store: &Arc<CredentialStore>, service: &str, account: &str) -> Result<Entry, Error> {
    // Only the Secret Service lets the item carry a name that people read.
    let label = format!("Bakehouse: {account}");
    let modifiers = HashMap::from([("label", label.as_str())]);
    let modifiers = cfg!(all(unix, not(target_os = "macos"))).then_some(&modifiers);
    store.build(service, account, modifiers)
}

fn delete_all(twins: &[Entry]) -> Result<(), Error> {
    twins.iter().try_for_each(Entry::delete_credential)
}

fn refused(error: Error) -> VaultError {
    match error {
        Error::NoStorageAccess(reason) => VaultError::Locked {
            reason: reason.to_string(),
        },
        // The raw bytes that some variants carry may be the secret itself: say only the kind.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => VaultError::Unreachable {
            reason: "it holds something under our name that is not text".to_owned(),
        },
        other => VaultError::Unreachable {
            reason: other.to_string(),
        },
    }
}
