//! `bakehouse bake`, `bakes`, `cancel`.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use contract::{
    BakeAsk, BakeRow, BakeStart, BakeState, BakeView, DeskEvent, ImageState, ProjectAsk, TaskAsk,
    TaskView,
};
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

/// How often a bake is asked for when no event came.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// Runs a batch to its end.
pub(crate) async fn bake(desk: &Desk, bake: Bake) -> Result<Ended, Stop> {
    let start = BakeStart {
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
    let view = commands::bake_start(desk, start).await?;
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
                _ => continue,
            },
            () = tokio::time::sleep(ASK_EVERY) => {
                let ask = BakeAsk {
                    project: view.project.clone(),
                    bake: view.row.id.clone(),
                    attempt: None,
                };
                view = commands::bake_view(desk, ask).await?;
            }
        }
        report.show(&view);
    }
    report.finish();
    Ok(view)
}

/// Tells of a bake on standard error: a bar on a terminal, lines elsewhere.
struct Report {
    bar: ProgressBar,
    told: HashMap<String, BakeState>,
    images: HashMap<String, ImageState>,
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
        }
    }

    fn show(&mut self, view: &BakeView) {
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
        for task in &view.tasks {
            let before = self.told.insert(task.id.clone(), task.state);
            if before != Some(task.state) && task.state != BakeState::Waiting {
                self.tell(task);
            }
        }
        let done = view
            .tasks
            .iter()
            .filter(|task| task.state.is_over())
            .count();
        let running: Vec<&str> = view
            .tasks
            .iter()
            .filter(|task| task.state == BakeState::Running)
            .map(|task| task.id.as_str())
            .collect();
        self.bar
            .set_length(u64::try_from(view.tasks.len()).unwrap_or(u64::MAX));
        self.bar
            .set_position(u64::try_from(done).unwrap_or(u64::MAX));
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
