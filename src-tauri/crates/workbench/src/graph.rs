//! Pictures of graphs: for the window and as files.

use std::path::Path;

use contract::{
    BakeAsk, BakeView, DrawDetail, DrawItem, Drawing, DrawnNode, ExportFormat, ExportedFile,
    Failure, GraphAsk, GraphDirection, GraphExport, GraphSubject, GraphTheme, TaskView, TextAnchor,
};
use diagram::{
    Anchor, Cap, Detail, Direction, DisplayList, DrawOptions, Face, FactStyle, Footer, Graph,
    Ground, Header, Layout, LayoutOptions, Legend, Mark, Owner, Parameter, Theme,
};
use indexmap::IndexMap;
use jiff::Timestamp;

use crate::bake::{bake_view, tasks_of_batch};
use crate::credentials::blocking;
use crate::project::OpenProject;
use crate::view::graph::{Show, clock, graph, state};
use crate::{Desk, stored};

/// Pixels of an exported PNG for each pixel at 100 %.
const PNG_SCALE: f32 = 2.0;

/// What a picture is made of.
struct Subject {
    tasks: Vec<TaskView>,
    show: Show,
    header: Header,
    legend: Legend,
    title: String,
}

/// A picture for the window.
pub async fn graph_drawing(desk: &Desk, request: GraphAsk) -> Result<Drawing, Failure> {
    let subject = subject(desk, &request.project, request.subject).await?;
    blocking(move || {
        let graph = graph(&subject.tasks, subject.show);
        let layout = laid_out(&graph, request.direction)?;
        let options = DrawOptions {
            ground: Ground::Window,
            ..DrawOptions::default()
        };
        let list = diagram::draw(&graph, &layout, theme(request.theme), &options);
        Ok(drawing(&subject.tasks, (&graph, &layout), &list))
    })
    .await?
}

