//! Projects: opening, reading, forgetting.

pub(crate) mod disk;
pub(crate) mod kept;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{
    BatchView, DeskEvent, DiagnosticView, Failure, FailureCode, HomeAsk, HomeView, LiveJobView,
    ParamView, ProjectAsk, ProjectView, SampleAsk,
};
use flow::live::PreparedLive;
use flow::{Platform, Project, Session};
use jiff::Timestamp;
use source::{Diagnostic, Parsed, Severity, Span};

use crate::Desk;
use crate::home::home_view;
use crate::view::diagnostic::{count, relative, views};
use disk::DiskWorkspace;

/// How many entries of a folder are looked at for projects inside it.
const LOOK_INSIDE: usize = 500;

/// A project as its files are now.
pub(crate) struct OpenProject {
    pub(crate) root: PathBuf,
    pub(crate) workspace: Arc<DiskWorkspace>,
    pub(crate) project: Project,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) platform: Platform,
}

impl OpenProject {
    /// Reads the project that a folder lies in. Errors in its files are diagnostics; it is refused
    /// only when there is nothing of a flow.
    pub(crate) fn read(asked: &str, platform: Platform) -> Result<Self, Failure> {
        let root = find_root(Path::new(asked))?;
        let workspace = DiskWorkspace::new(&root).map_err(|error| {
            Failure::invalid("project", format!("{asked} cannot be opened: {error}."))
        })?;
        let Parsed {
            tree: project,
            diagnostics,
        } = flow::open(&workspace);
        if project.config_dir.is_none() && project.actions.is_empty() {
            return Err(no_flow(&root));
        }
        Ok(Self {
            root: PathBuf::from(&project.root),
            workspace: Arc::new(workspace),
            project,
            diagnostics,
            platform,
        })
    }

    /// What evaluation may ask.
    pub(crate) fn session(&self) -> Session<'_> {
        Session {
            workspace: &*self.workspace,
            platform: &self.platform,
            jobs: &flow::NoJobs,
        }
    }

    /// The folder as it is written on the wire.
    pub(crate) fn path(&self) -> String {
        self.root.display().to_string()
    }

    /// The flow id; a folder whose name fits no id has none until its project file gives one.
    pub(crate) fn id(&self) -> Result<&str, Failure> {
        self.project.id.as_deref().ok_or_else(|| {
            let found = views(&self.diagnostics, &self.root);
            Failure::new(FailureCode::FlowUnsound, "The project has no id.")
                .hint("Write `id:` into its project.yml.")
                .diagnostics(found)
        })
    }

    /// The project of the platform it works in.
    pub(crate) fn platform_project(&self) -> &str {
        self.project
            .project_name
            .as_deref()
            .unwrap_or(&self.platform.project)
    }

    /// A refusal because of what is wrong in the files.
    pub(crate) fn unsound(&self, message: &str, found: &[Diagnostic]) -> Failure {
        Failure::new(FailureCode::FlowUnsound, message)
            .diagnostics(views(found, &self.root))
            .hint("Mend the places that are named, then try again.")
    }
}

/// The folder of the project that a path lies in.
pub(crate) fn find_root(asked: &Path) -> Result<PathBuf, Failure> {
    let found = std::fs::canonicalize(asked).map_err(|error| {
        let message = format!("{} cannot be opened: {error}.", asked.display());
        Failure {
            field: Some("project".to_owned()),
            ..Failure::not_found(message)
        }
    })?;
    if !found.is_dir() {
        let message = format!("{} is a file; a project is a folder.", asked.display());
        return Err(Failure::invalid("project", message));
    }
    if let Some(root) = found.ancestors().find(|folder| holds_flow(folder)) {
        return Ok(root.to_owned());
    }
    match flows_inside(&found).as_slice() {
        [] => Ok(found),
        [only] => Ok(only.clone()),
        several => Err(several_flows(&found, several)),
    }
}

fn holds_flow(folder: &Path) -> bool {
    folder.join(".apolo").is_dir() || folder.join(".neuro").is_dir()
}

fn holds_action(folder: &Path) -> bool {
    folder.join("action.yml").is_file() || folder.join("action.yaml").is_file()
}

/// The projects that lie right inside a folder, for people who pick the folder around theirs.
fn flows_inside(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let inside = entries
        .flatten()
        .take(LOOK_INSIDE)
        .map(|entry| entry.path());
    let is_project = |folder: &PathBuf| holds_flow(folder) || holds_action(folder);
    let mut found: Vec<PathBuf> = inside.filter(is_project).collect();
    found.sort();
    found
}

fn several_flows(folder: &Path, several: &[PathBuf]) -> Failure {
    let names: Vec<String> = several
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let message = format!(
        "{} is no project itself, but holds several.",
        folder.display()
    );
    Failure::invalid("project", message).hint(format!("Pick one of them: {}.", names.join(", ")))
}

fn no_flow(root: &Path) -> Failure {
    let message = format!(
        "There is no flow in {}: it has neither `.apolo` nor `.neuro`.",
        root.display()
    );
    Failure::invalid("project", message)
        .hint("Pick the folder of a project, or make a new project.")
}

/// Opens a project and remembers it.
pub async fn project_open(desk: &Desk, request: ProjectAsk) -> Result<ProjectView, Failure> {
    let open = OpenProject::read(&request.project, desk.who())?;
    let view = view(desk, &open);
    let flow = open.project.id.as_deref();
    desk.projects()
        .opened(&open.root, &view.name, flow, Timestamp::now());
    desk.watches().open(&open.root);
    desk.tell(DeskEvent::HomeChanged {});
    Ok(view)
}

