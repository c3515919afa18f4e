//! What would become of the tasks of a bake, as the window shows it.

use std::collections::HashMap;

use contract::{
    BakeForecast, CauseKind, ForecastStep, StepCause, StepVerdict, TaskKind, TaskView, VerdictCount,
};
use execution::bake::{self as baking, Cause, Forecast, Step, Verdict};
use flow::batch::TaskGraph;
use jiff::Timestamp;

use crate::view::bake::label;
use crate::view::diagnostic::count;
use crate::view::job::time;
use crate::view::task;

const ORDER: [StepVerdict; 5] = [
    StepVerdict::Run,
    StepVerdict::Reuse,
    StepVerdict::Skip,
    StepVerdict::Unknown,
    StepVerdict::Fail,
];

/// The tasks as planned, by their full ids.
pub(crate) type Planned = HashMap<String, TaskView>;

/// The tasks of a graph.
pub(crate) fn planned(graph: &TaskGraph) -> Planned {
    let tasks = task::of_graph(graph).into_iter();
    tasks.map(|task| (task.id.clone(), task)).collect()
}

/// A forecast.
pub(crate) fn view(forecast: &Forecast, mut planned: Planned) -> BakeForecast {
    let steps = forecast.steps.iter().map(|one| {
        let task = planned.remove(&one.id.to_string());
        step(one, task, forecast.at)
    });
    let steps: Vec<ForecastStep> = steps.collect();
    let counts = ORDER.into_iter().filter_map(|verdict| {
        let tasks = steps.iter().filter(|step| step.kind != TaskKind::Action);
        let count = count(tasks.filter(|step| step.verdict == verdict).count());
        (count > 0).then_some(VerdictCount { verdict, count })
    });
    BakeForecast {
        counts: counts.collect(),
        steps,
        made_at: time(forecast.at),
    }
}

fn step(step: &Step, planned: Option<TaskView>, now: Timestamp) -> ForecastStep {
    let parent = step.id.parent();
    let id = step.id.to_string();
    let group = (!parent.is_root()).then(|| parent.to_string());
    let (needs, family) = planned
        .map(|task| (task.needs, task.family))
        .unwrap_or_default();
    ForecastStep {
        label: label(&id, group.as_deref()).to_owned(),
        id,
        group,
        family,
        kind: task::kind(step.kind),
        needs,
        verdict: verdict(step.verdict),
        reason: step.reason.sentence(now),
        causes: step.reason.causes().iter().map(cause).collect(),
        bake: step.reason.bake().map(|bake| bake.id.clone()),
    }
}

fn verdict(verdict: Verdict) -> StepVerdict {
    match verdict {
        Verdict::Run => StepVerdict::Run,
        Verdict::Reuse => StepVerdict::Reuse,
        Verdict::Skip => StepVerdict::Skip,
        Verdict::Unknown => StepVerdict::Unknown,
        Verdict::Fail => StepVerdict::Fail,
    }
}

fn cause(cause: &Cause) -> StepCause {
    StepCause {
        kind: kind(cause.kind),
        name: cause.name.clone(),
        before: cause.before.clone(),
        after: cause.after.clone(),
    }
}

fn kind(kind: baking::CauseKind) -> CauseKind {
    match kind {
        baking::CauseKind::Parameter => CauseKind::Parameter,
        baking::CauseKind::File => CauseKind::File,
        baking::CauseKind::Output => CauseKind::Output,
        baking::CauseKind::Result => CauseKind::Result,
        baking::CauseKind::Need => CauseKind::Need,
        baking::CauseKind::State => CauseKind::State,
        baking::CauseKind::Env => CauseKind::Env,
        baking::CauseKind::Image => CauseKind::Image,
        baking::CauseKind::Volume => CauseKind::Volume,
        baking::CauseKind::Preset => CauseKind::Preset,
        baking::CauseKind::Command => CauseKind::Command,
        baking::CauseKind::Cache => CauseKind::Cache,
        baking::CauseKind::Field => CauseKind::Field,
        baking::CauseKind::Unsure => CauseKind::Unsure,
    }
}
