//! The key that seals the values of secrets: looked for at the first use, never at the start,
//! because a keyring may ask its owner for a password.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, params};
use vault::SealKey;

use crate::DataError;
use crate::refusal::Refusal;
use crate::secret_place::{PlaceError, SecretsPlace};
use crate::store::{Store, run_blocking};

/// How long a request waits for a keyring. Clients give up after a minute.
const PATIENCE: Duration = Duration::from_secs(45);

/// The key with its name, by which a value remembers what sealed it.
#[derive(Debug)]
pub(crate) struct NamedKey {
    pub(crate) key: SealKey,
    /// Says nothing about the key itself.
    pub(crate) id: String,
}

/// The key of a platform.
#[derive(Clone)]
pub(crate) struct SecretKey {
    place: SecretsPlace,
    found: Arc<Mutex<Option<Arc<NamedKey>>>>,
}

impl SecretKey {
    pub(crate) fn new(place: SecretsPlace) -> Self {
        Self {
            place,
            found: Arc::default(),
        }
    }

    /// A word for where the key lies.
    pub(crate) fn place(&self) -> &'static str {
        self.place.word()
    }

    /// The key; one that is not there yet is made.
    pub(crate) async fn get(&self, store: &Store) -> Result<Arc<NamedKey>, Refusal> {
        let (this, store) = (self.clone(), store.clone());
        let looking = run_blocking(move || this.look(&store));
        match tokio::time::timeout(PATIENCE, looking).await {
            Ok(found) => found,
            Err(_) => Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the keyring has not answered; it may wait for its password in another window: \
                 unlock it and try again",
            )),
        }
    }

    fn look(&self, store: &Store) -> Result<Arc<NamedKey>, Refusal> {
        // Held while the keyring is asked, so that it is asked once and one key is made.
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*found {
            return Ok(Arc::clone(known));
        }
        let id = key_id(&store.lock(), self.place())?;
        let account = format!("local platform secrets {id}");
        let named = match self.place.find(&account)? {
            Some(key) => NamedKey { key, id },
            None => self.make(store)?,
        };
        let named = Arc::new(named);
        *found = Some(Arc::clone(&named));
        Ok(named)
    }

    /// A new key gets a new name, so that what an older, lost one sealed is known to be lost.
    fn make(&self, store: &Store) -> Result<NamedKey, Refusal> {
        let id = uuid::Uuid::new_v4().to_string();
        let account = format!("local platform secrets {id}");
        let key = SealKey::random().map_err(|error| {
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
        })?;
        self.place.keep(&account, &key)?;
        let connection = store.lock();
        remember_key_id(&connection, self.place(), &id)?;
        if self.place() == "session" {
            // What earlier sessions sealed can never be opened again.
            connection.execute("DELETE FROM secrets WHERE place = 'session'", [])?;
        }
        Ok(NamedKey { key, id })
    }
}

/// The name of the newest key of a place. Without one, a name that no key has.
fn key_id(connection: &Connection, place: &str) -> Result<String, DataError> {
    let sql = "SELECT id FROM secret_keys WHERE place = ?1";
    let found = connection
        .prepare_cached(sql)?
        .query_row(params![place], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or_else(|| "none".to_owned()))
}

fn remember_key_id(connection: &Connection, place: &str, id: &str) -> Result<(), DataError> {
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
