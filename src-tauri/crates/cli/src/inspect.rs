//! `bakehouse inspect`: the tasks of a bake.

use contract::{
    BakeAsk, BakeHistory, BakeState, BakeView, ImageState, JobAsk, JobView, ProjectAsk,
    TaskHistory, TaskView,
};
use indexmap::IndexMap;
use workbench::{Desk, commands};

use crate::args::Inspect;
use crate::job::why;
use crate::output::{Ended, Stop, bake_word, full_path, print_json, print_table};
use crate::span::in_words;

/// So many failures are explained.
const MOST_FAILURES: usize = 5;

/// Shows the tasks of a bake.
pub(crate) async fn inspect(desk: &Desk, inspect: Inspect) -> Result<Ended, Stop> {
    let project = full_path(&inspect.place.project)?;
    let bake = match inspect.bake {
        Some(bake) => bake,
        None => latest(desk, &project).await?,
    };
    let ask = BakeAsk {
        project,
        bake,
        attempt: inspect.attempt,
    };
    let view = commands::bake_view(desk, ask.clone()).await?;
    let history = commands::bake_history(desk, ask).await?;
    let failed = failures(desk, &view).await?;
    if inspect.place.json {
        let mut answer = serde_json::to_value(&view)
            .map_err(|error| Stop::Failed(format!("the answer could not be written: {error}")))?;
        answer["history"] = serde_json::json!(history);
        answer["failures"] = serde_json::json!(failed);
        return print_json(&answer);
    }
    print_view(&view, &history);
    for (task, job) in &failed {
        println!("\n{task} failed");
        for line in why(job) {
            println!("{line}");
        }
    }
    Ok(Ended::Well)
}

async fn latest(desk: &Desk, project: &str) -> Result<String, Stop> {
    let table = commands::bake_table(
        desk,
        ProjectAsk {
            project: project.to_owned(),
        },
    )
    .await?;
    let row = table.rows.into_iter().next();
    row.map(|row| row.id)
        .ok_or_else(|| Stop::Failed("the project has no bakes".to_owned()))
}

/// The jobs of the first tasks that failed, with what they failed of.
pub(crate) async fn failures(
    desk: &Desk,
    view: &BakeView,
) -> Result<IndexMap<String, JobView>, Stop> {
    let failed = view.tasks.iter();
    let failed = failed.filter(|task| task.state == BakeState::Failed);
    let mut jobs = IndexMap::new();
    for task in failed.take(MOST_FAILURES) {
        if let Some(raw_id) = task.raw_id.clone() {
            let job = commands::job_view(desk, JobAsk { raw_id }).await?;
            jobs.insert(task.id.clone(), job);
        }
    }
    Ok(jobs)
}

fn print_history(history: &BakeHistory) {
    if let Some(usual) = history.usual_seconds {
        let runs = history.runs.iter();
        let good = runs.filter(|run| run.state == BakeState::Succeeded).count();
        println!("usually {} ({good} earlier runs)", in_words(usual));
    }
    if let Some(end) = &history.expected_end {
        println!("expected to end at {end}");
    }
    if !history.critical_path.is_empty() {
        println!("longest chain: {}", history.critical_path.join(" → "));
    }
}

fn print_view(view: &BakeView, history: &BakeHistory) {
    let BakeView {
        row,
        attempt,
        params,
        problem,
        ..
    } = view;
    println!(
        "{} {} attempt {attempt}: {}",
        row.batch,
        row.id,
        bake_word(row.state)
    );
    for (name, value) in params {
        println!("  {name}: {value}");
    }
    if let Some(problem) = problem {
        println!("{problem}");
    }
    print_history(history);
    let of_task = |task: &TaskView| cells(task, history.tasks.get(&task.id));
    let rows: Vec<Vec<String>> = view.tasks.iter().map(of_task).collect();
    let heads = [
        "TASK", "STATUS", "RAW ID", "WHEN", "TIME", "USUALLY", "SLACK", "OUTPUTS",
    ];
    print_table(&heads, &rows);
    print_images(view);
}

fn print_images(view: &BakeView) {
    if view.images.is_empty() {
        return;
    }
    let rows = view.images.iter().map(|image| {
        let job = image.raw_id.clone().unwrap_or_default();
        vec![
            image.reference.clone(),
            image_word(image.state).to_owned(),
            job,
        ]
    });
    println!();
    print_table(&["IMAGE", "STATUS", "BUILDER"], &rows.collect::<Vec<_>>());
}

/// How an image stands, in the words of the platform.
pub(crate) fn image_word(state: ImageState) -> &'static str {
    match state {
        ImageState::Pending => "pending",
        ImageState::Building => "building",
        ImageState::Built => "built",
        ImageState::BuildFailed => "build failed",
        ImageState::Cached => "cached",
        ImageState::Unknown => "unknown",
    }
}

fn cells(task: &TaskView, history: Option<&TaskHistory>) -> Vec<String> {
    let told = |seconds: Option<f64>| seconds.map(in_words).unwrap_or_default();
    let (took, usual, slack) = history.map_or((None, None, None), |history| {
        (
            history.seconds,
            history.usual_seconds,
            history.slack_seconds,
        )
    });
    let outputs: Vec<String> = task
        .outputs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let when = task
        .finished_at
        .as_ref()
        .or(task.started_at.as_ref())
        .or(task.created_at.as_ref());
    vec![
        task.id.clone(),
        bake_word(task.state).to_owned(),
        task.raw_id.clone().unwrap_or_default(),
        when.cloned().unwrap_or_default(),
        told(took),
        told(usual),
        told(slack),
        outputs.join(" "),
    ]
}
