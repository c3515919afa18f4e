//! What can be written about templates on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Place, pair};

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
