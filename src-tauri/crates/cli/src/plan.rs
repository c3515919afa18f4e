//! `bakehouse plan`: what a bake would do with each task, and why.

use contract::{BakeExecutor, BakeForecast, BakeStart, ForecastStep, StepVerdict, TaskKind};
use workbench::{Desk, commands};

use crate::args::Plan;
use crate::output::{Ended, Stop, full_path, print_json, print_table};

/// Says what a bake would do.
pub(crate) async fn plan(desk: &Desk, plan: Plan) -> Result<Ended, Stop> {
    let start = BakeStart {
        work: None,
        project: full_path(&plan.place.project)?,
        batch: plan.batch,
        params: plan.params.into_iter().collect(),
        params_file: plan.params_file.as_deref().map(full_path).transpose()?,
        name: None,
        tags: Vec::new(),
        executor: BakeExecutor::Here,
    };
    let forecast = commands::bake_forecast(desk, start).await?;
    if plan.place.json {
        print_json(&forecast)?;
    } else {
        print_forecast(&forecast);
    }
    Ok(ended(&forecast))
}

/// A bake that would fail is not well.
pub(crate) fn ended(forecast: &BakeForecast) -> Ended {
    let fails = |step: &ForecastStep| step.verdict == StepVerdict::Fail;
    match forecast.steps.iter().any(fails) {
        true => Ended::Badly,
        false => Ended::Well,
    }
}

/// Prints each task with its reason, and how many there are of each kind.
pub(crate) fn print_forecast(forecast: &BakeForecast) {
    let tasks = forecast.steps.iter();
    let tasks = tasks.filter(|step| step.kind != TaskKind::Action);
    let rows: Vec<Vec<String>> = tasks.map(cells).collect();
    print_table(&["PLAN", "TASK", "BECAUSE"], &rows);
    let counts: Vec<String> = forecast
        .counts
        .iter()
        .map(|count| format!("{} {}", count.count, verdict_word(count.verdict)))
        .collect();
    println!("{}", counts.join(", "));
}

fn cells(step: &ForecastStep) -> Vec<String> {
    vec![
        verdict_word(step.verdict).to_owned(),
        step.id.clone(),
        step.reason.clone(),
    ]
}

fn verdict_word(verdict: StepVerdict) -> &'static str {
    match verdict {
        StepVerdict::Run => "run",
        StepVerdict::Reuse => "reuse",
        StepVerdict::Skip => "skip",
        StepVerdict::Unknown => "unknown",
        StepVerdict::Fail => "fail",
    }
}
