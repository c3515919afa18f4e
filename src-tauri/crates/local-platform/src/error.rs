//! Why the platform cannot start or use its folder.

use std::io;
use std::path::PathBuf;

/// Why [`crate::Server::start`] failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another process serves this data folder; use that one.
    #[error("the local platform already runs at {url} (process {pid})")]
    AlreadyServed {
        /// Its API address.
        url: String,
        /// Its process.
        pid: u32,
    },
    /// Another process holds the data folder but does not say where it listens.
    #[error(
        "another process holds {folder} but does not say where it listens; end it and try again"
    )]
    Silent {
        /// The data folder.
        folder: PathBuf,
    },
    /// Another program listens on the port.
    #[error(
        "port {port} on 127.0.0.1 is in use by another program; choose another port or end that program"
    )]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The port cannot be listened on.
    #[error("could not listen on 127.0.0.1:{port}")]
    Port {
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// The data folder is not usable.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A folder or file could not be made or opened.
    #[error("could not use the data folder {path}: {source}")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The database refused.
    #[error("the database of the local platform failed: {source}")]
    Database {
        /// What it says.
        #[from]
        source: rusqlite::Error,
    },
    /// The database was made by a newer version.
    #[error(
        "{path} was made by a newer version of Bakehouse (layout {found}, this version knows {known}); update Bakehouse"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its layout.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file in the place of the database is something else.
    #[error(
        "{path} is not a database of Bakehouse; nothing was changed: \
         move it away, or choose another data folder"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The database is damaged.
    #[error(
        "the database {path} is damaged; nothing was changed: put a copy of it back, \
         or move it away to begin with an empty one: {source}"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// A stored record is not what this version writes.
    #[error("a record of the local platform could not be read: {source}")]
    Record {
        /// What is wrong with it.
        #[from]
        source: serde_json::Error,
    },
}
