//! Pictures of graphs as files.

use std::path::Path;
use std::time::Instant;

use contract::{
    ExportFormat, ExportedFile, Failure, GraphDirection, GraphExport, GraphFold, GraphOrientation,
    GraphPage, GraphStats, GraphTheme,
};
use diagram::{
    DrawOptions, Fold, Footer, Graph, Ground, Header, Layout, Legend, Orientation, Page, Paper,
};

use crate::credentials::blocking;
use crate::graph::{laid_out, moment, subject, theme};
use crate::{Desk, stored};

/// Pixels of an exported PNG for each pixel at 100 %, and at most.
const PNG_SCALE: u8 = 2;
const MOST_SCALE: u8 = 8;

/// Writes a picture to a file, as a whole or not at all.
pub async fn graph_export(desk: &Desk, request: GraphExport) -> Result<ExportedFile, Failure> {
    let begin = Instant::now();
    let path = std::path::PathBuf::from(&request.path);
    if !path.is_absolute() || path.file_name().is_none() {
        return Err(Failure::invalid(
            "path",
            "This is not the full path of a file.",
        ));
    }
    let at = request.at.as_deref().map(moment).transpose()?;
    let scale = png_scale(request.scale)?;
    let subject = subject(desk, &request.project, request.subject.clone(), at).await?;
    blocking(move || {
        let look = Look {
            theme: request.theme,
            direction: request.direction,
            paper: paper(request.page, request.orientation),
            scale,
        };
        let graph = diagram::fold(&subject.graph(&request.folding), &fold(&request.fold));
        let sheet = Sheet {
            footer: Some(subject.footer(graph.nodes.len())),
            header: Some(subject.header),
            legend: Some(subject.legend),
            title: subject.title,
        };
        let drawn = Drawn::new(graph, look, begin)?;
        let bytes = drawn.render(request.format, &sheet)?;
        write(&path, &bytes)?;
        Ok(ExportedFile {
            path: path.display().to_string(),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            stats: request.stats.then(|| drawn.stats()),
        })
    })
    .await?
}

/// Writes a file as a whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    if !folder.is_dir() {
        let message = format!("The folder {} does not exist.", folder.display());
        return Err(Failure::invalid("path", message));
    }
    stored::replace(path, bytes).map_err(|error| {
        Failure::invalid("path", format!("{error}.")).hint("Pick a folder that is yours.")
    })
}

/// What stands around the graph.
pub(crate) struct Sheet {
    pub(crate) header: Option<Header>,
    pub(crate) legend: Option<Legend>,
    /// The title in the properties of a file.
    pub(crate) title: String,
    /// What stands below.
    pub(crate) footer: Option<Footer>,
}

/// How the graph is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) theme: GraphTheme,
    pub(crate) direction: GraphDirection,
    pub(crate) paper: Paper,
    /// Pixels of a PNG for each pixel at 100 %.
    pub(crate) scale: u8,
}

/// The scale of a PNG that is meant.
pub(crate) fn png_scale(asked: Option<u8>) -> Result<u8, Failure> {
    match asked.unwrap_or(PNG_SCALE) {
        scale @ 1..=MOST_SCALE => Ok(scale),
        scale => {
            let message = format!("A picture cannot be {scale} times as large.");
            Err(Failure::invalid("scale", message).hint(format!("Choose 1 to {MOST_SCALE}.")))
        }
    }
}

/// The paper that is meant.
pub(crate) fn paper(page: GraphPage, orientation: GraphOrientation) -> Paper {
    Paper {
        page: match page {
            GraphPage::Fit => Page::Fit,
            GraphPage::A4 => Page::A4,
            GraphPage::A3 => Page::A3,
            GraphPage::Letter => Page::Letter,
        },
        orientation: match orientation {
            GraphOrientation::Auto => Orientation::Auto,
            GraphOrientation::Portrait => Orientation::Portrait,
            GraphOrientation::Landscape => Orientation::Landscape,
        },
    }
}

/// The groups that are meant.
pub(crate) fn fold(fold: &GraphFold) -> Fold {
    match fold {
        GraphFold::Nothing => Fold::Nothing,
        GraphFold::All => Fold::All,
        GraphFold::Groups { groups } => Fold::Groups(groups.iter().cloned().collect()),
    }
}

/// A graph with its places.
pub(crate) struct Drawn {
    graph: Graph,
    layout: Layout,
    look: Look,
    begin: Instant,
    layout_ms: f64,
}

impl Drawn {
    /// Places everything. What it takes is counted from `begin`.
    pub(crate) fn new(graph: Graph, look: Look, begin: Instant) -> Result<Self, Failure> {
        let start = Instant::now();
        let layout = laid_out(&graph, look.direction)?;
        Ok(Self {
            layout_ms: milliseconds(start),
            graph,
            layout,
            look,
            begin,
        })
    }

    /// The bytes of a file.
    pub(crate) fn render(&self, format: ExportFormat, sheet: &Sheet) -> Result<Vec<u8>, Failure> {
        let text = match format {
            ExportFormat::Dot => diagram::write::dot(&self.graph, self.layout.direction),
            ExportFormat::Mermaid => diagram::write::mermaid(&self.graph, self.layout.direction),
            ExportFormat::Json => diagram::write::json(&self.graph, &self.layout),
            ExportFormat::Pdf | ExportFormat::Svg | ExportFormat::Png => {
                return self.picture(format, sheet);
            }
        };
        Ok(text.into_bytes())
    }

    fn picture(&self, format: ExportFormat, sheet: &Sheet) -> Result<Vec<u8>, Failure> {
        let options = DrawOptions {
            header: sheet.header.clone(),
            legend: sheet.legend.clone(),
            footer: sheet.footer.clone(),
            ground: Ground::Paper,
            ..DrawOptions::default()
        };
        let theme = theme(self.look.theme);
        if format == ExportFormat::Pdf {
            let options = DrawOptions {
                page: self.look.paper,
                ..options
            };
            let print = diagram::print(&self.graph, &self.layout, theme, &options);
            return Ok(diagram::write::pdf_of(&print, &sheet.title));
        }
        let list = diagram::draw(&self.graph, &self.layout, theme, &options);
        if format == ExportFormat::Png {
            return diagram::write::png(&list, f32::from(self.look.scale)).map_err(|error| {
                Failure::invalid("format", format!("The picture cannot be a PNG: {error}."))
                    .hint("Export it as PDF or SVG.")
            });
        }
        Ok(diagram::write::svg_titled(&list, &sheet.title).into_bytes())
    }

    /// The picture in numbers.
    pub(crate) fn stats(&self) -> GraphStats {
        let total_ms = milliseconds(self.begin);
        let drawing = diagram::judge::Drawing::of(&self.graph, &self.layout);
        let verdict = diagram::judge::judge(&drawing);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        GraphStats {
            nodes: count(verdict.nodes),
            edges: count(verdict.edges),
            crossings: count(verdict.crossings),
            through: count(verdict.through),
            edge_length: verdict.length.round(),
            area: verdict.area.round(),
            layout_ms: self.layout_ms,
            total_ms,
        }
    }
}

/// Milliseconds since then, to hundredths.
fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 100_000.0).round() / 100.0
}
