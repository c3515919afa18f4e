//! `cargo dev check`: what to run before every commit; minutes, not a quarter of an hour.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::part::{self, Part};
use crate::repository::{self, Repository};
use crate::{interface, node, test, work};

/// Formatting, lints and the quick tests of the crates without the window, and of the interface.
pub(crate) fn check(repository: &Repository) -> Result<ExitCode> {
    node::ensure()?;
    let parts = vec![
        Part::new("format", || work::run(cargo(repository).args(test::FORMAT))),
        Part::new("lints", || work::run(&mut clippy(repository))),
        Part::new("quick tests", || {
            work::run(
                cargo(repository)
                    .args(["test", "--lib", "--bins"])
                    .args(CRATES),
            )
        }),
        Part::new("interface", || {
            interface::ensure_packages(repository)?;
            for script in ["check", "lint", "test"] {
                work::run(node::npm(repository).args(["run", script]))?;
            }
            Ok(())
        }),
    ];
    let report = part::carry_out(parts);
    println!("\n{report}");
    Ok(if report.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Everything but the window, which would link for seconds and needs system libraries.
const CRATES: &[&str] = &["--workspace", "--exclude", "bakehouse-desktop"];

fn clippy(repository: &Repository) -> Command {
    let mut clippy = cargo(repository);
    clippy
        .args(["clippy", "--all-targets", "--features", "dev/bridge"])
        .args(CRATES)
        .args(["--", "--deny", "warnings"]);
    clippy
}

fn cargo(repository: &Repository) -> Command {
    let mut cargo = repository::cargo();
    cargo.current_dir(repository.root());
    cargo
}
