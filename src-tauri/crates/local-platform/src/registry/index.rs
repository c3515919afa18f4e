//! The index of the registry: which repository has which manifests, tags and contents.
//!
//! It is a database of its own beside the contents, because builders and supervisors read and write
//! images without the server. Whoever changes it holds its write lock while files come and go, so
//! that what the index says is on the disk.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::manifest::{Descriptor, Manifest, Parts};
use super::{Digest, Reference, RegistryError, RepositoryName, Tag};

/// The layout, as steps; one that was published is never changed.
pub(super) const STEPS: &[&str] = &["
CREATE TABLE blobs (digest TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE links (
    repository TEXT NOT NULL, digest TEXT NOT NULL REFERENCES blobs, seen_at INTEGER NOT NULL,
    PRIMARY KEY (repository, digest)
) WITHOUT ROWID;
CREATE INDEX links_digest ON links (digest);
CREATE TABLE manifests (
    repository TEXT NOT NULL, digest TEXT NOT NULL, media_type TEXT NOT NULL,
    content BLOB NOT NULL, seen_at INTEGER NOT NULL, PRIMARY KEY (repository, digest)
);
CREATE TABLE parts (
    repository TEXT NOT NULL, manifest TEXT NOT NULL, part TEXT NOT NULL,
    PRIMARY KEY (repository, manifest, part),
    FOREIGN KEY (repository, manifest) REFERENCES manifests ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX parts_part ON parts (repository, part);
CREATE TABLE tags (
    repository TEXT NOT NULL, tag TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (repository, tag),
    FOREIGN KEY (repository, digest) REFERENCES manifests ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX tags_digest ON tags (repository, digest);
CREATE TABLE uploads (
    id TEXT PRIMARY KEY, repository TEXT NOT NULL, seen_at INTEGER NOT NULL
) WITHOUT ROWID;
"];

/// Part of a sorted list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// How many at most.
    pub(crate) count: usize,
    /// Only what comes after this.
    pub(crate) after: String,
}

/// Puts a content that is on the disk into a repository.
pub(super) fn link(
    connection: &Connection,
    repository: &RepositoryName,
    (digest, size): (&Digest, u64),
    now: i64,
) -> Result<(), RegistryError> {
    let digest = digest.to_string();
    connection
        .prepare_cached("INSERT OR IGNORE INTO blobs (digest, size) VALUES (?1, ?2)")?
        .execute(params![digest, size.cast_signed()])?;
    connection
        .prepare_cached(
            "INSERT INTO links (repository, digest, seen_at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at",
        )?
        .execute(params![repository.as_str(), digest, now])?;
    Ok(())
}

/// Size of a content, if the repository has it.
pub(super) fn linked(
    connection: &Connection,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Option<u64>, RegistryError> {
    let size: Option<i64> = connection
        .prepare_cached(
            "SELECT size FROM links JOIN blobs USING (digest) WHERE repository = ?1 AND digest = ?2",
        )?
        .query_row(params![repository.as_str(), digest.to_string()], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(size.map(i64::cast_unsigned))
}

/// Notes that everything in a repository is being used: a push asks for contents long before the
/// manifest that names them comes.
pub(super) fn touch(
    connection: &Connection,
    repository: &RepositoryName,
    now: i64,
) -> Result<(), RegistryError> {
    connection
        .prepare_cached("UPDATE links SET seen_at = ?2 WHERE repository = ?1 AND seen_at < ?2")?
        .execute(params![repository.as_str(), now])?;
    Ok(())
}

/// Takes a manifest in, if everything it names is there.
pub(super) fn put_manifest(
    connection: &Connection,
    repository: &RepositoryName,
    (tag, manifest): (Option<&Tag>, &Manifest),
    now: i64,
) -> Result<(), RegistryError> {
    let digest = manifest.digest().to_string();
    let parts = parts_here(connection, repository, manifest)?;
    connection
        .prepare_cached(
            "INSERT INTO manifests (repository, digest, media_type, content, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at, media_type = excluded.media_type",
        )?
        .execute(params![
            repository.as_str(),
            digest,
            manifest.media_type,
            &manifest.content[..],
            now
        ])?;
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO parts (repository, manifest, part) VALUES (?1, ?2, ?3)",
    )?;
    for part in parts {
        insert.execute(params![repository.as_str(), digest, part.to_string()])?;
    }
    if let Some(tag) = tag {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO tags (repository, tag, digest) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![repository.as_str(), tag.as_str(), digest])?;
    }
    Ok(())
}

/// What a manifest names, all of it found in the repository.
fn parts_here(
    connection: &Connection,
    repository: &RepositoryName,
    manifest: &Manifest,
) -> Result<Vec<Digest>, RegistryError> {
    let mut found = Vec::new();
    let missing = |digest: Digest| RegistryError::ManifestBlobUnknown { digest };
    match manifest.parts()? {
        Parts::Index { manifests } => {
            for one in manifests {
                let digest = one.digest()?;
                if !has_manifest(connection, repository, &digest)? {
                    return Err(missing(digest));
                }
                found.push(digest);
            }
        }
        Parts::Image { config, layers } => {
            for one in std::iter::once(config).chain(layers) {
                let digest = one.digest()?;
                match linked(connection, repository, &digest)? {
                    Some(size) if size != one.size => return Err(wrong_size(&one, size)),
                    Some(_) => found.push(digest),
                    // Lies elsewhere and may stay there.
                    None if !one.urls.is_empty() => (),
                    None => return Err(missing(digest)),
                }
            }
        }
    }
    Ok(found)
}

fn wrong_size(one: &Descriptor, size: u64) -> RegistryError {
    let Descriptor {
        digest,
        size: named,
        ..
    } = one;
    RegistryError::ManifestInvalid {
        reason: format!("it says that {digest} has {named} bytes, but there are {size}"),
    }
}

fn has_manifest(
    connection: &Connection,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<bool, RegistryError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM manifests WHERE repository = ?1 AND digest = ?2")?
        .exists(params![repository.as_str(), digest.to_string()])?)
}

/// The manifest of a reference.
pub(super) fn manifest(
    connection: &Connection,
    repository: &RepositoryName,
    reference: &Reference,
) -> Result<Option<Manifest>, RegistryError> {
    let digest = match reference {
        Reference::Digest(digest) => Some(digest.to_string()),
        Reference::Tag(tag) => connection
            .prepare_cached("SELECT digest FROM tags WHERE repository = ?1 AND tag = ?2")?
            .query_row(params![repository.as_str(), tag.as_str()], |row| row.get(0))
            .optional()?,
    };
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Manifest {
            media_type: row.get(0)?,
            content: row.get::<_, Vec<u8>>(1)?.into(),
        })
    };
    Ok(connection
        .prepare_cached(
            "SELECT media_type, content FROM manifests WHERE repository = ?1 AND digest = ?2",
        )?
        .query_row(params![repository.as_str(), digest], read)
        .optional()?)
}

