//! `bakehouse restart`: trying a bake again.

use contract::{BakeRestart, RestartKind};
use workbench::{Desk, commands};

use crate::args::Restart;
use crate::bake::{goes_on, to_the_end};
use crate::output::{Ended, Stop, full_path, print_json};
use crate::plan::{ended, print_forecast};

/// Restarts a bake and follows it to its end, or shows what that would do.
pub(crate) async fn restart(desk: &Desk, restart: Restart) -> Result<Ended, Stop> {
    let (dry_run, json) = (restart.dry_run, restart.place.json);
    let by_itself = restart.executor.is_other();
    let request = request(restart)?;
    if dry_run {
        return preview(desk, request, json).await;
    }
    let events = desk.listen();
    let view = commands::bake_restart(desk, request).await?;
    let row = &view.row;
    eprintln!("{} {} runs as attempt {}", row.batch, row.id, view.attempt);
    if by_itself {
        return goes_on(&view, json);
    }
    to_the_end(desk, (view, events), json).await
}

fn request(restart: Restart) -> Result<BakeRestart, Stop> {
    let Restart {
        bake,
        all,
        from,
        only,
        attempt,
        params,
        edited,
        executor,
        place,
        ..
    } = restart;
    let (kind, tasks) = match (all, from.is_empty(), only.is_empty()) {
        (true, ..) => (RestartKind::All, Vec::new()),
        (false, false, _) => (RestartKind::From, from),
        (false, true, false) => (RestartKind::Only, only),
        (false, true, true) => (RestartKind::Failed, Vec::new()),
    };
    Ok(BakeRestart {
        project: full_path(&place.project)?,
        bake,
        attempt,
        kind,
        tasks,
        params: params.into_iter().collect(),
        edited,
        executor: executor.choice(),
    })
}

async fn preview(desk: &Desk, request: BakeRestart, json: bool) -> Result<Ended, Stop> {
    let plan = commands::restart_plan(desk, request).await?;
    if json {
        print_json(&plan)?;
        return Ok(ended(&plan.forecast));
    }
    print_forecast(&plan.forecast);
    match &plan.new_bake {
        Some(why) => println!("becomes a new bake: {why}"),
        None => println!("becomes attempt {}", plan.attempt),
    }
    if !plan.forgets.is_empty() {
        let tasks = plan.forgets.join(", ");
        println!("forgets the remembered results of {tasks}, those for other parameters as well");
    }
    if let Some(command) = &plan.official_command {
        println!("{command}");
    }
    Ok(ended(&plan.forecast))
}
