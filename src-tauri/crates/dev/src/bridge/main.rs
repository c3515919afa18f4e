//! `dev-bridge`: the commands, events and streams of the contract over HTTP on this computer, and
//! the built interface beside them. For tests of the interface in a browser and for people who
//! develop it; never part of what is shipped.
//!
//! ```text
//! POST /call/NAME     request as JSON → 200 and the answer, or 4xx/5xx and a Failure
//! POST /stream/NAME   request as JSON → items as lines of JSON, until the stream ends
//! GET  /events        DeskEvent as server-sent events
//! GET  /…             the built interface
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal"
)]

mod guard;
mod routes;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use contract::Fact;
use tokio::net::TcpListener;
use workbench::{CredentialsMode, Desk, DeskOptions, Folders};

/// Serve the backend over HTTP for the interface in a browser.
#[derive(Parser)]
#[command(name = "dev-bridge")]
struct Options {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 7480)]
    port: u16,
    /// Keep all data in this folder instead of the one of the user; the local platform then takes
    /// any free port
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Keep credentials in memory only
    #[arg(long)]
    session_credentials: bool,
}

fn main() -> ExitCode {
    if let Some(code) = workbench::second_life() {
        return ExitCode::from(code);
    }
    match serve(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(options: &Options) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .await
        .with_context(|| format!("port {} of 127.0.0.1 cannot be used", options.port))?;
    let port = listener.local_addr()?.port();
    let desk = Desk::open(desk_options(options)?).await;
    desk.start();
    let interface = interface_folder();
    if !interface.join("index.html").is_file() {
        eprintln!("note: the interface is not built; `npm run build` in ui/ does it");
    }
    let routes = routes::routes(desk.clone(), &interface, port);
    println!("bridge: http://127.0.0.1:{port}");
    let ended = tokio::select! {
        result = axum::serve(listener, routes) => result.context("the bridge broke off"),
        () = asked_to_end() => Ok(()),
    };
    desk.close().await;
    ended
}

fn desk_options(options: &Options) -> Result<DeskOptions> {
    let folders = match &options.home {
        Some(home) => {
            std::fs::create_dir_all(home)
                .with_context(|| format!("{} cannot be made", home.display()))?;
            Folders::under(&std::path::absolute(home)?)
        }
        None => Folders::of_user()?,
    };
    let credentials = if options.session_credentials {
        CredentialsMode::SessionOnly
    } else {
        CredentialsMode::Auto
    };
    Ok(DeskOptions {
        folders,
        executable: std::env::current_exe()?,
        platform_port: options.home.as_ref().map(|_| 0),
        credentials,
        facts: vec![Fact {
            name: "Shell".into(),
            value: "bridge".into(),
        }],
    })
}

fn interface_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/dist")
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    let _ = tokio::signal::ctrl_c().await;
}
