//! Bakes as the official tools make them where they do otherwise and we say so.
//!
//! A difference of a task is only meant if what differs is exactly what this comes to.

use std::sync::Arc;

use super::rule::{DEFAULTS_WITHOUT_ARGS, MIXINS_IN_MATRIX, Rule};
use crate::action::Action;
use crate::batch::{Bake, Node, TaskGraph, TaskId, TaskKind};
use crate::batch::{Body, Condition};
use crate::mixins::Mixins;
use crate::tree::Block;

/// A bake with the mistakes of the official tools, if there are any to make.
pub(super) fn of(bake: &Bake) -> Option<Bake> {
    let mut copy = bake.clone();
    let mixins = copy.flow.mixins.clone();
    change(&mut copy.graph, Some(&mixins)).then_some(copy)
}

/// The rule by which a node comes out otherwise, if it does.
pub(super) fn rule(bake: &Bake, id: &TaskId) -> Option<&'static Rule> {
    let mut nodes = id.levels().filter_map(|id| bake.graph.node(&id));
    if nodes.any(|node| without_defaults(node).is_some()) {
        return Some(&DEFAULTS_WITHOUT_ARGS);
    }
    let node = bake.graph.node(id)?;
    (times_more(node) > 0).then_some(&MIXINS_IN_MATRIX)
}

fn change(graph: &mut TaskGraph, mixins: Option<&Mixins>) -> bool {
    let mut changed = false;
    for node in graph.nodes.values_mut() {
        changed |= mix_again(node, mixins);
        if let Some(action) = without_defaults(node)
            && let Body::Call(call) = &mut node.body
        {
            call.action = Arc::new(action);
            changed = true;
        }
        let mixins = mixins.filter(|_| node.kind == TaskKind::Module);
        changed |= node
            .inner
            .as_mut()
            .is_some_and(|inner| change(inner, mixins));
    }
    changed
}

/// How often the official tool applies mixins to a node after the first time: once for every row
/// before its own.
fn times_more(node: &Node) -> i64 {
    match (&node.body, node.matrix.get("ORDINAL")) {
        (Body::Task(block), Some(row)) if block.has("mixins") => row.as_i64().unwrap_or(0),
        _ => 0,
    }
}

fn mix_again(node: &mut Node, mixins: Option<&Mixins>) -> bool {
    let times = times_more(node);
    let (Body::Task(block), Some(mixins)) = (&node.body, mixins) else {
        return false;
    };
    let mut mixed: Arc<Block> = Arc::clone(block);
    for _ in 0..times {
        if let Ok(again) = mixins.apply(&mixed) {
            mixed = again;
        }
    }
    if times > 0
        && let Some(enable) = mixed.scalar("enable")
    {
        node.condition = Condition::Written(Box::new(enable.clone()));
        node.enable = node.condition.text();
    }
    node.body = Body::Task(mixed);
    times > 0
}

/// The action of a call without `args` as if it had no inputs.
fn without_defaults(node: &Node) -> Option<Action> {
    let Body::Call(call) = &node.body else {
        return None;
    };
    crate::inputs::defaults_without_args(&call.action, &call.block)?;
    let mut action = (*call.action).clone();
    action.tree.fields.shift_remove("inputs");
    Some(action)
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::batch::{Results, prepare};
    use crate::memory::MemoryWorkspace;
    use crate::session::{NoJobs, Platform, Session};

    fn volumes(batch: &str, id: &str) -> (Vec<String>, Vec<String>, Option<&'static str>) {
        let action = "kind: batch\ninputs: {v: {default: a}}\ntasks: [{id: t, image: i, \
            volumes: ['${{ inputs.v }}']}]\n";
        let workspace = MemoryWorkspace::new("/w/ws")
            .file(".apolo/b.yml", batch)
            .file("act.yml", action);
        let platform = Platform {
            user: "ada".to_owned(),
            cluster: "cl".to_owned(),
            org: None,
            project: "p".to_owned(),
        };
        let session = Session {
            workspace: &workspace,
            platform: &platform,
            jobs: &NoJobs,
        };
        let project = crate::project::open(&workspace).tree;
        let ours = prepare(&project, &session, "b", &IndexMap::new()).expect("the batch is sound");
        let (id, results) = (TaskId::parse(id), Results::new());
        let volumes = |bake: &Bake| match bake.task(&session, &id, &results) {
            Ok(task) => task.config.exec.volumes,
            Err(_) => Vec::new(),
        };
        let theirs = of(&ours).map_or_else(Vec::new, |theirs| volumes(&theirs));
        (
            volumes(&ours),
            theirs,
            rule(&ours, &id).map(|rule| rule.name),
        )
    }

    #[test]
    fn their_mixins_grow_from_row_to_row() {
        let batch = "kind: batch\nmixins: {m: {volumes: [v]}}\ntasks:\n- {image: i, mixins: [m], \
            volumes: [own], strategy: {matrix: {x: [1, 2, 3]}}}\n";
        let name = Some("mixins-in-matrix");
        let (ours, theirs, rule) = volumes(batch, "task-1-3");
        assert_eq!((ours.len(), theirs.len(), rule), (2, 4, name));
        let (ours, theirs, rule) = volumes(batch, "task-1-1");
        assert_eq!(
            (ours.len(), theirs.len(), rule),
            (2, 2, None),
            "not in the first row"
        );
    }

    #[test]
    fn they_know_no_default_in_a_call_without_arguments() {
        let call =
            |args: &str| format!("kind: batch\ntasks: [{{id: c, action: 'ws:act'{args}}}]\n");
        let (ours, theirs, rule) = volumes(&call(""), "c.t");
        assert_eq!((ours, theirs), (vec!["a".to_owned()], Vec::new()));
        assert_eq!(rule, Some("defaults-without-args"));
        let (ours, _, rule) = volumes(&call(", args: {}"), "c.t");
        assert_eq!((ours.len(), rule), (1, None), "with arguments they do");
    }
}
