//! DOT files drawn as everything else is: without a project, without a platform.

use std::path::{Path, PathBuf};
use std::time::Instant;

use contract::{
    DiagnosticView, ExportFormat, ExportedFile, Failure, GraphDirection, GraphFold,
    GraphOrientation, GraphPage, GraphStats, GraphTheme, SeverityView,
};
use diagram::read::{DotDrawing, DotError};
use diagram::{Direction, Footer, Header, Legend, NodeState};
use jiff::Timestamp;

use crate::export::{Drawn, Look, Sheet, fold, paper, png_scale, write};
use crate::view::diagnostic::count;

/// Larger files are not read.
const MOST_BYTES: u64 = 256 << 20;

/// Asks for the picture of a DOT file.
#[derive(Debug, Clone)]
pub struct DotAsk {
    /// The DOT file.
    pub file: PathBuf,
    /// Where the picture goes, and its kind.
    pub output: Option<(PathBuf, ExportFormat)>,
    /// Colours.
    pub theme: GraphTheme,
    /// Direction; else that of the file, else to the right.
    pub direction: Option<GraphDirection>,
    /// Which groups are folded.
    pub fold: GraphFold,
    /// The paper of a PDF.
    pub paper: (GraphPage, GraphOrientation),
    /// Pixels of a PNG for each pixel at 100 %, 1 to 8; 2 when missing.
    pub scale: Option<u8>,
    /// Whether the picture is also counted and timed.
    pub stats: bool,
}

/// A picture of a DOT file.
#[derive(Debug, Clone)]
pub struct DotDrawn {
    /// The file, where one was asked for.
    pub file: Option<ExportedFile>,
    /// The picture in numbers, where they were asked for.
    pub stats: Option<GraphStats>,
    /// What was read in another way than Graphviz would.
    pub hints: Vec<String>,
}

/// Draws a DOT file.
///
/// # Errors
/// Says where the file is no DOT, or why the picture cannot be written.
pub fn dot_export(ask: &DotAsk) -> Result<DotDrawn, Failure> {
    let begin = Instant::now();
    let text = read(&ask.file)?;
    let dot = diagram::read::dot(&text).map_err(|error| refused(&ask.file, &text, &error))?;
    let sheet = sheet(&dot, &ask.file);
    let look = Look {
        theme: ask.theme,
        direction: ask.direction.unwrap_or(match dot.direction {
            Some(Direction::TopDown) => GraphDirection::Down,
            Some(Direction::LeftToRight) | None => GraphDirection::Right,
        }),
        paper: paper(ask.paper.0, ask.paper.1),
        scale: png_scale(ask.scale)?,
    };
    let graph = diagram::fold(&dot.graph, &fold(&ask.fold));
    let drawn = Drawn::new(graph, look, begin)?;
    let mut file = None;
    if let Some((path, format)) = &ask.output {
        let bytes = drawn.render(*format, &sheet)?;
        write(path, &bytes)?;
        file = Some(ExportedFile {
            path: path.display().to_string(),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            stats: None,
        });
    }
    Ok(DotDrawn {
        file,
        stats: ask.stats.then(|| drawn.stats()),
        hints: dot.hints,
    })
}

fn read(file: &Path) -> Result<String, Failure> {
    let shown = file.display();
    let failed = |error: std::io::Error| {
        Failure::invalid("file", format!("{shown} cannot be read: {error}."))
    };
    let length = std::fs::metadata(file).map_err(failed)?.len();
    if length > MOST_BYTES {
        let message = format!("{shown} is larger than {} MiB.", MOST_BYTES >> 20);
        return Err(Failure::invalid("file", message).hint("Draw a part of the graph."));
    }
    let bytes = std::fs::read(file).map_err(failed)?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..at];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::invalid(
            "file",
            format!("{shown} is not UTF-8: line {line} holds other bytes."),
        )
        .hint("Save the file as UTF-8.")
    })
}

fn refused(file: &Path, text: &str, error: &DotError) -> Failure {
    let place = error.place;
    let shown = file.display();
    let line = count(place.line);
    let column = count(place.column);
    Failure::invalid(
        "file",
        format!("{shown} is not read: it is no DOT in line {line}."),
    )
    .diagnostics(vec![DiagnosticView {
        severity: SeverityView::Error,
        code: "dot".to_owned(),
        message: error.problem.to_string(),
        help: None,
        candidates: Vec::new(),
        file: shown.to_string(),
        line,
        column,
        end_line: line,
        end_column: column.saturating_add(1),
        source: text
            .lines()
            .nth(place.line - 1)
            .unwrap_or_default()
            .to_owned(),
    }])
}

/// A title where the graph has a label, and a legend where its boxes have states.
fn sheet(dot: &DotDrawing, file: &Path) -> Sheet {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let states = dot
        .graph
        .nodes
        .iter()
        .any(|node| node.state != NodeState::Plain);
    Sheet {
        header: states.then(|| Header {
            project: name.clone().into_owned(),
            title: dot.title.clone(),
            ..Header::default()
        }),
        legend: states.then(Legend::default),
        footer: states.then(|| Footer {
            left: file.display().to_string(),
            right: Timestamp::now()
                .strftime("drawn %Y-%m-%d %H:%M UTC")
                .to_string(),
        }),
        title: match dot.title.is_empty() {
            true => name.into_owned(),
            false => dot.title.clone(),
        },
    }
}
