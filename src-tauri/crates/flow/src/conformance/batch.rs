//! A batch against its record.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use source::{Diagnostic, Text};

use super::area::Areas;
use super::comparison::Comparison;
use super::live::diagnostics;
use super::nodes;
use super::rule::MIXINS_IN_MATRIX;
use super::tasks::{Bakes, tasks};
use super::{official, shape};
use crate::batch::{Bake, BatchFlow, Preparation, Results, TaskId};
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
    let flow = BatchFlow::read(name, text.name(), text.clone(), project.tree());
    let areas = Areas::default().making(&flow.tree.tree, "tasks");
    let areas = project
        .file
        .iter()
        .fold(areas, |areas, file| areas.file(&file.text));
    let shared = areas.notes(comparison.said.iter().chain(&flow.diagnostics));
    let mut project = project.clone();
    project.batches = vec![Arc::new(flow.tree)];
    let mut bake = crate::batch::prepare(&project, &session, name, &IndexMap::new());
    let mut said = found(&bake, (&project, &session));
    said.extend(shared.iter().cloned());
    if record.get("graph_error").is_some() {
        let checks = bake.iter().flat_map(Bake::check);
        said.extend(checks.map(|finding| finding.diagnostic));
    }
    create(comparison, path, record, &said);
    if let Some(given) = record["given_params"].as_object() {
        let given = given
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or("").to_owned()))
            .collect();
        bake = crate::batch::prepare(&project, &session, name, &given);
    }
    match &bake {
        Ok(bake) => prepared(comparison, &session, path, (bake, record, &shared)),
        Err(_) => {
            let check = format!("{path}/check");
            let mut said = found(&bake, (&project, &session));
            said.extend(shared);
            comparison.outcome(&check, &record["check"], &said);
        }
    }
}

/// Everything that was found while a batch was made ready.
fn found(
    bake: &Result<Bake, crate::eval::Troubles>,
    (project, session): (&Project, &Session<'_>),
) -> Vec<Diagnostic> {
    let mut found = diagnostics(bake);
    match bake {
        Ok(bake) => found.extend(bake.notes().iter().cloned()),
        Err(_) => {
            let flow = Arc::clone(&project.batches[0]);
            let survey = Preparation::whatever_is_wrong(project, session, flow).survey();
            found.extend(survey.0.notes().iter().cloned());
            let checks = survey.0.check().into_iter();
            found.extend(checks.map(|finding| finding.diagnostic));
        }
    }
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
    (bake, record, shared): (&Bake, &Value, &[Diagnostic]),
) {
    let theirs = official::of(bake);
    graphs(comparison, path, (bake, theirs.as_ref()), record);
    let mut found: Vec<Diagnostic> = bake
        .check()
        .into_iter()
        .map(|finding| finding.diagnostic)
        .collect();
    found.extend(bake.notes().iter().cloned());
    found.extend(shared.iter().cloned());
    comparison.outcome(&format!("{path}/check"), &record["check"], &found);
    images(comparison, path, (bake, record));
    let run = &record["run"];
    if run["ok"].as_bool() != Some(true) {
        return;
    }
    // Without folders of images on storage there is no such run.
    let uploaded = record["bake_images"].is_array();
    contexts(comparison, path, (bake, run, uploaded));
    let bakes = Bakes {
        session: *session,
        ours: bake,
        theirs,
    };
    let place = (format!("{path}/run"), Results::new());
    tasks(comparison, &bakes, &bake.graph, &place, &run["tasks"]);
}

/// The graphs of all levels; conditions may come from mixins by a mistake of the official tools.
fn graphs(
    comparison: &mut Comparison<'_>,
    path: &str,
    (bake, theirs): (&Bake, Option<&Bake>),
    record: &Value,
) {
    let all = |bake: &Bake| {
        let mut graphs = Map::new();
        nodes::graph(&bake.graph, &TaskId::root(), &mut graphs);
        Value::Object(graphs)
    };
    let (ours, theirs) = (all(bake), theirs.map(all));
    for (prefix, level) in record["graph"].as_object().into_iter().flatten() {
        let predicted = theirs.as_ref().map(|all| (&MIXINS_IN_MATRIX, &all[prefix]));
        let path = format!("{path}/graph/{prefix}");
        comparison.part_or(&path, (level, &ours[prefix]), predicted);
    }
}

fn contexts(
    comparison: &mut Comparison<'_>,
    path: &str,
    (bake, run, uploaded): (&Bake, &Value, bool),
) {
    if run.get("project").is_none() {
        return;
    }
    for (key, ours) in shape::contexts(&bake.contexts) {
        comparison.part(&format!("{path}/run/{key}"), &run[key], &ours);
    }
    if uploaded {
        let images = shape::images(bake.contexts.images.values());
        comparison.part(&format!("{path}/run/images"), &run["images"], &images);
    }
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
