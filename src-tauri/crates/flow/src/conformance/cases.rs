//! Single cases: a few files, one question, one recorded answer.

use indexmap::IndexMap;
use serde_json::{Value, json};
use source::{Diagnostic, Text};

use super::compare::{Leaf, Report};
use super::comparison::Comparison;
use super::leaf::Predicted;
use super::live::diagnostics;
use super::place::{placed, shown};
use super::recorded::{canonical, graphs, only_recorded, plain, results};
use super::rule::Rule;
use super::{case_rule, official, shape, single};
use crate::batch::{TaskId, prepare};
use crate::live::{JobInputs, PreparedLive, run_command};
use crate::memory::MemoryWorkspace;
use crate::project::open;
use crate::read::{self, Document};
use crate::session::{NoJobs, Platform, Session};

/// Areas of cases this crate answers for.
pub const AREAS: [&str; 27] = [
    "coerce",
    "interpolation",
    "yaml-scalar(str-field)",
    "yaml-scalar(typed-field)",
    "yaml-error",
    "live-merge",
    "mixins",
    "live-contexts",
    "images",
    "volumes",
    "live-params",
    "live-actions",
    "config",
    "live-dry-run",
    "batch-graph",
    "matrix",
    "actions",
    "static-validation",
    "batch-params",
    "batch-task",
    "cache-conf",
    "cache-key",
    "positions",
    "git",
    "_id2tag",
    "topo-sort-cycle-check",
    "meta-from-file",
];

/// Compares one case; nothing, if it is none this crate can answer.
#[must_use]
pub fn compare_case(case: &Value) -> Option<Report> {
    let area = case["area"].as_str()?;
    let input = &case["input"];
    let mut asked = Case::new(case);
    match (area, input) {
        (area, _) if !AREAS.contains(&area) => return None,
        ("coerce" | "interpolation", _) => single::field(&mut asked),
        ("yaml-scalar(str-field)" | "yaml-scalar(typed-field)", _) => single::job_field(&mut asked),
        ("yaml-error", _) => asked.file(),
        ("_id2tag", _) => {
            let ours = crate::tag::tag_of(input.as_str()?);
            asked.answer(&json!(ours));
        }
        ("meta-from-file", _) => single::params(&mut asked),
        ("topo-sort-cycle-check", _) => asked.cycle(),
        (_, Value::Object(fields)) if fields.get("files").is_some_and(Value::is_object) => {
            if fields.contains_key("script") {
                return None;
            }
            match (fields.get("job"), fields.get("task")) {
                (Some(_), _) => asked.job(),
                (None, Some(_)) => asked.task(),
                (None, None) => asked.graph(),
            }
        }
        _ => return None,
    }
    Some(asked.report)
}

/// A case with what is needed to answer it.
pub(super) struct Case<'a> {
    pub(super) record: &'a Value,
    pub(super) report: Report,
    id: &'a str,
}

const ROOT: &str = "/work_space/ws_proj";

impl<'a> Case<'a> {
    fn new(record: &'a Value) -> Self {
        Self {
            record,
            report: Report::default(),
            id: record["id"].as_str().unwrap_or(""),
        }
    }

    pub(super) fn platform() -> Platform {
        Platform {
            user: "alice".to_owned(),
            cluster: "cl".to_owned(),
            org: Some("org".to_owned()),
            project: "proj".to_owned(),
        }
    }

    /// Compares an answer with the recorded one; only recorded fields count.
    pub(super) fn answer(&mut self, ours: &Value) {
        self.answer_or(ours, None, &[]);
    }

