//! What earlier attempts tell of a bake: usual times, the expected end, the longest chain.

use std::collections::HashMap;
use std::sync::Arc;

use client::{BakeFilter, Client};
use contract::{
    BakeAsk, BakeHistory, BakeState, BakeView, Failure, PastRun, TaskHistory, TaskKind, TaskView,
};
use execution::expectation::{Standing, expected_end};
use execution::history::{Past, Step, critical, middle};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use protocol::flow::{Attempt, Bake, Task};

use super::look::{bake_view, find};
use crate::Desk;
use crate::view::bake::state;
use crate::view::failure;
use crate::view::job::time;

/// So many attempts before are looked at.
const LOOK_BACK: usize = 20;
const AT_ONCE: usize = 8;

/// What earlier attempts tell of an attempt.
pub async fn bake_history(desk: &Desk, request: BakeAsk) -> Result<BakeHistory, Failure> {
    let client = desk.client().await?;
    let view = bake_view(desk, request.clone()).await?;
    let bake = find(&client, &request).await?;
    let before = earlier(desk, &client, &bake, view.attempt).await?;
    let mut past = Past::default();
    for (_, _, tasks) in &before {
        past.learn(tasks);
    }
    Ok(told(&view, &past, before.iter().map(run).collect()))
}

type Earlier = (Bake, Attempt, Arc<Vec<Task>>);

/// The attempts of the same batch that are over, newest first, without the one that is asked for.
async fn earlier(
    desk: &Desk,
    client: &Client,
    bake: &Bake,
    number: u32,
) -> Result<Vec<Earlier>, Failure> {
    let filter = BakeFilter {
        newest_first: true,
        ..BakeFilter::default()
    };
    let flow = client.flow();
    let listed = flow.bakes().list(&bake.project_id, &filter).await;
    let listed = listed.map_err(|error| failure::of_client(&error))?;
    let same = listed.into_iter().filter(|one| one.batch == bake.batch);
    let mut attempts = Vec::new();
    for one in same.take(LOOK_BACK) {
        let several = one
            .last_attempt
            .as_ref()
            .is_some_and(|last| last.number > 1);
        let mut tries = if several {
            let tries = flow.attempts().list(&one.id).await;
            tries.map_err(|error| failure::of_client(&error))?
        } else {
            one.last_attempt.iter().cloned().collect()
        };
        tries.sort_by_key(|attempt| std::cmp::Reverse(attempt.number));
        let is_this =
            |attempt: &Attempt| attempt.bake_id == bake.id && attempt.number == i64::from(number);
        tries.retain(|attempt| attempt.result.is_finished() && !is_this(attempt));
        attempts.extend(tries.into_iter().map(|attempt| (one.clone(), attempt)));
        if attempts.len() >= LOOK_BACK {
            break;
        }
    }
    attempts.truncate(LOOK_BACK);
    let read = stream::iter(attempts).map(|(bake, attempt)| async move {
        let tasks = tasks_of(desk, client, &attempt).await?;
        Ok::<_, Failure>((bake, attempt, tasks))
    });
    read.buffered(AT_ONCE).try_collect().await
}

/// The records of an attempt that is over; they never change, so they are remembered.
pub(super) async fn tasks_of(
    desk: &Desk,
    client: &Client,
    attempt: &Attempt,
) -> Result<Arc<Vec<Task>>, Failure> {
    if let Some(known) = desk.bakery().records(&attempt.id) {
        return Ok(known);
    }
    let listed = client.flow().tasks().list(&attempt.id).await;
    let listed = listed.map_err(|error| failure::of_client(&error))?;
    Ok(desk.bakery().learn_records(&attempt.id, listed))
}

fn run((bake, attempt, tasks): &Earlier) -> PastRun {
    PastRun {
        bake: bake.id.clone(),
        attempt: u32::try_from(attempt.number).unwrap_or(1),
        state: state(&attempt.result),
        created_at: time(attempt.created_at),
        seconds: lasted(attempt, tasks),
    }
}

/// Seconds from the beginning of an attempt to the end of its last task.
pub(super) fn lasted(attempt: &Attempt, tasks: &[Task]) -> Option<f64> {
    let ends = tasks.iter().filter_map(|task| task.statuses.last());
    let end = ends.filter(|last| last.status.is_finished());
    let end = end.map(|last| last.created_at).max()?;
    let took = end.duration_since(attempt.created_at).as_secs_f64();
    attempt.result.is_finished().then(|| took.max(0.0))
}

