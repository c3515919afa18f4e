//! Tasks → the boxes and arrows of a picture.

use std::collections::HashMap;

use contract::{BakeState, ForecastStep, StepVerdict, TaskKind, TaskView};
use diagram::{Edge, EdgeKind, Graph, Group, GroupKind, Node, NodeKind, NodeState};
use jiff::Timestamp;

use super::bake::{label, planned};
use super::folds::{Folds, Shown};

/// Whether boxes show what became of their tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// The states at a time.
    States(Timestamp),
    /// Only the structure: nothing has run.
    Structure,
    /// What would become of each task; the tasks are those of [`step_task`].
    Forecast,
}

/// A step of a forecast as a task, with a state that stands for what becomes of it.
pub(crate) fn step_task(step: &ForecastStep) -> TaskView {
    let planned = planned(&step.id, step.group.clone(), step.kind, step.needs.clone());
    TaskView {
        state: match step.verdict {
            StepVerdict::Run => BakeState::Waiting,
            StepVerdict::Reuse => BakeState::Cached,
            StepVerdict::Skip => BakeState::Skipped,
            StepVerdict::Unknown => BakeState::Unknown,
            StepVerdict::Fail => BakeState::Failed,
        },
        family: step.family.clone(),
        ..planned
    }
}

/// How a box looks for what becomes of its task, and the word on it.
fn forecast(state: BakeState) -> (NodeState, &'static str) {
    match state {
        BakeState::Cached => (NodeState::Cached, "Reuse"),
        BakeState::Skipped => (NodeState::Skipped, "Skip"),
        BakeState::Unknown => (NodeState::Unknown, "Open"),
        BakeState::Failed => (NodeState::Failed, "Fail"),
        _ => (NodeState::Plain, "Run"),
    }
}

/// What becomes of several tasks as one: what runs first, then what is not known.
fn forecast_together(states: impl Iterator<Item = BakeState> + Clone) -> BakeState {
    const ORDER: [BakeState; 4] = [
        BakeState::Failed,
        BakeState::Waiting,
        BakeState::Unknown,
        BakeState::Cached,
    ];
    let has = |state: &BakeState| states.clone().any(|one| one == *state);
    ORDER.into_iter().find(has).unwrap_or(BakeState::Skipped)
}

/// `7 run · 1 reuse`
fn forecast_in_words(states: impl Iterator<Item = BakeState> + Clone) -> String {
    const WORDS: [(BakeState, &str); 5] = [
        (BakeState::Failed, "fail"),
        (BakeState::Waiting, "run"),
        (BakeState::Cached, "reuse"),
        (BakeState::Skipped, "skip"),
        (BakeState::Unknown, "open"),
    ];
    in_words(&WORDS, states)
}

/// The graph of the tasks: a call of an action becomes a frame around its tasks, or a box as long
/// as they are not known or folded away; a matrix becomes a stacked card or a frame.
pub(crate) fn graph(folds: &Folds<'_>, show: Show) -> Graph {
    let mut graph = Graph::default();
    for (index, task) in folds.tasks.iter().enumerate() {
        match folds.shown(index) {
            Shown::Frame => graph.groups.push(frame(folds, task)),
            Shown::Box => graph.nodes.push(node(folds, task, show)),
            Shown::Within(holder) => {
                if folds.first_of_card(index, holder) {
                    graph.nodes.push(card(folds, holder, show));
                }
            }
        }
        if let Some(family) = folds.opens_family(index) {
            graph.groups.push(matrix_frame(folds, task, family));
        }
    }
    edges(folds, &mut graph);
    graph
}

fn frame(folds: &Folds<'_>, task: &TaskView) -> Group {
    Group {
        note: Some("action".to_owned()),
        parent: folds.frame_of(task).map(str::to_owned),
        ..Group::new(&task.id, &task.label)
    }
}

