//! The program `bakehouse`: the use cases of the workbench without a window.
//!
//! Exit codes: 0 fine, 1 refused or failed, 2 wrong usage, 130 cancelled; `run` and `logs` end with the
//! exit code of their job.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a command-line program is for"
)]

mod account;
mod args;
mod bake;
mod check;
mod comparison;
mod execute;
mod graph;
mod inspect;
mod job;
mod live;
mod new;
mod output;
mod plan;
mod restart;
mod schema;
mod screen;
mod serve;
mod shell;
mod span;
mod template;
mod user;
mod volume;

use std::process::ExitCode;

use clap::Parser as _;
use contract::VolumeDeed;
use tracing_subscriber::EnvFilter;
use workbench::{CredentialsMode, Desk, DeskOptions, Folders};

use crate::args::{Arguments, Command, Credentials};
use crate::output::{Ended, Stop};

/// Flows are trees of many small parts: a check takes a fifth less time with it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(code) = workbench::second_life() {
        return ExitCode::from(code);
    }
    let arguments = Arguments::parse();
    log(arguments.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the program could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments)) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Badly) => ExitCode::FAILURE,
        Ok(Ended::Cancelled) => ExitCode::from(130),
        Ok(Ended::Code(code)) => ExitCode::from(code),
        Err(stop) => {
            output::print_stop(&stop);
            stop.exit_code()
        }
    }
}

/// Logs to standard error: warnings, or what `RUST_LOG` or `-v` ask for.
fn log(verbose: bool) {
    let usual = if verbose { "info" } else { "error" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

async fn run(arguments: Arguments) -> Result<Ended, Stop> {
    if let Command::Graph(graph) = &arguments.command
        && graph.is_dot()
    {
        return graph::dot(graph);
    }
    let folders = Folders::of_user().map_err(|error| Stop::Failed(error.to_string()))?;
    if let Command::Serve(serve) = arguments.command {
        return serve::serve(serve, folders).await;
    }
    if let Command::User(user) = arguments.command {
        return user::user(user, folders);
    }
    let handed = execute::handed(&arguments.command, &folders)?;
    if let Some(executor) = handed {
        return execute::run(&executor).await;
    }
    let desk = desk(folders, arguments.platform_port, arguments.credentials).await?;
    let desk = match arguments.context {
        Some(context) => desk.within(context),
        None => desk,
    };
    let ended = command(&desk, arguments.command).await;
    desk.close().await;
    ended
}

async fn desk(
    folders: Folders,
    platform_port: Option<u16>,
    credentials: Credentials,
) -> Result<Desk, Stop> {
    let executable = std::env::current_exe().map_err(|error| {
        Stop::Failed(format!("the path of this program cannot be told: {error}"))
    })?;
    let credentials = match credentials {
        Credentials::Auto => CredentialsMode::Auto,
        Credentials::Session => CredentialsMode::SessionOnly,
    };
    let options = DeskOptions {
        folders,
        executable,
        platform_port,
        credentials,
        facts: Vec::new(),
    };
    Ok(Desk::open(options).await)
}

async fn command(desk: &Desk, command: Command) -> Result<Ended, Stop> {
    match command {
        Command::New(new) => new::new(desk, new).await,
        Command::Template(template) => template::template(desk, template).await,
        Command::Run(run) => live::run(desk, run).await,
        Command::Ps(ps) => live::ps(desk, ps).await,
        Command::Status(status) => job::status(desk, status).await,
        Command::Logs(logs) => live::logs(desk, logs).await,
        Command::Exec(exec) => shell::exec(desk, exec).await,
        Command::Attach(attach) => shell::attach(desk, attach).await,
        Command::PortForward(forward) => shell::port_forward(desk, forward).await,
        Command::Browse(browse) => shell::browse(desk, browse).await,
        Command::Kill(kill) => job::kill(desk, kill).await,
        Command::Extend(extend) => job::extend(desk, extend).await,
        Command::Bake(bake) => bake::bake(desk, bake).await,
        Command::Plan(plan) => plan::plan(desk, plan).await,
        Command::Restart(restart) => restart::restart(desk, restart).await,
        Command::Bakes(bakes) => bake::bakes(desk, bakes).await,
        Command::Execute(execute) => execute::execute(desk, &execute).await,
        Command::Inspect(inspect) => inspect::inspect(desk, inspect).await,
        Command::Show(show) => comparison::show(desk, show).await,
        Command::Cancel(cancel) => bake::cancel(desk, cancel).await,
        Command::Compare(compare) => comparison::compare(desk, compare).await,
        Command::ClearCache(clear) => comparison::clear_cache(desk, clear).await,
        Command::Upload(one) => volume::volume(desk, one, VolumeDeed::Upload).await,
        Command::Download(one) => volume::volume(desk, one, VolumeDeed::Download).await,
        Command::Clean(one) => volume::volume(desk, one, VolumeDeed::Clean).await,
        Command::Mkvolumes(make) => volume::make(desk, &make.place).await,
        Command::Build(build) => volume::build(desk, build).await,
        Command::Graph(graph) => graph::graph(desk, graph).await,
        Command::Check(check) => check::check(desk, check).await,
        Command::Schema(schema) => schema::schema(desk, schema).await,
        Command::Login(login) => account::login(desk, login).await,
        Command::Logout(logout) => account::logout(desk, logout).await,
        Command::Contexts(contexts) => account::contexts(desk, contexts).await,
        Command::Use(chosen) => account::use_context(desk, chosen).await,
        Command::Serve(_) | Command::User(_) => Ok(Ended::Well),
    }
}
