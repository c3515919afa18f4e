//! What can be written for pictures of graphs.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use contract::{GraphFold, GraphOrientation, GraphPage};

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
    /// Fold `all` groups into one box each, or these: repeat or separate with commas.
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    pub(crate) fold: Vec<String>,
    /// The paper of a PDF, as many pages as it takes: fit, a4, a3 or letter, such as
    /// `a3:landscape`.
    #[arg(long, value_name = "PAPER", default_value = "fit", value_parser = paper)]
    pub(crate) paper: (GraphPage, GraphOrientation),
    /// Open a large matrix, one box a task: repeat or separate with commas.
    #[arg(long, value_name = "MATRIX", value_delimiter = ',')]
    pub(crate) open: Vec<String>,
    /// How many pixels of a PNG stand for one at 100 %.
    #[arg(long, value_name = "TIMES", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub(crate) scale: u8,
    /// Number of the attempt; the last when missing.
    #[arg(short = 'k', long, value_name = "NUMBER")]
    pub(crate) attempt: Option<u32>,
    /// Show the states of a bake at this time, such as `2026-11-24T10:55:00Z`.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
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

impl Graph {
    /// What is asked for of a bake and means nothing for a DOT file.
    pub(crate) fn for_bakes_only(&self) -> Option<&'static str> {
        match self {
            _ if self.attempt.is_some() => Some("--attempt"),
            _ if self.at.is_some() => Some("--at"),
            _ if !self.open.is_empty() => Some("--open"),
            _ => None,
        }
    }

    /// The groups to fold.
    pub(crate) fn fold(&self) -> GraphFold {
        if self.fold.iter().any(|group| group == "all") {
            GraphFold::All
        } else if self.fold.is_empty() {
            GraphFold::Nothing
        } else {
            GraphFold::Groups {
                groups: self.fold.clone(),
            }
        }
    }
}

fn paper(text: &str) -> Result<(GraphPage, GraphOrientation), String> {
    let text = text.to_ascii_lowercase();
    let (page, lies) = text.split_once(':').unwrap_or((&text, ""));
    let page = match page {
        "fit" => GraphPage::Fit,
        "a4" => GraphPage::A4,
        "a3" => GraphPage::A3,
        "letter" => GraphPage::Letter,
        _ => return Err("there is fit, a4, a3 and letter".to_owned()),
    };
    let lies = match lies {
        "" => GraphOrientation::Auto,
        "portrait" => GraphOrientation::Portrait,
        "landscape" => GraphOrientation::Landscape,
        _ => return Err("paper lies `:portrait` or `:landscape`".to_owned()),
    };
    Ok((page, lies))
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
