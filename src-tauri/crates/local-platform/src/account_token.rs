//! Tokens as people see them: a list without the tokens themselves, new ones, and taking back.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use protocol::moment;
use rusqlite::{Connection, params};

use crate::DataError;
use crate::data_folder::DataFolder;
use crate::store::Store;
use crate::token::{self, NewToken};
use crate::user::{self, UserError};

/// A token that lets somebody in, without the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountToken {
    /// By which it is taken back.
    pub id: String,
    /// Whom it lets in.
    pub user: String,
    /// What it was made for.
    pub purpose: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// Makes another token for somebody who has an account; it is shown only this once. It ends by
/// itself after `life`, if that is given. Works beside a running server.
pub fn new_token(
    data_dir: &Path,
    name: &str,
    life: Option<SignedDuration>,
) -> Result<String, UserError> {
    let store = Store::open(&DataFolder::create(data_dir)?.database())?;
    let connection = store.lock();
    if !user::exists(&connection, name)? {
        let (name, known) = (name.to_owned(), user::known(&connection)?);
        return Err(UserError::Unknown { name, known });
    }
    let expires = life.and_then(|life| Timestamp::now().checked_add(life).ok());
    let new = NewToken {
        expires,
        ..NewToken::new(name, "made by hand")
    };
    Ok(token::mint(&connection, &new)?)
}

/// The tokens that let people in now, oldest first; those of jobs end with their jobs and are not
/// listed. Works beside a running server.
pub fn tokens(data_dir: &Path) -> Result<Vec<AccountToken>, DataError> {
    let store = Store::open(&DataFolder::create(data_dir)?.database())?;
    list(&store.lock(), Timestamp::now())
}

/// Takes a token back; false if there is none with this id. Taking back a login ends all that came
/// of it. Works beside a running server.
pub fn revoke_token(data_dir: &Path, id: &str) -> Result<bool, DataError> {
    let store = Store::open(&DataFolder::create(data_dir)?.database())?;
    revoke(&store.lock(), id)
}

fn list(connection: &Connection, now: Timestamp) -> Result<Vec<AccountToken>, DataError> {
    let sql = "SELECT id, identity, purpose, created_at, expires_at FROM tokens
        WHERE job_id IS NULL AND parent IS NULL AND (expires_at IS NULL OR expires_at > ?1)
        ORDER BY created_at, rowid";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![now.as_second()], |row| {
        let at: String = row.get(3)?;
        let expires: Option<i64> = row.get(4)?;
        Ok(AccountToken {
            id: row.get(0)?,
            user: row.get(1)?,
            purpose: row.get(2)?,
            created_at: moment::parse(&at).unwrap_or(Timestamp::UNIX_EPOCH),
            expires_at: expires.and_then(|second| Timestamp::from_second(second).ok()),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn revoke(connection: &Connection, id: &str) -> Result<bool, DataError> {
    let gone = "DELETE FROM tokens WHERE id = ?1 OR parent = ?1";
    Ok(connection.execute(gone, params![id])? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::add_user;

    #[test]
    fn tokens_are_listed_without_themselves_and_taken_back_by_id() {
        let folder = tempfile::tempdir().unwrap();
        let first = add_user(folder.path(), "bob").unwrap();
        let hour = Some(SignedDuration::from_hours(1));
        let second = new_token(folder.path(), "bob", hour).unwrap();
        assert!(new_token(folder.path(), "nobody", None).is_err());
        let listed = tokens(folder.path()).unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(listed[0].expires_at, None);
        assert!(listed[1].expires_at.unwrap() > Timestamp::now());
        assert!(revoke_token(folder.path(), &listed[0].id).unwrap());
        assert!(!revoke_token(folder.path(), &listed[0].id).unwrap());
        let store = Store::open(&folder.path().join("platform.sqlite")).unwrap();
        let owner = |token: &str| token::owner(&store.lock(), token).unwrap();
        assert_eq!(
            (owner(&first), owner(&second)),
            (None, Some("bob".to_owned()))
        );
        let later = Timestamp::now() + SignedDuration::from_hours(2);
        assert_eq!(list(&store.lock(), later).unwrap(), []);
    }
}