    /// The same, if the official tool may come to something else by a mistake we know.
    fn answer_or(
        &mut self,
        ours: &Value,
        predicted: Option<(&'static Rule, Value)>,
        found: &[Diagnostic],
    ) {
        if self.record.get("error").is_some() {
            return self.differ(&self.record["error"]["message"], ours, found);
        }
        let mut expected = plain(&self.record["result"]);
        if let Some(fields) = expected.as_object_mut() {
            fields.remove("hashed_json");
        }
        let ours = only_recorded(&expected, &self.canonical(ours));
        let predicted = predicted.map(|(rule, value)| Predicted {
            rule,
            value: self.canonical(&value),
        });
        let record = self.record;
        let why = |leaves: &[Leaf]| case_rule::of_leaves(record, leaves, predicted.as_ref());
        self.report.same(self.id, (&expected, &ours), why);
    }

    /// Notes a case in which we differ, by a rule or not.
    fn differ(&mut self, expected: &Value, ours: impl ToString, found: &[Diagnostic]) {
        match case_rule::of_case(self.record, found) {
            Some(rule) => self.report.intend(rule, self.id, expected, ours),
            None => self.report.fail(self.id, expected, ours),
        }
    }

    fn canonical(&self, value: &Value) -> Value {
        let name = self.record["input"]["workspace_dir"]
            .as_str()
            .unwrap_or("ws_proj");
        canonical(value, &format!("/work_space/{name}"))
    }

    /// Compares findings with a recorded error: the place must agree.
    pub(super) fn refusal(&mut self, found: &[Diagnostic]) {
        let crash = self.record["result"].as_str().and_then(crash);
        if self.record.get("error").is_none() && crash.is_none() {
            return self.differ(&self.record["result"], shown(found), found);
        }
        let error = crash.unwrap_or_else(|| placed(&self.record["error"]));
        let mut comparison = self.comparison();
        comparison.error(self.id, &error, found);
        let failed = std::mem::take(&mut comparison.report.failed);
        self.report.add(comparison.report);
        if !failed.is_empty() {
            self.differ(&error["message"], shown(found), found);
        }
    }

    fn comparison(&self) -> Comparison<'static> {
        static NOTHING: std::sync::LazyLock<MemoryWorkspace> =
            std::sync::LazyLock::new(MemoryWorkspace::default);
        Comparison {
            workspace: &*NOTHING,
            platform: Self::platform(),
            record: &Value::Null,
            replace: &[],
            report: Report::default(),
            said: Vec::new(),
        }
    }

    /// Compares findings, or the answer if there are none that matter.
    fn outcome(&mut self, found: &[Diagnostic], ours: impl FnOnce() -> Value) {
        match super::place::errors(found).is_empty() {
            true if self.record.get("error").is_some() || self.record["result"] == "CycleError" => {
                self.refusal(found);
            }
            true => self.answer_or(&ours(), None, found),
            false => self.refusal(found),
        }
    }

    /// A file that is only read.
    fn file(&mut self) {
        let input = &self.record["input"];
        let text = crate::file::named("f.yml", input["yaml"].as_str().unwrap_or(""));
        let document = match input["kind"].as_str() {
            Some("live") => Document::Live,
            Some("batch") => Document::Batch,
            Some("project") => Document::Project,
            _ => Document::Action,
        };
        let found = read::read(&text, document).diagnostics;
        let good = super::place::errors(&found).is_empty();
        match (good, self.record.get("error").is_none()) {
            (true, true) => self.report.pass(),
            _ => self.refusal(&found),
        }
    }

    fn workspace(&self) -> MemoryWorkspace {
        let input = &self.record["input"];
        let name = input["workspace_dir"].as_str().unwrap_or("ws_proj");
        let mut workspace = MemoryWorkspace::new(format!("/work_space/{name}"));
        for (path, content) in input["files"].as_object().into_iter().flatten() {
            workspace = workspace.file(path, content.as_str().unwrap_or(""));
        }
        workspace
    }

    fn job(&mut self) {
        let workspace = self.workspace();
        let platform = Self::platform();
        let session = Session {
            workspace: &workspace,
            platform: &platform,
            jobs: &NoJobs,
        };
        let input = &self.record["input"];
        let opened = open(&workspace);
        let Some(flow) = opened.tree.live.clone() else {
            let planned = crate::live::evaluate(&opened.tree, &session, "", &JobInputs::default());
            return self.refusal(&diagnostics(&planned));
        };
        if !flow.sound && self.record.get("error").is_some() {
            let mut found = opened.diagnostics.clone();
            found.retain(|found| found.text.name() == flow.text.name());
            let named = |name: &str| self.comparison().canonical_file(name);
            if super::place::agree(&placed(&self.record["error"]), &found, &named) {
                return self.report.pass();
            }
        }
        let id = input["job"].as_str().unwrap_or("");
        let prepared = PreparedLive::new(&opened.tree, &session, flow);
        let given = JobInputs {
            params: texts(&input["params"]),
            suffix: input["suffix"].as_str().map(str::to_owned),
        };
        let planned = prepared.and_then(|prepared| prepared.job(&session, id, &given));
        let mut found = diagnostics(&planned);
        found.extend(
            opened
                .diagnostics
                .iter()
                .filter(|found| !found.is_error())
                .cloned(),
        );
        if let Ok(planned) = &planned {
            found.extend(planned.notes.iter().cloned());
            found.extend(run_command(planned).err().map(|error| {
                Diagnostic::error(
                    "command",
                    &Text::new("", ""),
                    source::Span::at(0),
                    error.to_string(),
                )
            }));
        }
        let area = self.record["area"].as_str();
        self.outcome(&found, || {
            let Ok(planned) = &planned else {
                return Value::Null;
            };
            match area {
                Some("live-dry-run") => json!(run_command(planned).unwrap_or_default()),
                _ => shape::job(&planned.config),
            }
        });
    }

