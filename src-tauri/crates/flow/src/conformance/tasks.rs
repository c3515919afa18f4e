//! The tasks of a batch against their records.

use indexmap::IndexMap;
use serde_json::{Value, json};
use source::Diagnostic;

use super::area::Areas;
use super::comparison::{Comparison, Mistaken};
use super::live::diagnostics;
use super::nodes::kind;
use super::rule::Rule;
use super::{official, shape};
use crate::batch::{Bake, Body, Node, Outcome, Results, TaskGraph, TaskKind, TaskResult};
use crate::eval::Troubles;
use crate::read::{self, Document};
use crate::session::Session;

/// A bake as we make it, and as the official tools do by their mistakes.
pub(super) struct Bakes<'b> {
    pub(super) session: Session<'b>,
    pub(super) ours: &'b Bake,
    pub(super) theirs: Option<Bake>,
}

/// A value of one node, by us and by the mistakes of the official tools.
struct Both<T> {
    ours: Result<T, Troubles>,
    theirs: Option<(&'static Rule, Result<T, Troubles>)>,
}

impl Bakes<'_> {
    fn both<T>(&self, node: &Node, ask: impl Fn(&Bake) -> Result<T, Troubles>) -> Both<T> {
        let rule = official::rule(self.ours, &node.id);
        let theirs = rule.zip(self.theirs.as_ref());
        Both {
            ours: ask(self.ours),
            theirs: theirs.map(|(rule, bake)| (rule, ask(bake))),
        }
    }

    /// What the official tools are said to do otherwise with a node: in its entry, in the mixins
    /// it uses, in the action it calls, and the same for the calls around it.
    fn concerning(&self, said: &[Diagnostic], node: &Node) -> Vec<Diagnostic> {
        let bake = self.ours;
        let mut areas = Areas::default();
        let mut notes = bake.notes().to_vec();
        notes.extend(said.iter().cloned());
        for node in node.id.levels().filter_map(|id| bake.graph.node(&id)) {
            match &node.body {
                Body::Task(block) => areas = areas.block(block, Some(&bake.flow.mixins)),
                Body::Call(call) => {
                    areas = areas.part(&node.text, node.span);
                    let text = &call.action.text;
                    notes.extend(read::read(text, Document::Action).diagnostics);
                    areas = match node.kind {
                        TaskKind::BatchAction | TaskKind::Module => {
                            areas.making(&call.action.tree, "tasks")
                        }
                        _ => areas.file(text),
                    };
                }
            }
        }
        areas.notes(&notes)
    }
}

impl<T> Both<T> {
    fn found(&self, notes: &[Diagnostic]) -> Vec<Diagnostic> {
        let mut found = diagnostics(&self.ours);
        found.extend(notes.iter().cloned());
        found
    }

    fn mistaken(&self) -> Option<Mistaken> {
        let (rule, theirs) = self.theirs.as_ref()?;
        Some(Mistaken {
            rule,
            found: diagnostics(theirs),
        })
    }

    /// What the official tools come to, in the shape of the records.
    fn predicted(&self, shape: impl Fn(&T) -> Value) -> Option<(&'static Rule, Value)> {
        let (rule, theirs) = self.theirs.as_ref()?;
        Some((rule, shape(theirs.as_ref().ok()?)))
    }
}

/// Where a level is compared: its path in reports, and what ended before it.
type Place = (String, Results);

/// Compares all tasks of a level.
pub(super) fn tasks(
    comparison: &mut Comparison<'_>,
    bakes: &Bakes<'_>,
    level: &TaskGraph,
    (path, outer): &Place,
    record: &Value,
) {
    for (id, record) in record.as_object().into_iter().flatten() {
        let place = (format!("{path}/{id}"), outer.clone());
        match level.nodes.get(id) {
            Some(node) => task(comparison, (bakes, node), &place, record),
            None => comparison.report.fail(&place.0, "a task", "none"),
        }
    }
}

