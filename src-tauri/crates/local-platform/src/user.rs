//! Local users and roles.

use std::path::Path;

use jiff::Timestamp;
use protocol::moment;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::DataError;
use crate::data_folder::DataFolder;
use crate::grant;
use crate::place::TOOL_USER;
use crate::store::Store;
use crate::token::{self, NewToken};

/// Somebody with an account here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalUser {
    /// Name.
    pub name: String,
    /// True for those who manage the whole platform.
    pub manager: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// Why an account was not made or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UserError {
    /// The name is no name for a user.
    #[error(
        "`{name}` is no name for a user: 3 to 40 lower-case letters and digits, with single dashes between them, beginning with a letter"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// The name is taken.
    #[error("there is a user `{name}` already; for a new token remove the user first")]
    Taken {
        /// The name.
        name: String,
    },
    /// Nobody has this name.
    #[error("there is no user `{name}` here; known are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The user of the loopback login cannot go.
    #[error(
        "`{TOOL_USER}` is the user of the login without a token; serve with --no-loopback-login to keep it out"
    )]
    Loopback,
    /// The data folder is not usable.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// Makes an account that may do nothing until it is granted something, and its first token, which
/// is shown only this once. Works beside a running server.
pub fn add_user(data_dir: &Path, name: &str) -> Result<String, UserError> {
    change(data_dir, |connection| {
        if !is_name(name) {
            let name = name.to_owned();
            return Err(UserError::Name { name });
        }
        if exists(connection, name)? {
            let name = name.to_owned();
            return Err(UserError::Taken { name });
        }
        insert(connection, name, false)?;
        Ok(token::mint(connection, &NewToken::new(name, "user add"))?)
    })
}

/// Removes an account with its tokens, its permissions and its roles. Its jobs and files stay.
/// Works beside a running server.
pub fn remove_user(data_dir: &Path, name: &str) -> Result<(), UserError> {
    change(data_dir, |connection| {
        if name == TOOL_USER {
            return Err(UserError::Loopback);
        }
        if !exists(connection, name)? {
            let (name, known) = (name.to_owned(), known(connection)?);
            return Err(UserError::Unknown { name, known });
        }
        Ok(remove(connection, name)?)
    })
}

/// Everybody with an account, by name. Works beside a running server.
pub fn users(data_dir: &Path) -> Result<Vec<LocalUser>, DataError> {
    let folder = DataFolder::create(data_dir)?;
    let store = Store::open(&folder.database())?;
    let connection = store.lock();
    list(&connection)
}

fn change<T>(
    data_dir: &Path,
    work: impl FnOnce(&Connection) -> Result<T, UserError>,
) -> Result<T, UserError> {
    let folder = DataFolder::create(data_dir)?;
    let store = Store::open(&folder.database())?;
    store.change(work)
}

fn is_name(name: &str) -> bool {
    (3..=40).contains(&name.len())
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.split('-').all(|part| {
            let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
            !part.is_empty() && part.chars().all(plain)
        })
}

/// Makes sure that there is an account for somebody the application vouches for. One that exists
/// keeps its rights.
pub(crate) fn know_manager(connection: &Connection, name: &str) -> Result<(), DataError> {
    if exists(connection, name)? {
        return Ok(());
    }
    insert(connection, name, true)
}

fn insert(connection: &Connection, name: &str, manager: bool) -> Result<(), DataError> {
    connection.execute(
        "INSERT INTO users (name, manager, created_at) VALUES (?1, ?2, ?3)",
        params![name, manager, moment::text(Timestamp::now())],
    )?;
    Ok(())
}

fn remove(connection: &Connection, name: &str) -> Result<(), DataError> {
    connection.execute(
        "DELETE FROM tokens WHERE identity = ?1 OR substr(identity, 1, length(?1) + 1) = ?1 || '/'",
        params![name],
    )?;
    connection.execute(
        "DELETE FROM roles WHERE substr(name, 1, length(?1) + 1) = ?1 || '/'",
        params![name],
    )?;
    connection.execute(
        "DELETE FROM service_accounts WHERE owner = ?1",
        params![name],
    )?;
    connection.execute("DELETE FROM users WHERE name = ?1", params![name])?;
    grant::forget(connection, name)
}

/// True if there is such an account.
pub(crate) fn exists(connection: &Connection, name: &str) -> Result<bool, DataError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM users WHERE name = ?1")?;
    Ok(name == TOOL_USER || statement.exists(params![name])?)
}

/// True for those who manage the whole platform.
pub(crate) fn is_manager(connection: &Connection, name: &str) -> Result<bool, DataError> {
    let manager = connection
        .prepare_cached("SELECT manager FROM users WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0))
        .optional()?;
    Ok(name == TOOL_USER || manager.unwrap_or(false))
}

/// Everybody with an account, by name.
pub(crate) fn list(connection: &Connection) -> Result<Vec<LocalUser>, DataError> {
    let sql = "SELECT name, manager, created_at FROM users ORDER BY name";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let at: String = row.get(2)?;
        Ok(LocalUser {
            name: row.get(0)?,
            manager: row.get(1)?,
            created_at: moment::parse(&at).unwrap_or(Timestamp::UNIX_EPOCH),
        })
    })?;
    let mut users: Vec<LocalUser> = rows.collect::<Result<_, _>>()?;
    if users.iter().all(|user| user.name != TOOL_USER) {
        users.push(LocalUser {
            name: TOOL_USER.to_owned(),
            manager: true,
            created_at: Timestamp::UNIX_EPOCH,
        });
        users.sort_by(|one, other| one.name.cmp(&other.name));
    }
    Ok(users)
}

/// The names there are, for a sentence.
pub(crate) fn known(connection: &Connection) -> Result<String, DataError> {
    let names: Vec<String> = list(connection)?
        .into_iter()
        .map(|user| user.name)
        .collect();
    Ok(names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_made_once_and_goes_with_its_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let token = add_user(folder.path(), "bob").unwrap();
        let taken = add_user(folder.path(), "bob").unwrap_err().to_string();
        assert!(taken.contains("already"), "{taken}");
        let names = |users: Vec<LocalUser>| -> Vec<(String, bool)> {
            users
                .into_iter()
                .map(|user| (user.name, user.manager))
                .collect()
        };
        assert_eq!(
            names(users(folder.path()).unwrap()),
            [("bob".to_owned(), false), ("user".to_owned(), true)]
        );
        remove_user(folder.path(), "bob").unwrap();
        let store = Store::open(&folder.path().join("platform.sqlite")).unwrap();
        assert_eq!(token::owner(&store.lock(), &token).unwrap(), None);
        let gone = remove_user(folder.path(), "bob").unwrap_err().to_string();
        assert!(gone.contains("known are user"), "{gone}");
        assert!(remove_user(folder.path(), "user").is_err());
    }

    #[test]
    fn names_of_users_are_plain() {
        for bad in ["", "ab", "Bob", "a/b", "1ab", "a--b", "-ab", "a b c", "ab:"] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(is_name("bob-2"));
    }
}