fn told(view: &BakeView, past: &Past, runs: Vec<PastRun>) -> BakeHistory {
    let steps: Vec<Step> = view.tasks.iter().map(step).collect();
    let by_id: HashMap<&str, &TaskView> = view
        .tasks
        .iter()
        .map(|task| (task.id.as_str(), task))
        .collect();
    let usual = |id: &str| past.usual(id);
    let took = |id: &str| by_id.get(id).and_then(|task| took(task));
    // A task that is still ahead counts with what is usual.
    let all_known = steps.iter().filter(|step| !step.is_call).all(|step| {
        view.row.state.is_over() || took(&step.id).or_else(|| usual(&step.id)).is_some()
    });
    let times = |id: &str| took(id).or_else(|| usual(id).filter(|_| !view.row.state.is_over()));
    let chain = all_known
        .then(|| critical(&steps, &|id| times(id).unwrap_or(0.0)))
        .flatten()
        .unwrap_or_default();
    let good = runs.iter().filter(|run| run.state == BakeState::Succeeded);
    let tasks = steps.iter().filter(|step| !step.is_call).map(|step| {
        let history = TaskHistory {
            seconds: took(&step.id),
            usual_seconds: usual(&step.id),
            runs: u32::try_from(past.runs(&step.id)).unwrap_or(u32::MAX),
            slack_seconds: chain.slack.get(&step.id).copied(),
            critical: chain.path.contains(&step.id),
        };
        (step.id.clone(), history)
    });
    BakeHistory {
        bake: view.row.id.clone(),
        attempt: view.attempt,
        usual_seconds: middle(good.filter_map(|run| run.seconds).collect()),
        expected_end: end_of(view, &steps, &by_id, &usual),
        tasks: tasks.collect::<IndexMap<_, _>>(),
        critical_path: chain.path,
        runs,
    }
}

/// When the last task is expected to end.
fn end_of(
    view: &BakeView,
    steps: &[Step],
    by_id: &HashMap<&str, &TaskView>,
    usual: &dyn Fn(&str) -> Option<f64>,
) -> Option<String> {
    if view.row.state.is_over() {
        return None;
    }
    let begin: Timestamp = view.row.created_at.parse().ok()?;
    let now = Timestamp::now().duration_since(begin).as_secs_f64();
    let since = |at: &Option<String>| {
        let at: Timestamp = at.as_ref()?.parse().ok()?;
        Some(at.duration_since(begin).as_secs_f64())
    };
    let standing = |id: &str| {
        let Some(task) = by_id.get(id) else {
            return Standing::Ahead;
        };
        let begin = since(&task.started_at).or(since(&task.created_at));
        match (task.state.is_over(), begin, since(&task.finished_at)) {
            (true, Some(begin), Some(end)) => Standing::Over(begin, end),
            (true, _, _) => Standing::Over(now, now),
            (false, Some(begin), _) if task.started_at.is_some() => Standing::Since(begin),
            // It waits for a place, and will hardly wait long.
            (false, Some(_), _) => Standing::Since(now),
            (false, None, _) => Standing::Ahead,
        }
    };
    let seconds = expected_end(steps, &standing, usual, now)?.max(now);
    let end = begin.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?);
    end.ok().map(time)
}

fn step(task: &TaskView) -> Step {
    Step {
        id: task.id.clone(),
        group: task.group.clone(),
        is_call: task.kind == TaskKind::Action,
        needs: task
            .needs
            .iter()
            .map(|need| (need.id.clone(), need.while_running))
            .collect(),
        max_parallel: task.max_parallel,
    }
}

/// Seconds a task ran; waiting for a place is not counted.
pub(super) fn took(task: &TaskView) -> Option<f64> {
    let begin = task.started_at.as_ref().or(task.created_at.as_ref())?;
    let begin: Timestamp = begin.parse().ok()?;
    let end: Timestamp = task.finished_at.as_ref()?.parse().ok()?;
    Some(end.duration_since(begin).as_secs_f64().max(0.0))
}
