//! Tasks → the boxes and arrows of a picture.

use contract::{BakeState, TaskKind, TaskView};
use diagram::{Edge, EdgeKind, Graph, Group, GroupKind, Node, NodeKind, NodeState};
use jiff::Timestamp;

/// Whether boxes show what became of their tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// The states at a time.
    States(Timestamp),
    /// Only the structure: nothing has run.
    Structure,
}

/// The graph of the tasks: a call of an action becomes a frame around its tasks, or a box as long
/// as they are not known.
pub(crate) fn graph(tasks: &[TaskView], show: Show) -> Graph {
    let holds_tasks = |id: &str| tasks.iter().any(|task| task.group.as_deref() == Some(id));
    let mut graph = Graph::default();
    for task in tasks {
        if task.kind == TaskKind::Action && holds_tasks(&task.id) {
            graph.groups.push(frame(task));
        } else {
            graph.nodes.push(node(task, show));
        }
        for need in &task.needs {
            if tasks.iter().any(|other| other.id == need.id) {
                graph
                    .edges
                    .push(edge(&need.id, &task.id, need.while_running));
            }
        }
    }
    graph
}

fn frame(task: &TaskView) -> Group {
    Group {
        id: task.id.clone(),
        label: task.label.clone(),
        kind: GroupKind::Action,
        note: Some("action".to_owned()),
        parent: task.group.clone(),
    }
}

fn node(task: &TaskView, show: Show) -> Node {
    let (state, second_line) = match show {
        Show::States(now) => (state(task.state), second_line(task, now)),
        Show::Structure => (NodeState::Plain, plan_line(task)),
    };
    Node {
        kind: match task.kind {
            TaskKind::Action => NodeKind::Action,
            TaskKind::Task | TaskKind::Local | TaskKind::Post => NodeKind::Task,
        },
        state,
        second_line,
        group: task.group.clone(),
        note: task.reason.clone(),
        ..Node::task(&task.id, &task.label)
    }
}

fn edge(from: &str, to: &str, while_running: bool) -> Edge {
    let kind = if while_running {
        EdgeKind::Running
    } else {
        EdgeKind::Completed
    };
    Edge {
        from: from.to_owned(),
        to: to.to_owned(),
        kind,
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
