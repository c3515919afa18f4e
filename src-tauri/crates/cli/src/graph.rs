//! `bakehouse graph`: the graph of a bake or batch as a file.

use std::path::Path;

use contract::{ExportFormat, GraphDirection, GraphExport, GraphSubject, GraphTheme, ProjectAsk};
use indexmap::IndexMap;
use workbench::{Desk, commands};

use crate::args::{Direction, Graph, Theme};
use crate::output::{Ended, Stop, full_path, print_json};

/// Draws a graph into a file.
pub(crate) async fn graph(desk: &Desk, graph: Graph) -> Result<Ended, Stop> {
    let project = full_path(&graph.place.project)?;
    let export = GraphExport {
        format: format_of(&graph.output)?,
        subject: subject(desk, &project, graph.subject).await?,
        path: full_path(&graph.output)?,
        theme: match graph.theme {
            Theme::Light => GraphTheme::Light,
            Theme::Dark => GraphTheme::Dark,
        },
        direction: match graph.direction {
            Direction::Right => GraphDirection::Right,
            Direction::Down => GraphDirection::Down,
        },
        project,
    };
    let file = commands::graph_export(desk, export).await?;
    if graph.place.json {
        return print_json(&file);
    }
    println!("{} ({} bytes)", file.path, file.bytes);
    Ok(Ended::Well)
}

/// A batch of the project if there is one of that name, else a bake.
async fn subject(desk: &Desk, project: &str, name: String) -> Result<GraphSubject, Stop> {
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
        attempt: None,
    })
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
        _ => Err(Stop::Usage(format!(
            "the kind of {} cannot be told; end it with .pdf, .svg, .png or .dot",
            path.display()
        ))),
    }
}
