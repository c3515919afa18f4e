//! Credentials in a file that only a password opens.
//!
//! The file is one JSON object: how the key is made from the password (Argon2id, its cost, the
//! salt), a nonce, and the sealed map of accounts (XChaCha20-Poly1305, with the format as
//! associated data, so that a file of another kind never opens). It is replaced as a whole: a
//! crash leaves the old file or the new one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::seal::{Cost, Key, KeyRecipe, Sealed};
use crate::{Secret, VaultError};

const FORMAT: &str = "bakehouse-credentials-1";
/// Far above what any number of tokens needs; keeps a wrong file from filling the memory.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

pub(crate) struct SealedFile {
    path: PathBuf,
    key: Key,
    recipe: KeyRecipe,
    /// One change at a time: each reads the file, changes it and writes it back.
    turn: Mutex<()>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    format: String,
    key: KeyRecipe,
    #[serde(flatten)]
    sealed: Sealed,
}

type Accounts = BTreeMap<String, Secret>;

impl SealedFile {
    pub(crate) fn open(path: &Path, password: &Secret) -> Result<Self, VaultError> {
        Self::open_at_cost(path, password, Cost::STRONG)
    }

    /// Opens the file; a new one gets a key of this cost.
    pub(crate) fn open_at_cost(
        path: &Path,
        password: &Secret,
        cost: Cost,
    ) -> Result<Self, VaultError> {
        let document = read(path)?;
        let recipe = match &document {
            Some(document) => document.key.clone(),
            None => KeyRecipe::new(cost).map_err(|reason| damaged(path, reason))?,
        };
        let key = recipe
            .key(password)
            .map_err(|reason| damaged(path, reason))?;
        let file = Self {
            path: path.to_owned(),
            key,
            recipe,
            turn: Mutex::new(()),
        };
        file.accounts(document)?;
        Ok(file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn get(&self, account: &str) -> Result<Option<Secret>, VaultError> {
        Ok(self.accounts(read(&self.path)?)?.remove(account))
    }

    pub(crate) fn put(&self, account: &str, secret: &Secret) -> Result<(), VaultError> {
        self.change(|accounts| accounts.insert(account.to_owned(), secret.clone()))
    }

    pub(crate) fn delete(&self, account: &str) -> Result<(), VaultError> {
        self.change(|accounts| accounts.remove(account))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Accounts) -> T) -> Result<(), VaultError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut accounts = self.accounts(read(&self.path)?)?;
        change(&mut accounts);
        let plain = spell(&accounts);
        let sealed = self
            .key
            .seal(plain.as_bytes(), FORMAT)
            .map_err(|reason| damaged(&self.path, reason))?;
        let document = Document {
            format: FORMAT.to_owned(),
            key: self.recipe.clone(),
            sealed,
        };
        write(&self.path, &document)
    }

    fn accounts(&self, document: Option<Document>) -> Result<Accounts, VaultError> {
        let Some(document) = document else {
            return Ok(Accounts::new());
        };
        let wrong = || VaultError::WrongPassword {
            path: self.path.clone(),
        };
        let plain = self.key.open(&document.sealed, FORMAT).ok_or_else(wrong)?;
        let texts: BTreeMap<String, String> = serde_json::from_slice(&plain)
            .map_err(|_| damaged(&self.path, "its contents are not a list of accounts".into()))?;
        Ok(texts
            .into_iter()
            .map(|(account, text)| (account, Secret::new(text)))
            .collect())
    }
}

/// The map as JSON, in memory that is wiped.
fn spell(accounts: &Accounts) -> Zeroizing<String> {
    let texts: BTreeMap<&str, &str> = accounts
        .iter()
        .map(|(account, secret)| (account.as_str(), secret.expose()))
        .collect();
    Zeroizing::new(serde_json::to_string(&texts).expect("a map of texts is always valid JSON"))
}

fn read(path: &Path) -> Result<Option<Document>, VaultError> {
    let failed = |source| VaultError::File {
        path: path.to_owned(),
        action: "read",
        source,
    };
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if metadata.len() > LARGEST_FILE => {
            return Err(damaged(path, "it is far too large".to_owned()));
        }
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(failed)?;
    let document: Document =
        serde_json::from_slice(&bytes).map_err(|error| damaged(path, error.to_string()))?;
    if document.format != FORMAT {
        return Err(damaged(
            path,
            format!("its format is `{}`, not `{FORMAT}`", document.format),
        ));
    }
    Ok(Some(document))
}