    fn graph(&mut self) {
        let workspace = self.workspace();
        let platform = Self::platform();
        let session = Session {
            workspace: &workspace,
            platform: &platform,
            jobs: &NoJobs,
        };
        let project = open(&workspace);
        let input = &self.record["input"];
        let bake = prepare(&project.tree, &session, "b", &texts(&input["params"]));
        let mut found = diagnostics(&bake);
        if self.record.get("error").is_some() {
            found.extend(project.diagnostics.iter().cloned());
        }
        if let (Ok(bake), Some(_)) = (&bake, input.get("checks")) {
            found.extend(bake.check().into_iter().map(|finding| finding.diagnostic));
        }
        if let Ok(bake) = &bake {
            found.extend(bake.notes().iter().cloned());
        }
        self.outcome(&found, || bake.map_or(Value::Null, |bake| graphs(&bake)));
    }

    fn task(&mut self) {
        let workspace = self.workspace();
        let platform = Self::platform();
        let session = Session {
            workspace: &workspace,
            platform: &platform,
            jobs: &NoJobs,
        };
        let project = open(&workspace);
        let input = &self.record["input"];
        let bake = match prepare(&project.tree, &session, "b", &IndexMap::new()) {
            Ok(bake) => bake,
            Err(troubles) => return self.refusal(&troubles.diagnostics()),
        };
        let id = TaskId::parse(input["task"].as_str().unwrap_or(""));
        // A task inside a call is recorded without the id of the call.
        let id = match bake.graph.node(&id) {
            Some(_) => id,
            None => bake
                .graph
                .walk()
                .find(|node| node.id.name() == id.name())
                .map_or(id, |node| node.id.clone()),
        };
        let results = results(&id, input, &bake);
        let planned = bake.task(&session, &id, &results);
        let mut found = diagnostics(&planned);
        found.extend(bake.notes().iter().cloned());
        if !super::place::errors(&found).is_empty() || self.record.get("error").is_some() {
            return self.refusal(&found);
        }
        let theirs = official::of(&bake).and_then(|theirs| {
            let task = theirs.task(&session, &id, &results).ok()?;
            Some((official::rule(&bake, &id)?, shape::task(&task.config)))
        });
        let ours = planned.map_or(Value::Null, |task| shape::task(&task.config));
        self.answer_or(&ours, theirs, &found);
    }

    fn cycle(&mut self) {
        let mut text = String::from("kind: batch\ntasks:\n");
        for node in self.record["input"].as_array().into_iter().flatten() {
            text.push_str(&format!(
                "- {{image: i, id: {}, needs: {}}}\n",
                node[0], node[1]
            ));
        }
        let workspace = MemoryWorkspace::new(ROOT).file(".apolo/b.yml", text);
        let platform = Self::platform();
        let session = Session {
            workspace: &workspace,
            platform: &platform,
            jobs: &NoJobs,
        };
        let project = open(&workspace);
        let bake = prepare(&project.tree, &session, "b", &IndexMap::new());
        let mut found = diagnostics(&bake);
        found.extend(
            bake.iter()
                .flat_map(|bake| bake.check())
                .map(|finding| finding.diagnostic),
        );
        self.outcome(&found, || json!("ok"));
    }
}

/// A crash that is recorded as a result.
fn crash(result: &str) -> Option<Value> {
    let (kind, message) = result.split_once(' ').unwrap_or((result, ""));
    let known = matches!(kind, "CycleError" | "KeyError");
    known.then(|| json!({"type": kind, "message": message}))
}

pub(super) fn texts(value: &Value) -> IndexMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .map(|(name, text)| (name.clone(), text.as_str().unwrap_or("").to_owned()))
        .collect()
}
