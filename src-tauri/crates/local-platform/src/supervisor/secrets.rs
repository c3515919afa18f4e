//! Values that must lie in no file of the data folder: the server writes them to the supervisor's
//! standard input, and the supervisor hands them to the job as environment or as files in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What a job gets that nobody else may see.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// Environment.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    /// Contents of files in base64, by their place on this computer.
    #[serde(default)]
    pub(crate) files: BTreeMap<PathBuf, String>,
}

impl Secrets {
    /// Reads what the server writes; `None` if it was cut off.
    pub(super) fn receive(mut from: impl Read) -> Option<Self> {
        let mut text = Vec::new();
        from.read_to_end(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Writes the files, readable by their owner only.
    pub(super) fn write_files(&self) -> io::Result<()> {
        for (path, content) in &self.files {
            let content = STANDARD.decode(content).map_err(io::Error::other)?;
            put(path, &Zeroizing::new(content))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Secrets {
    /// Names only.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Secrets")
            .field("env", &self.env.keys())
            .field("files", &self.files.keys())
            .finish()
    }
}

fn put(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    // The empty file that the mounts were planned with.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o400)
        .open(path)?;
    file.write_all(content)
}

/// Makes a folder that only its owner may enter.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn files_are_for_their_owner_only_and_replace_what_held_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s/0");
        private_folder(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        let secrets = Secrets {
            files: BTreeMap::from([(path.clone(), STANDARD.encode([0, 159, 1]))]),
            ..Secrets::default()
        };
        let sent = serde_json::to_vec(&secrets).unwrap();
        let received = Secrets::receive(sent.as_slice()).unwrap();
        received.write_files().unwrap();
        received.write_files().unwrap();
        assert_eq!(fs::read(&path).unwrap(), [0, 159, 1]);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o400
        );
    }

    #[test]
    fn what_was_cut_off_is_not_taken_for_nothing() {
        assert_eq!(Secrets::receive(&b"{\"env\": {"[..]), None);
        assert_eq!(Secrets::receive(&b""[..]), None);
    }

    #[test]
    fn values_are_not_shown() {
        let secrets = Secrets {
            env: BTreeMap::from([("KEY".to_owned(), "hunter2".to_owned())]),
            ..Secrets::default()
        };
        assert!(!format!("{secrets:?}").contains("hunter2"));
    }
}
