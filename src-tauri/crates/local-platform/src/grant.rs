//! Grants in the database: who was given what, by whom.

use jiff::Timestamp;
use protocol::{Action, Grant, moment};
use rusqlite::{Connection, params};

use crate::DataError;
use crate::resource::Resource;

/// Gives `subject` (a user or a role) a permission in place of an earlier one for the same URI.
pub(crate) fn give(connection: &Connection, given: &Grant, by: &str) -> Result<(), DataError> {
    connection.execute(
        "INSERT OR REPLACE INTO grants (subject, uri, action, granted_by, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            given.user,
            given.uri,
            given.action.as_str(),
            by,
            moment::text(Timestamp::now())
        ],
    )?;
    Ok(())
}

/// Takes a permission back; false if there was none for exactly this URI.
pub(crate) fn take_back(
    connection: &Connection,
    subject: &str,
    resource: &Resource,
) -> Result<bool, DataError> {
    let taken = connection.execute(
        "DELETE FROM grants WHERE subject = ?1 AND uri = ?2",
        params![subject, resource.to_string()],
    )?;
    Ok(taken > 0)
}

/// What a user or role was given itself.
pub(crate) fn of(
    connection: &Connection,
    subject: &str,
) -> Result<Vec<(Resource, Action)>, DataError> {
    let sql = "SELECT uri, action FROM grants WHERE subject = ?1 ORDER BY uri";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![subject], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut held = Vec::new();
    for row in rows {
        let (uri, action) = row?;
        // Only what we could read was ever written.
        if let Ok(resource) = Resource::parse(&uri) {
            held.push((resource, Action::from(action.as_str())));
        }
    }
    Ok(held)
}

/// Everything that was given to anyone.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Grant>, DataError> {
    let sql = "SELECT subject, uri, action FROM grants ORDER BY uri, subject";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Grant {
            user: row.get(0)?,
            uri: row.get(1)?,
            action: Action::from(row.get::<_, String>(2)?.as_str()),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets everything about a user or role that is gone, and about what is below it.
pub(crate) fn forget(connection: &Connection, subject: &str) -> Result<(), DataError> {
    let gone =
        "DELETE FROM grants WHERE subject = ?1 OR substr(subject, 1, length(?1) + 1) = ?1 || '/'
         OR uri = ?2 OR substr(uri, 1, length(?2) + 1) = ?2 || '/'";
    connection.execute(gone, params![subject, format!("role://{subject}")])?;
    Ok(())
}
