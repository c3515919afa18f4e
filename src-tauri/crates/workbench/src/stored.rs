//! Small structured files of our own, written as a whole or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why one of our own files could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoredError {
    /// The system refused.
    #[error("{} cannot be {action}: {source}", path.display())]
    File {
        path: PathBuf,
        action: &'static str,
        source: std::io::Error,
    },
    /// The content is not what we write.
    #[error("{} is damaged: {source}", path.display())]
    Damaged {
        path: PathBuf,
        source: serde_yaml::Error,
    },
}

/// Reads a YAML file; a missing one is the default.
pub(crate) fn read<T: DeserializeOwned + Default>(path: &Path) -> Result<T, StoredError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(T::default()),
        Err(source) => return Err(file(path, "read", source)),
    };
    if text.trim().is_empty() {
        return Ok(T::default());
    }
    serde_yaml::from_str(&text).map_err(|source| StoredError::Damaged {
        path: path.to_owned(),
        source,
    })
}

/// The same of a file that people may have edited: a damaged one is set aside, told about, and
/// never overwritten. `what` is in it.
pub(crate) fn read_or_set_aside<T: DeserializeOwned + Default>(path: &Path, what: &str) -> T {
    read(path).unwrap_or_else(|error| {
        let aside = path.with_extension("yml.damaged");
        tracing::warn!(%error, aside = %aside.display(), "{what} could not be read");
        if let Err(error) = std::fs::rename(path, &aside) {
            tracing::warn!(%error, "the damaged {what} could not be set aside");
        }
        T::default()
    })
}

/// Writes a YAML file through a temporary one beside it.
pub(crate) fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), StoredError> {
    let text = serde_yaml::to_string(value).map_err(|source| StoredError::Damaged {
        path: path.to_owned(),
        source,
    })?;
    replace(path, text.as_bytes())
}

/// Replaces a file as a whole: after a crash it is the old one or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoredError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|source| file(path, "written", source))?;
    let write = || {
        let mut staged = tempfile::NamedTempFile::new_in(folder)?;
        staged.write_all(bytes)?;
        staged.as_file().sync_all()?;
        keep_ordinary_mode(staged.as_file(), path)?;
        staged.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| file(path, "written", source))
}

/// Gives a staged file the mode of the file it replaces, or the usual one of new files.
#[cfg(unix)]
fn keep_ordinary_mode(staged: &std::fs::File, path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map_or(0o644, |old| old.permissions().mode() & 0o777);
    staged.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_ordinary_mode(_staged: &std::fs::File, _path: &Path) -> std::io::Result<()> {
    Ok(())
}

fn file(path: &Path, action: &'static str, source: std::io::Error) -> StoredError {
    StoredError::File {
        path: path.to_owned(),
        action,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_the_default_and_a_damaged_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/list.yml");
        assert_eq!(read::<Vec<String>>(&path).unwrap(), Vec::<String>::new());
        write(&path, &vec!["a".to_owned()]).unwrap();
        assert_eq!(read::<Vec<String>>(&path).unwrap(), ["a"]);
        std::fs::write(&path, "{").unwrap();
        assert!(matches!(
            read::<Vec<String>>(&path),
            Err(StoredError::Damaged { .. })
        ));
    }
}