fn matrix_frame(folds: &Folds<'_>, first: &TaskView, family: &str) -> Group {
    Group {
        kind: GroupKind::Matrix,
        note: Some(format!("matrix × {}", folds.family(family).len())),
        parent: first.group.clone(),
        ..Group::new(family, label(family, first.group.as_deref()).to_owned())
    }
}

fn node(folds: &Folds<'_>, task: &TaskView, show: Show) -> Node {
    let (state, second_line) = match show {
        Show::States(now) => (state(task.state), second_line(task, now)),
        Show::Structure => (NodeState::Plain, plan_line(task)),
        Show::Forecast => {
            let (state, word) = forecast(task.state);
            (state, word.to_owned())
        }
    };
    let held = folds.inside(&task.id);
    let second_line = match (held.len(), show) {
        (0, _) => second_line,
        (count, Show::Structure) => tasks_in_words(count),
        (_, Show::States(_)) => counts_in_words(held.iter().map(|task| task.state)),
        (_, Show::Forecast) => forecast_in_words(held.iter().map(|task| task.state)),
    };
    Node {
        kind: match task.kind {
            TaskKind::Action => NodeKind::Action,
            TaskKind::Task | TaskKind::Local | TaskKind::Post => NodeKind::Task,
        },
        state,
        second_line,
        group: folds.frame_of(task).map(str::to_owned),
        note: task.reason.clone(),
        ..Node::task(&task.id, &task.label)
    }
}

/// All rows of a matrix as one stacked card.
fn card(folds: &Folds<'_>, family: &str, show: Show) -> Node {
    let rows = folds.family(family);
    let first = rows.first();
    let group = first.and_then(|first| first.group.as_deref());
    let (state, cells) = match show {
        Show::States(_) => (
            state(together(rows.iter().map(|row| row.state))),
            rows.iter().map(|row| state(row.state)).collect(),
        ),
        Show::Structure => (NodeState::Plain, vec![NodeState::Plain; rows.len()]),
        Show::Forecast => (
            forecast(forecast_together(rows.iter().map(|row| row.state))).0,
            rows.iter().map(|row| forecast(row.state).0).collect(),
        ),
    };
    Node {
        kind: NodeKind::Matrix { cells },
        state,
        second_line: match show {
            Show::States(_) => counts_in_words(rows.iter().map(|row| row.state)),
            Show::Structure => tasks_in_words(rows.len()),
            Show::Forecast => forecast_in_words(rows.iter().map(|row| row.state)),
        },
        group: group.map(str::to_owned),
        ..Node::task(family, label(family, group))
    }
}

fn tasks_in_words(count: usize) -> String {
    format!("{count} {}", if count == 1 { "task" } else { "tasks" })
}

/// `7 ok · 1 failed · 4 running`
fn counts_in_words(states: impl Iterator<Item = BakeState> + Clone) -> String {
    const WORDS: [(BakeState, &str); 9] = [
        (BakeState::Succeeded, "ok"),
        (BakeState::Cached, "cached"),
        (BakeState::Failed, "failed"),
        (BakeState::Cancelled, "cancelled"),
        (BakeState::Running, "running"),
        (BakeState::Pending, "pending"),
        (BakeState::Waiting, "waiting"),
        (BakeState::Skipped, "skipped"),
        (BakeState::Unknown, "unknown"),
    ];
    in_words(&WORDS, states)
}

fn in_words(
    known: &[(BakeState, &str)],
    states: impl Iterator<Item = BakeState> + Clone,
) -> String {
    let words = known.iter().filter_map(|(state, word)| {
        let count = states.clone().filter(|one| one == state).count();
        (count > 0).then(|| format!("{count} {word}"))
    });
    words.collect::<Vec<_>>().join(" · ")
}

