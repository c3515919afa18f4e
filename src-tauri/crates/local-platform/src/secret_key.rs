//! The key that seals the values of secrets: looked for at the first use, never at the start,
//! because a keyring may ask its owner for a password.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, params};
use vault::SealKey;
use zeroize::Zeroizing;

use crate::DataError;
use crate::platform::Platform;
use crate::refusal::Refusal;
use crate::secret_place::{PlaceError, SecretsPlace};
use crate::secret_store::{self, SealedValue, SecretName};
use crate::store::{Store, run_blocking};

/// How long a request waits for a keyring. Clients give up after a minute.
const PATIENCE: Duration = Duration::from_secs(45);

/// A key with its name, by which a value remembers what sealed it. The name says nothing about the
/// key itself.
#[derive(Debug)]
pub(crate) struct NamedKey {
    pub(crate) key: SealKey,
    pub(crate) id: String,
}

/// The keys of a platform: one that seals, and earlier ones that still open.
#[derive(Clone)]
pub(crate) struct SecretKeys {
    place: SecretsPlace,
    known: Arc<Mutex<BTreeMap<String, Arc<NamedKey>>>>,
}

impl SecretKeys {
    pub(crate) fn new(place: SecretsPlace) -> Self {
        Self {
            place,
            known: Arc::default(),
        }
    }

    /// A word for where the keys lie.
    pub(crate) fn place(&self) -> &'static str {
        self.place.word()
    }

    /// The key that seals; one that is not there yet is made.
    pub(crate) async fn sealing(&self, store: &Store) -> Result<Arc<NamedKey>, Refusal> {
        let (this, store) = (self.clone(), store.clone());
        patiently(move || {
            // Held while the keyring is asked, so that it is asked once and one key is made.
            let mut known = this.known.lock().unwrap_or_else(PoisonError::into_inner);
            let newest = newest_id(&store.lock(), this.place())?;
            let found = newest.map(|id| this.look(&mut known, &id)).transpose()?;
            match found.flatten() {
                Some(key) => Ok(key),
                None => this.make(&mut known, &store),
            }
        })
        .await
    }

    /// The key of a name, if it is still there.
    async fn opening(&self, id: String) -> Result<Option<Arc<NamedKey>>, Refusal> {
        let this = self.clone();
        patiently(move || {
            let mut known = this.known.lock().unwrap_or_else(PoisonError::into_inner);
            this.look(&mut known, &id)
        })
        .await
    }

    fn look(&self, known: &mut Known, id: &str) -> Result<Option<Arc<NamedKey>>, Refusal> {
        if let Some(key) = known.get(id) {
            return Ok(Some(Arc::clone(key)));
        }
        let Some(key) = self.place.find(&account(id))? else {
            return Ok(None);
        };
        let id = id.to_owned();
        let named = Arc::new(NamedKey { key, id });
        known.insert(named.id.clone(), Arc::clone(&named));
        Ok(Some(named))
    }

    /// A new key gets a new name, so that what an older, lost one sealed is known to be lost.
    fn make(&self, known: &mut Known, store: &Store) -> Result<Arc<NamedKey>, Refusal> {
        let id = uuid::Uuid::new_v4().to_string();
        let key = SealKey::random()
            .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        self.place.keep(&account(&id), &key)?;
        let connection = store.lock();
        remember_id(&connection, self.place(), &id)?;
        if self.place() == "session" {
            // What earlier sessions sealed can never be opened again.
            connection.execute("DELETE FROM secrets WHERE place = 'session'", [])?;
        }
        let named = Arc::new(NamedKey { key, id });
        known.insert(named.id.clone(), Arc::clone(&named));
        Ok(named)
    }
}

type Known = BTreeMap<String, Arc<NamedKey>>;

/// The name under which a vault keeps a key. It belongs to a data folder wherever that is moved.
fn account(id: &str) -> String {
    format!("local platform secrets {id}")
}

/// Asks a keyring, which may wait for its owner.
async fn patiently<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::time::timeout(PATIENCE, run_blocking(ask)).await {
        Ok(answer) => answer,
        Err(_) => Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the keyring has not answered; it may wait for its password in another window: \
             unlock it and try again",
        )),
    }
}

impl Platform {
    /// The value of a secret, if there is such a secret.
    pub(crate) async fn secret_value(
        &self,
        name: &SecretName,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Refusal> {
        let wanted = name.clone();
        let sealed: Option<SealedValue> = self
            .store
            .read(move |connection| secret_store::find(connection, &wanted))
            .await?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let key = self.secrets.opening(sealed.key_id.clone()).await?;
        sealed.open(key.as_deref(), self.secrets.place()).map(Some)
    }
}

/// The name of the newest key of a place.
fn newest_id(connection: &Connection, place: &str) -> Result<Option<String>, DataError> {
    let sql = "SELECT id FROM secret_keys WHERE place = ?1";
    let found = connection
        .prepare_cached(sql)?
        .query_row(params![place], |row| row.get(0))
        .optional()?;
    Ok(found)
}

fn remember_id(connection: &Connection, place: &str, id: &str) -> Result<(), DataError> {
    connection.execute(
        "INSERT OR REPLACE INTO secret_keys (place, id) VALUES (?1, ?2)",
        params![place, id],
    )?;
    Ok(())
}

impl From<PlaceError> for Refusal {
    fn from(error: PlaceError) -> Self {
        tracing::warn!(%error, "the key of the secrets cannot be had");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}
