//! `cargo dev bench`: how long things take, beside the tools that people would use instead.
//!
//! Machines are shared and noisy, so every figure is a ratio: ours and the peer run in turn, and
//! the medians are compared. Nothing here is a test.

mod check;
mod measure;
mod peers;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::repository::{self, Repository};
use crate::work;
use measure::Bench;

/// `cargo dev bench`
#[derive(Args)]
pub(crate) struct BenchOptions {
    /// Which one; all of them without a name
    name: Option<Name>,
    /// How many counted runs of each command
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    runs: u32,
    /// Environment with the official tools; made where it is missing
    #[arg(long, value_name = "FOLDER")]
    peers: Option<PathBuf>,
    /// As the last line, one object for other programs
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// Read, check and evaluate a batch of 1,000 chained tasks
    Check,
}

/// Runs what was asked for.
pub(crate) fn bench(repository: &Repository, options: &BenchOptions) -> Result<ExitCode> {
    let mut build = repository::cargo();
    build
        .args(["build", "--release", "--package", "cli"])
        .current_dir(repository.root());
    work::run(&mut build)?;
    let peers = match &options.peers {
        Some(folder) => folder.clone(),
        None => repository.root().join(".peers"),
    };
    let ours = repository.binary("release", "bakehouse");
    // Outside of any repository: the peers do not ask git.
    let work = std::env::temp_dir().join("bakehouse-bench");
    let result: Bench = match options.name {
        Some(Name::Check) | None => check::check(&ours, (&peers, &work), options.runs)?,
    };
    print!("{}", result.table());
    if options.json {
        println!("{}", result.json());
    }
    Ok(ExitCode::SUCCESS)
}
