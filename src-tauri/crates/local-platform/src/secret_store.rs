//! Secrets in the database: names in clear, values sealed.

use jiff::Timestamp;
use protocol::{Secret, moment};
use rusqlite::{Connection, OptionalExtension as _, params};
use zeroize::Zeroizing;

use crate::DataError;
use crate::refusal::Refusal;
use crate::secret_key::NamedKey;

/// Largest value, as in the cloud.
pub(crate) const LARGEST: usize = 1 << 20;

/// Which secret is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SecretName {
    pub(crate) org: String,
    pub(crate) project: String,
    pub(crate) key: String,
}

impl SecretName {
    /// Reads the parts of a URI after its scheme, the cluster first.
    pub(crate) fn of_parts(parts: &[String]) -> Option<Self> {
        let [_, org, project, key] = parts else {
            return None;
        };
        Some(Self {
            org: org.clone(),
            project: project.clone(),
            key: key.clone(),
        })
    }

    /// A value is bound to its name, so that nobody who can write to the database can give one
    /// secret the value of another.
    fn context(&self) -> String {
        format!("secret {}/{}/{}", self.org, self.project, self.key)
    }

    fn shown(&self) -> Secret {
        Secret {
            key: self.key.clone(),
            owner: self.project.clone(),
            org_name: Some(self.org.clone()),
            project_name: Some(self.project.clone()),
            value: None,
        }
    }
}

/// Why a key is none; `None` if it is one.
pub(crate) fn bad_key(key: &str) -> Option<String> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    let good = (1..=253).contains(&key.len())
        && key.chars().all(plain)
        && !key.starts_with("..")
        && key != ".";
    (!good).then(|| {
        format!(
            "`{key}` is no name for a secret: 1 to 253 letters, digits and `_.-`, not beginning with `..`"
        )
    })
}

/// Keeps a value, in place of an earlier one.
pub(crate) fn put(
    connection: &Connection,
    name: &SecretName,
    value: &[u8],
    (place, key): (&str, &NamedKey),
) -> Result<Secret, Refusal> {
    let sealed = key.key.seal(value, &name.context());
    let sealed = sealed.map_err(|error| Refusal::bad_request(error.to_string()))?;
    connection.execute(
        "INSERT OR REPLACE INTO secrets (org, project, key, sealed, place, key_id, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            name.org,
            name.project,
            name.key,
            sealed,
            place,
            key.id,
            moment::text(Timestamp::now())
        ],
    )?;
    Ok(name.shown())
}

/// The names of an organisation's secrets, or of one project's.
pub(crate) fn list(
    connection: &Connection,
    org: &str,
    project: Option<&str>,
) -> Result<Vec<SecretName>, DataError> {
    let sql = "SELECT org, project, key FROM secrets
        WHERE org = ?1 AND project = ifnull(?2, project) ORDER BY project, key";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![org, project], |row| {
        Ok(SecretName {
            org: row.get(0)?,
            project: row.get(1)?,
            key: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A sealed value and what sealed it.
#[derive(Debug, Clone)]
pub(crate) struct SealedValue {
    name: SecretName,
    sealed: String,
    place: String,
    pub(crate) key_id: String,
}

/// The sealed value of a secret, if there is one.
pub(crate) fn find(
    connection: &Connection,
    name: &SecretName,
) -> Result<Option<SealedValue>, DataError> {
    let sql = "SELECT sealed, place, key_id FROM secrets
        WHERE org = ?1 AND project = ?2 AND key = ?3";
    let found = connection
        .prepare_cached(sql)?
        .query_row(params![name.org, name.project, name.key], |row| {
            Ok(SealedValue {
                name: name.clone(),
                sealed: row.get(0)?,
                place: row.get(1)?,
                key_id: row.get(2)?,
            })
        })
        .optional()?;
    Ok(found)
}

impl SealedValue {
    /// The value in clear, if the key that sealed it is still there.
    pub(crate) fn open(
        &self,
        key: Option<&NamedKey>,
        place: &str,
    ) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        let opened = key.and_then(|key| key.key.open(&self.sealed, &self.name.context()));
        let why = match (opened, key) {
            (Some(value), _) => return Ok(value),
            (None, Some(_)) => "its record or the key was changed;".to_owned(),
            (None, None) if self.place == place => {
                format!("the key that sealed it lay in the {place} and is gone;")
            }
            (None, None) => format!(
                "it was sealed with a key in the {}, and this server keeps its key in the {place}; \
                 serve with --secrets {}, or",
                self.place, self.place
            ),
        };
        let SecretName {
            project, key: of, ..
        } = &self.name;
        let text = format!("the secret {of} of {project} cannot be opened: {why} set it again");
        Err(Refusal::new(axum::http::StatusCode::CONFLICT, text))
    }
}

/// The names as the service shows them.
pub(crate) fn shown(names: &[SecretName]) -> Vec<Secret> {
    names.iter().map(SecretName::shown).collect()
}

/// Removes a secret; false if there is none.
pub(crate) fn remove(connection: &Connection, name: &SecretName) -> Result<bool, DataError> {
    let removed = connection.execute(
        "DELETE FROM secrets WHERE org = ?1 AND project = ?2 AND key = ?3",
        params![name.org, name.project, name.key],
    )?;
    Ok(removed > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_those_of_the_cloud() {
        for bad in ["", "..a", "a b", "a/b", "ä", ".", &"a".repeat(254)] {
            assert!(bad_key(bad).is_some(), "{bad}");
        }
        for good in ["a", "A_b-c.d", ".a", "0"] {
            assert_eq!(bad_key(good), None);
        }
    }
}
