//! `cargo dev conformance …`: what we say beside what the official tools said, or say now.
//!
//! A program of its own because it needs the flow language; `cargo dev` builds and starts it.
//! The last line it prints is always `N passed, N failed, N intended`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal"
)]

mod actions;
#[path = "../bakes/mod.rs"]
mod bakes;
mod batch_flow;
mod count;
mod dice;
mod expressions;
mod flows;
#[path = "../../../flow/tests/folder.rs"]
mod folder;
mod folder_copy;
mod formula;
mod live_flow;
mod material;
mod matrix;
mod mistakes;
mod pools;
mod project_file;
mod random;
mod shared;
#[path = "../templates/mod.rs"]
mod templates;
#[path = "../tools/mod.rs"]
mod tools;
mod written;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::count::Count;

/// Compare with the official tools.
#[derive(Parser)]
#[command(name = "cargo dev conformance", bin_name = "cargo dev conformance")]
struct Arguments {
    /// Print the differences we mean to have, too
    #[arg(long, global = true)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The same batches baked by the official tool and by ours
    Bakes(bakes::Options),
    /// Recorded pairs of input and result that belong to the language
    Expressions(expressions::Options),
    /// Real projects with recorded results
    Flows(flows::Options),
    /// Random valid and nearly valid projects, through the official tool as it is installed
    Random(random::Options),
    /// Templates with what cookiecutter made of them
    Templates(templates::Options),
    /// The official tools on a local platform of our own
    Tools(tools::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The tour has no rules of the language: it says why at each step.
    let has_rules = !matches!(arguments.command, Command::Tools(_) | Command::Bakes(_));
    match carry_out(arguments.command, arguments.verbose) {
        Ok(count) => {
            if has_rules {
                count.print_rules();
            }
            println!("{count}");
            count.exit_code()
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command, verbose: bool) -> Result<Count> {
    match command {
        Command::Bakes(options) => bakes::compare(&options),
        Command::Expressions(options) => expressions::compare(&options, verbose),
        Command::Flows(options) => flows::compare(&options, verbose),
        Command::Random(options) => random::compare(&options, verbose),
        Command::Templates(options) => templates::compare(&options, verbose),
        Command::Tools(options) => tools::compare(&options),
    }
}
