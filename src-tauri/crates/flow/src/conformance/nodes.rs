//! The graph of a batch in the shape of the records.

use serde_json::{Map, Value, json};

use super::shape;
use crate::batch::{NeedLevel, Node, TaskGraph, TaskId, TaskKind};

/// All levels in the shape of the records.
pub(super) fn graph(level: &TaskGraph, prefix: &TaskId, into: &mut Map<String, Value>) {
    let nodes = level
        .nodes
        .iter()
        .map(|(id, node)| (id.clone(), shown(node)))
        .collect();
    into.insert(prefix.to_string(), Value::Object(nodes));
    for node in level.nodes.values() {
        if let Some(inner) = &node.inner {
            graph(inner, &node.id, into);
        }
    }
}

fn shown(node: &Node) -> Value {
    let needs: Map<String, Value> = node
        .needs
        .iter()
        .map(|(id, level)| {
            let word = match level {
                NeedLevel::Running => "running",
                NeedLevel::Completed => "completed",
            };
            (id.clone(), json!(word))
        })
        .collect();
    let matrix: Map<String, Value> = node
        .matrix
        .iter()
        .map(|(name, value)| (name.clone(), shape::value(value)))
        .collect();
    let mut fields = Map::new();
    fields.insert("type".into(), json!(kind(node.kind)));
    fields.insert("id".into(), json!(node.user_id));
    fields.insert("needs".into(), Value::Object(needs));
    fields.insert("matrix".into(), Value::Object(matrix));
    fields.insert("enable_expr".into(), json!(node.enable));
    if let Some(action) = node.action.as_ref().filter(|_| node.kind != TaskKind::Post) {
        fields.insert("action".into(), json!(action));
    }
    if let Some(main) = &node.state_from {
        fields.insert("state_from".into(), json!(main));
    }
    Value::Object(fields)
}

pub(super) fn kind(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Task => "task",
        TaskKind::BatchAction => "batch-action",
        TaskKind::Module => "module",
        TaskKind::Stateful => "stateful",
        TaskKind::Post => "post",
        TaskKind::Local => "local",
    }
}
