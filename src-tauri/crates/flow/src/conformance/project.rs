//! One project against its record.

use serde_json::{Value, json};
use source::{Diagnostic, Text};

use super::compare::{Mismatch, Report};
use super::place::{agree, errors, portability, shown};
use super::{batch, known, live};
use crate::action::Action;
use crate::file;
use crate::keys::Kind;
use crate::memory::MemoryWorkspace;
use crate::project::{Project, open_in};
use crate::read::{self, Document};
use crate::session::Platform;
use crate::workspace::Workspace;

/// A project with its record.
pub struct Case<'a> {
    /// The folder; it answers with the actions of the corpus, and with the recorded git facts.
    pub workspace: &'a dyn Workspace,
    /// The record.
    pub expected: &'a Value,
    /// Texts to replace in our results, and by what: folders of the corpus.
    pub replace: Vec<(String, String)>,
    /// Makes a workspace that also holds these files, by absolute path.
    pub overlay: &'a dyn Fn(Vec<(String, String)>) -> Box<dyn Workspace>,
}

/// What is needed to compare any part of a record.
pub(super) struct Comparison<'a> {
    pub(super) workspace: &'a dyn Workspace,
    pub(super) platform: Platform,
    pub(super) record: &'a Value,
    pub(super) replace: &'a [(String, String)],
    pub(super) report: Report,
    /// What the official tools are said to trip over in the file that is compared.
    noted: Vec<Diagnostic>,
    /// The same for all files of the project.
    tripping: Vec<Diagnostic>,
}

/// Where synthetic flows lie.
const TEMPORARY: &str = "/<TMP>";

/// Compares a project with its record.
#[must_use]
pub fn compare(case: &Case<'_>) -> Report {
    let context = &case.expected["context"];
    let text = |key: &str| context[key].as_str().unwrap_or("").to_owned();
    let platform = Platform {
        user: text("username"),
        cluster: text("cluster_name"),
        org: context["org_name"].as_str().map(str::to_owned),
        project: text("project_name"),
    };
    let mut comparison = Comparison {
        workspace: case.workspace,
        platform,
        record: case.expected,
        replace: &case.replace,
        report: Report::default(),
        tripping: Vec::new(),
        noted: Vec::new(),
    };
    let config_dir = case.expected["config_dir"].as_str().unwrap_or(".");
    let opened = open_in(case.workspace, config_dir);
    comparison.tripping = portability(&opened.diagnostics);
    let project = opened.tree;
    if let Some(files) = case.expected["files"].as_object() {
        for (path, record) in files {
            comparison.file(&project, path, record, case);
        }
    }
    comparison.report
}

impl Comparison<'static> {
    /// A comparison of a single case.
    pub(super) fn bare(report: &Report) -> Self {
        static NOTHING: std::sync::LazyLock<MemoryWorkspace> =
            std::sync::LazyLock::new(MemoryWorkspace::default);
        let platform = Platform {
            user: String::new(),
            cluster: String::new(),
            org: None,
            project: String::new(),
        };
        Self {
            workspace: &*NOTHING,
            platform,
            record: &Value::Null,
            replace: &[],
            report: report.clone(),
            tripping: Vec::new(),
            noted: Vec::new(),
        }
    }
}

