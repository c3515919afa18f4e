//! `bakehouse bake`, `bakes`, `cancel`.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use contract::{
    BakeAsk, BakeRow, BakeStart, BakeState, BakeView, DeskEvent, ImageState, ProjectAsk, TaskAsk,
    TaskKind, TaskView,
};
use indexmap::IndexSet;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::broadcast::Receiver;
use workbench::{Desk, commands};

use crate::args::{Bake, Bakes, Cancel};
use crate::inspect::{failures, image_word};
use crate::job::why;
use crate::output::{
    Ended, Stop, bake_word, full_path, print_diagnostics, print_json, print_table,
};
use crate::plan::print_forecast;
use crate::volume::{WORK, watched};

/// How often a bake is asked for when no event came.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// Runs a batch to its end.
pub(crate) async fn bake(desk: &Desk, bake: Bake) -> Result<Ended, Stop> {
    let start = BakeStart {
        work: Some(WORK.to_owned()),
        project: full_path(&bake.place.project)?,
        batch: bake.batch,
        params: bake.params.into_iter().collect(),
        params_file: bake.params_file.as_deref().map(full_path).transpose()?,
        name: bake.name,
        tags: bake.tags,
        executor: bake.executor.choice(),
    };
    let by_itself = bake.executor.is_other();
    if bake.dry_run {
        let plan = commands::bake_plan(desk, start.clone()).await?;
        print_diagnostics(&plan.diagnostics);
        if bake.place.json {
            return print_json(&plan);
        }
        let forecast = commands::bake_forecast(desk, start).await?;
        print_forecast(&forecast);
        println!("{}", plan.official_command);
        return Ok(Ended::Well);
    }
    let events = desk.listen();
    let view = watched(desk, commands::bake_start(desk, start)).await?;
    eprintln!("{} is baked as {}", view.row.batch, view.row.id);
    if by_itself {
        return goes_on(&view, bake.place.json);
    }
    to_the_end(desk, (view, events), bake.place.json).await
}

/// Tells of a bake that somebody else executes.
pub(crate) fn goes_on(view: &BakeView, json: bool) -> Result<Ended, Stop> {
    if json {
        return print_json(view);
    }
    println!("{}", view.row.id);
    eprintln!(
        "it goes on by itself; `bakehouse inspect {}` tells how far it is",
        view.row.id
    );
    Ok(Ended::Well)
}

/// Follows a bake that was started to its end, and tells its result.
pub(crate) async fn to_the_end(
    desk: &Desk,
    (view, events): (BakeView, Receiver<DeskEvent>),
    json: bool,
) -> Result<Ended, Stop> {
    let view = follow(desk, view, events).await?;
    let ended = match view.row.state {
        BakeState::Succeeded => Ended::Well,
        BakeState::Cancelled => Ended::Cancelled,
        _ => Ended::Badly,
    };
    if json {
        print_json(&view)?;
    } else {
        print_result(desk, &view).await?;
    }
    Ok(ended)
}

async fn print_result(desk: &Desk, view: &BakeView) -> Result<(), Stop> {
    let jobs = failures(desk, view).await?;
    for task in view
        .tasks
        .iter()
        .filter(|task| task.state == BakeState::Failed)
    {
        let reason = task.reason.as_deref().unwrap_or("no reason given");
        println!("{} failed: {reason}", task.id);
        for line in jobs.get(&task.id).map(why).unwrap_or_default() {
            println!("{line}");
        }
    }
    if let Some(problem) = &view.problem {
        println!("{problem}");
    }
    println!("{} {}", view.row.id, bake_word(view.row.state));
    Ok(())
}

/// Waits until the bake ends and tells of each task on the way.
async fn follow(
    desk: &Desk,
    mut view: BakeView,
    mut events: Receiver<DeskEvent>,
) -> Result<BakeView, Stop> {
    let mut report = Report::new();
    report.show(&view);
    while !view.row.state.is_over() {
        tokio::select! {
            event = events.recv() => match event {
                Ok(DeskEvent::BakeChanged { bake }) if bake.row.id == view.row.id => view = *bake,
                Ok(DeskEvent::BakeMoved { moved }) if moved.row.id == view.row.id => {
                    let places: Vec<u32> = moved.tasks.iter().map(|task| task.at).collect();
                    let is_new = moved.revision > view.revision;
                    if view.take(moved) {
                        report.moved(&view, &places);
                        continue;
                    }
                    if !is_new {
                        continue;
                    }
                    // Something was missed.
                    view = again(desk, &view).await?;
                }
                _ => continue,
            },
            () = tokio::time::sleep(ASK_EVERY) => view = again(desk, &view).await?,
        }
        report.show(&view);
    }
    report.finish();
    Ok(view)
}

/// The bake as it is now.
async fn again(desk: &Desk, view: &BakeView) -> Result<BakeView, Stop> {
    let ask = BakeAsk {
        project: view.project.clone(),
        bake: view.row.id.clone(),
        attempt: None,
    };
    Ok(commands::bake_view(desk, ask).await?)
}

