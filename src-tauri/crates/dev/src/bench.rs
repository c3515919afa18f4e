//! `cargo dev bench`: how long things take, beside the tools that people would use instead.
//!
//! Machines are shared and noisy, so every figure is a ratio: ours and the peer run in turn, and
//! the medians are compared. Nothing here is a test.

mod check;
mod engine;
mod export;
mod frames;
mod measure;
mod peers;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

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
    /// `layout`: a folder with more DOT files to lay out
    #[arg(long, value_name = "FOLDER")]
    also: Option<PathBuf>,
    /// `layout` and `export`: how many tasks the graphs have
    #[arg(long, value_delimiter = ',')]
    sizes: Vec<usize>,
    /// As the last line, one object for other programs
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// Read, check and evaluate a batch of 1,000 chained tasks
    Check,
    /// Bake 200 small tasks and one that needs them all on the local platform
    Engine,
    /// Change a job of the local platform and wait until a listener knows
    Event,
    /// Pan and zoom bakes of 2,000 and 5,000 tasks in the real window, and open one of 10,000
    Frames,
    /// Read a DOT graph, lay it out and write a PDF, beside Graphviz `dot`
    Export,
    /// Load the local platform: jobs, followers, large files
    Load,
    /// Lay out task graphs of all kinds beside Graphviz `dot`
    Layout,
}

/// Runs what was asked for.
pub(crate) fn bench(repository: &Repository, options: &BenchOptions) -> Result<ExitCode> {
    if matches!(options.name, Some(Name::Layout)) {
        // needs the layout alone, not the whole program
        layout(repository, options)?;
        return Ok(ExitCode::SUCCESS);
    }
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
    let names = match options.name {
        Some(name) => vec![name],
        None => Name::value_variants().to_vec(),
    };
    for name in names {
        let at = (peers.as_path(), work.as_path());
        let result: Bench = match name {
            Name::Check => check::check(&ours, at, options.runs)?,
            Name::Engine => engine::engine(&ours, at, options.runs)?,
            Name::Frames => {
                frames::frames(repository, &ours, options.json)?;
                continue;
            }
            Name::Export => {
                build_layout_bench(repository)?;
                let maker = repository.binary("release", "dev-layout-bench");
                let sizes = (options.sizes.as_slice(), options.runs);
                let result = export::export((&ours, &maker), &work, sizes)?;
                print!("{}", result.table());
                if options.json {
                    println!("{}", result.json());
                }
                continue;
            }
            Name::Event | Name::Load => {
                platform(repository, &ours, name, options.json)?;
                continue;
            }
            Name::Layout => {
                layout(repository, options)?;
                continue;
            }
        };
        print!("{}", result.table());
        if options.json {
            println!("{}", result.json());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What has no peer is measured by a program of its own, which knows the platform from inside.
fn platform(repository: &Repository, ours: &Path, name: Name, json: bool) -> Result<()> {
    build_inside(repository)?;
    let mut measure = Command::new(repository.binary("release", "dev-platform-bench"));
    measure
        .arg(match name {
            Name::Event => "event",
            _ => "load",
        })
        .arg(ours);
    if json {
        measure.arg("--json");
    }
    work::run(&mut measure)
}

/// Layouts are compared by a program of its own: what counts is how they look, not only the time.
fn layout(repository: &Repository, options: &BenchOptions) -> Result<()> {
    build_layout_bench(repository)?;
    let mut measure = Command::new(repository.binary("release", "dev-layout-bench"));
    measure.args(["bench", "--runs", &options.runs.to_string()]);
    if let Some(files) = &options.also {
        measure.arg("--also").arg(files);
    }
    if !options.sizes.is_empty() {
        let sizes: Vec<String> = options.sizes.iter().map(usize::to_string).collect();
        measure.arg("--sizes").arg(sizes.join(","));
    }
    if options.json {
        measure.arg("--json");
    }
    work::run(&mut measure)
}

/// Builds the program that makes graphs and judges layouts.
fn build_layout_bench(repository: &Repository) -> Result<()> {
    let mut build = repository::cargo();
    build
        .args(["build", "--release", "--package", "dev"])
        .args(["--features", "layout-bench", "--bin", "dev-layout-bench"])
        .current_dir(repository.root());
    work::run(&mut build)
}

/// Builds the program that knows the platform from inside.
fn build_inside(repository: &Repository) -> Result<()> {
    let mut build = repository::cargo();
    build
        .args(["build", "--release", "--package", "dev"])
        .args([
            "--features",
            "platform-bench",
            "--bin",
            "dev-platform-bench",
        ])
        .current_dir(repository.root());
    work::run(&mut build)
}
