//! The graph of a batch as tasks that have not run.

use contract::{NeedView, TaskKind, TaskView};
use flow::batch::{NeedLevel, Node, TaskGraph, TaskId, TaskKind as NodeKind};
use indexmap::IndexMap;

use crate::view::bake::planned;

/// All tasks: a call comes before the tasks inside it.
pub(crate) fn of_graph(graph: &TaskGraph) -> Vec<TaskView> {
    let mut tasks: Vec<TaskView> = graph.walk().map(of_node).collect();
    for ((parent, _, _), rows) in matrices(graph) {
        if rows.len() < 2 {
            continue;
        }
        let family = family(&parent, &rows, &tasks);
        for (index, _) in rows {
            tasks[index].family = Some(family.clone());
        }
    }
    tasks
}

type Place = (TaskId, NodeKind, (usize, usize));

/// The rows of each matrix: nodes of one level that are written at one place.
fn matrices(graph: &TaskGraph) -> IndexMap<Place, Vec<(usize, &Node)>> {
    let mut found: IndexMap<Place, Vec<(usize, &Node)>> = IndexMap::new();
    for (index, node) in graph.walk().enumerate() {
        if !node.matrix.is_empty() {
            let span = (node.span.start, node.span.end);
            let place = (node.id.parent(), node.kind, span);
            found.entry(place).or_default().push((index, node));
        }
    }
    found
}

/// A name for a matrix: what the ids of its rows begin with, and no task is called.
fn family(parent: &TaskId, rows: &[(usize, &Node)], tasks: &[TaskView]) -> String {
    let mut names = rows.iter().map(|(_, node)| node.id.name());
    let first = names.next().unwrap_or_default();
    let common = names.fold(first, |common, name| {
        let same = common.char_indices().zip(name.chars());
        let same = same.take_while(|((_, a), b)| a == b);
        let end = same
            .last()
            .map_or(0, |((at, last), _)| at + last.len_utf8());
        &common[..end]
    });
    let common = common.trim_end_matches(['-', '_', '.', ' ']);
    let name = if common.is_empty() { "matrix" } else { common };
    let mut id = parent.child(name).to_string();
    let taken = |id: &str| {
        let mut tasks = tasks.iter();
        tasks.any(|task| task.id == id || task.family.as_deref() == Some(id))
    };
    while taken(&id) {
        id.push('*');
    }
    id
}

fn of_node(node: &Node) -> TaskView {
    let parent = node.id.parent();
    let group = (!parent.is_root()).then(|| parent.to_string());
    let id = node.id.to_string();
    TaskView {
        matrix: matrix(node),
        max_parallel: node
            .kind
            .is_remote()
            .then(|| u32::try_from(node.strategy.max_parallel.max(0)).unwrap_or(u32::MAX)),
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
