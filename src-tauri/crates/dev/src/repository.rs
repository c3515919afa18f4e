//! Where things are in this repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// The work tree that this binary was built from, and the folder Cargo builds into.
pub(crate) struct Repository {
    root: PathBuf,
    target: PathBuf,
}

impl Repository {
    /// Finds the work tree by the manifest that this binary was built from.
    pub(crate) fn find() -> Result<Self> {
        let manifest_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest_folder
            .ancestors()
            .nth(3)
            .filter(|root| root.join("tauri.conf.json").is_file())
            .with_context(|| {
                format!(
                    "the repository is no longer above {}; run `cargo dev` inside it",
                    manifest_folder.display()
                )
            })?
            .to_path_buf();
        let target = target_folder(&root)?;
        Ok(Self { root, target })
    }

    /// The top folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the top folder.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// The folder Cargo builds into.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A binary of ours, built with the profile in that folder (`debug`, `release`).
    pub(crate) fn binary(&self, profile_folder: &str, name: &str) -> PathBuf {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        self.target.join(profile_folder).join(file)
    }

    /// The folder for tools of other people that are built for this repository only.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }
}

/// The Cargo that called us, or the one on the path.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn target_folder(root: &Path) -> Result<PathBuf> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("could not start cargo")?;
    if !output.status.success() {
        bail!(
            "`cargo metadata` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let target = metadata["target_directory"]
        .as_str()
        .context("`cargo metadata` named no target folder")?;
    Ok(target.into())
}
