//! Why a credential could not be kept or read.

use std::path::PathBuf;
use std::time::Duration;

/// Why the vault could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no keyring, or it cannot be reached.
    #[error("the keyring of this computer cannot be used: {reason}")]
    Unreachable {
        /// What the keyring answered.
        reason: String,
    },
    /// The keyring refused to show its contents (locked, and the user closed the question).
    #[error("the keyring is locked: {reason}")]
    Locked {
        /// What the keyring answered.
        reason: String,
    },
    /// The keyring did not answer; most often it waits for its password in another window.
    #[error("the keyring did not answer within {} seconds", limit.as_secs_f32())]
    Silent {
        /// How long was waited.
        limit: Duration,
    },
    /// The file could not be read or written.
    #[error("{} cannot be {action}", path.display())]
    File {
        /// The file of the vault.
        path: PathBuf,
        /// `read` or `written`.
        action: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is not one of ours, or is cut short.
    #[error("{} is not a credentials file, or it is damaged: {reason}", path.display())]
    Damaged {
        /// The file of the vault.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The password does not open the file (or somebody changed the file).
    #[error("the password does not open {}", path.display())]
    WrongPassword {
        /// The file of the vault.
        path: PathBuf,
    },
}

impl VaultError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreachable { .. } => NO_KEYRING_HINT.to_owned(),
            Self::Locked { .. } | Self::Silent { .. } => {
                "Unlock the keyring (its question may be behind another window) and try again."
                    .to_owned()
            }
            Self::File { path, .. } => format!(
                "Check that {} exists and that you may write there.",
                path.parent().unwrap_or(path).display()
            ),
            Self::Damaged { path, .. } => format!(
                "Delete {} to start with an empty one; you will have to sign in again.",
                path.display()
            ),
            Self::WrongPassword { .. } => "Check the keyboard layout and caps lock.".to_owned(),
        }
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
const NO_KEYRING_HINT: &str = "Start a Secret Service (gnome-keyring, KWallet or KeePassXC), or \
     choose an encrypted file or this session only.";
#[cfg(not(all(unix, not(target_os = "macos"))))]
const NO_KEYRING_HINT: &str = "Choose an encrypted file or this session only.";
