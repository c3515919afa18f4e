//! What each task of an attempt was, and when: the stored history, and a bake as of a moment.

use std::collections::HashMap;
use std::sync::Arc;

use client::Client;
use contract::{
    BakeAsk, BakeReplay, BakeState, BakeView, EarlierAttempt, EarlierRun, Failure, TaskMoment,
    TaskTrace, TaskView, TracePart, TracePhase,
};
use execution::bake::{self as baking, Inspected};
use execution::replay::{Part, Phase, TaskNow, marks, moments, parts};
use indexmap::IndexMap;
use jiff::Timestamp;
use protocol::Job;
use protocol::flow::{Attempt, Task};

use super::look::{bake_view, find, jobs, not_found};
use crate::Desk;
use crate::view::bake::{counts, reason_in_words, state};
use crate::view::failure;

/// So many attempts before are told.
const LOOK_BACK: usize = 8;

/// What each task of an attempt was, and when.
pub async fn bake_replay(desk: &Desk, request: BakeAsk) -> Result<BakeReplay, Failure> {
    let client = desk.client().await?;
    Ok(BakeReplay::clone(&*replay(desk, &client, &request).await?))
}

/// A bake as it was at a moment, by what is stored of it.
pub(crate) async fn as_of(
    desk: &Desk,
    request: BakeAsk,
    at: Timestamp,
) -> Result<BakeView, Failure> {
    let client = desk.client().await?;
    let (replay, mut view) = match known(desk, &request) {
        Some((replay, view)) => (replay, BakeView::clone(&view)),
        None => {
            let view = bake_view(desk, request.clone()).await?;
            (replay(desk, &client, &request).await?, view)
        }
    };
    if replay.end.is_some() {
        let kept = (Arc::clone(&replay), Arc::new(view.clone()));
        desk.bakery().learn_replay(&request, kept);
    }
    turn_back(&mut view, &replay, at);
    Ok(view)
}

/// What is remembered of an attempt that is over.
fn known(desk: &Desk, request: &BakeAsk) -> Option<(Arc<BakeReplay>, Arc<BakeView>)> {
    // Without a number it is the newest attempt, and there may be a newer one.
    request.attempt.and_then(|_| desk.bakery().replay(request))
}

async fn replay(
    desk: &Desk,
    client: &Client,
    request: &BakeAsk,
) -> Result<Arc<BakeReplay>, Failure> {
    if let Some((replay, _)) = known(desk, request) {
        return Ok(replay);
    }
    let bake = find(client, request).await?;
    let number = request.attempt.map(i64::from);
    let inspected = baking::inspect(client, bake, number).await;
    let inspected = inspected.map_err(|error| not_found(&error))?;
    let jobs = jobs(client, &inspected.bake.id).await?;
    let jobs: HashMap<&str, &Job> = jobs.iter().map(|job| (job.id.as_str(), job)).collect();
    let earlier = earlier(desk, client, &inspected, &jobs).await?;
    let Inspected { attempt, tasks, .. } = &inspected;
    let traces: IndexMap<String, TaskTrace> = tasks
        .iter()
        .map(|task| {
            let job = jobs.get(task.raw_id.as_str()).copied();
            (task.yaml_id.clone(), trace(task, job))
        })
        .collect();
    Ok(Arc::new(BakeReplay {
        bake: attempt.bake_id.clone(),
        attempt: u32::try_from(attempt.number).unwrap_or(1),
        begin: attempt.created_at.as_millisecond(),
        end: end(attempt, &traces),
        tasks: traces,
        earlier,
    }))
}

/// When the last task ended, if the attempt is over.
fn end(attempt: &Attempt, traces: &IndexMap<String, TaskTrace>) -> Option<i64> {
    let last = traces.values().filter_map(|trace| trace.moments.last());
    let last = last.map(|moment| moment.at).max();
    let begin = attempt.created_at.as_millisecond();
    let over = attempt.result.is_finished();
    over.then(|| last.unwrap_or(begin).max(begin))
}

fn trace(task: &Task, job: Option<&Job>) -> TaskTrace {
    let moments = moments(&marks(task, job));
    let note = job.and_then(|job| job.runner_note.as_deref());
    TaskTrace {
        moments: moments.iter().map(|one| moment(one, note)).collect(),
        parts: parts(task, job).iter().map(part).collect(),
    }
}

fn moment((at, now): &(Timestamp, TaskNow), note: Option<&str>) -> TaskMoment {
    let millisecond = |time: &Timestamp| time.as_millisecond();
    TaskMoment {
        at: at.as_millisecond(),
        state: now.status.as_ref().map_or(BakeState::Waiting, state),
        created: now.submitted.as_ref().map(millisecond),
        started: now.started.as_ref().map(millisecond),
        finished: now.finished.as_ref().map(millisecond),
        exit_code: now.said.exit_code,
        reason: reason_in_words(
            now.said.reason.as_deref(),
            now.said.description.as_deref(),
            note,
        ),
    }
}

fn part(part: &Part) -> TracePart {
    TracePart {
        phase: match part.phase {
            Phase::Waiting => TracePhase::Waiting,
            Phase::Pulling => TracePhase::Pulling,
            Phase::Running => TracePhase::Running,
        },
        from: part.from.as_millisecond(),
        to: part.to.map(Timestamp::as_millisecond),
    }
}

