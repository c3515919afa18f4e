//! `cargo dev …`: everything a developer does with this repository, on every system, from a
//! machine that has nothing but Rust and Node.
//!
//! This binary depends on nothing of the application, so that it can first install what the
//! application needs. The backend over HTTP (`cargo dev bridge`) is a binary of its own.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal"
)]

mod bench;
mod bindings;
mod check;
mod checker;
mod display;
mod doctor;
mod fuzz;
mod interface;
mod journey;
mod launch;
mod node;
mod packages;
mod part;
mod proof;
mod repository;
mod run;
mod system;
mod test;
mod work;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::repository::Repository;

/// Run, test and look after Bakehouse.
#[derive(Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build, and open the window
    Run(run::Options),
    /// Install what is missing and run every test there is
    Test(test::Options),
    /// Formatting, lints and the quick tests
    Check,
    /// Look at this machine: tools, libraries, keyring, sandbox, port
    Doctor,
    /// Write the TypeScript side of the command table
    Bindings,
    /// Serve the backend over HTTP for the interface in a browser
    Bridge(launch::BridgeOptions),
    /// Go through the window by itself and save a picture of every screen
    Tour(journey::TourOptions),
    /// Measure how long things take, beside other tools
    Bench(bench::BenchOptions),
    /// Run the fuzz targets, each for some time
    Fuzz(fuzz::Options),
    /// Compare with the official tools: recorded results, real projects, random ones
    #[command(disable_help_flag = true)]
    Conformance(proof::ConformanceOptions),
}

fn main() -> ExitCode {
    match carry_out(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<ExitCode> {
    let repository = Repository::find()?;
    match command {
        Command::Run(options) => run::run(&repository, &options),
        Command::Test(options) => test::test(&repository, &options),
        Command::Check => check::check(&repository),
        Command::Fuzz(options) => fuzz::fuzz(&repository, &options),
        Command::Doctor => Ok(doctor::doctor(&repository)),
        Command::Bindings => bindings::write(&repository),
        Command::Bridge(options) => launch::bridge(&repository, &options),
        Command::Bench(options) => bench::bench(&repository, &options),
        Command::Conformance(options) => proof::conformance(&repository, &options),
        Command::Tour(options) => journey::tour(&repository, &options),
    }
}
