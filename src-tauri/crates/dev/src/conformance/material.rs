//! Where recorded results lie: they are not part of the repository.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// The folder with recorded results: `BAKEHOUSE_SHARED`, or `shared` beside the repository.
pub(crate) fn folder() -> Result<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let folder = std::env::var_os("BAKEHOUSE_SHARED").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        bail!(
            "there is no recorded material in {}: name its folder with BAKEHOUSE_SHARED",
            folder.display()
        );
    }
    folder
        .canonicalize()
        .with_context(|| format!("{} cannot be opened", folder.display()))
}

/// A JSON file.
pub(crate) fn json(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}
