//! Pictures of graphs, for the window.

use std::collections::HashSet;
use std::path::Path;

use contract::{
    BakeAsk, BakeView, Drawing, Failure, GraphAsk, GraphBeside, GraphDirection, GraphFolding,
    GraphRepaint, GraphSubject, GraphTheme, TaskKind, TaskView,
};
use diagram::{
    Direction, DrawOptions, FactStyle, Footer, Graph, GraphError, Ground, Header, Layout,
    LayoutOptions, Legend, Parameter, Theme, Wanted,
};
use indexmap::IndexMap;
use jiff::Timestamp;

use crate::Desk;
use crate::bake::{as_of, bake_view, tasks_of_batch};
use crate::credentials::blocking;
use crate::project::OpenProject;
use crate::view::drawing::drawing;
use crate::view::folds::Folds;
use crate::view::graph::{Show, clock, graph, state, step_task};
use crate::view::union::Union;

pub(crate) mod kept;

/// What a picture is made of.
pub(crate) struct Subject {
    tasks: Vec<TaskView>,
    show: Show,
    pub(crate) header: Header,
    pub(crate) legend: Legend,
    pub(crate) title: String,
    /// How the same is looked at again.
    address: String,
}

impl Subject {
    /// What stands below: how to look at it again, and when it stood so.
    pub(crate) fn footer(&self, boxes: usize) -> Footer {
        let tasks = self.tasks.iter();
        let tasks = tasks.filter(|task| task.kind != TaskKind::Action).count();
        let mut amount = format!("{tasks} {}", if tasks == 1 { "task" } else { "tasks" });
        if boxes != tasks {
            amount = format!(
                "{amount} in {boxes} {}",
                if boxes == 1 { "box" } else { "boxes" }
            );
        }
        let (word, time) = match self.show {
            Show::States(at) => ("states of", at),
            Show::Structure | Show::Forecast => ("drawn", Timestamp::now()),
        };
        Footer {
            left: self.address.clone(),
            right: format!("{amount}, {word} {}", time.strftime("%Y-%m-%d %H:%M UTC")),
        }
    }

    /// Its boxes and arrows.
    pub(crate) fn graph(&self, folding: &GraphFolding) -> Graph {
        graph(&Folds::new(&self.tasks, folding), self.show)
    }
}

/// A picture for the window.
pub async fn graph_drawing(desk: &Desk, request: GraphAsk) -> Result<Drawing, Failure> {
    painted(desk, request, None).await
}

/// What some tasks, and the frames around them, look like in a picture that is known.
pub async fn graph_repaint(desk: &Desk, request: GraphRepaint) -> Result<Drawing, Failure> {
    painted(desk, request.graph, Some(request.tasks)).await
}

async fn painted(
    desk: &Desk,
    request: GraphAsk,
    only: Option<Vec<String>>,
) -> Result<Drawing, Failure> {
    let at = request.at.as_deref().map(moment).transpose()?;
    let mut subject = subject(desk, &request.project, request.subject, at).await?;
    let absent = match &request.beside {
        Some(beside) => put_beside(desk, &request.project, &mut subject, beside).await?,
        None => HashSet::new(),
    };
    let layouts = desk.layouts().clone();
    blocking(move || {
        let folds = Folds::new(&subject.tasks, &request.folding);
        let mut graph = graph(&folds, subject.show);
        Union::blank(&absent, &mut graph);
        let layout = layouts.laid_out(&graph, request.direction)?;
        let options = DrawOptions {
            ground: Ground::Window,
            ..DrawOptions::default()
        };
        let asked = only.map(|ids| touched(&folds, &ids));
        let wanted = |id: &str| asked.as_ref().is_none_or(|asked| asked.contains(id));
        let look = (theme(request.theme), &options);
        let list = diagram::draw_only(&graph, &layout, look, &|what| match what {
            Wanted::Node(id) | Wanted::Group(id) => wanted(id),
            Wanted::Edge(_) => asked.is_none(),
        });
        let only: &dyn Fn(&str) -> bool = &wanted;
        let only = asked.is_some().then_some(only);
        Ok(drawing(&folds, (&graph, &layout), &list, only))
    })
    .await?
}

