//! The database: opening, migrating, and asking from async code.

mod schema;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Params, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use crate::data_folder::DataFolder;
use crate::{DEFAULT_PROJECT, DataError};

/// How long one connection waits for another.
const PATIENCE: Duration = Duration::from_secs(10);
/// Readers that may work at once beside the one writer.
const READERS: usize = 4;
/// How many statements a connection keeps ready: all that are in use while jobs run.
const STATEMENTS: usize = 128;
/// Up to this size the whole database is checked when it is opened.
const CHECKED: u64 = 64 << 20;

/// The database of one data folder: one connection writes, others read beside it.
#[derive(Clone)]
pub(crate) struct Store {
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Readers>,
}

/// Connections that only read; they see what was committed last and never wait for the writer.
struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    turns: Semaphore,
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
        let mut connection = open_checked(path, steps)?;
        schema::migrate(&mut connection, path, steps)?;
        Ok(Self {
            writer: Arc::new(Mutex::new(connection)),
            readers: Arc::new(Readers {
                path: path.to_owned(),
                idle: Mutex::default(),
                turns: Semaphore::new(READERS),
            }),
        })
    }

    /// The writing connection, for short work from a thread that may block.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic in another request leaves at worst an open transaction, which rolls back.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in a transaction on a thread that may block.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DataError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let store = self.clone();
        run_blocking(move || store.change(work)).await
    }

    /// Runs `work` in a transaction, on a thread that may block.
    pub(crate) fn change<T, E: From<DataError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(DataError::from)?;
        let answer = work(&transaction)?;
        transaction.commit().map_err(DataError::from)?;
        Ok(answer)
    }

    /// Runs `work`, which only reads, on a thread that may block.
    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DataError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let readers = Arc::clone(&self.readers);
        let turn = readers.turns.acquire().await;
        let _turn = turn.expect("the turns are never closed");
        let readers = Arc::clone(&self.readers);
        run_blocking(move || {
            let connection = readers.take()?;
            let answer = work(&connection);
            readers.idle().push(connection);
            answer
        })
        .await
    }

    /// Reads a record or two at once. That takes less than going to another thread and back, which
    /// every request would have to do several times.
    pub(crate) fn glance<T, E: From<DataError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self.readers.take()?;
        let answer = work(&connection);
        self.readers.idle().push(connection);
        answer
    }
}

impl Readers {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Result<Connection, DataError> {
        if let Some(connection) = self.idle().pop() {
            return Ok(connection);
        }
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }
}

/// Opens the database after looking at it: what is not ours is not written to.
fn open_checked(path: &Path, steps: &[&str]) -> Result<Connection, DataError> {
    refuse_other_files(path)?;
    let connection = Connection::open(path)?;
    owner_only(path)?;
    connection.busy_timeout(PATIENCE)?;
    schema::recognise(&connection, path, steps)?;
    refuse_damage(&connection, path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Whoever kills the server loses nothing that was committed. A power cut can lose the last
    // commits, but never damages the database.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// A file that does not begin as a database does is left alone.
fn refuse_other_files(path: &Path) -> Result<(), DataError> {
    const BEGINNING: &[u8; 16] = b"SQLite format 3\0";
    let mut beginning = Vec::new();
    let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut beginning));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(DataError::Folder {
            path: path.to_owned(),
            source,
        }),
        Ok(_) if beginning.is_empty() || beginning == BEGINNING => Ok(()),
        Ok(_) => Err(DataError::Foreign {
            path: path.to_owned(),
        }),
    }
}

/// Checks a database that is small enough for it.
fn refuse_damage(connection: &Connection, path: &Path) -> Result<(), DataError> {
    if std::fs::metadata(path).is_ok_and(|data| data.len() > CHECKED) {
        return Ok(());
    }
    let damaged = |source| DataError::Damaged {
        path: path.to_owned(),
        source,
    };
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(damaged)?;
    if found == "ok" {
        return Ok(());
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    Err(damaged(rusqlite::Error::SqliteFailure(code, Some(found))))
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
