//! A live flow against its record.

use std::cell::RefCell;
use std::sync::Arc;

use expression::{Record, Uri, Value as Evaluated};
use indexmap::IndexMap;
use serde_json::{Value, json};
use source::{Diagnostic, Text};

use super::area::Areas;
use super::comparison::Comparison;
use super::shape;
use crate::eval::Troubles;
use crate::live::{JobInputs, LiveFlow, PlannedJob, PreparedLive, run_command};
use crate::project::Project;
use crate::session::{JobAnswer, JobQuery, Jobs, Session};

/// Answers every `inspect_job` with the recorded job, and notes what was asked.
struct RecordedJobs {
    job: Evaluated,
    queries: RefCell<Vec<Vec<String>>>,
}

impl RecordedJobs {
    fn new(record: &Value) -> Self {
        let mut job = Record::new("JobDescription");
        for (name, value) in record.as_object().into_iter().flatten() {
            let text = value.as_str().unwrap_or("");
            let value = match name.as_str() {
                "http_url" | "uri" => Uri::parse(text).map_or(Evaluated::None, Evaluated::Url),
                _ => Evaluated::from(text),
            };
            job = job.with(name, value);
        }
        Self {
            job: Evaluated::Record(job),
            queries: RefCell::default(),
        }
    }

    fn take(&self) -> Vec<Vec<String>> {
        self.queries.take()
    }
}

impl Jobs for RecordedJobs {
    fn inspect(&self, query: &JobQuery) -> JobAnswer {
        let mut tags = query.tags.clone();
        tags.sort();
        self.queries.borrow_mut().push(tags);
        JobAnswer::Found(self.job.clone())
    }
}

pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    project: &Project,
    (path, name): (&str, &str),
    text: &Text,
    record: &Value,
) {
    let jobs = RecordedJobs::new(&comparison.record["context"]["inspect_job"]);
    let platform = comparison.platform.clone();
    let session = Session {
        workspace: comparison.workspace,
        platform: &platform,
        jobs: &jobs,
    };
    let Some(flow) = create(comparison, project, &session, (path, name, text), record) else {
        return;
    };
    if record["create"]["ok"].as_bool() != Some(true) {
        return;
    }
    for (key, ours) in shape::contexts(&flow.contexts) {
        comparison.part(&format!("{path}/{key}"), &record[key], &ours);
    }
    let facts = &flow.contexts.facts;
    let ours = json!({
        "flow_id": facts.flow_id, "project_id": facts.project_id, "title": facts.title,
        "username": facts.username, "workspace": facts.workspace,
    });
    comparison.part(&format!("{path}/flow"), &record["flow"], &ours);
    let mut images = record["images"].clone();
    for image in images
        .as_object_mut()
        .into_iter()
        .flat_map(|images| images.values_mut())
    {
        image
            .as_object_mut()
            .map(|image| image.remove("build_command"));
    }
    let ours = shape::images(flow.contexts.images.values());
    comparison.part(&format!("{path}/images"), &images, &ours);
    for (id, record) in record["jobs"].as_object().into_iter().flatten() {
        job(
            comparison,
            (&session, &jobs),
            &flow,
            (&format!("{path}/jobs/{id}"), id),
            record,
        );
    }
}

/// The job of a synthetic flow that calls an action.
pub(super) fn compare_call(
    comparison: &mut Comparison<'_>,
    project: &Project,
    (path, name): (&str, &str),
    text: &Text,
    record: &Value,
) {
    let jobs = RecordedJobs::new(&comparison.record["context"]["inspect_job"]);
    let platform = comparison.platform.clone();
    let session = Session {
        workspace: comparison.workspace,
        platform: &platform,
        jobs: &jobs,
    };
    if record.get("create").is_some() {
        create(comparison, project, &session, (path, name, text), record);
        return;
    }
    let whole = json!({"create": {"ok": true}});
    if let Some(flow) = create(comparison, project, &session, (path, name, text), &whole) {
        job(comparison, (&session, &jobs), &flow, (path, "call"), record);
    }
}

