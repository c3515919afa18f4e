//! Roles: names that permissions are given to, and that are themselves given to users by a
//! permission for `role://NAME`.

use jiff::Timestamp;
use protocol::moment;
use rusqlite::{Connection, params};

use crate::{DataError, grant};

/// The name of a role, such as `alice/roles/trainer`, without stray slashes.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let plain = |part: &&str| {
        let good = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        !part.is_empty() && !part.starts_with('.') && part.chars().all(good)
    };
    if parts.len() < 2 || text.len() > 255 || !parts.iter().all(plain) {
        return Err(format!(
            "`{text}` is no name for a role: write words of letters, digits and `-_.` with slashes \
             between them, such as team/readers (users are made by: bakehouse user add NAME)"
        ));
    }
    Ok(text.to_owned())
}

/// Makes a role; false if there is one already.
pub(crate) fn add(connection: &Connection, name: &str, by: &str) -> Result<bool, DataError> {
    let added = connection.execute(
        "INSERT OR IGNORE INTO roles (name, made_by, created_at) VALUES (?1, ?2, ?3)",
        params![name, by, moment::text(Timestamp::now())],
    )?;
    Ok(added > 0)
}

/// Removes a role and those below it with everything given to them; false if there is none.
pub(crate) fn remove(connection: &Connection, name: &str) -> Result<bool, DataError> {
    let removed = connection.execute(
        "DELETE FROM roles WHERE name = ?1 OR substr(name, 1, length(?1) + 1) = ?1 || '/'",
        params![name],
    )?;
    if removed > 0 {
        grant::forget(connection, name)?;
    }
    Ok(removed > 0)
}

/// True if there is such a role.
pub(crate) fn exists(connection: &Connection, name: &str) -> Result<bool, DataError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM roles WHERE name = ?1")?;
    Ok(statement.exists(params![name])?)
}

/// Roles whose names are below a user's or another role's.
pub(crate) fn below(connection: &Connection, name: &str) -> Result<Vec<String>, DataError> {
    names(
        connection,
        "SELECT name FROM roles WHERE substr(name, 1, length(?1) + 1) = ?1 || '/' ORDER BY name",
        name,
    )
}

/// The same and the roles that the user has made elsewhere.
pub(crate) fn shown_for(connection: &Connection, name: &str) -> Result<Vec<String>, DataError> {
    names(
        connection,
        "SELECT name FROM roles WHERE substr(name, 1, length(?1) + 1) = ?1 || '/'
         OR made_by = ?1 ORDER BY name",
        name,
    )
}

fn names(connection: &Connection, sql: &str, name: &str) -> Result<Vec<String>, DataError> {
    let mut statement = connection.prepare_cached(sql)?;
    let names = statement.query_map(params![name], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_at_least_two_words_with_a_slash_between() {
        for bad in ["", "alice", "a/", "/a", "a//b", "a/../b", "a b/c", "a:b/c"] {
            assert!(name(bad).is_err(), "{bad}");
        }
        assert!(name("alice/roles/trainer").is_ok());
    }
}
