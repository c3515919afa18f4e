//! One project against its record.

use serde_json::{Value, json};
use source::Text;

use super::compare::Report;
use super::comparison::{Comparison, TEMPORARY};
use super::{batch, live};
use crate::action::Action;
use crate::file;
use crate::keys::Kind;
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
        said: Vec::new(),
    };
    let config_dir = case.expected["config_dir"].as_str().unwrap_or(".");
    let opened = open_in(case.workspace, config_dir);
    comparison.said = opened.diagnostics.clone();
    let project = opened.tree;
    if let Some(files) = case.expected["files"].as_object() {
        for (path, record) in files {
            comparison.file(&project, path, record, case);
        }
    }
    comparison.report
}

impl Comparison<'_> {
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
        self.said.extend(parsed.diagnostics);
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
        self.said.extend(parsed.diagnostics.iter().cloned());
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
            said: self.said.clone(),
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
            let tasks = &called["result"]["tasks"];
            let reached = tasks.get("not_reached").is_none() && tasks["ok"] != false;
            record["run"] = json!({"ok": reached, "tasks": tasks});
            batch::compare(&mut inner, &project, (&at, "call"), &text, &record);
        }
        self.report.add(inner.report);
    }
}
