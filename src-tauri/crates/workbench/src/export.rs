//! Pictures of graphs as files.

use std::path::Path;
use std::time::Instant;

use contract::{
    ExportFormat, ExportedFile, Failure, GraphDirection, GraphExport, GraphStats, GraphTheme,
};
use diagram::{DrawOptions, Footer, Graph, Ground, Header, Layout, Legend};
use jiff::Timestamp;

use crate::credentials::blocking;
use crate::graph::{laid_out, subject, theme};
use crate::{Desk, stored};

/// Pixels of an exported PNG for each pixel at 100 %.
const PNG_SCALE: f32 = 2.0;

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
    let subject = subject(desk, &request.project, request.subject.clone(), None).await?;
    blocking(move || {
        let sheet = Sheet {
            header: Some(subject.header.clone()),
            legend: Some(subject.legend.clone()),
            title: subject.title.clone(),
        };
        let look = Look {
            theme: request.theme,
            direction: request.direction,
        };
        let drawn = Drawn::new(subject.graph(&request.folding), look, begin)?;
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
}

/// How the graph is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) theme: GraphTheme,
    pub(crate) direction: GraphDirection,
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
        let with_words = sheet.header.is_some() || sheet.legend.is_some();
        let options = DrawOptions {
            header: sheet.header.clone(),
            legend: sheet.legend.clone(),
            footer: with_words.then(|| Footer {
                left: "Bakehouse".to_owned(),
                right: Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
            }),
            ground: Ground::Paper,
            ..DrawOptions::default()
        };
        let list = diagram::draw(&self.graph, &self.layout, theme(self.look.theme), &options);
        match format {
            ExportFormat::Pdf => {
                let options = diagram::write::PdfOptions {
                    title: sheet.title.clone(),
                    ..Default::default()
                };
                Ok(diagram::write::pdf(&list, &options))
            }
            ExportFormat::Png => diagram::write::png(&list, PNG_SCALE).map_err(|error| {
                Failure::invalid("format", format!("The picture cannot be a PNG: {error}."))
                    .hint("Export it as PDF or SVG.")
            }),
            _ => Ok(diagram::write::svg(&list).into_bytes()),
        }
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
