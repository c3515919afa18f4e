//! A project: its folder, its own file, its live flow, its batches and actions.

use std::sync::Arc;

use source::{Diagnostic, Parsed, Span, Text};

use crate::action::{self, Action};
use crate::batch::BatchFlow;
use crate::file::{self, FoundFile};
use crate::live::LiveFlow;
use crate::read::{self, Document};
use crate::tree::Block;
use crate::workspace::Workspace;
use crate::yaml;
use expression::check_id;

/// The folders a flow may lie in, the better name first.
pub(crate) const CONFIG_FOLDERS: [&str; 2] = [".apolo", ".neuro"];

/// A project as far as it could be read.
#[derive(Debug, Clone)]
pub struct Project {
    /// The absolute path of the folder.
    pub root: String,
    /// The folder with the flows inside it, such as `.apolo`.
    pub config_dir: Option<String>,
    /// The id; nothing if the folder has no fitting name and there is no project file.
    pub id: Option<String>,
    /// The project of the platform the flows work in, if the project file names one.
    pub project_name: Option<String>,
    /// Whose project it is, if the project file says so.
    pub owner: Option<String>,
    /// The live flow.
    pub live: Option<Arc<LiveFlow>>,
    /// The batches, by name.
    pub batches: Vec<Arc<BatchFlow>>,
    /// The actions that lie in the project.
    pub actions: Vec<Arc<Action>>,
    /// The project file.
    pub file: Option<Arc<ProjectFile>>,
    /// Why there is no id.
    pub(crate) id_problem: Option<Diagnostic>,
}

/// The file `project.yml`.
#[derive(Debug, Clone)]
pub struct ProjectFile {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: Text,
    /// Its tree.
    pub tree: Block,
    /// Whether it has no errors.
    pub sound: bool,
    /// The errors, for whoever needs the project.
    pub(crate) problems: Vec<Diagnostic>,
}

/// Opens the project in a folder. Never fails: what cannot be read is in the diagnostics.
#[must_use]
pub fn open(workspace: &dyn Workspace) -> Parsed<Project> {
    let config_dir = CONFIG_FOLDERS.into_iter().find(|folder| {
        workspace
            .kind(folder)
            .is_some_and(crate::EntryKind::is_folder)
    });
    let mut opening = Opening::new(workspace, config_dir);
    match config_dir {
        Some(folder) => opening.read_all(folder),
        None => opening.without_config(),
    }
    opening.finish()
}

/// Opens a project whose flows lie in a folder of another name.
#[must_use]
pub fn open_in(workspace: &dyn Workspace, config_dir: &str) -> Parsed<Project> {
    let mut opening = Opening::new(workspace, Some(config_dir));
    opening.read_all(config_dir);
    opening.finish()
}

impl Project {
    /// The batch of a name.
    #[must_use]
    pub fn batch(&self, name: &str) -> Option<&Arc<BatchFlow>> {
        self.batches.iter().find(|batch| batch.name == name)
    }

    /// The tree of the project file.
    pub(crate) fn tree(&self) -> Option<&Block> {
        self.file.as_ref().map(|file| &file.tree)
    }
}

struct Opening<'a> {
    workspace: &'a dyn Workspace,
    project: Project,
    found: Vec<Diagnostic>,
}

impl<'a> Opening<'a> {
    fn new(workspace: &'a dyn Workspace, config_dir: Option<&str>) -> Self {
        let project = Project {
            root: workspace.root().to_owned(),
            config_dir: config_dir.map(str::to_owned),
            id: None,
            project_name: None,
            owner: None,
            live: None,
            batches: Vec::new(),
            actions: Vec::new(),
            file: None,
            id_problem: None,
        };
        Self {
            workspace,
            project,
            found: Vec::new(),
        }
    }

    fn finish(self) -> Parsed<Project> {
        Parsed {
            tree: self.project,
            diagnostics: self.found,
        }
    }

    fn read_all(&mut self, folder: &str) {
        self.project_file(folder);
        let id = project_id(self.workspace.root(), self.project.file.as_deref());
        match id {
            Ok(id) => self.project.id = Some(id),
            Err(problem) => {
                self.found.push((*problem).clone());
                self.project.id_problem = Some(*problem);
            }
        }
        self.live(folder);
        for path in file::yaml_files(self.workspace, folder) {
            self.further_file(&path);
        }
        self.bare_action();
        self.called_actions();
    }

    /// A folder without flows: it may still be an action.
    fn without_config(&mut self) {
        self.bare_action();
        if self.project.actions.is_empty() {
            let text = Text::new(self.workspace.root(), "");
            let message = "there is no flow in this folder: it has neither `.apolo` nor `.neuro`";
            let found = Diagnostic::error("no-flow", &text, Span::at(0), message);
            self.found
                .push(found.help("create `.apolo/live.yml`, or make a new project"));
        }
    }

    fn bare_action(&mut self) {
        let path = ["action.yml", "action.yaml"]
            .into_iter()
            .find(|path| self.is_file(path));
        if let Some(path) = path {
            self.action(path);
        }
    }

    fn is_file(&self, path: &str) -> bool {
        self.workspace
            .kind(path)
            .is_some_and(|kind| !kind.is_folder())
    }

    fn open_file(&mut self, path: &str) -> Option<Text> {
        match file::text(self.workspace, path) {
            Ok(FoundFile { text, problem }) => {
                self.found.extend(problem);
                Some(text)
            }
            Err(problem) => {
                self.found.push(*problem);
                None
            }
        }
    }