/// Reads a project anew.
pub async fn project_view(desk: &Desk, request: ProjectAsk) -> Result<ProjectView, Failure> {
    Ok(view(
        desk,
        &OpenProject::read(&request.project, desk.who())?,
    ))
}

/// Takes a project off the list of known ones; its folder stays.
pub async fn project_forget(desk: &Desk, request: ProjectAsk) -> Result<HomeView, Failure> {
    desk.projects().forget(Path::new(&request.project));
    desk.watches().close(Path::new(&request.project));
    desk.tell(DeskEvent::HomeChanged {});
    home_view(desk, HomeAsk {}).await
}

/// Opens the sample project; makes it on first use.
pub async fn sample_open(desk: &Desk, _request: SampleAsk) -> Result<ProjectView, Failure> {
    let root = crate::making::sample(desk).await?;
    project_open(
        desk,
        ProjectAsk {
            project: root.display().to_string(),
        },
    )
    .await
}

/// What a project defines, as the window shows it.
fn view(desk: &Desk, open: &OpenProject) -> ProjectView {
    let OpenProject {
        root,
        project,
        diagnostics,
        ..
    } = open;
    let name = name(open);
    ProjectView {
        path: open.path(),
        shown_path: desk.folders().shown(root),
        id: project.id.clone().unwrap_or_default(),
        name,
        config_folder: project.config_dir.clone().unwrap_or_default(),
        branch: disk::branch(root),
        live_file: project.live.as_ref().map(|live| live.path.clone()),
        jobs: jobs(open),
        batches: batches(open),
        diagnostics: views(diagnostics, root)
            .into_iter()
            .chain(only_actions(open))
            .collect(),
    }
}

/// Says of a folder without a flow that it is an action for other projects.
fn only_actions(open: &OpenProject) -> Option<DiagnosticView> {
    let none = open.project.config_dir.is_none();
    let action = open.project.actions.first().filter(|_| none)?;
    let message = "this folder holds an action for other projects, and no flow of its own";
    let found = Diagnostic::new(
        Severity::Hint,
        "only-actions",
        &action.text,
        Span::at(0),
        message,
    );
    let found = found.help("call it from a live job or a task with `action:`");
    views(&[found], &open.root).pop()
}

/// What people call the project: the title of its live flow, else the name of its folder.
fn name(open: &OpenProject) -> String {
    let live = open.project.live.as_ref();
    let title = live
        .filter(|live| live.title != live.id)
        .map(|live| live.title.clone());
    let folder = open
        .root
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    title.or(folder).unwrap_or_else(|| open.path())
}

fn jobs(open: &OpenProject) -> Vec<LiveJobView> {
    let Some(live) = &open.project.live else {
        return Vec::new();
    };
    let session = open.session();
    let (prepared, _) = PreparedLive::survey(&open.project, &session, Arc::clone(live));
    let multi = |id: &str| prepared.is_multi(&session, id).ok();
    live.jobs
        .values()
        .map(|job| LiveJobView {
            id: job.id.clone(),
            title: job.title.clone(),
            image: job.image.clone(),
            preset: job.preset.clone(),
            multi: multi(&job.id).unwrap_or(job.multi),
            port: job.http_port.clone(),
            browse: job.browse,
            params: params(&job.params),
            file: relative(&live.path, &open.root),
            line: count(live.text.position(job.key.start).line),
            broken: !job.sound,
        })
        .collect()
}

fn batches(open: &OpenProject) -> Vec<BatchView> {
    open.project
        .batches
        .iter()
        .map(|batch| BatchView {
            id: batch.name.clone(),
            title: Some(batch.title.clone()).filter(|title| *title != batch.name),
            file: relative(&batch.path, &open.root),
            params: params(&batch.params),
            tasks: count(crate::bake::drafted_tasks(open, &batch.name)),
            broken: !batch.sound,
        })
        .collect()
}

/// Parameters as they are written.
pub(crate) fn params(params: &[flow::live::ParamView]) -> Vec<ParamView> {
    params
        .iter()
        .map(|param| ParamView {
            name: param.name.clone(),
            default: param.default.clone(),
            description: param.descr.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody() -> Platform {
        crate::account::who(&client::Standing::default())
    }

    #[test]
    fn a_project_is_found_from_a_folder_inside() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("rye/.neuro")).unwrap();
        std::fs::create_dir_all(root.path().join("rye/data/raw")).unwrap();
        let found = find_root(&root.path().join("rye/data/raw")).unwrap();
        assert!(found.ends_with("rye"));
    }

    #[test]
    fn the_only_project_inside_a_folder_is_found_and_several_are_named() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("rye/.neuro")).unwrap();
        assert!(find_root(root.path()).unwrap().ends_with("rye"));
        std::fs::create_dir_all(root.path().join("wheat/.apolo")).unwrap();
        let refused = find_root(root.path()).err().unwrap();
        assert_eq!(
            refused.hint.as_deref(),
            Some("Pick one of them: rye, wheat.")
        );
    }

    #[test]
    fn a_folder_without_a_flow_and_a_missing_one_are_refused_clearly() {
        let root = tempfile::tempdir().unwrap();
        let asked = root.path().display().to_string();
        let refused = OpenProject::read(&asked, nobody()).err().unwrap();
        assert_eq!(refused.code, FailureCode::Invalid);
        assert!(refused.message.contains("neither `.apolo` nor `.neuro`"));
        let missing = OpenProject::read(&format!("{asked}/none"), nobody())
            .err()
            .unwrap();
        assert_eq!(missing.code, FailureCode::NotFound);
    }
}