fn task(
    comparison: &mut Comparison<'_>,
    (bakes, node): (&Bakes<'_>, &Node),
    (path, outer): &Place,
    record: &Value,
) {
    let ours = json!({
        "type": kind(node.kind), "strategy": shape::strategy(node.strategy),
        "cache": shape::cache(node.cache),
    });
    for key in ["type", "strategy", "cache"] {
        comparison.part(&format!("{path}/{key}"), &record[key], &ours[key]);
    }
    let notes = bakes.concerning(&comparison.said, node);
    conditions(comparison, (bakes, node, &notes), (path, outer), record);
    let place = |path: String, given: &Value| {
        let mut all = outer.clone();
        all.extend(results(node, Outcome::Succeeded, given));
        (path, all)
    };
    let bare = place(path.clone(), &Value::Null);
    evaluated(comparison, (bakes, node, &notes), &bare, record);
    let with = &record["with_outputs"];
    if with.is_object() {
        let given = place(format!("{path}/with_outputs"), with);
        evaluated(comparison, (bakes, node, &notes), &given, with);
    }
}

/// Whether the task runs, by how what it needs ended.
fn conditions(
    comparison: &mut Comparison<'_>,
    (bakes, node, notes): (&Bakes<'_>, &Node, &[Diagnostic]),
    (path, outer): (&str, &Results),
    record: &Value,
) {
    for (word, outcome) in [
        ("succeeded", Outcome::Succeeded),
        ("failed", Outcome::Failed),
        ("skipped", Outcome::Skipped),
        ("cancelled", Outcome::Cancelled),
    ] {
        let recorded = &record["enable_when_needs"][word];
        let path = format!("{path}/enable/{word}");
        let mut all = outer.clone();
        all.extend(results(node, outcome, &Value::Null));
        let both = bakes.both(node, |bake| bake.enable(&bakes.session, &node.id, &all));
        match &both.ours {
            Ok(enable) if !recorded.is_object() => {
                let predicted = both.predicted(|enable| shape::enable(*enable));
                let predicted = predicted.as_ref().map(|(rule, value)| (*rule, value));
                comparison.part_or(&path, (recorded, &shape::enable(*enable)), predicted);
            }
            _ => {
                let mistaken = both.mistaken();
                comparison.error_or(&path, recorded, &both.found(notes), mistaken.as_ref());
            }
        }
    }
}

/// Results of everything a node waits for.
fn results(node: &Node, outcome: Outcome, given: &Value) -> Results {
    let parent = node.id.parent();
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

fn texts(value: &Value) -> IndexMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .map(|(name, text)| (name.clone(), text.as_str().unwrap_or("").to_owned()))
        .collect()
}

fn evaluated(
    comparison: &mut Comparison<'_>,
    (bakes, node, notes): (&Bakes<'_>, &Node, &[Diagnostic]),
    place: &Place,
    record: &Value,
) {
    match node.kind {
        TaskKind::Local => local(comparison, (bakes, node, notes), place, record),
        TaskKind::BatchAction | TaskKind::Module => {
            call(comparison, (bakes, node, notes), place, record);
        }
        TaskKind::Task | TaskKind::Stateful | TaskKind::Post => {
            job(comparison, (bakes, node, notes), place, record);
        }
    }
}

fn local(
    comparison: &mut Comparison<'_>,
    (bakes, node, notes): (&Bakes<'_>, &Node, &[Diagnostic]),
    (path, results): &Place,
    record: &Value,
) {
    let both = bakes.both(node, |bake| bake.local(&bakes.session, &node.id, results));
    let (found, mistaken) = (both.found(notes), both.mistaken());
    if comparison.outcome_or(path, record, &found, mistaken.as_ref()) {
        let shape = |command: &String| json!({"cmd": command, "id": node.user_id});
        let predicted = both.predicted(shape);
        let predicted = predicted.as_ref().map(|(rule, value)| (*rule, value));
        let ours = both.ours.as_ref().map_or(Value::Null, shape);
        comparison.part_or(
            &format!("{path}/local"),
            (&record["local"], &ours),
            predicted,
        );
    }
}

fn call(
    comparison: &mut Comparison<'_>,
    (bakes, node, notes): (&Bakes<'_>, &Node, &[Diagnostic]),
    (path, results): &Place,
    record: &Value,
) {
    let both = bakes.both(node, |bake| bake.inputs(&bakes.session, &node.id, results));
    let (mut found, mistaken) = (both.found(notes), both.mistaken());
    let images = bakes
        .ours
        .call_image_list(&bakes.session, &node.id, results);
    if both.ours.is_ok() {
        found.extend(diagnostics(&images));
    }
    if !comparison.outcome_or(path, record, &found, mistaken.as_ref()) {
        return;
    }
    let shape = |inputs: &IndexMap<String, expression::Value>| {
        let values = inputs
            .iter()
            .map(|(name, value)| (name.clone(), shape::value(value)));
        Value::Object(values.collect())
    };
    let predicted = both.predicted(shape);
    let predicted = predicted.as_ref().map(|(rule, value)| (*rule, value));
    let ours = both.ours.as_ref().map_or(Value::Null, shape);
    let recorded = &record["action"];
    let pair = (&recorded["inputs"], &ours);
    comparison.part_or(&format!("{path}/inputs"), pair, predicted);
    inside(comparison, (bakes, node, notes), (path, results), recorded);
}

fn job(
    comparison: &mut Comparison<'_>,
    (bakes, node, notes): (&Bakes<'_>, &Node, &[Diagnostic]),
    (path, results): &Place,
    record: &Value,
) {
    let both = bakes.both(node, |bake| bake.task(&bakes.session, &node.id, results));
    let (found, mistaken) = (both.found(notes), both.mistaken());
    if !comparison.outcome_or(path, record, &found, mistaken.as_ref()) {
        return;
    }
    let Ok(task) = &both.ours else { return };
    let hidden = record["config"]["caching_key"] == "path-dependent";
    let shape = |task: &crate::batch::PlannedTask| {
        let mut shape = shape::task(&task.config);
        if hidden {
            shape["caching_key"] = json!("path-dependent");
        }
        shape
    };
    let predicted = both.predicted(shape);
    let predicted = predicted.as_ref().map(|(rule, value)| (*rule, value));
    let pair = (&record["config"], &shape(task));
    comparison.part_or(&format!("{path}/config"), pair, predicted);
    let recorded = record.get("effects").cloned().unwrap_or_else(|| json!([]));
    let effects = json!(shape::effects(&task.effects));
    comparison.part(&format!("{path}/effects"), &recorded, &effects);
}

/// Outputs of a task that the outputs of its action ask for: the records give each a made value.
fn asked_for(node: &Node, id: &str) -> IndexMap<String, String> {
    let Body::Call(call) = &node.body else {
        return IndexMap::new();
    };
    let asked = format!("needs.{id}.outputs.");
    let pieces = call.action.text.content().split(&asked).skip(1);
    let names = pieces.map(|piece| {
        let end = piece.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        piece[..end.unwrap_or(piece.len())].to_owned()
    });
    names
        .map(|name| (name.clone(), format!("out.{id}.{name}")))
        .collect()
}

/// The tasks and outputs inside a call.
fn inside(
    comparison: &mut Comparison<'_>,
    (bakes, node, notes): (&Bakes<'_>, &Node, &[Diagnostic]),
    (path, results): (&str, &Results),
    record: &Value,
) {
    let images = bakes
        .ours
        .call_image_list(&bakes.session, &node.id, results);
    if let Ok(images) = images {
        let ours = shape::images(images.values());
        comparison.part(&format!("{path}/images"), &record["images"], &ours);
    }
    let Some(inner) = &node.inner else { return };
    if record["tasks"].is_object() {
        let place = (path.to_owned(), results.clone());
        tasks(comparison, bakes, inner, &place, &record["tasks"]);
    }
    let outputs = &record["outputs"];
    let mut all = results.clone();
    for (id, child) in &inner.nodes {
        let mut result = TaskResult::bare(Outcome::Succeeded);
        result.outputs = match outputs.get("value") {
            Some(_) => texts(&outputs["given_outputs"][id]),
            None => asked_for(node, id),
        };
        all.insert(child.id.clone(), result);
    }
    let both = bakes.both(node, |bake| bake.outputs(&bakes.session, &node.id, &all));
    let path = format!("{path}/outputs");
    match &both.ours {
        Ok(ours) if outputs.get("value").is_some() => {
            let predicted = both.predicted(|outputs| json!(outputs));
            let predicted = predicted.as_ref().map(|(rule, value)| (*rule, value));
            comparison.part_or(&path, (&outputs["value"], &json!(ours)), predicted);
        }
        _ => {
            let (found, mistaken) = (both.found(notes), both.mistaken());
            comparison.error_or(&path, &outputs["error"], &found, mistaken.as_ref());
        }
    }
}