    fn project_file(&mut self, folder: &str) {
        let inside = ["project.yml", "project.yaml"].map(|name| format!("{folder}/{name}"));
        let beside = ["project.yml", "project.yaml"].map(str::to_owned);
        let Some(path) = inside.iter().chain(&beside).find(|path| self.is_file(path)) else {
            return;
        };
        let Some(text) = self.open_file(path) else {
            return;
        };
        if beside.contains(path) {
            let message = format!("the project file belongs into `{folder}`");
            self.found.push(
                Diagnostic::warning("project-file-outside", &text, Span::at(0), message)
                    .help(format!("move it to `{folder}/project.yml`")),
            );
        }
        let parsed = read::read(&text, Document::Project);
        let sound = parsed.is_sound();
        let errors = parsed.diagnostics.iter().filter(|found| found.is_error());
        let problems = errors.cloned().collect();
        self.found.extend(parsed.diagnostics);
        let tree = parsed.tree;
        self.project.project_name = tree.constant("project_name");
        self.project.owner = tree.constant("owner");
        let file = ProjectFile {
            path: path.clone(),
            text,
            tree,
            sound,
            problems,
        };
        self.project.file = Some(Arc::new(file));
    }

    fn live(&mut self, folder: &str) {
        let paths = ["live.yml", "live.yaml"].map(|name| format!("{folder}/{name}"));
        let Some(path) = paths.iter().find(|path| self.is_file(path)) else {
            return;
        };
        let Some(text) = self.open_file(path) else {
            return;
        };
        let parsed = LiveFlow::read("live", path, text, self.project.tree());
        self.found.extend(parsed.diagnostics);
        self.project.live = Some(Arc::new(parsed.tree));
    }

    /// A file that is neither the live flow nor the project file.
    fn further_file(&mut self, path: &str) {
        let name = file::stem(path);
        if matches!(name, "live" | "project") {
            return;
        }
        let Some(text) = self.open_file(path) else {
            return;
        };
        let yaml = yaml::read(&text);
        match file::role(yaml.tree.as_deref()) {
            file::Role::Action => {
                let parsed = read::read_yaml(&text, yaml, Document::Action);
                self.action_block(path, &text, parsed);
            }
            file::Role::Batch => {
                let parsed = read::read_yaml(&text, yaml, Document::Batch);
                let project = self.project.tree();
                let parsed = BatchFlow::from_block((name, path), text, parsed, project);
                self.found.extend(parsed.diagnostics);
                self.project.batches.push(Arc::new(parsed.tree));
            }
            file::Role::OtherLive => {
                let message = "this live flow is not used: only `live.yml` is";
                self.found.push(Diagnostic::warning(
                    "unused-flow",
                    &text,
                    Span::at(0),
                    message,
                ));
            }
            file::Role::Unknown => {}
        }
    }

    fn action(&mut self, path: &str) {
        if let Some(text) = self.open_file(path) {
            let parsed = read::read(&text, Document::Action);
            self.action_block(path, &text, parsed);
        }
    }

    fn action_block(&mut self, path: &str, text: &Text, parsed: Parsed<Block>) {
        if self
            .project
            .actions
            .iter()
            .any(|action| action.path == path)
        {
            return;
        }
        let parsed = Action::from_block(path, text, parsed);
        self.found.extend(parsed.diagnostics);
        self.project.actions.push(Arc::new(parsed.tree));
    }

    /// Actions of the project that a flow or another action calls, wherever they lie.
    fn called_actions(&mut self) {
        let mut todo: Vec<String> = Vec::new();
        if let Some(live) = &self.project.live {
            todo.extend(
                live.tree
                    .blocks("jobs")
                    .filter_map(|(_, job)| action::called(&job.block)),
            );
        }
        for batch in &self.project.batches {
            todo.extend(
                batch
                    .tree
                    .items("tasks")
                    .iter()
                    .filter_map(|task| action::called(task)),
            );
        }
        for action in &self.project.actions {
            todo.extend(
                action
                    .tree
                    .items("tasks")
                    .iter()
                    .filter_map(|task| action::called(task)),
            );
        }
        while let Some(reference) = todo.pop() {
            let Some(path) = action::local_path(self.workspace, &reference) else {
                continue;
            };
            if self
                .project
                .actions
                .iter()
                .any(|action| action.path == path)
            {
                continue;
            }
            self.action(&path);
            if let Some(action) = self
                .project
                .actions
                .last()
                .filter(|action| action.path == path)
            {
                let calls = action.tree.items("tasks").iter();
                todo.extend(calls.filter_map(|task| action::called(task)));
            }
        }
    }
}

/// The id of a project: from its file, or from the name of its folder.
fn project_id(root: &str, file: Option<&ProjectFile>) -> Result<String, Box<Diagnostic>> {
    if let Some(file) = file {
        let span = file.tree.scalar("id").map_or(Span::at(0), |id| id.span);
        return file.tree.constant("id").ok_or_else(|| {
            Box::new(Diagnostic::error(
                "no-project-id",
                &file.text,
                span,
                "the project has no usable id",
            ))
        });
    }
    let name = root
        .trim_end_matches('/')
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or("");
    let stem = match name.rfind('.') {
        Some(at) if at > 0 && at + 1 < name.len() => &name[..at],
        _ => name,
    };
    let id = stem.replace('-', "_");
    match check_id(&id) {
        Ok(()) => Ok(id),
        Err(error) => {
            let text = Text::new(root, "");
            let message =
                format!("the name of the folder cannot be the id of the project: {error}");
            let found = Diagnostic::error("bad-folder-name", &text, Span::at(0), message);
            Err(found
                .help("add `.apolo/project.yml` with `id: NAME`, or rename the folder")
                .into())
        }
    }
}
