//! The graph of a batch as tasks that have not run.

use contract::{NeedView, TaskKind, TaskView};
use flow::batch::{NeedLevel, Node, TaskGraph, TaskKind as NodeKind};
use indexmap::IndexMap;

use crate::view::bake::planned;

/// All tasks: a call comes before the tasks inside it.
pub(crate) fn of_graph(graph: &TaskGraph) -> Vec<TaskView> {
    graph.walk().map(of_node).collect()
}

fn of_node(node: &Node) -> TaskView {
    let parent = node.id.parent();
    let group = (!parent.is_root()).then(|| parent.to_string());
    let id = node.id.to_string();
    TaskView {
        matrix: matrix(node),
        ..planned(&id, group, kind(node.kind), needs(node))
    }
}

/// What a task waits for, by full ids.
pub(crate) fn needs(node: &Node) -> Vec<NeedView> {
    let parent = node.id.parent();
    let needs = node.needs.iter().map(|(id, level)| NeedView {
        id: parent.child(id).to_string(),
        while_running: *level == NeedLevel::Running,
    });
    needs.collect()
}

/// The number of a row among the rows of its matrix; it is no dimension of the matrix.
const ORDINAL: &str = "ORDINAL";

/// The row of the matrix of a task.
pub(crate) fn matrix(node: &Node) -> IndexMap<String, String> {
    let row = node.matrix.iter().filter(|(name, _)| *name != ORDINAL);
    row.map(|(name, value)| (name.clone(), value.to_string()))
        .collect()
}

/// What a task is.
pub(crate) fn kind(kind: NodeKind) -> TaskKind {
    match kind {
        NodeKind::Task | NodeKind::Stateful => TaskKind::Task,
        NodeKind::BatchAction | NodeKind::Module => TaskKind::Action,
        NodeKind::Post => TaskKind::Post,
        NodeKind::Local => TaskKind::Local,
    }
}
