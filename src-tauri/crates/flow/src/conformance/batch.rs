//! A batch against its record.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use source::{Diagnostic, Text};

use super::live::diagnostics;
use super::project::Comparison;
use super::shape;
use crate::batch::{
    Bake, BatchFlow, NeedLevel, Node, Outcome, Results, TaskGraph, TaskId, TaskKind, TaskResult,
};
use crate::project::Project;
use crate::session::{NoJobs, Session};

pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    project: &Project,
    (path, name): (&str, &str),
    text: &Text,
    record: &Value,
) {
    let platform = comparison.platform.clone();
    let session = Session {
        workspace: comparison.workspace,
        platform: &platform,
        jobs: &NoJobs,
    };
    let flow = BatchFlow::read(name, text.name(), text.clone(), project.tree()).tree;
    let mut project = project.clone();
    project.batches = vec![Arc::new(flow)];
    let mut bake = crate::batch::prepare(&project, &session, name, &IndexMap::new());
    create(comparison, path, record, &found(&bake));
    if let Some(given) = record["given_params"].as_object() {
        let given = given
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or("").to_owned()))
            .collect();
        bake = crate::batch::prepare(&project, &session, name, &given);
    }
    match &bake {
        Ok(bake) => prepared(comparison, &session, path, (bake, record)),
        Err(_) => {
            let check = format!("{path}/check");
            comparison.outcome(&check, &record["check"], &diagnostics(&bake));
        }
    }
}

/// Everything that was found while a batch was made ready.
fn found(bake: &Result<Bake, crate::eval::Troubles>) -> Vec<Diagnostic> {
    let mut found = diagnostics(bake);
    found.extend(bake.iter().flat_map(|bake| bake.notes().iter().cloned()));
    found
}

/// The official tool reads called actions only after the batch itself was made.
fn create(comparison: &mut Comparison<'_>, path: &str, record: &Value, found: &[Diagnostic]) {
    let path = format!("{path}/create");
    let late =
        record["create"]["ok"].as_bool() == Some(true) && record.get("graph_error").is_some();
    match late {
        true => comparison.error(&path, &record["graph_error"], found),
        false => {
            comparison.outcome(&path, &record["create"], found);
        }
    }
}

fn prepared(
    comparison: &mut Comparison<'_>,
    session: &Session<'_>,
    path: &str,
    (bake, record): (&Bake, &Value),
) {
    let mut graphs = Map::new();
    graph(&bake.graph, &TaskId::root(), &mut graphs);
    for (prefix, level) in record["graph"].as_object().into_iter().flatten() {
        let ours = graphs.get(prefix).unwrap_or(&Value::Null);
        comparison.part(&format!("{path}/graph/{prefix}"), level, ours);
    }
    let mut found: Vec<Diagnostic> = bake
        .check()
        .into_iter()
        .map(|finding| finding.diagnostic)
        .collect();
    found.extend(bake.notes().iter().cloned());
    comparison.note(bake.notes());
    comparison.outcome(&format!("{path}/check"), &record["check"], &found);
    images(comparison, path, (bake, record));
    let run = &record["run"];
    if run["ok"].as_bool() != Some(true) {
        return;
    }
    contexts(comparison, path, (bake, run));
    tasks(
        comparison,
        session,
        &bake.graph,
        (bake, &format!("{path}/run"), &Results::new()),
        &run["tasks"],
    );
}

fn contexts(comparison: &mut Comparison<'_>, path: &str, (bake, run): (&Bake, &Value)) {
    if run.get("project").is_none() {
        return;
    }
    for (key, ours) in shape::contexts(&bake.contexts) {
        comparison.part(&format!("{path}/run/{key}"), &run[key], &ours);
    }
    let images = shape::images(bake.contexts.images.values());
    comparison.part(&format!("{path}/run/images"), &run["images"], &images);
    comparison.part(
        &format!("{path}/run/params"),
        &run["params"],
        &json!(bake.params),
    );
    comparison.part(
        &format!("{path}/run/life_span"),
        &run["life_span"],
        &json!(bake.life_span),
    );
}

fn images(comparison: &mut Comparison<'_>, path: &str, (bake, record): (&Bake, &Value)) {
    if !record["bake_images"].is_array() {
        return;
    }
    let list = bake.images.list();
    let ours: Vec<Value> = list
        .iter()
        .map(|image| {
            let places: Vec<&[String]> = image.definitions.iter().map(TaskId::steps).collect();
            json!({
                "ref": image.reference, "yaml_defs": places,
                "context_on_storage": image.context_on_storage,
                "dockerfile_rel": image.dockerfile_rel,
            })
        })
        .collect();
    comparison.part(
        &format!("{path}/bake_images"),
        &record["bake_images"],
        &json!(ours),
    );
}

/// All levels in the shape of the records.
fn graph(level: &TaskGraph, prefix: &TaskId, into: &mut Map<String, Value>) {
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

fn kind(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Task => "task",
        TaskKind::BatchAction => "batch-action",
        TaskKind::Module => "module",
        TaskKind::Stateful => "stateful",
        TaskKind::Post => "post",
        TaskKind::Local => "local",
    }
}

fn tasks(
    comparison: &mut Comparison<'_>,
    session: &Session<'_>,
    level: &TaskGraph,
    (bake, path, outer): (&Bake, &str, &Results),
    record: &Value,
) {
    for (id, record) in record.as_object().into_iter().flatten() {
        let path = format!("{path}/{id}");
        match level.nodes.get(id) {
            Some(node) => task(comparison, session, (bake, node), (&path, outer), record),
            None => comparison.report.fail(&path, "a task", "none"),
        }
    }
}

