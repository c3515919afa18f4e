//! Recorded values of single cases, and ours in their shape.

use std::collections::BTreeMap;

use expression::Value as Evaluated;
use serde_json::{Value, json};

use super::cases::texts;
use super::shape;
use crate::batch::{Outcome, Results, TaskId, TaskResult};

/// Recorded values without the marks of their types.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            for mark in [
                "__URL__",
                "__PurePosixPath__",
                "__PosixPath__",
                "__date__",
                "value",
            ] {
                let enumeration = mark != "value" || fields.contains_key("__enum__");
                if let (Some(inner), true) = (fields.get(mark), enumeration) {
                    return plain(inner);
                }
            }
            if let Some(Value::String(text)) = fields.get("__float__") {
                return json!(text);
            }
            if let Some(Value::Array(items)) = fields.get("__set__") {
                return plain(&Value::Array(items.clone()));
            }
            Value::Object(fields.iter().map(|(k, v)| (k.clone(), plain(v))).collect())
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// Ours without fields that were not recorded.
pub(super) fn only_recorded(expected: &Value, ours: &Value) -> Value {
    match (expected, ours) {
        (Value::Object(left), Value::Object(right)) => Value::Object(
            right
                .iter()
                .filter(|(name, _)| left.contains_key(*name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        ),
        _ => ours.clone(),
    }
}

pub(super) fn canonical(value: &Value, root: &str) -> Value {
    match value {
        Value::String(text) => Value::String(
            text.replace(root, "<WS>")
                .replace("/work_space", "<WS-PARENT>"),
        ),
        Value::Array(items) => items.iter().map(|item| canonical(item, root)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(k, v)| (k.clone(), canonical(v, root)))
                .collect(),
        ),
        other => other.clone(),
    }
}

pub(super) fn graphs(bake: &crate::batch::Bake) -> Value {
    let sorted: BTreeMap<String, BTreeMap<String, Vec<String>>> = bake
        .graph
        .graphs()
        .into_iter()
        .map(|(prefix, tasks)| {
            let tasks = tasks.into_iter().map(|(id, mut needs)| {
                needs.sort();
                (id, needs)
            });
            (prefix, tasks.collect())
        })
        .collect();
    let levels: serde_json::Map<String, Value> = bake
        .graph
        .nodes
        .iter()
        .map(|(id, node)| (id.clone(), json!(node.needs)))
        .collect();
    let matrix: serde_json::Map<String, Value> = bake
        .graph
        .nodes
        .iter()
        .map(|(id, node)| {
            let row = node
                .matrix
                .iter()
                .map(|(k, v)| (k.clone(), shape::value(v)))
                .collect();
            (id.clone(), Value::Object(row))
        })
        .collect();
    json!({"graphs": sorted, "matrix": matrix, "top_needs_levels": levels})
}

pub(super) fn results(id: &TaskId, input: &Value, bake: &crate::batch::Bake) -> Results {
    let parent = id.parent();
    let mut results = Results::new();
    for (need, given) in input["needs"].as_object().into_iter().flatten() {
        let outcome = match given["result"].as_str() {
            Some("failed") => Outcome::Failed,
            Some("cancelled") => Outcome::Cancelled,
            Some("skipped") => Outcome::Skipped,
            _ => Outcome::Succeeded,
        };
        let mut result = TaskResult::bare(outcome);
        result.outputs = texts(&given["outputs"]);
        results.insert(parent.child(need), result);
    }
    let main = bake.graph.node(id).and_then(|node| node.state_from.clone());
    if let Some(main) = main {
        let entry = results.entry(parent.child(&main));
        entry
            .or_insert_with(|| TaskResult::bare(Outcome::Succeeded))
            .state = texts(&input["state"]);
    }
    results
}

/// A value as the records write it.
pub(super) fn recorded(value: &Evaluated) -> Value {
    match value {
        Evaluated::Float(number) if !number.is_finite() => json!(value.to_string()),
        other => shape::value(other),
    }
}
