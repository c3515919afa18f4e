//! The database: opening, migrating, and asking from async code.

mod schema;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Params, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::data_folder::DataFolder;
use crate::{DEFAULT_PROJECT, DataError};

/// The database of one data folder.
#[derive(Clone)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens the database of the platform and brings its layout up to date.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let store = Self::open_with(path, schema::STEPS)?;
        know_project(&store.lock(), DEFAULT_PROJECT)?;
        Ok(store)
    }

    /// Opens a database whose layout is made by `steps`.
    pub(crate) fn open_with(path: &Path, steps: &[&str]) -> Result<Self, DataError> {
        let connection = Connection::open(path)?;
        owner_only(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let mut connection = connection;
        schema::migrate(&mut connection, path, steps)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// The connection, for short work from a thread that may block.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic in another request leaves at worst an open transaction, which rolls back.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in a transaction on a thread that may block.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DataError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let store = self.clone();
        run_blocking(move || {
            let mut connection = store.lock();
            let transaction = connection
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
                .map_err(DataError::from)?;
            let answer = work(&transaction)?;
            transaction.commit().map_err(DataError::from)?;
            Ok(answer)
        })
        .await
    }

    /// Runs `work`, which only reads, on a thread that may block.
    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DataError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let store = self.clone();
        run_blocking(move || work(&store.lock())).await
    }
}

/// Runs blocking work away from the threads that serve; a panic in it goes on in the caller. Work
/// that the end of the program cancels is never answered: whoever waits for it ends as well.
pub(crate) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => {
                tracing::debug!(%error, "the program ends");
                std::future::pending().await
            }
        },
    }
}

/// Only the owner may read the database and what SQLite puts beside it.
fn owner_only(path: &Path) -> Result<(), DataError> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(|source| {
        DataError::Folder {
            path: path.to_owned(),
            source,
        }
    })
}

/// All documents a query finds; the first column is the document.
pub(crate) fn docs<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Vec<T>, DataError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(serde_json::from_str(
            row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
        )?);
    }
    Ok(found)
}

/// The first document a query finds.
pub(crate) fn doc<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Option<T>, DataError> {
    let text: Option<String> = connection
        .prepare_cached(sql)?
        .query_row(params, |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// A document as it is stored.
pub(crate) fn text(value: &impl Serialize) -> Result<String, DataError> {
    Ok(serde_json::to_string(value)?)
}

/// Makes a project known, so that tools and windows may name it. Works beside a running server.
pub fn add_project(data_dir: &Path, name: &str) -> Result<(), DataError> {
    let folder = DataFolder::create(data_dir)?;
    let store = Store::open(&folder.database())?;
    let connection = store.lock();
    know_project(&connection, name)
}

/// Makes a project known.
pub(crate) fn know_project(connection: &Connection, name: &str) -> Result<(), DataError> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO projects (name) VALUES (?1)")?
        .execute(params![name])?;
    Ok(())
}

/// All projects, in the order they became known.
pub(crate) fn projects(connection: &Connection) -> Result<Vec<String>, DataError> {
    let mut statement = connection.prepare_cached("SELECT name FROM projects ORDER BY rowid")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}
