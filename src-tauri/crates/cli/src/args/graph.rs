//! What can be written for pictures of graphs.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Place;

#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// Id or name of a bake, a batch, or a DOT file (.dot or .gv; no project needed).
    pub(crate) subject: String,
    /// The file; its ending tells the kind: .pdf, .svg, .png, .dot, .mmd or .json.
    #[arg(short, long, value_name = "FILE", required_unless_present = "stats")]
    pub(crate) output: Option<PathBuf>,
    /// Colours.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) theme: Theme,
    /// Where the graph runs to: to the right, or as a DOT file says.
    #[arg(long, value_enum)]
    pub(crate) direction: Option<Direction>,
    /// Print nodes, edges, crossings, lengths, area and times.
    #[arg(long)]
    pub(crate) stats: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

impl Graph {
    /// Whether a DOT file is drawn, and not a bake or batch.
    pub(crate) fn is_dot(&self) -> bool {
        let ending = Path::new(&self.subject).extension();
        let dot = ending.is_some_and(|ending| {
            ending.eq_ignore_ascii_case("dot") || ending.eq_ignore_ascii_case("gv")
        });
        dot || (self.subject.contains(['/', '\\']) && Path::new(&self.subject).is_file())
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Theme {
    #[default]
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Direction {
    Right,
    Down,
}
