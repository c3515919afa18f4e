//! The journey through the real window: as a test, and as a tour that saves pictures.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};
use clap::Args;

use crate::repository::Repository;
use crate::{interface, launch, node, packages, work};

/// `cargo dev tour`
#[derive(Args)]
pub(crate) struct TourOptions {
    /// Folder for the pictures
    #[arg(long, value_name = "DIR", default_value = "pictures")]
    out: PathBuf,
    /// Install missing system packages without asking
    #[arg(long, short)]
    yes: bool,
}

/// Goes through the window on a display of its own and saves a picture of every screen, light and
/// dark.
pub(crate) fn tour(repository: &Repository, options: &TourOptions) -> Result<ExitCode> {
    if !cfg!(target_os = "linux") {
        bail!("the tour needs Linux: it opens the window on a virtual X display");
    }
    node::ensure()?;
    packages::ensure(&[packages::FOR_RUNNING, packages::FOR_TESTING], options.yes)?;
    interface::ensure_built(repository)?;
    work::run(&mut launch::build_application(repository, false))?;
    let out = std::env::current_dir()?.join(&options.out);
    let mut journey = command(repository);
    journey.arg("--pictures").arg(&out);
    work::run(&mut journey)?;
    println!("The pictures are in {}", out.display());
    Ok(ExitCode::SUCCESS)
}

/// The command that goes through the window; window and command-line tool have to be built.
pub(crate) fn command(repository: &Repository) -> Command {
    let mut command = Command::new("node");
    command
        .arg(repository.path("tests/window/main.mjs"))
        .arg("--window")
        .arg(repository.binary("debug", "bakehouse-desktop"))
        .arg("--cli")
        .arg(repository.binary("debug", "bakehouse"))
        .current_dir(repository.root());
    command
}