fn create(
    comparison: &mut Comparison<'_>,
    project: &Project,
    session: &Session<'_>,
    (path, name, text): (&str, &str, &Text),
    record: &Value,
) -> Option<PreparedLive> {
    let parsed = LiveFlow::read(name, text.name(), text.clone(), project.tree());
    let flow = PreparedLive::new(project, session, Arc::new(parsed.tree));
    let mut found = diagnostics(&flow);
    let parsed = LiveFlow::read(name, text.name(), text.clone(), project.tree());
    let areas = Areas::default().shared(&parsed.tree.tree, "jobs");
    let areas = project
        .file
        .iter()
        .fold(areas, |areas, file| areas.file(&file.text));
    found.extend(areas.notes(comparison.said.iter().chain(&parsed.diagnostics)));
    comparison.outcome(&format!("{path}/create"), &record["create"], &found);
    flow.ok()
}

pub(super) fn diagnostics<T>(result: &Result<T, Troubles>) -> Vec<Diagnostic> {
    match result {
        Ok(_) => Vec::new(),
        Err(troubles) => troubles.clone().diagnostics(),
    }
}

fn job(
    comparison: &mut Comparison<'_>,
    (session, jobs): (&Session<'_>, &RecordedJobs),
    flow: &PreparedLive,
    (path, id): (&str, &str),
    record: &Value,
) {
    let multi = flow.is_multi(session, id);
    let notes = concerning(comparison, session, flow, id);
    if record["meta"]["ok"].as_bool() == Some(false) {
        let mut found = diagnostics(&multi);
        found.extend(notes);
        comparison.error(&format!("{path}/meta"), &record["meta"]["error"], &found);
        return;
    }
    let multi = multi.unwrap_or(false);
    let ours = json!({"id": id, "multi": multi, "tags": sorted(flow.job_tags(id, None))});
    comparison.part(&format!("{path}/meta"), &record["meta"], &ours);
    let suffix = comparison.record["context"]["multi_suffix"]
        .as_str()
        .map(str::to_owned);
    let mut given = JobInputs {
        params: IndexMap::new(),
        suffix: suffix.filter(|_| multi),
    };
    jobs.take();
    let planned = flow.job(session, id, &given);
    evaluated(comparison, path, (&planned, jobs.take()), (record, &notes));
    let with_params = &record["with_params"];
    if let Some(values) = with_params["given"].as_object() {
        given.params = values
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or("").to_owned()))
            .collect();
        let planned = flow.job(session, id, &given);
        let path = format!("{path}/with_params");
        evaluated(
            comparison,
            &path,
            (&planned, jobs.take()),
            (with_params, &notes),
        );
    }
}

/// What is said about a job, its mixins and the action it calls, that the official tools do
/// otherwise.
fn concerning(
    comparison: &Comparison<'_>,
    session: &Session<'_>,
    flow: &PreparedLive,
    id: &str,
) -> Vec<Diagnostic> {
    let flow = flow.flow();
    let Some(named) = flow.tree.named("jobs", id) else {
        return Vec::new();
    };
    let areas = Areas::default().block(&named.block, Some(&flow.mixins));
    let action = super::area::called(session.workspace, &named.block);
    let own = areas.notes(&comparison.said);
    own.into_iter().chain(action).collect()
}

fn sorted(mut tags: Vec<String>) -> Vec<String> {
    tags.sort();
    tags
}

fn evaluated(
    comparison: &mut Comparison<'_>,
    path: &str,
    (planned, queries): (&Result<PlannedJob, Troubles>, Vec<Vec<String>>),
    (record, notes): (&Value, &[Diagnostic]),
) {
    let mut found = diagnostics(planned);
    found.extend(planned.iter().flat_map(|planned| planned.notes.clone()));
    found.extend(notes.iter().cloned());
    if !comparison.outcome(path, record, &found) {
        return;
    }
    let Ok(planned) = planned else { return };
    comparison.part(
        &format!("{path}/config"),
        &record["config"],
        &shape::job(&planned.config),
    );
    let effects = shape::effects(&planned.effects);
    let recorded = record.get("effects").cloned().unwrap_or_else(|| json!([]));
    comparison.part(&format!("{path}/effects"), &recorded, &json!(effects));
    let recorded = record
        .get("inspect_job_tags")
        .cloned()
        .unwrap_or_else(|| json!([]));
    comparison.part(
        &format!("{path}/inspect_job_tags"),
        &recorded,
        &json!(queries),
    );
    if record["run_command"].is_array() {
        let ours = run_command(planned).unwrap_or_default();
        comparison.part(
            &format!("{path}/run_command"),
            &record["run_command"],
            &json!(ours),
        );
    }
}
