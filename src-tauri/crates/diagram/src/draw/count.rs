//! Counts of states, in words and as small bars.

use crate::{
    display::{Detail, Mark, Stroke},
    graph::{Graph, Node, NodeKind, NodeState},
    shape::{Outline, Point, Rect},
};

use super::{
    line::{fill, from_detail, stroke},
    palette::Palette,
};

/// The order in which parts of a bar follow each other: done first, then what is left.
const ORDER: [NodeState; 10] = [
    NodeState::Succeeded,
    NodeState::Cached,
    NodeState::Failed,
    NodeState::Cancelled,
    NodeState::Running,
    NodeState::Pending,
    NodeState::Unknown,
    NodeState::Waiting,
    NodeState::Skipped,
    NodeState::Plain,
];

/// How many tasks are in each state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts(Vec<(NodeState, usize)>);

impl Counts {
    pub(super) fn of(states: impl Iterator<Item = NodeState>) -> Self {
        let mut counts = ORDER.map(|state| (state, 0));
        for state in states {
            if let Some(count) = counts.iter_mut().find(|count| count.0 == state) {
                count.1 += 1;
            }
        }
        Self(counts.into_iter().filter(|count| count.1 > 0).collect())
    }

    /// The states of all tasks of the graph, those of a matrix one by one.
    pub(super) fn of_graph(graph: &Graph) -> Self {
        Self::of(graph.nodes.iter().flat_map(states))
    }

    /// The number of tasks in a state.
    pub(super) fn get(&self, state: NodeState) -> usize {
        let found = self.0.iter().find(|count| count.0 == state);
        found.map_or(0, |count| count.1)
    }

    /// The counts in words, such as `7 ok · 1 failed`.
    pub(super) fn words(&self) -> String {
        let words: Vec<String> = self
            .0
            .iter()
            .map(|(state, count)| match state {
                NodeState::Succeeded => format!("{count} ok"),
                NodeState::Plain => format!("{count} tasks"),
                other => format!("{count} {}", other.word().to_lowercase()),
            })
            .collect();
        words.join(" · ")
    }

    /// One bar, a part for each state.
    pub(super) fn bar(&self, rect: Rect, palette: &Palette) -> Vec<Mark> {
        let all: usize = self.0.iter().map(|count| count.1).sum();
        let mut marks = Vec::with_capacity(self.0.len());
        let mut at = rect.x;
        for (state, count) in &self.0 {
            let width = rect.width * ratio(*count, all);
            let part = Rect::new(at, rect.y, (width - 1.0).max(0.75), rect.height);
            marks.push(part_of_bar(*state, part, palette));
            at += width;
        }
        marks
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
fn ratio(part: usize, all: usize) -> f32 {
    part as f32 / all.max(1) as f32
}

/// The states of the tasks a node stands for.
pub(super) fn states(node: &Node) -> Vec<NodeState> {
    match &node.kind {
        NodeKind::Matrix { cells } if !cells.is_empty() => cells.clone(),
        _ => vec![node.state],
    }
}

fn part_of_bar(state: NodeState, part: Rect, palette: &Palette) -> Mark {
    let color = palette.state(state);
    let radius = 1.5;
    let mark = match state {
        NodeState::Waiting | NodeState::Skipped | NodeState::Plain => stroke(
            Outline::rounded(part.inset(0.5), radius - 0.5),
            Stroke::new(color, 1.0),
        ),
        NodeState::Running => stroke(
            Outline::rounded(part.inset(0.75), radius - 0.75),
            Stroke::new(color, 1.5),
        ),
        _ => fill(Outline::rounded(part, radius), color),
    };
    from_detail(mark, Detail::Always)
}

/// One cell for each task, in the shape language of the states.
pub(super) fn cells(states: &[NodeState], row: Rect, palette: &Palette) -> Vec<Mark> {
    const GAP: f32 = 2.0;
    let width = ((row.width + GAP) * ratio(1, states.len()) - GAP).clamp(2.0, 14.0);
    let mut at = row.x;
    let mut marks = Vec::with_capacity(states.len());
    for state in states {
        marks.extend(cell(
            *state,
            Rect::new(at, row.y, width, row.height),
            palette,
        ));
        at += width + GAP;
    }
    marks
}

fn cell(state: NodeState, rect: Rect, palette: &Palette) -> Vec<Mark> {
    let color = palette.state(state);
    let line = |width: f32| {
        stroke(
            Outline::rounded(rect.inset(width / 2.0), 1.5),
            Stroke::new(color, width),
        )
    };
    let dashed = |dash: &[f32]| {
        stroke(
            Outline::rounded(rect.inset(0.5), 1.5),
            Stroke::new(color, 1.0).dashed(dash),
        )
    };
    let full = || fill(Outline::rounded(rect, 1.5), color);
    let centre = rect.centre();
    match state {
        NodeState::Succeeded => vec![full()],
        NodeState::Failed => vec![full(), cross(centre, palette)],
        NodeState::Cached => {
            let bar = Rect::new(centre.x - 0.75, rect.y, 1.5, rect.height);
            vec![full(), fill(Outline::rounded(bar, 0.0), palette.on_state)]
        }
        NodeState::Cancelled => vec![line(1.2), slash(centre, Stroke::new(color, 1.2))],
        NodeState::Running => vec![line(1.8)],
        NodeState::Pending | NodeState::Unknown | NodeState::Plain => vec![line(1.0)],
        NodeState::Waiting => vec![dashed(&[1.0, 2.0])],
        NodeState::Skipped => vec![dashed(&[3.0, 2.0])],
    }
}

fn cross(centre: Point, palette: &Palette) -> Mark {
    let (x, y) = (centre.x, centre.y);
    let d = Outline::polyline(&[(x - 2.0, y - 2.0), (x + 2.0, y + 2.0)])
        .to(x + 2.0, y - 2.0)
        .line(x - 2.0, y + 2.0);
    stroke(d, Stroke::new(palette.on_state, 1.3))
}

fn slash(centre: Point, pen: Stroke) -> Mark {
    let (x, y) = (centre.x, centre.y);
    stroke(
        Outline::polyline(&[(x - 1.5, y + 2.5), (x + 1.5, y - 2.5)]),
        pen,
    )
}