/// The attempts before this one, oldest first, with the tasks that had jobs.
async fn earlier(
    desk: &Desk,
    client: &Client,
    inspected: &Inspected,
    jobs: &HashMap<&str, &Job>,
) -> Result<Vec<EarlierAttempt>, Failure> {
    if inspected.attempt.number <= 1 {
        return Ok(Vec::new());
    }
    let listed = client.flow().attempts().list(&inspected.bake.id).await;
    let mut before = listed.map_err(|error| failure::of_client(&error))?;
    before.retain(|attempt| attempt.number < inspected.attempt.number);
    before.sort_by_key(|attempt| std::cmp::Reverse(attempt.number));
    before.truncate(LOOK_BACK);
    let mut found = Vec::new();
    for attempt in before.iter().rev() {
        let tasks = super::history::tasks_of(desk, client, attempt).await?;
        let ran = tasks.iter().filter_map(|task| {
            let job = jobs.get(task.raw_id.as_str()).copied();
            let parts: Vec<TracePart> = parts(task, job).iter().map(part).collect();
            let run = EarlierRun {
                state: state(&task.status()),
                exit_code: job.and_then(|job| job.history.exit_code),
                parts,
            };
            (!run.parts.is_empty() && !task.raw_id.is_empty()).then(|| (task.yaml_id.clone(), run))
        });
        found.push(EarlierAttempt {
            attempt: u32::try_from(attempt.number).unwrap_or(1),
            tasks: ran.collect(),
        });
    }
    Ok(found)
}

/// Makes of a bake what it was at a moment.
fn turn_back(view: &mut BakeView, replay: &BakeReplay, at: Timestamp) {
    let at = at.as_millisecond();
    let over = replay.end.is_some_and(|end| at >= end);
    for task in &mut view.tasks {
        match replay.tasks.get(&task.id) {
            Some(trace) => turn_task(task, trace, at),
            // What was never recorded waits until nothing can begin it any more.
            None if !over => task.state = BakeState::Waiting,
            None => {}
        }
    }
    view.row.counts = counts(&view.tasks);
    if !over {
        view.row.finished_at = None;
        view.row.state = BakeState::Running;
    }
}

fn turn_task(task: &mut TaskView, trace: &TaskTrace, at: i64) {
    let known = trace.moments.partition_point(|moment| moment.at <= at);
    let last = known
        .checked_sub(1)
        .and_then(|last| trace.moments.get(last));
    let told = |time: Option<i64>| {
        let time = Timestamp::from_millisecond(time?).ok()?;
        Some(crate::view::job::time(time))
    };
    task.state = last.map_or(BakeState::Waiting, |moment| moment.state);
    task.created_at = told(last.and_then(|moment| moment.created));
    task.started_at = told(last.and_then(|moment| moment.started));
    task.finished_at = told(last.and_then(|moment| moment.finished));
    task.exit_code = last.and_then(|moment| moment.exit_code);
    task.reason = last.and_then(|moment| moment.reason.clone());
    if !task.state.is_over() {
        task.outputs.clear();
    }
}

#[cfg(test)]
mod tests {
    use contract::TaskKind;
    use jiff::SignedDuration;
    use protocol::flow::{TaskStatus, TaskTransition};

    use super::*;
    use crate::view::bake::{Known, planned};

    fn second(number: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_700_000_000 + number)
    }

    fn attempt(result: &str) -> Attempt {
        serde_json::from_value(serde_json::json!({
            "id": "attempt-1", "bake_id": "bake-1", "number": 1, "result": result,
            "created_at": second(0).to_string(), "configs_meta": {"workspace": "", "flow_config_id": "x", "action_config_ids": {}}, "executor_id": null,
        }))
        .expect("an attempt is read")
    }

    fn record(id: &str, statuses: &[(i64, &str)]) -> Task {
        let transition = |(at, status): &(i64, &str)| TaskTransition {
            created_at: second(*at),
            status: TaskStatus::from(*status),
        };
        Task {
            id: format!("task-{id}"),
            attempt_id: "attempt-1".to_owned(),
            yaml_id: id.to_owned(),
            raw_id: String::new(),
            outputs: None,
            state: None,
            statuses: statuses.iter().map(transition).collect(),
        }
    }

    #[test]
    fn the_window_sees_at_the_end_what_the_platform_says() {
        let records = [
            record("load", &[(1, "pending"), (2, "running"), (9, "succeeded")]),
            record("train", &[(9, "pending"), (11, "running"), (30, "failed")]),
            record("old", &[(1, "cached")]),
        ];
        let attempt = attempt("failed");
        let known = Known::new(&attempt, &records, &[]);
        for id in ["load", "train", "old"] {
            let plan = planned(id, None, TaskKind::Task, Vec::new());
            let present = known.fill(plan.clone());
            let record = records.iter().find(|one| one.yaml_id == id);
            let trace = trace(record.expect("it is there"), None);
            let mut turned = plan;
            turn_task(&mut turned, &trace, second(99).as_millisecond());
            assert_eq!(turned, present);
        }
    }

    #[test]
    fn before_its_first_status_a_task_waits_and_has_no_times() {
        let trace = trace(&record("load", &[(5, "pending"), (7, "running")]), None);
        let mut task = planned("load", None, TaskKind::Task, Vec::new());
        let states: Vec<BakeState> = [4, 5, 6, 7, 8]
            .into_iter()
            .map(|at| {
                turn_task(&mut task, &trace, second(at).as_millisecond());
                task.state
            })
            .collect();
        use BakeState::{Pending, Running, Waiting};
        assert_eq!(states, [Waiting, Pending, Pending, Running, Running]);
        turn_task(&mut task, &trace, second(0).as_millisecond());
        assert_eq!(task.created_at, None);
    }
}