impl Comparison<'_> {
    /// Our texts with folders replaced as in the records.
    pub(super) fn canonical(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.canonical_text(text)),
            Value::Array(items) => items.iter().map(|item| self.canonical(item)).collect(),
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, value)| (self.canonical_text(name), self.canonical(value)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    pub(super) fn canonical_text(&self, text: &str) -> String {
        let replaced = self
            .replace
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        replaced.replace(TEMPORARY, "<TMP>")
    }

    /// The name of a file as the records write it.
    pub(super) fn canonical_file(&self, name: &str) -> String {
        match name.starts_with('/') || name.starts_with('<') || name == "f.yml" {
            true => self.canonical_text(name),
            false => format!("<WS>/{name}"),
        }
    }

    /// Compares a recorded error with our findings.
    pub(super) fn error(&mut self, path: &str, error: &Value, found: &[Diagnostic]) {
        let (wrong, extra) = (errors(found), portability(found));
        let canonical = |name: &str| self.canonical_file(name);
        let agrees = agree(error, &wrong, &canonical);
        let known = agree(error, &extra, &canonical);
        let crashed = error["message"] == "" && error["line"].is_null();
        let noted = crashed && wrong.is_empty() && !self.tripping.is_empty();
        match (agrees, known) {
            (true, _) => self.report.pass(),
            (false, true) => self.report.intend(path, &error["message"], shown(&extra)),
            (false, false) if noted => {
                let ours = shown(&self.tripping);
                self.report.intend(path, &error["message"], ours);
            }
            (false, false) => self.report.fail(path, &error["message"], shown(found)),
        }
    }

    /// Remembers what the official tools are said to trip over.
    pub(super) fn note(&mut self, found: &[Diagnostic]) {
        self.noted.extend(portability(found));
    }

    /// Compares an answer that is good or an error; tells whether both are good.
    pub(super) fn outcome(&mut self, path: &str, record: &Value, found: &[Diagnostic]) -> bool {
        match (record["ok"].as_bool(), errors(found).is_empty()) {
            (Some(true), true) => {
                self.report.pass();
                true
            }
            (Some(true), false) => {
                self.report.fail(path, "ok", shown(found));
                false
            }
            _ => {
                self.error(path, &record["error"], found);
                false
            }
        }
    }

    /// Compares a part of a record with ours, canonical.
    pub(super) fn part(&mut self, path: &str, expected: &Value, ours: &Value) {
        let ours = self.canonical(ours);
        self.report.same(path, expected, &ours);
    }

    fn file(&mut self, project: &Project, path: &str, record: &Value, case: &Case<'_>) {
        let (role, kind) = (record["role"].as_str(), record["kind"].as_str());
        let text = match file::text(self.workspace, path) {
            Ok(found) => found.text,
            Err(found) => return self.report.fail(path, "a file", found.message),
        };
        let document = match (role, kind) {
            (Some("project"), _) => Document::Project,
            (Some("action"), _) => Document::Action,
            (_, Some("live")) => Document::Live,
            _ => Document::Batch,
        };
        let parsed = read::read(&text, document);
        let sound = self.outcome(
            &format!("{path}/parse"),
            &record["parse"],
            &parsed.diagnostics,
        );
        if !sound {
            return;
        }
        self.noted = portability(&parsed.diagnostics);
        let flows = case.expected["config_dir"].as_str().unwrap_or(".");
        let folder = path.rsplit_once('/').map_or(flows, |(folder, _)| folder);
        match document {
            Document::Live => self.live(project, folder, path, (&text, &record["live"])),
            Document::Batch => self.batch(project, folder, path, (&text, &record["batch"])),
            Document::Action => {
                self.called(path, &text, record, case);
                self.also_as_flow(project, folder, path, (&text, &record["also_as_flow"]));
            }
            Document::Project => {}
        }
        let failed = std::mem::take(&mut self.report.failed);
        let (intended, failed) = known::by_design(failed, &self.noted);
        self.report.intended.extend(intended);
        self.report.failed = failed;
    }

    /// The project as a flow of this folder sees it.
    fn project_of(&self, project: &Project, folder: &str) -> Project {
        match project.config_dir.as_deref() == Some(folder) {
            true => project.clone(),
            false => open_in(self.workspace, folder).tree,
        }
    }

    fn live(
        &mut self,
        project: &Project,
        folder: &str,
        path: &str,
        (text, record): (&Text, &Value),
    ) {
        let project = self.project_of(project, folder);
        live::compare(
            self,
            &project,
            (path, file::stem(text.name())),
            text,
            record,
        );
    }

    fn batch(
        &mut self,
        project: &Project,
        folder: &str,
        path: &str,
        (text, record): (&Text, &Value),
    ) {
        let project = self.project_of(project, folder);
        batch::compare(
            self,
            &project,
            (path, file::stem(text.name())),
            text,
            record,
        );
    }

    fn also_as_flow(
        &mut self,
        project: &Project,
        folder: &str,
        path: &str,
        (text, record): (&Text, &Value),
    ) {
        let Some(parse) = record.get("parse") else {
            return;
        };
        let (document, kind) = match record.get("live") {
            Some(_) => (Document::Live, "live"),
            None => (Document::Batch, "batch"),
        };
        let parsed = read::read(text, document);
        let path = format!("{path}/also_as_flow");
        if !self.outcome(&format!("{path}/parse"), parse, &parsed.diagnostics) {
            return;
        }
        let record = &record[kind];
        match document {
            Document::Live => self.live(project, folder, &path, (text, record)),
            _ => self.batch(project, folder, &path, (text, record)),
        }
    }

    /// An action called from a flow of one job or task.
    fn called(&mut self, path: &str, text: &Text, record: &Value, case: &Case<'_>) {
        let called = &record["called"];
        let Some(flow) = called["flow"].as_str() else {
            return;
        };
        let action = Action::read(path, text).tree;
        let live = action.kind() == Kind::LiveAction;
        let mut files = vec![(format!("{TEMPORARY}/call.yml"), flow.to_owned())];
        let config_dir = case.expected["config_dir"].as_str().unwrap_or(".");
        for name in ["project.yml", "project.yaml"] {
            if let Ok(content) = case.workspace.read(&format!("{config_dir}/{name}")) {
                let content = String::from_utf8_lossy(&content).into_owned();
                files.push((format!("{TEMPORARY}/{name}"), content));
            }
        }
        let overlay = (case.overlay)(files);
        let project = open_in(&*overlay, TEMPORARY).tree;
        let mut inner = Comparison {
            workspace: &*overlay,
            platform: self.platform.clone(),
            record: self.record,
            replace: self.replace,
            report: Report::default(),
            tripping: self.tripping.clone(),
            noted: self.noted.clone(),
        };
        let call_path = format!("{TEMPORARY}/call.yml");
        let text = Text::new(call_path.as_str(), flow);
        let at = format!("{path}/called");
        if live {
            live::compare_call(
                &mut inner,
                &project,
                (&at, "call"),
                &text,
                &called["result"],
            );
        } else {
            let mut record = called["result"].clone();
            record["run"] = json!({"ok": true, "tasks": called["result"]["tasks"]});
            batch::compare(&mut inner, &project, (&at, "call"), &text, &record);
        }
        self.noted = inner.noted;
        let report = match flow.contains("args:") {
            true => inner.report,
            false => without_arguments(inner.report),
        };
        self.report.passed += report.passed;
        self.report.failed.extend(report.failed);
        self.report.intended.extend(report.intended);
    }
}

/// The official tools know no inputs at all in a call without `args`; here their defaults hold.
fn without_arguments(mut report: Report) -> Report {
    let (intended, failed) = report.failed.into_iter().partition(|found: &Mismatch| {
        found.path.contains("/inputs/") || found.expected.contains("No attribute")
    });
    report.failed = failed;
    report.intended.append(&mut { intended });
    report
}
