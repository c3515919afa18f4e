//! Graphs that several tests use.

use diagram::{Edge, Graph, Group, Node, NodeKind, NodeState};

/// A task in a state.
pub(crate) fn task(id: &str, state: NodeState, second: &str) -> Node {
    let label = id.rsplit('.').next().unwrap_or(id);
    let mut node = Node::task(id, label);
    node.state = state;
    second.clone_into(&mut node.second_line);
    node.group = id.split_once('.').map(|(group, _)| group.to_owned());
    node
}

/// A group without a frame around it.
pub(crate) fn group(id: &str, label: &str) -> Group {
    Group::new(id, label)
}

/// A small bake: an action, a matrix, all kinds of arrows, several states.
pub(crate) fn bake() -> Graph {
    let mut train = task("train", NodeState::Running, "");
    train.kind = NodeKind::Matrix {
        cells: vec![
            NodeState::Succeeded,
            NodeState::Failed,
            NodeState::Running,
            NodeState::Waiting,
        ],
    };
    let mut board = task("board", NodeState::Running, "Running 12 m");
    board.progress = Some(0.4);
    board.link = Some("https://example.org/jobs/board".to_owned());
    board.note = Some("Shows the curves while the training runs.".to_owned());
    Graph {
        nodes: vec![
            task("fetch", NodeState::Cached, "Cached from #12"),
            task("prepare.verify", NodeState::Succeeded, "Succeeded · 0:41"),
            task("prepare.split", NodeState::Succeeded, "Succeeded · 0:12"),
            train,
            board,
            task("report", NodeState::Waiting, ""),
        ],
        edges: vec![
            Edge::completed("fetch", "prepare.verify"),
            Edge::completed("prepare.verify", "prepare.split"),
            Edge::completed("prepare", "train"),
            Edge::running("train", "board"),
            Edge::completed("train", "report"),
            Edge::completed("fetch", "report"),
        ],
        groups: vec![group("prepare", "prepare")],
    }
}
