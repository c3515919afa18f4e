//! Building our binaries and starting the bridge.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::repository::{self, Repository};
use crate::work;

/// Features that every build of ours has, so that nothing is compiled twice: the window shows the
/// built interface instead of asking a development server, and the bridge exists.
pub(crate) const FEATURES: &str = "bakehouse-desktop/custom-protocol,dev/bridge,dev/conformance";

/// `cargo dev bridge`
#[derive(Args)]
pub(crate) struct BridgeOptions {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 7480)]
    port: u16,
    /// Keep all data in this folder instead of the one of the user
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Keep credentials in memory only
    #[arg(long)]
    session_credentials: bool,
}

/// Builds the bridge and starts it; it needs none of the libraries of the window.
pub(crate) fn bridge(repository: &Repository, options: &BridgeOptions) -> Result<ExitCode> {
    let mut build = repository::cargo();
    build
        .args(["build", "--package", "dev", "--features", "bridge"])
        .args(["--bin", "dev-bridge"])
        .current_dir(repository.root());
    work::run(&mut build)?;
    let mut start = Command::new(repository.binary("debug", "dev-bridge"));
    start.arg("--port").arg(options.port.to_string());
    if let Some(home) = &options.home {
        start.arg("--home").arg(home);
    }
    if options.session_credentials {
        start.arg("--session-credentials");
    }
    start_in_the_foreground(&mut start)
}

/// Starts a program and ends as it ends.
pub(crate) fn start_in_the_foreground(command: &mut Command) -> Result<ExitCode> {
    println!("$ {}", work::shown(command));
    let status = command
        .status()
        .with_context(|| format!("could not start `{}`", work::shown(command)))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The command that builds window and command-line tool.
pub(crate) fn build_application(repository: &Repository, release: bool) -> Command {
    let mut build = repository::cargo();
    build
        .args([
            "build",
            "--package",
            "bakehouse-desktop",
            "--package",
            "cli",
        ])
        .args(["--features", "bakehouse-desktop/custom-protocol"])
        .current_dir(repository.root());
    if release {
        build.arg("--release");
    }
    build
}