fn write(path: &Path, document: &Document) -> Result<(), VaultError> {
    let text = serde_json::to_vec_pretty(document).expect("texts and numbers are valid JSON");
    replace(path, &text).map_err(|source| VaultError::File {
        path: path.to_owned(),
        action: "written",
        source,
    })
}

/// Writes a file beside `path` that only its owner may read, and puts it in its place.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // Mode 0600 on Unix from the first moment; on other systems the user's own profile protects it.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn damaged(path: &Path, reason: String) -> VaultError {
    VaultError::Damaged {
        path: path.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn open(path: &Path, password: &str) -> Result<SealedFile, VaultError> {
        SealedFile::open_at_cost(path, &Secret::new(password), Cost::CHEAP)
    }

    fn filled(folder: &TempDir) -> PathBuf {
        let path = folder.path().join("deep/credentials.json");
        let file = open(&path, "right").unwrap();
        file.put("local", &Secret::new("token-of-local")).unwrap();
        file.put("cloud", &Secret::new("töken")).unwrap();
        path
    }

    #[test]
    fn what_is_put_in_is_found_again_by_the_next_one_who_opens_the_file() {
        let folder = TempDir::new().unwrap();
        let path = filled(&folder);
        let file = open(&path, "right").unwrap();
        assert_eq!(file.get("cloud").unwrap(), Some(Secret::new("töken")));
        file.delete("cloud").unwrap();
        file.delete("cloud").unwrap();
        let again = open(&path, "right").unwrap();
        assert_eq!(again.get("cloud").unwrap(), None);
        assert_eq!(
            again.get("local").unwrap(),
            Some(Secret::new("token-of-local"))
        );
    }

    #[test]
    fn nothing_secret_can_be_read_in_the_file() {
        let folder = TempDir::new().unwrap();
        let text = fs::read_to_string(filled(&folder)).unwrap();
        for hidden in ["token-of-local", "töken", "local", "cloud", "right"] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }

    #[test]
    fn a_wrong_password_is_told_apart_from_a_damaged_file() {
        let folder = TempDir::new().unwrap();
        let path = filled(&folder);
        assert!(matches!(
            open(&path, "wrong"),
            Err(VaultError::WrongPassword { .. })
        ));
        let whole = fs::read(&path).unwrap();
        for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(
                matches!(open(&path, "right"), Err(VaultError::Damaged { .. })),
                "cut to {cut} bytes"
            );
        }
    }

    #[test]
    fn a_changed_byte_in_the_sealed_part_is_noticed() {
        let folder = TempDir::new().unwrap();
        let path = filled(&folder);
        let mut document: serde_json::Value =
            serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let sealed = document["sealed"].as_str().unwrap().to_owned();
        let first = if sealed.starts_with('A') { 'B' } else { 'A' };
        document["sealed"] = format!("{first}{}", &sealed[1..]).into();
        fs::write(&path, document.to_string()).unwrap();
        assert!(open(&path, "right").is_err());
    }

    #[test]
    fn a_file_that_asks_for_an_absurd_key_is_refused_without_working_on_it() {
        let folder = TempDir::new().unwrap();
        let path = filled(&folder);
        for (field, value) in [
            ("memory_kib", 1_u64 << 31),
            ("passes", 1 << 30),
            ("lanes", 999),
        ] {
            let mut document: serde_json::Value =
                serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            document["key"][field] = value.into();
            let odd = folder.path().join("odd.json");
            fs::write(&odd, document.to_string()).unwrap();
            assert!(
                matches!(open(&odd, "right"), Err(VaultError::Damaged { .. })),
                "{field}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = TempDir::new().unwrap();
        let path = filled(&folder);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_in_the_error() {
        let folder = TempDir::new().unwrap();
        let blocker = folder.path().join("file");
        fs::write(&blocker, "").unwrap();
        let error = open(&blocker.join("credentials.json"), "x")
            .and_then(|file| file.put("a", &Secret::new("b")))
            .unwrap_err();
        assert!(error.to_string().contains("credentials.json"), "{error}");
    }
}