/// Tells of a bake on standard error: a bar on a terminal, lines elsewhere.
struct Report {
    bar: ProgressBar,
    told: HashMap<String, BakeState>,
    images: HashMap<String, ImageState>,
    /// The tasks that run, in the order in which they began.
    running: IndexSet<String>,
}

impl Report {
    fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:30} {pos} of {len} tasks  {msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        Self {
            bar,
            told: HashMap::new(),
            images: HashMap::new(),
            running: IndexSet::new(),
        }
    }

    /// Tells what is new of all tasks.
    fn show(&mut self, view: &BakeView) {
        self.images(view);
        for task in &view.tasks {
            self.task(task);
        }
        self.count(view);
    }

    /// Tells what is new of the tasks at these places.
    fn moved(&mut self, view: &BakeView, places: &[u32]) {
        self.images(view);
        let places = places.iter().filter_map(|at| usize::try_from(*at).ok());
        for task in places.filter_map(|at| view.tasks.get(at)) {
            self.task(task);
        }
        self.count(view);
    }

    fn images(&mut self, view: &BakeView) {
        for image in &view.images {
            let before = self.images.insert(image.reference.clone(), image.state);
            if before != Some(image.state) && image.state != ImageState::Pending {
                self.line(&format!(
                    "{:<10} {}",
                    image_word(image.state),
                    image.reference
                ));
            }
        }
    }

    fn task(&mut self, task: &TaskView) {
        if self.told.get(&task.id) == Some(&task.state) {
            return;
        }
        self.told.insert(task.id.clone(), task.state);
        match task.state {
            BakeState::Running if task.kind != TaskKind::Action => {
                self.running.insert(task.id.clone());
            }
            _ => {
                self.running.shift_remove(&task.id);
            }
        }
        if task.state != BakeState::Waiting {
            self.tell(task);
        }
    }

    fn count(&self, view: &BakeView) {
        let counts = &view.row.counts;
        let sum = |over: bool| {
            let counts = counts.iter().filter(|one| !over || one.state.is_over());
            counts.map(|one| u64::from(one.count)).sum()
        };
        self.bar.set_length(sum(false));
        self.bar.set_position(sum(true));
        let running: Vec<&str> = self.running.iter().map(String::as_str).collect();
        self.bar.set_message(running.join(", "));
    }

    fn tell(&self, task: &TaskView) {
        self.line(&format!("{:<10} {}", bake_word(task.state), task.id));
    }

    fn line(&self, line: &str) {
        if self.bar.is_hidden() {
            eprintln!("{line}");
        } else {
            self.bar.println(line);
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows the bakes of the project.
pub(crate) async fn bakes(desk: &Desk, bakes: Bakes) -> Result<Ended, Stop> {
    let project = full_path(&bakes.place.project)?;
    let mut table = commands::bake_table(desk, ProjectAsk { project }).await?;
    table.rows.retain(|row| is_wanted(row, &bakes));
    if bakes.recent_last {
        table.rows.reverse();
    }
    if bakes.place.json {
        return print_json(&table);
    }
    let rows: Vec<Vec<String>> = table.rows.iter().map(cells).collect();
    print_table(&["ID", "BATCH", "NAME", "STATUS", "TASKS", "WHEN"], &rows);
    Ok(Ended::Well)
}

fn is_wanted(row: &BakeRow, asked: &Bakes) -> bool {
    let since = asked.since.as_ref();
    let until = asked.until.as_ref();
    asked.tags.iter().all(|tag| row.tags.contains(tag))
        && since.is_none_or(|since| since.is_reached(&row.created_at))
        && until.is_none_or(|until| until.is_ahead_of(&row.created_at))
}

fn cells(row: &BakeRow) -> Vec<String> {
    let counts: Vec<String> = row
        .counts
        .iter()
        .map(|count| format!("{} {}", count.count, bake_word(count.state)))
        .collect();
    vec![
        row.id.clone(),
        row.batch.clone(),
        row.name.clone().unwrap_or_default(),
        bake_word(row.state).to_owned(),
        counts.join(", "),
        row.created_at.clone(),
    ]
}

/// Cancels a bake, or a task of it.
pub(crate) async fn cancel(desk: &Desk, cancel: Cancel) -> Result<Ended, Stop> {
    let project = full_path(&cancel.place.project)?;
    if let Some(task) = cancel.task {
        let ask = TaskAsk {
            project,
            bake: cancel.bake,
            task,
        };
        let view = commands::task_cancel(desk, ask.clone()).await?;
        if cancel.place.json {
            return print_json(&view);
        }
        println!("{} was asked to stop", ask.task);
        return Ok(Ended::Well);
    }
    let ask = BakeAsk {
        project,
        bake: cancel.bake,
        attempt: None,
    };
    let view = commands::bake_cancel(desk, ask).await?;
    if cancel.place.json {
        return print_json(&view);
    }
    println!("{} {}", view.row.id, bake_word(view.row.state));
    Ok(Ended::Well)
}
