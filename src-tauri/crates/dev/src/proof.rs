//! Building and starting the program that compares us with the official tools.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::launch;
use crate::repository::{self, Repository};
use crate::work;

/// `cargo dev conformance`
#[derive(Args)]
pub(crate) struct ConformanceOptions {
    /// `expressions`, `flows`, `random`, `templates` or `tools`, and what they take
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, num_args = 0..)]
    arguments: Vec<OsString>,
}

/// Builds the program that compares us with the official tools, and starts it.
pub(crate) fn conformance(
    repository: &Repository,
    options: &ConformanceOptions,
) -> Result<ExitCode> {
    let mut build = repository::cargo();
    build
        .args(["build", "--package", "dev", "--features", "conformance"])
        .args(["--bin", "dev-conformance"])
        .current_dir(repository.root());
    work::run(&mut build)?;
    if options.arguments.iter().any(|argument| argument == "tools") {
        let mut build = repository::cargo();
        build
            .args(["build", "--package", "cli"])
            .current_dir(repository.root());
        work::run(&mut build)?;
    }
    let mut start = Command::new(repository.binary("debug", "dev-conformance"));
    start.args(&options.arguments);
    launch::start_in_the_foreground(&mut start)
}
