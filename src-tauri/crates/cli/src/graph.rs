//! `bakehouse graph`: the graph of a bake, a batch or a DOT file as a file.

use std::path::Path;

use contract::{
    ExportFormat, ExportedFile, GraphDirection, GraphExport, GraphFolding, GraphStats,
    GraphSubject, GraphTheme, ProjectAsk,
};
use indexmap::IndexMap;
use serde::Serialize;
use workbench::{Desk, DotAsk, commands, dot_export};

use crate::args::{Direction, Graph, Theme};
use crate::output::{Ended, Stop, full_path, print_json};

/// Draws the graph of a bake or batch.
pub(crate) async fn graph(desk: &Desk, graph: Graph) -> Result<Ended, Stop> {
    let project = full_path(&graph.place.project)?;
    let Some(output) = &graph.output else {
        let message = "name the file to draw into: -o FILE".to_owned();
        return Err(Stop::Usage(message));
    };
    let export = GraphExport {
        format: format_of(output)?,
        path: full_path(output)?,
        theme: theme(graph.theme),
        direction: graph.direction.map_or(GraphDirection::Right, direction),
        folding: GraphFolding {
            // what the window folds is named by ids; all other names are labels
            folded: graph.fold.clone(),
            opened: graph.open.clone(),
        },
        at: graph.at.clone(),
        scale: Some(graph.scale),
        fold: graph.fold(),
        page: graph.paper.0,
        orientation: graph.paper.1,
        stats: graph.stats,
        subject: subject(desk, &project, (graph.subject, graph.attempt)).await?,
        project,
    };
    let mut file = commands::graph_export(desk, export).await?;
    let stats = file.stats.take();
    print(Some(file), stats, graph.place.json)
}

/// Draws a DOT file; no project and no platform are needed.
pub(crate) fn dot(graph: &Graph) -> Result<Ended, Stop> {
    if let Some(option) = graph.for_bakes_only() {
        let message = format!("{option} is for bakes: a DOT file has no such thing");
        return Err(Stop::Usage(message));
    }
    let output = match &graph.output {
        Some(output) => Some((full_path(output)?.into(), format_of(output)?)),
        None => None,
    };
    let drawn = dot_export(&DotAsk {
        file: graph.subject.clone().into(),
        output,
        theme: theme(graph.theme),
        direction: graph.direction.map(direction),
        fold: graph.fold(),
        paper: graph.paper,
        scale: Some(graph.scale),
        stats: graph.stats,
    })?;
    for hint in &drawn.hints {
        eprintln!("hint: {hint}");
    }
    print(drawn.file, drawn.stats, graph.place.json)
}

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    file: Option<ExportedFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<GraphStats>,
}

fn print(file: Option<ExportedFile>, stats: Option<GraphStats>, json: bool) -> Result<Ended, Stop> {
    if json {
        return print_json(&Answer { file, stats });
    }
    if let Some(file) = file {
        println!("{} ({} bytes)", file.path, file.bytes);
    }
    if let Some(stats) = stats {
        print!("{}", table(&stats));
    }
    Ok(Ended::Well)
}

fn table(stats: &GraphStats) -> String {
    let rows = [
        ("nodes", format!("{}", stats.nodes)),
        ("edges", format!("{}", stats.edges)),
        ("crossings", format!("{}", stats.crossings)),
        ("through boxes", format!("{}", stats.through)),
        (
            "edge length",
            format!("{:.0} box heights", stats.edge_length),
        ),
        ("area", format!("{:.0} boxes", stats.area)),
        ("layout", format!("{:.1} ms", stats.layout_ms)),
        ("total", format!("{:.1} ms", stats.total_ms)),
    ];
    let row = |(name, value): (&str, String)| format!("{name:<14}{value}\n");
    rows.map(row).concat()
}

/// A batch of the project if there is one of that name, else a bake.
async fn subject(
    desk: &Desk,
    project: &str,
    (name, attempt): (String, Option<u32>),
) -> Result<GraphSubject, Stop> {
    let view = commands::project_view(
        desk,
        ProjectAsk {
            project: project.to_owned(),
        },
    )
    .await?;
    if view.batches.iter().any(|batch| batch.id == name) {
        return Ok(GraphSubject::Batch {
            batch: name,
            params: IndexMap::new(),
        });
    }
    Ok(GraphSubject::Bake {
        bake: name,
        attempt,
    })
}

fn theme(theme: Theme) -> GraphTheme {
    match theme {
        Theme::Light => GraphTheme::Light,
        Theme::Dark => GraphTheme::Dark,
    }
}

fn direction(direction: Direction) -> GraphDirection {
    match direction {
        Direction::Right => GraphDirection::Right,
        Direction::Down => GraphDirection::Down,
    }
}

fn format_of(path: &Path) -> Result<ExportFormat, Stop> {
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .map(str::to_ascii_lowercase);
    match ending.as_deref() {
        Some("pdf") => Ok(ExportFormat::Pdf),
        Some("svg") => Ok(ExportFormat::Svg),
        Some("png") => Ok(ExportFormat::Png),
        Some("dot" | "gv") => Ok(ExportFormat::Dot),
        Some("mmd" | "mermaid") => Ok(ExportFormat::Mermaid),
        Some("json") => Ok(ExportFormat::Json),
        _ => Err(Stop::Usage(format!(
            "the kind of {} cannot be told; end it with .pdf, .svg, .png, .dot, .mmd or .json",
            path.display()
        ))),
    }
}