fn task(
    comparison: &mut Comparison<'_>,
    session: &Session<'_>,
    (bake, node): (&Bake, &Node),
    (path, outer): (&str, &Results),
    record: &Value,
) {
    let results = |outcome: Outcome, given: &Value| {
        let mut all = outer.clone();
        all.extend(results(node, outcome, given));
        all
    };
    comparison.part(
        &format!("{path}/type"),
        &record["type"],
        &json!(kind(node.kind)),
    );
    comparison.part(
        &format!("{path}/strategy"),
        &record["strategy"],
        &shape::strategy(node.strategy),
    );
    comparison.part(
        &format!("{path}/cache"),
        &record["cache"],
        &shape::cache(node.cache),
    );
    for (word, outcome) in [
        ("succeeded", Outcome::Succeeded),
        ("failed", Outcome::Failed),
        ("skipped", Outcome::Skipped),
        ("cancelled", Outcome::Cancelled),
    ] {
        let recorded = &record["enable_when_needs"][word];
        let path = format!("{path}/enable/{word}");
        let enable = bake.enable(session, &node.id, &results(outcome, &Value::Null));
        match enable {
            Ok(enable) if !recorded.is_object() => {
                comparison.part(&path, recorded, &shape::enable(enable));
            }
            other => comparison.error(&path, recorded, &diagnostics(&other)),
        }
    }
    let bare = results(Outcome::Succeeded, &Value::Null);
    evaluated(comparison, session, (bake, node), (path, &bare), record);
    let with = &record["with_outputs"];
    if with.is_object() {
        let path = format!("{path}/with_outputs");
        let given = results(Outcome::Succeeded, with);
        evaluated(comparison, session, (bake, node), (&path, &given), with);
    }
}

/// Results of everything a node waits for.
fn results(node: &Node, outcome: Outcome, given: &Value) -> Results {
    let parent = node.id.parent();
    let texts = |value: &Value| -> IndexMap<String, String> {
        let entries = value.as_object().into_iter().flatten();
        entries
            .map(|(name, text)| (name.clone(), text.as_str().unwrap_or("").to_owned()))
            .collect()
    };
    let mut results = Results::new();
    for need in node.needs.keys() {
        let mut result = TaskResult::bare(outcome);
        result.outputs = texts(&given["given_outputs"][need]);
        if node.state_from.as_ref() == Some(need) {
            result.state = texts(&given["given_state"]);
        }
        results.insert(parent.child(need), result);
    }
    results
}

fn evaluated(
    comparison: &mut Comparison<'_>,
    session: &Session<'_>,
    (bake, node): (&Bake, &Node),
    (path, results): (&str, &Results),
    record: &Value,
) {
    match node.kind {
        TaskKind::Local => {
            let command = bake.local(session, &node.id, results);
            if comparison.outcome(path, record, &diagnostics(&command)) {
                let ours = json!({"cmd": command.unwrap_or_default(), "id": node.user_id});
                comparison.part(&format!("{path}/local"), &record["local"], &ours);
            }
        }
        TaskKind::BatchAction | TaskKind::Module => {
            let inputs = bake.inputs(session, &node.id, results);
            if !comparison.outcome(path, record, &diagnostics(&inputs)) {
                return;
            }
            let inputs = inputs.unwrap_or_default();
            let ours: Map<String, Value> = inputs
                .iter()
                .map(|(name, value)| (name.clone(), shape::value(value)))
                .collect();
            let recorded = &record["action"];
            comparison.part(
                &format!("{path}/inputs"),
                &recorded["inputs"],
                &Value::Object(ours),
            );
            inside(comparison, session, (bake, node), (path, results), recorded);
        }
        TaskKind::Task | TaskKind::Stateful | TaskKind::Post => {
            let task = bake.task(session, &node.id, results);
            if !comparison.outcome(path, record, &diagnostics(&task)) {
                return;
            }
            let Ok(task) = task else { return };
            let mut ours = shape::task(&task.config);
            if record["config"]["caching_key"] == "path-dependent" {
                ours["caching_key"] = json!("path-dependent");
            }
            comparison.part(&format!("{path}/config"), &record["config"], &ours);
            let recorded = record.get("effects").cloned().unwrap_or_else(|| json!([]));
            let effects = shape::effects(&task.effects);
            comparison.part(&format!("{path}/effects"), &recorded, &json!(effects));
        }
    }
}

/// The tasks and outputs inside a call.
fn inside(
    comparison: &mut Comparison<'_>,
    session: &Session<'_>,
    (bake, node): (&Bake, &Node),
    (path, results): (&str, &Results),
    record: &Value,
) {
    let images = bake.call_image_list(session, &node.id, results);
    if let Ok(images) = images {
        let ours = shape::images(images.values());
        comparison.part(&format!("{path}/images"), &record["images"], &ours);
    }
    let Some(inner) = &node.inner else { return };
    if record["tasks"].is_object() {
        tasks(
            comparison,
            session,
            inner,
            (bake, path, results),
            &record["tasks"],
        );
    }
    let outputs = &record["outputs"];
    let mut all = results.clone();
    for (id, child) in &inner.nodes {
        let mut result = TaskResult::bare(Outcome::Succeeded);
        let given = outputs["given_outputs"][id]
            .as_object()
            .into_iter()
            .flatten();
        result.outputs = given
            .map(|(name, text)| (name.clone(), text.as_str().unwrap_or("").to_owned()))
            .collect();
        all.insert(child.id.clone(), result);
    }
    let ours = bake.outputs(session, &node.id, &all);
    match &ours {
        Ok(ours) if outputs.get("value").is_some() => {
            comparison.part(&format!("{path}/outputs"), &outputs["value"], &json!(ours));
        }
        other => comparison.error(
            &format!("{path}/outputs"),
            &outputs["error"],
            &diagnostics(other),
        ),
    }
}
