//! `cargo dev run`: from a machine with Rust and Node to the open window.

use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::repository::Repository;
use crate::{display, interface, launch, node, packages, work};

/// `cargo dev run`
#[derive(Args)]
pub(crate) struct Options {
    /// Install missing system packages without asking
    #[arg(long, short)]
    yes: bool,
    /// Build with optimizations, as it is shipped
    #[arg(long)]
    release: bool,
}

/// Installs, builds, starts.
pub(crate) fn run(repository: &Repository, options: &Options) -> Result<ExitCode> {
    if !display::is_there() {
        println!("{}", display::MISSING);
        return Ok(ExitCode::FAILURE);
    }
    node::ensure()?;
    packages::ensure(&[packages::FOR_RUNNING], options.yes)?;
    interface::ensure_built(repository)?;
    work::run(&mut launch::build_application(repository, options.release))?;
    let folder = if options.release { "release" } else { "debug" };
    let mut window = Command::new(repository.binary(folder, "bakehouse-desktop"));
    launch::start_in_the_foreground(&mut window)
}
