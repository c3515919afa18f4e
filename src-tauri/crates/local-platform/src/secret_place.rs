//! Where the key lies that seals the values of secrets.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vault::{SealKey, Secret, Vault, VaultError};

/// Where the key lies that seals the values of secrets.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum SecretsPlace {
    /// In the keyring of the operating system.
    #[default]
    Keyring,
    /// In the memory of this server: secrets are gone when it ends.
    Session,
    /// In a file that only its owner may read. Whoever gets both this file and the data folder can
    /// read the secrets.
    KeyFile(PathBuf),
    /// In a vault that the application has opened.
    Vault(Arc<Vault>),
}

/// Why the key of the secrets cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error(
        "secrets need a key, and this server keeps it in the keyring: {source}. {} Or serve with \
         --secrets session (until the server ends) or --secrets file (a file that only you can read)",
        source.hint()
    )]
    Keyring { source: VaultError },
    #[error("secrets need a key: {source}. {}", source.hint())]
    Vault { source: VaultError },
    #[error("the key of the secrets in {path} cannot be used: {reason}")]
    File { path: PathBuf, reason: String },
    #[error(
        "the key of the secrets in the vault, `{account}`, is damaged; remove it and set the secrets again"
    )]
    Damaged { account: String },
}

impl SecretsPlace {
    /// A word for where a value was sealed.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::Session => "session",
            Self::KeyFile(_) => "file",
            Self::Vault(vault) => match vault.place() {
                vault::Place::Keyring => "keyring",
                vault::Place::SessionOnly => "session",
                vault::Place::EncryptedFile(_) => "vault",
            },
        }
    }

    /// Finds the key that lies under `account`; a keyring may make this wait for its owner.
    pub(crate) fn find(&self, account: &str) -> Result<Option<SealKey>, PlaceError> {
        let found = match self {
            Self::Session => None,
            Self::KeyFile(path) => return read(path),
            Self::Keyring => Vault::keyring()
                .get(account)
                .map_err(|source| PlaceError::Keyring { source })?,
            Self::Vault(vault) => vault
                .get(account)
                .map_err(|source| PlaceError::Vault { source })?,
        };
        let key = found.map(|secret| {
            SealKey::from_secret(&secret).ok_or_else(|| PlaceError::Damaged {
                account: account.to_owned(),
            })
        });
        key.transpose()
    }

    /// Keeps a new key under `account`.
    pub(crate) fn keep(&self, account: &str, key: &SealKey) -> Result<(), PlaceError> {
        let secret = key.to_secret();
        match self {
            Self::Session => Ok(()),
            Self::KeyFile(path) => write(path, &secret),
            Self::Keyring => Vault::keyring()
                .put(account, &secret)
                .map_err(|source| PlaceError::Keyring { source }),
            Self::Vault(vault) => vault
                .put(account, &secret)
                .map_err(|source| PlaceError::Vault { source }),
        }
    }
}

fn unusable(path: &Path, reason: impl Into<String>) -> PlaceError {
    PlaceError::File {
        path: path.to_owned(),
        reason: reason.into(),
    }
}

fn read(path: &Path) -> Result<Option<SealKey>, PlaceError> {
    let mode = match fs::metadata(path) {
        Ok(data) => data.permissions().mode(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(path, error.to_string())),
    };
    if mode & 0o077 != 0 {
        let text = format!("others may read it; run: chmod 600 {}", path.display());
        return Err(unusable(path, text));
    }
    let text = fs::read_to_string(path).map_err(|error| unusable(path, error.to_string()))?;
    match SealKey::from_secret(&Secret::new(text)) {
        Some(key) => Ok(Some(key)),
        None => Err(unusable(path, "it is no key")),
    }
}

fn write(path: &Path, secret: &Secret) -> Result<(), PlaceError> {
    let made = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(secret.expose().as_bytes())?;
        file.sync_all()
    };
    made().map_err(|error: io::Error| unusable(path, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inner/secrets.key");
        let place = SecretsPlace::KeyFile(path.clone());
        assert!(place.find("x").unwrap().is_none());
        let key = SealKey::random().unwrap();
        place.keep("x", &key).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let sealed = key.seal(b"v", "c").unwrap();
        assert!(
            place
                .find("x")
                .unwrap()
                .unwrap()
                .open(&sealed, "c")
                .is_some()
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let open = place.find("x").unwrap_err().to_string();
        assert!(open.contains("chmod 600"), "{open}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "nonsense").unwrap();
        assert!(place.find("x").unwrap_err().to_string().contains("no key"));
    }
}
