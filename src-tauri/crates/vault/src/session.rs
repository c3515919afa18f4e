//! Credentials in memory, forgotten when the application ends.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Secret;

#[derive(Default)]
pub(crate) struct Session {
    secrets: Mutex<BTreeMap<String, Secret>>,
}

impl Session {
    pub(crate) fn put(&self, account: &str, secret: &Secret) {
        self.secrets().insert(account.to_owned(), secret.clone());
    }

    pub(crate) fn get(&self, account: &str) -> Option<Secret> {
        self.secrets().get(account).cloned()
    }

    pub(crate) fn delete(&self, account: &str) {
        self.secrets().remove(account);
    }

    fn secrets(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