/// Removes a tag, or a manifest with all its tags; false if there is none.
pub(super) fn remove(
    connection: &Connection,
    repository: &RepositoryName,
    reference: &Reference,
) -> Result<bool, RegistryError> {
    let (sql, name) = match reference {
        Reference::Tag(tag) => (
            "DELETE FROM tags WHERE repository = ?1 AND tag = ?2",
            tag.to_string(),
        ),
        Reference::Digest(digest) => (
            "DELETE FROM manifests WHERE repository = ?1 AND digest = ?2",
            digest.to_string(),
        ),
    };
    let removed = connection
        .prepare_cached(sql)?
        .execute(params![repository.as_str(), name])?;
    Ok(removed > 0)
}

/// Tags of a repository in order; nothing if the repository has no image at all.
pub(super) fn tags(
    connection: &Connection,
    repository: &RepositoryName,
    page: &Page,
) -> Result<Option<Vec<String>>, RegistryError> {
    let is_there = connection
        .prepare_cached("SELECT 1 FROM manifests WHERE repository = ?1")?
        .exists(params![repository.as_str()])?;
    if !is_there {
        return Ok(None);
    }
    let sql = "SELECT tag FROM tags WHERE repository = ?1 AND tag > ?2 ORDER BY tag LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(
        params![repository.as_str(), page.after, limit(page)],
        |row| row.get(0),
    )?;
    Ok(Some(found.collect::<Result<_, _>>()?))
}

/// Repositories that have images, in order.
pub(super) fn repositories(
    connection: &Connection,
    page: &Page,
) -> Result<Vec<String>, RegistryError> {
    let sql = "SELECT DISTINCT repository FROM manifests WHERE repository > ?1
               ORDER BY repository LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(params![page.after, limit(page)], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn limit(page: &Page) -> i64 {
    i64::try_from(page.count).unwrap_or(i64::MAX)
}

/// Notes a new upload.
pub(super) fn begin_upload(
    connection: &Connection,
    repository: &RepositoryName,
    id: &str,
    now: i64,
) -> Result<(), RegistryError> {
    connection
        .prepare_cached("INSERT INTO uploads (id, repository, seen_at) VALUES (?1, ?2, ?3)")?
        .execute(params![id, repository.as_str(), now])?;
    Ok(())
}

/// True if the repository has this upload, which is then noted to be alive.
pub(super) fn see_upload(
    connection: &Connection,
    repository: &RepositoryName,
    id: &str,
    now: i64,
) -> Result<bool, RegistryError> {
    let seen = connection
        .prepare_cached("UPDATE uploads SET seen_at = ?3 WHERE id = ?1 AND repository = ?2")?
        .execute(params![id, repository.as_str(), now])?;
    Ok(seen > 0)
}

/// Forgets an upload that was finished, cancelled or left.
pub(super) fn end_upload(connection: &Connection, id: &str) -> Result<(), RegistryError> {
    connection
        .prepare_cached("DELETE FROM uploads WHERE id = ?1")?
        .execute(params![id])?;
    Ok(())
}
