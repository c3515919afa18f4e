//! What can be written on the command line.

use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::span::Span;

mod account;
mod executor;
mod graph;
mod job;
mod shell;
mod template;
mod volume;

pub(crate) use account::*;
pub(crate) use executor::*;
pub(crate) use graph::*;
pub(crate) use job::*;
pub(crate) use shell::*;
pub(crate) use template::*;
pub(crate) use volume::*;

/// Bakehouse without a window: make projects, run live jobs, bake batches.
#[derive(Debug, Parser)]
#[command(name = "bakehouse", version, about)]
pub(crate) struct Arguments {
    /// Tell more about what happens, on standard error.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Where the token of the platform is kept.
    #[arg(
        long,
        value_enum,
        default_value_t,
        global = true,
        env = "BAKEHOUSE_CREDENTIALS"
    )]
    pub(crate) credentials: Credentials,
    /// Port of the local platform, if this command has to serve it itself; 0 for any free one.
    #[arg(
        long,
        value_name = "PORT",
        global = true,
        env = "BAKEHOUSE_PLATFORM_PORT"
    )]
    pub(crate) platform_port: Option<u16>,
    /// The context to work in this time, instead of the chosen one.
    #[arg(long, value_name = "NAME", global = true, env = "BAKEHOUSE_CONTEXT")]
    pub(crate) context: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the token of the platform is kept.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Credentials {
    /// In the keyring, or where you chose in the settings when there is none.
    #[default]
    Auto,
    /// Only in the memory of this command.
    Session,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a project from a template.
    New(New),
    /// Follow the template of a project, or look for mistakes in a template.
    Template(Template),
    /// Start a live job and follow its log.
    Run(Run),
    /// Show the live jobs of the project.
    Ps(Listing),
    /// Show how a job stands, why it failed, and what to do about it.
    Status(Status),
    /// Show the log of a live job, or of a job by its id.
    Logs(Logs),
    /// Run a command in a running job, or its shell.
    Exec(Exec),
    /// Join a running job: its output from now on, and its input. Ctrl-P Ctrl-Q leaves it.
    Attach(Attach),
    /// Reach ports of a running job through ports of this computer, until it is interrupted.
    PortForward(PortForward),
    /// Open the web page of a running job.
    Browse(Browse),
    /// Stop a live job, or ALL of them, and wait until they have ended.
    Kill(Kill),
    /// Let a job live longer.
    Extend(Extend),
    /// Run a batch to its end.
    Bake(Bake),
    /// Execute a stored bake to its end in this process, whoever began it.
    Execute(Execute),
    /// Say what a bake would do with each task, and why; start nothing.
    Plan(Plan),
    /// Try a bake again: what failed, all of it, from a task on, or only some tasks.
    Restart(Restart),
    /// Show the bakes of the project.
    Bakes(Bakes),
    /// Show the tasks of a bake, what failed and why, and how long it usually takes.
    Inspect(Inspect),
    /// Show one task of a bake with its log.
    Show(Show),
    /// Cancel a bake, or a single task of it.
    Cancel(Cancel),
    /// Compare two bakes or attempts: parameters, files, tasks, outputs, logs.
    Compare(Compare),
    /// Forget remembered results of tasks, so that they run again.
    ClearCache(ClearCache),
    /// Send what is new or changed in the folder of a volume to the storage.
    Upload(Volume),
    /// Fetch what is new or changed in a volume of the storage.
    Download(Volume),
    /// Remove a volume from the storage; its folder on this computer stays.
    Clean(Volume),
    /// Make the folders of all volumes in the storage.
    Mkvolumes(Listing),
    /// Build an image of the flow on the platform.
    Build(Build),
    /// Draw the graph of a bake, of a batch or of a DOT file into a file.
    Graph(Graph),
    /// Look for mistakes in the files of a project, and start nothing.
    Check(Check),
    /// Print the JSON schemas of flow files, for editors.
    Schema(Schema),
    /// Sign in to a platform, and work there from then on.
    Login(Login),
    /// Sign out of a platform.
    Logout(Logout),
    /// Show the contexts to work in, or change one.
    Contexts(Contexts),
    /// Work in a context from now on.
    Use(Use),
    /// Run the local platform until it is interrupted.
    Serve(Serve),
    /// Make, list or remove users of the local platform.
    User(User),
}

/// The project, and how to print.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Folder of the project, or any folder inside it.
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Listing {
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The live job.
    pub(crate) job: String,
    /// Suffix that tells runs of a `multi` job apart.
    #[arg(short, long)]
    pub(crate) suffix: Option<String>,
    /// A parameter; repeat for more.
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) params: Vec<(String, String)>,
    /// Do not follow the log.
    #[arg(short, long)]
    pub(crate) detach: bool,
    /// Show what would be submitted and start nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Bake {
    /// The batch.
    pub(crate) batch: String,
    /// A parameter; repeat for more.
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) params: Vec<(String, String)>,
    /// A YAML file with parameters, one `name: value` each; those of `--param` win.
    #[arg(long, alias = "meta-from-file", value_name = "FILE")]
    pub(crate) params_file: Option<PathBuf>,
    /// Name of the bake.
    #[arg(short, long)]
    pub(crate) name: Option<String>,
    /// A tag; repeat for more.
    #[arg(short, long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,
    #[command(flatten)]
    pub(crate) executor: ExecutorArgs,
    /// Show what would be run and start nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The batch.
    pub(crate) batch: String,
    /// A parameter; repeat for more.
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) params: Vec<(String, String)>,
    /// A YAML file with parameters, one `name: value` each; those of `--param` win.
    #[arg(long, alias = "meta-from-file", value_name = "FILE")]
    pub(crate) params_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").args(["from_failed", "all", "from", "only"]))]
