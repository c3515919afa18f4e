//! Frames of the graph in the real window: `tests/window/frames.mjs` drives it.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::repository::Repository;
use crate::{interface, launch, work};

/// Pans and zooms large bakes on a display of its own, and prints how long frames took.
pub(super) fn frames(repository: &Repository, cli: &Path, json: bool) -> Result<()> {
    interface::ensure_built(repository)?;
    work::run(&mut launch::build_application(repository, true))?;
    super::build_inside(repository)?;
    let mut measure = Command::new("node");
    measure
        .arg(repository.path("tests/window/frames.mjs"))
        .arg("--window")
        .arg(repository.binary("release", "bakehouse-desktop"))
        .arg("--cli")
        .arg(cli)
        .arg("--seed")
        .arg(repository.binary("release", "dev-platform-bench"))
        .arg("--out")
        .arg(repository.target().join("window"));
    if json {
        measure.arg("--json");
    }
    work::run(&mut measure)
}
