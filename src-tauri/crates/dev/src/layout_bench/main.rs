//! Our layout beside Graphviz `dot`, on the same files and judged by the same rules:
//!
//! `dev-layout-bench bench [--runs N] [--limit SECONDS] [--sizes 60,250] [--seeds 3] [--also FOLDER] [--json]`
//! `dev-layout-bench judge FILE.dot...` · `dev-layout-bench judge-dot FILE.dot...` ·
//! `dev-layout-bench make KIND SIZE SEED`
#![expect(clippy::print_stdout, reason = "this program prints")]

mod comparison;
mod dice;
mod drawing;
mod graphviz;
mod kind;
mod task_graph;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser, Subcommand};
use diagram::judge::{Drawing, judge};
use diagram::{Direction, LayoutOptions};

use kind::Kind;
use task_graph::TaskGraph;

/// The program.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Lays out graphs of all kinds, ours and `dot` in turn
    Bench(BenchOptions),
    /// Judges our layout of DOT files
    Judge { files: Vec<PathBuf> },
    /// Judges the layout of `dot`
    JudgeDot { files: Vec<PathBuf> },
    /// Prints a graph as DOT
    Make {
        kind: String,
        size: usize,
        seed: u64,
    },
}

/// What is measured.
#[derive(Args)]
pub(crate) struct BenchOptions {
    /// How many counted runs of each
    #[arg(long, default_value_t = 5)]
    pub(crate) runs: usize,
    /// After how many seconds `dot` is stopped
    #[arg(long, default_value_t = 60)]
    pub(crate) limit: u64,
    /// How many tasks
    #[arg(long, value_delimiter = ',', default_value = "60,250,1000,5000,10000")]
    pub(crate) sizes: Vec<usize>,
    /// How many graphs of each kind and size
    #[arg(long, default_value_t = 3)]
    pub(crate) seeds: u64,
    /// A folder with more DOT files
    #[arg(long)]
    pub(crate) also: Option<PathBuf>,
    /// As the last line, one object for other programs
    #[arg(long)]
    pub(crate) json: bool,
}

fn main() -> Result<ExitCode> {
    match Arguments::parse().task {
        Task::Bench(options) => {
            if !graphviz::is_there() {
                bail!(
                    "`dot` is missing: install Graphviz (`apt install graphviz`, `brew install graphviz`)"
                );
            }
            comparison::compare(&options)?;
        }
        Task::Judge { files } => {
            for file in files {
                judge_ours(&file)?;
            }
        }
        Task::JudgeDot { files } => {
            for file in files {
                judge_dot(&file)?;
            }
        }
        Task::Make { kind, size, seed } => {
            let found = Kind::ALL.into_iter().find(|known| known.name() == kind);
            let kind = found.with_context(|| format!("there is no kind `{kind}`"))?;
            print!("{}", kind.graph(size, seed).dot());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads a DOT file.
pub(crate) fn read(file: &Path) -> Result<TaskGraph> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("could not read {}", file.display()))?;
    TaskGraph::read(&text)
}

fn judge_ours(file: &Path) -> Result<()> {
    let graph = read(file)?.graph();
    let options = LayoutOptions::towards(Direction::LeftToRight);
    let mut layout = diagram::layout(&graph, &options)?;
    // The shortest of three runs: other programs run beside us.
    let mut shortest = Duration::MAX;
    for _ in 0..3 {
        let begin = Instant::now();
        layout = diagram::layout(&graph, &options)?;
        shortest = shortest.min(begin.elapsed());
    }
    print_verdict(file, &Drawing::of(&graph, &layout), shortest);
    Ok(())
}

fn judge_dot(file: &Path) -> Result<()> {
    match graphviz::lay(file, Duration::from_secs(1800))? {
        Some((text, took)) => print_verdict(file, &drawing::of_dot(&text)?, took),
        None => bail!("`dot` took too long for {}", file.display()),
    }
    Ok(())
}

fn print_verdict(file: &Path, drawing: &Drawing, took: Duration) {
    let mut json = drawing::told(&judge(drawing));
    json["file"] = file.display().to_string().into();
    json["seconds"] = took.as_secs_f64().into();
    println!("{json}");
}