pub(crate) struct Restart {
    /// Id or name of the bake.
    pub(crate) bake: String,
    /// Run what did not succeed, and what needs it; all else is kept. This is the default.
    #[arg(long)]
    pub(crate) from_failed: bool,
    /// Run all tasks; results may still come from the cache.
    #[arg(long, alias = "no-from-failed")]
    pub(crate) all: bool,
    /// Run this task and all that comes after it, afresh; repeat for more.
    #[arg(long, value_name = "TASK")]
    pub(crate) from: Vec<String>,
    /// Run only this task, afresh; repeat for more.
    #[arg(long, value_name = "TASK", num_args = 1..)]
    pub(crate) only: Vec<String>,
    /// Number of the attempt whose results are kept; the last when missing.
    #[arg(short = 'k', long)]
    pub(crate) attempt: Option<u32>,
    /// A parameter with another value; repeat for more.
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) params: Vec<(String, String)>,
    /// Take the project's files as they are now, not as they were.
    #[arg(long)]
    pub(crate) edited: bool,
    #[command(flatten)]
    pub(crate) executor: ExecutorArgs,
    /// Show what would be done and start nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Id or name of the bake; the latest when missing.
    pub(crate) bake: Option<String>,
    /// Number of the attempt; the last when missing.
    #[arg(short = 'k', long)]
    pub(crate) attempt: Option<u32>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Folder of the project, or any folder inside it.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    /// Print JSON: what was found, and what jobs and tasks come to.
    #[arg(long)]
    pub(crate) json: bool,
    /// Fail on warnings and on what only the official tools trip over, too.
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The kind of file; all of them when missing.
    #[arg(value_enum, value_name = "FILE")]
    pub(crate) file: Option<SchemaOf>,
    /// Folder to write FILE.schema.json into, instead of printing.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}

/// A kind of file that has a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SchemaOf {
    /// `live.yml`.
    Live,
    /// A batch.
    Batch,
    /// `project.yml`.
    Project,
    /// An action of any kind.
    Action,
    /// An action that can be called as a module.
    Module,
}

#[derive(Debug, Args)]
pub(crate) struct Execute {
    /// Id of the bake. Its newest attempt is executed: on the platform that NEURO_PASSED_CONFIG
    /// names, as inside a job with `--pass-config`, else on the local one.
    #[arg(value_name = "BAKE")]
    pub(crate) bake: String,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Port to listen on, on this computer only; 0 for any free one.
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Folder of the platform's data.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// How jobs are run; the best that works here unless told otherwise.
    #[arg(long, value_enum)]
    pub(crate) runner: Option<RunnerName>,
    /// Where the container engine listens, such as unix:///var/run/docker.sock; found by itself in
    /// the usual places.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) engine: Option<String>,
    /// How many jobs run at once, further ones wait; chosen after this computer unless told
    /// otherwise.
    #[arg(long, value_name = "N")]
    pub(crate) jobs_at_once: Option<NonZeroU16>,
    /// How many days ended jobs are kept with their logs; for ever unless told otherwise.
    #[arg(long, value_name = "DAYS")]
    pub(crate) keep_jobs: Option<u32>,
    /// Refuse the login without a token, with which every program of this computer comes in.
    #[arg(long)]
    pub(crate) no_loopback_login: bool,
    /// Where the key is kept that secrets are sealed with.
    #[arg(long, value_enum)]
    pub(crate) secrets: Option<SecretsName>,
}

/// A way of running jobs.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RunnerName {
    /// The best one that works here.
    Best,
    /// Containers of Docker or Podman.
    Container,
    /// The programs of this computer, shut in.
    Sandbox,
    /// Plain processes.
    Process,
}

/// Where the key of the secrets is.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SecretsName {
    /// In the keyring of the operating system.
    Keyring,
    /// In the memory of the server: secrets are gone when it ends.
    Session,
    /// In a file that only you can read.
    File,
}

/// The users of the local platform.
#[derive(Debug, Args)]
pub(crate) struct User {
    /// Folder of the platform's data.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) data: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: UserCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user and print the token to log in with.
    Add {
        /// Name of the user.
        name: String,
    },
    /// List the users.
    List,
    /// Remove a user.
    Remove {
        /// Name of the user.
        name: String,
    },
    /// Make another token for a user and print it.
    Token {
        /// Name of the user.
        name: String,
        /// End the token by itself after this time, for example `30d`.
        #[arg(long, value_name = "TIME")]
        life: Option<Span>,
    },
    /// List the tokens by which users come in.
    Tokens,
    /// Take a token back.
    Revoke {
        /// Id of the token, as `bakehouse user tokens` lists it.
        id: String,
    },
}

/// Reads `NAME=VALUE`.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}
