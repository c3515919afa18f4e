//! Node and npm: versions, and the packages of the interface.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::repository::Repository;
use crate::work;

/// The oldest Node that the build tools of the interface run on.
pub(crate) const OLDEST: Version = Version(20, 19, 0);

/// A version of three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// The first version number in a text such as `v20.19.1` or `rustc 1.88.0 (…)`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(|word| {
            let mut parts = word.trim_start_matches('v').split(['.', '-', '+']);
            let mut number = || parts.next()?.parse().ok();
            Some(Self(number()?, number()?, number().unwrap_or(0)))
        })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// `npm`, which is a script with another name on Windows, in the folder of the interface.
pub(crate) fn npm(repository: &Repository) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(repository.path("ui"));
    command
}

/// Fails with a way out if Node or npm is missing or too old.
pub(crate) fn ensure() -> Result<()> {
    let way_out = format!(
        "Install Node {OLDEST} or newer: https://nodejs.org/en/download, or your package manager"
    );
    let said = work::answer(Command::new("node").arg("--version"))
        .with_context(|| format!("there is no `node`. {way_out}"))?;
    let version = Version::find(&said)
        .with_context(|| format!("`node --version` said {said:?}. {way_out}"))?;
    if version < OLDEST {
        bail!("Node {version} is too old. {way_out}");
    }
    if !work::on_path(if cfg!(windows) { "npm.cmd" } else { "npm" }) && !work::on_path("npm") {
        bail!("there is no `npm`. {way_out}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_a_tool_prints() {
        assert_eq!(Version::find("v20.19.1"), Some(Version(20, 19, 1)));
        assert_eq!(
            Version::find("rustc 1.88.0-nightly (abc 2025-06-01)"),
            Some(Version(1, 88, 0))
        );
        assert_eq!(Version::find("bubblewrap 0.8"), Some(Version(0, 8, 0)));
        assert_eq!(Version::find("none"), None);
        assert!(Version(20, 18, 3) < OLDEST);
    }
}
