//! `bakehouse inspect`: the tasks of a bake.

use contract::{BakeAsk, BakeView, ProjectAsk, TaskView};
use workbench::{Desk, commands};

use crate::args::Inspect;
use crate::output::{Ended, Stop, bake_word, full_path, print_json, print_table};

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
    let view = commands::bake_view(desk, ask).await?;
    if inspect.place.json {
        return print_json(&view);
    }
    print_view(&view);
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

fn print_view(view: &BakeView) {
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
    let rows: Vec<Vec<String>> = view.tasks.iter().map(cells).collect();
    print_table(&["TASK", "STATUS", "RAW ID", "WHEN", "OUTPUTS"], &rows);
}

fn cells(task: &TaskView) -> Vec<String> {
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
        outputs.join(" "),
    ]
}
