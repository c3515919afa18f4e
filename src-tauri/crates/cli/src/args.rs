//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Show the log of a live job, or of a job by its id.
    Logs(Logs),
    /// Stop a live job.
    Kill(Kill),
    /// Run a batch to its end.
    Bake(Bake),
    /// Show the bakes of the project.
    Bakes(Listing),
    /// Show the tasks of a bake.
    Inspect(Inspect),
    /// Cancel a bake.
    Cancel(Cancel),
    /// Draw the graph of a bake or of a batch into a file.
    Graph(Graph),
    /// Look for mistakes in the files of a project, and start nothing.
    Check(Check),
    /// Print the JSON schemas of flow files, for editors.
    Schema(Schema),
    /// Run the local platform until it is interrupted.
    Serve(Serve),
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
pub(crate) struct New {
    /// The template: `project`, a folder, a zip file, `gh:owner/name`, or an address.
    #[arg(value_name = "SOURCE", default_value = "project")]
    pub(crate) template: String,
    /// An answer; repeat for more.
    #[arg(short, long = "answer", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) answers: Vec<(String, String)>,
    /// A JSON file with answers, or a replay file.
    #[arg(long = "answers", alias = "answers-file", value_name = "FILE")]
    pub(crate) answers_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) source: SourceOptions,
    /// Folder to make the project in.
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub(crate) output: PathBuf,
    /// What to do with programs the template wants to run. Without this, known ones are done
    /// natively, trusted ones run, and others are skipped.
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) hooks: Option<Hooks>,
    /// Show what would be written and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which version of a template, and how its place is asked.
#[derive(Debug, Args)]
pub(crate) struct SourceOptions {
    /// Branch, tag or commit of the template.
    #[arg(long, value_name = "REF")]
    pub(crate) checkout: Option<String>,
    /// Folder of the template in its place.
    #[arg(long, value_name = "SUB")]
    pub(crate) directory: Option<String>,
    #[command(flatten)]
    pub(crate) network: NetworkOptions,
}

/// How a place is asked.
#[derive(Debug, Args)]
pub(crate) struct NetworkOptions {
    /// Ask the place for its newest state, also where there is a copy.
    #[arg(long, conflicts_with = "offline")]
    pub(crate) refresh: bool,
    /// Use only copies that are on this computer.
    #[arg(long)]
    pub(crate) offline: bool,
}

/// What to do with hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hooks {
    /// Run none.
    Skip,
    /// Run all. They are programs of the template's author.
    Run,
    /// Do natively what the hooks of known templates do, and run none.
    Native,
}

#[derive(Debug, Args)]
pub(crate) struct Template {
    #[command(subcommand)]
    pub(crate) command: TemplateCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TemplateCommand {
    /// Tell whether the template of a project has a newer version; exit code 1 when it has.
    Check(TemplateCheck),
    /// Bring a project to a newer version of its template.
    Update(TemplateUpdate),
    /// Look for mistakes in a template.
    Lint(TemplateLint),
    /// Find out which version of a template a project was made from, and write it down.
    Adopt(TemplateAdopt),
    /// Take the last project or update back, as far as nobody has changed it since.
    Undo(TemplateUndo),
}

#[derive(Debug, Args)]
pub(crate) struct TemplateCheck {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) network: NetworkOptions,
}

#[derive(Debug, Args)]
pub(crate) struct TemplateUpdate {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Branch, tag or commit to follow from now on.
    #[arg(long, value_name = "REF")]
    pub(crate) checkout: Option<String>,
    /// An answer that changes, or one to a new question; repeat for more.
    #[arg(short, long = "answer", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) answers: Vec<(String, String)>,
    /// Which side is taken where both changed the same lines. Without this an update with
    /// conflicts is refused.
    #[arg(long, value_enum, value_name = "SIDE")]
    pub(crate) conflicts: Option<ConflictSide>,
    #[command(flatten)]
    pub(crate) network: NetworkOptions,
    /// Show what would change and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Which side of a conflict is taken.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ConflictSide {
    /// What the project has.
    Mine,
    /// What the template has.
    Theirs,
}

#[derive(Debug, Args)]
pub(crate) struct TemplateLint {
    /// The template, usually a folder.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) source: String,
    /// Folder of the template in its place.
    #[arg(long, value_name = "SUB")]
    pub(crate) directory: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Fail on warnings, too.
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TemplateAdopt {
    /// The template: a folder, `gh:owner/name`, or an address.
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    #[command(flatten)]
    pub(crate) options: SourceOptions,
    #[command(flatten)]
    pub(crate) place: Place,
    /// An answer that is known; repeat for more. The others are read out of the project.
    #[arg(short, long = "answer", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) answers: Vec<(String, String)>,
    /// The commit to write down; the closest when missing.
    #[arg(long, value_name = "ID")]
    pub(crate) commit: Option<String>,
    /// Show the closest versions and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TemplateUndo {
    /// What to take back; the last when missing.
    #[arg(value_name = "ID")]
    pub(crate) undo: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
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
pub(crate) struct Logs {
    /// The live job, or the id of a job.
    pub(crate) job: String,
    /// Suffix of a run of a `multi` job.
    #[arg(short, long)]
    pub(crate) suffix: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Kill {
    /// The live job, or the id of a job.
    pub(crate) job: String,
    /// Suffix of a run of a `multi` job.
    #[arg(short, long)]
    pub(crate) suffix: Option<String>,
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
    /// Show what would be run and start nothing.
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
pub(crate) struct Cancel {
    /// Id or name of the bake.
    pub(crate) bake: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// Id or name of a bake, or a batch.
    pub(crate) subject: String,
    /// The file; its ending tells the kind: .pdf, .svg, .png or .dot.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Colours.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) theme: Theme,
    /// Where the graph runs to.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) direction: Direction,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Theme {
    #[default]
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Direction {
    #[default]
    Right,
    Down,
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
pub(crate) struct Serve {
    /// Port to listen on, on this computer only; 0 for any free one.
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Folder of the platform's data.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// Reads `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}