/// Gives the tasks of another bake their places; answers what the shown bake does not have.
async fn put_beside(
    desk: &Desk,
    project: &str,
    subject: &mut Subject,
    beside: &GraphBeside,
) -> Result<HashSet<String>, Failure> {
    let ask = BakeAsk {
        project: project.to_owned(),
        bake: beside.bake.clone(),
        attempt: beside.attempt,
    };
    let other = bake_view(desk, ask).await?;
    let ours = std::mem::take(&mut subject.tasks);
    let (tasks, absent) = Union::of(ours, other.tasks, beside.first).parts();
    subject.tasks = tasks;
    Ok(absent)
}

/// Everything in the picture that these tasks have a share in.
fn touched<'a>(folds: &Folds<'a>, ids: &[String]) -> HashSet<&'a str> {
    let places = ids.iter().filter_map(|id| folds.index(id));
    places.flat_map(|index| folds.touched(index)).collect()
}

pub(crate) fn moment(at: &str) -> Result<Timestamp, Failure> {
    at.parse().map_err(|error| {
        let message = format!("`{at}` is not a time: {error}.");
        Failure::invalid("at", message)
    })
}

/// What the request names, as it stands now or then.
pub(crate) async fn subject(
    desk: &Desk,
    project: &str,
    subject: GraphSubject,
    at: Option<Timestamp>,
) -> Result<Subject, Failure> {
    match subject {
        GraphSubject::Bake { bake, attempt } => {
            let ask = BakeAsk {
                project: project.to_owned(),
                bake,
                attempt,
            };
            match at {
                None => Ok(of_bake(bake_view(desk, ask).await?, Timestamp::now())),
                Some(at) => Ok(of_bake(as_of(desk, ask, at).await?, at)),
            }
        }
        GraphSubject::Batch { batch, params } => {
            let open = OpenProject::read(project, desk.who())?;
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
                address: format!("bakehouse graph {batch}"),
                title: batch,
            })
        }
        GraphSubject::Forecast { title, steps } => Ok(Subject {
            tasks: steps.iter().map(step_task).collect(),
            show: Show::Forecast,
            header: Header {
                project: String::new(),
                title: title.clone(),
                title_note: "plan".to_owned(),
                facts: Vec::new(),
            },
            legend: legend(&IndexMap::new()),
            address: "Bakehouse".to_owned(),
            title,
        }),
    }
}

fn of_bake(view: BakeView, now: Timestamp) -> Subject {
    let row = &view.row;
    let title = row.name.clone().unwrap_or_else(|| row.batch.clone());
    let folder = Path::new(&view.project).file_name().unwrap_or_default();
    let mut facts = vec![
        fact("State", state(row.state).word(), FactStyle::Words),
        fact("Started", &minute(&row.created_at), FactStyle::Words),
    ];
    let (word, ended) = match &row.finished_at {
        Some(finished) => ("Took", finished.parse().ok()),
        None => ("Elapsed", Some(now)),
    };
    if let Some(time) = took(&row.created_at, ended) {
        facts.push(fact(word, &time, FactStyle::Words));
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
        address: format!("bakehouse inspect {} -k {}", row.id, view.attempt),
        tasks: view.tasks,
        show: Show::States(now),
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

fn took(started: &str, ended: Option<Timestamp>) -> Option<String> {
    let started: Timestamp = started.parse().ok()?;
    Some(clock(ended?.as_second() - started.as_second()))
}

/// The places of everything.
pub(crate) fn laid_out(graph: &Graph, direction: GraphDirection) -> Result<Layout, Failure> {
    diagram::layout(graph, &LayoutOptions::towards(towards(direction))).map_err(not_laid_out)
}

/// The places of everything after a small change.
fn near(graph: &Graph, before: &Layout) -> Result<Layout, Failure> {
    diagram::layout_near(graph, before).map_err(not_laid_out)
}

fn not_laid_out(error: GraphError) -> Failure {
    Failure::internal(format!("The graph cannot be laid out: {error}."))
}

fn towards(direction: GraphDirection) -> Direction {
    match direction {
        GraphDirection::Right => Direction::LeftToRight,
        GraphDirection::Down => Direction::TopDown,
    }
}

/// The colours.
pub(crate) fn theme(theme: GraphTheme) -> Theme {
    match theme {
        GraphTheme::Light => Theme::Light,
        GraphTheme::Dark => Theme::Dark,
    }
}