/// Writes a picture to a file, as a whole or not at all.
pub async fn graph_export(desk: &Desk, request: GraphExport) -> Result<ExportedFile, Failure> {
    let path = std::path::PathBuf::from(&request.path);
    if !path.is_absolute() || path.file_name().is_none() {
        return Err(Failure::invalid(
            "path",
            "This is not the full path of a file.",
        ));
    }
    let subject = subject(desk, &request.project, request.subject.clone()).await?;
    let bytes = blocking(move || rendered(&subject, &request)).await??;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    write(&path, &bytes)?;
    Ok(ExportedFile {
        path: path.display().to_string(),
        bytes: size,
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    if !folder.is_dir() {
        let message = format!("The folder {} does not exist.", folder.display());
        return Err(Failure::invalid("path", message));
    }
    stored::replace(path, bytes).map_err(|error| {
        Failure::invalid("path", format!("{error}.")).hint("Pick a folder that is yours.")
    })
}

fn rendered(subject: &Subject, request: &GraphExport) -> Result<Vec<u8>, Failure> {
    let graph = graph(&subject.tasks, subject.show);
    if request.format == ExportFormat::Dot {
        return Ok(diagram::write::dot(&graph).into_bytes());
    }
    let layout = laid_out(&graph, request.direction)?;
    let options = DrawOptions {
        header: Some(subject.header.clone()),
        legend: Some(subject.legend.clone()),
        footer: Some(Footer {
            left: "Bakehouse".to_owned(),
            right: Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        }),
        ground: Ground::Paper,
        ..DrawOptions::default()
    };
    let list = diagram::draw(&graph, &layout, theme(request.theme), &options);
    match request.format {
        ExportFormat::Pdf => {
            let options = diagram::write::PdfOptions {
                title: subject.title.clone(),
                ..Default::default()
            };
            Ok(diagram::write::pdf(&list, &options))
        }
        ExportFormat::Png => diagram::write::png(&list, PNG_SCALE).map_err(|error| {
            Failure::invalid("format", format!("The picture cannot be a PNG: {error}."))
                .hint("Export it as PDF or SVG.")
        }),
        ExportFormat::Svg | ExportFormat::Dot => Ok(diagram::write::svg(&list).into_bytes()),
    }
}

async fn subject(desk: &Desk, project: &str, subject: GraphSubject) -> Result<Subject, Failure> {
    match subject {
        GraphSubject::Bake { bake, attempt } => {
            let ask = BakeAsk {
                project: project.to_owned(),
                bake,
                attempt,
            };
            Ok(of_bake(bake_view(desk, ask).await?))
        }
        GraphSubject::Batch { batch, params } => {
            let open = OpenProject::read(project)?;
            Ok(Subject {
                tasks: tasks_of_batch(&open, &batch, &params)?,
                show: Show::Structure,
                header: Header {
                    project: open.id()?.to_owned(),
                    title: batch.clone(),
                    title_note: "plan".to_owned(),
                    facts: Vec::new(),
                },
                legend: legend(&params),
                title: batch,
            })
        }
    }
}

fn of_bake(view: BakeView) -> Subject {
    let row = &view.row;
    let title = row.name.clone().unwrap_or_else(|| row.batch.clone());
    let folder = Path::new(&view.project).file_name().unwrap_or_default();
    let mut facts = vec![
        fact("State", state(row.state).word(), FactStyle::Words),
        fact("Started", &minute(&row.created_at), FactStyle::Words),
    ];
    if let Some(time) = took(&row.created_at, row.finished_at.as_deref()) {
        facts.push(fact("Took", &time, FactStyle::Words));
    }
    facts.push(fact("Bake", &row.id, FactStyle::Code));
    Subject {
        header: Header {
            project: folder.to_string_lossy().into_owned(),
            title: title.clone(),
            title_note: format!("attempt {}", view.attempt),
            facts,
        },
        legend: legend(&view.params),
        tasks: view.tasks,
        show: Show::States(Timestamp::now()),
        title,
    }
}

fn fact(label: &str, value: &str, style: FactStyle) -> diagram::Fact {
    diagram::Fact {
        label: label.to_owned(),
        value: value.to_owned(),
        style,
    }
}

fn legend(params: &IndexMap<String, String>) -> Legend {
    let parameter = |(name, value): (&String, &String)| Parameter {
        name: name.clone(),
        value: value.clone(),
    };
    Legend {
        parameters: params.iter().map(parameter).collect(),
    }
}

/// A time to the minute, for people.
fn minute(time: &str) -> String {
    let parsed: Result<Timestamp, _> = time.parse();
    parsed.map_or_else(
        |_| time.to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

fn took(started: &str, finished: Option<&str>) -> Option<String> {
    let started: Timestamp = started.parse().ok()?;
    let finished: Timestamp = finished?.parse().ok()?;
    Some(clock(finished.as_second() - started.as_second()))
}

fn laid_out(graph: &Graph, direction: GraphDirection) -> Result<Layout, Failure> {
    let direction = match direction {
        GraphDirection::Right => Direction::LeftToRight,
        GraphDirection::Down => Direction::TopDown,
    };
    diagram::layout(graph, &LayoutOptions::towards(direction))
        .map_err(|error| Failure::internal(format!("The graph cannot be laid out: {error}.")))
}

fn theme(theme: GraphTheme) -> Theme {
    match theme {
        GraphTheme::Light => Theme::Light,
        GraphTheme::Dark => Theme::Dark,
    }
}

/// The picture on the wire: boxes to click on, and what to paint.
fn drawing(tasks: &[TaskView], (graph, layout): (&Graph, &Layout), list: &DisplayList) -> Drawing {
    // Without header and legend the graph lies in the middle of its margins.
    let margin = ((list.width - layout.bounds.width) / 2.0).round();
    let shift = (margin - layout.bounds.x, margin - layout.bounds.y);
    let boxes = layout
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node.rect, false));
    let frames = layout
        .groups
        .iter()
        .map(|group| (group.id.as_str(), group.rect, true));
    let nodes = boxes.chain(frames).filter_map(|(id, rect, frame)| {
        let task = tasks.iter().find(|task| task.id == id)?;
        let node = graph.nodes.iter().find(|node| node.id == id);
        Some(DrawnNode {
            id: id.to_owned(),
            label: task.label.clone(),
            detail: node
                .map(|node| node.second_line().to_owned())
                .unwrap_or_default(),
            state: task.state,
            frame,
            x: f64::from(rect.x + shift.0),
            y: f64::from(rect.y + shift.1),
            width: f64::from(rect.width),
            height: f64::from(rect.height),
            needs: task.needs.iter().map(|need| need.id.clone()).collect(),
            needed_by: needed_by(tasks, id),
        })
    });
    Drawing {
        width: f64::from(list.width),
        height: f64::from(list.height),
        ground: list
            .background
            .map(|color| color.to_string())
            .unwrap_or_default(),
        nodes: nodes.collect(),
        items: items(list),
    }
}

fn needed_by(tasks: &[TaskView], id: &str) -> Vec<String> {
    let needs = |task: &&TaskView| task.needs.iter().any(|need| need.id == id);
    tasks
        .iter()
        .filter(needs)
        .map(|task| task.id.clone())
        .collect()
}

fn items(list: &DisplayList) -> Vec<DrawItem> {
    let pieces = list.pieces.iter();
    pieces
        .flat_map(|piece| {
            let owner = match &piece.owner {
                Owner::Node { id } | Owner::Group { id } => Some(id.clone()),
                Owner::Edge { .. } | Owner::Sheet => None,
            };
            piece
                .marks
                .iter()
                .map(move |mark| item(mark, owner.clone()))
        })
        .collect()
}

fn item(mark: &Mark, owner: Option<String>) -> DrawItem {
    match mark {
        Mark::Path(path) => {
            let stroke = path.stroke.as_ref();
            DrawItem::Path {
                data: path.d.to_string(),
                fill: path.fill.map(|color| color.to_string()),
                stroke: stroke.map(|stroke| stroke.color.to_string()),
                line_width: stroke.map_or(0.0, |stroke| f64::from(stroke.width)),
                dash: stroke
                    .map(|stroke| stroke.dash.iter().copied().map(f64::from).collect())
                    .unwrap_or_default(),
                round: stroke.is_some_and(|stroke| stroke.cap == Cap::Round),
                detail: detail(path.detail),
                owner,
            }
        }
        Mark::Text(text) => DrawItem::Text {
            text: text.text.clone(),
            x: f64::from(text.at.x),
            y: f64::from(text.at.y),
            size: f64::from(text.size),
            weight: weight(text.face),
            mono: text.face == Face::Mono,
            fill: text.color.to_string(),
            anchor: anchor(text.anchor),
            width: f64::from(text.width),
            detail: detail(text.detail),
            owner,
        },
    }
}

fn detail(detail: Detail) -> DrawDetail {
    match detail {
        Detail::Always => DrawDetail::Always,
        Detail::Name => DrawDetail::Name,
        Detail::Full => DrawDetail::Full,
    }
}

fn anchor(anchor: Anchor) -> TextAnchor {
    match anchor {
        Anchor::Start => TextAnchor::Start,
        Anchor::Middle => TextAnchor::Middle,
        Anchor::End => TextAnchor::End,
    }
}

fn weight(face: Face) -> u32 {
    match face {
        Face::Regular | Face::Mono => 400,
        Face::Medium => 500,
        Face::SemiBold => 600,
    }
}