/// The state of several tasks as one: what goes on first, then what is wrong, then what is done.
pub(crate) fn together(states: impl Iterator<Item = BakeState> + Clone) -> BakeState {
    let has = |state| states.clone().any(|one| one == state);
    let all = |state| states.clone().all(|one| one == state);
    let first = [
        BakeState::Running,
        BakeState::Failed,
        BakeState::Cancelled,
        BakeState::Unknown,
        BakeState::Pending,
    ];
    if let Some(state) = first.into_iter().find(|state| has(*state)) {
        return state;
    }
    match () {
        () if all(BakeState::Waiting) => BakeState::Waiting,
        // Some are done and the others wait for their turn.
        () if has(BakeState::Waiting) => BakeState::Pending,
        () if all(BakeState::Skipped) => BakeState::Skipped,
        () if all(BakeState::Cached) => BakeState::Cached,
        () => BakeState::Succeeded,
    }
}

/// The arrows between what is shown. Arrows that a fold makes one are drawn once.
fn edges(folds: &Folds<'_>, graph: &mut Graph) {
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for (index, task) in folds.tasks.iter().enumerate() {
        let to = folds.holder(index).unwrap_or(&task.id);
        for need in &task.needs {
            let Some(needed) = folds.index(&need.id) else {
                continue;
            };
            let from = folds.holder(needed).unwrap_or(&folds.tasks[needed].id);
            if from == to {
                continue;
            }
            let kind = if need.while_running {
                EdgeKind::Running
            } else {
                EdgeKind::Completed
            };
            match known.get(&(from, to)) {
                // The stricter one is what counts.
                Some(at) if kind == EdgeKind::Completed => graph.edges[*at].kind = kind,
                Some(_) => {}
                None => {
                    known.insert((from, to), graph.edges.len());
                    graph.edges.push(Edge::new(from, to, kind));
                }
            }
        }
    }
}

/// The state as the picture knows it.
pub(crate) fn state(state: BakeState) -> NodeState {
    match state {
        BakeState::Waiting => NodeState::Waiting,
        BakeState::Pending => NodeState::Pending,
        BakeState::Running => NodeState::Running,
        BakeState::Succeeded => NodeState::Succeeded,
        BakeState::Failed => NodeState::Failed,
        BakeState::Cancelled => NodeState::Cancelled,
        BakeState::Skipped => NodeState::Skipped,
        BakeState::Cached => NodeState::Cached,
        BakeState::Unknown => NodeState::Unknown,
    }
}

/// The word of the state, the exit code, and how long it took or has taken.
fn second_line(task: &TaskView, now: Timestamp) -> String {
    let word = state(task.state).word();
    let word = match (task.state, task.exit_code) {
        (BakeState::Failed, Some(code)) => format!("{word} ({code})"),
        _ => word.to_owned(),
    };
    match took(task, now) {
        Some(time) => format!("{word} · {time}"),
        None => word,
    }
}

fn plan_line(task: &TaskView) -> String {
    let matrix: Vec<String> = task
        .matrix
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    match task.kind {
        TaskKind::Action => "Action".to_owned(),
        TaskKind::Local => "On this computer".to_owned(),
        TaskKind::Post => "Afterwards".to_owned(),
        TaskKind::Task if matrix.is_empty() => "Task".to_owned(),
        TaskKind::Task => matrix.join(", "),
    }
}

fn took(task: &TaskView, now: Timestamp) -> Option<String> {
    let started: Timestamp = task.started_at.as_deref()?.parse().ok()?;
    let ended = match (&task.finished_at, task.state) {
        (Some(finished), _) => finished.parse().ok()?,
        (None, BakeState::Running) => now,
        (None, _) => return None,
    };
    Some(clock(ended.as_second().saturating_sub(started.as_second())))
}

/// Seconds as `0:41`, `14:20`, `2:05:00`.
pub(crate) fn clock(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{rest:02}")
    } else {
        format!("{minutes}:{rest:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_on_a_clock() {
        assert_eq!(clock(41), "0:41");
        assert_eq!(clock(860), "14:20");
        assert_eq!(clock(7500), "2:05:00");
        assert_eq!(clock(-3), "0:00");
    }
}
