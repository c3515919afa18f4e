//! Templates: the list, the form, the preview, and making a project.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use contract::{
    Failure, ProjectAsk, ProjectCreate, ProjectView, SeverityView, TemplateAsk, TemplateForm,
    TemplateList, TemplateListAsk, TemplatePreview,
};
use indexmap::IndexMap;

use crate::Desk;
use crate::credentials::blocking;
use crate::new_project::{self, Asked};
use crate::place::{obstacle, parent_folder};
use crate::project::project_open;

/// The template of the sample project.
const SAMPLE_TEMPLATE: &str = "project";

/// The templates that there are.
pub async fn template_list(
    _desk: &Desk,
    _request: TemplateListAsk,
) -> Result<TemplateList, Failure> {
    Ok(new_project::templates())
}

/// The questions of a template with their present answers.
pub async fn template_form(desk: &Desk, request: TemplateAsk) -> Result<TemplateForm, Failure> {
    let parent = parent_folder(desk, None);
    new_project::form(asked(&request.template, &request.answers, &parent))
}

/// What would be written; nothing is.
pub async fn template_preview(
    desk: &Desk,
    request: TemplateAsk,
) -> Result<TemplatePreview, Failure> {
    let parent = parent_folder(desk, None);
    new_project::preview(asked(&request.template, &request.answers, &parent))
}

/// Makes a project, as a whole or not at all, and opens it.
pub async fn project_create(desk: &Desk, request: ProjectCreate) -> Result<ProjectView, Failure> {
    let parent = parent_folder(desk, request.parent.as_deref());
    let preview = new_project::preview(asked(&request.template, &request.answers, &parent))?;
    // Answers that do not fit are told by the making itself, with their fields.
    let sound = preview
        .diagnostics
        .iter()
        .all(|found| found.severity != SeverityView::Error);
    if let Some(found) = obstacle(&parent, &preview.folder).filter(|_| sound) {
        return Err(Failure::invalid("place", found.problem).hint(found.hint));
    }
    let target = blocking(move || make(&request.template, &request.answers, &parent)).await??;
    project_open(
        desk,
        ProjectAsk {
            project: target.display().to_string(),
        },
    )
    .await
}

/// The folder of the sample project, made on first use.
pub(crate) fn sample(desk: &Desk) -> Result<PathBuf, Failure> {
    let parent = desk.folders().data.join("sample");
    let answers = IndexMap::from([("project_name".to_owned(), "Sample".to_owned())]);
    let preview = new_project::preview(asked(SAMPLE_TEMPLATE, &answers, &parent))?;
    let target = parent.join(&preview.folder);
    if target.is_dir() {
        return Ok(target);
    }
    std::fs::create_dir_all(&parent).map_err(|error| {
        Failure::internal(format!("{} cannot be made: {error}.", parent.display()))
    })?;
    make(SAMPLE_TEMPLATE, &answers, &parent)
}

fn make(
    template: &str,
    answers: &IndexMap<String, String>,
    parent: &Path,
) -> Result<PathBuf, Failure> {
    let asked = asked(template, answers, parent);
    let written = new_project::create(asked, &mut |progress| {
        tracing::debug!(
            done = progress.done,
            total = progress.total,
            path = progress.path,
            "made"
        );
        ControlFlow::Continue(())
    })?;
    tracing::info!(files = written.files, target = %written.target.display(), "project made");
    Ok(written.target)
}

fn asked<'a>(
    template: &'a str,
    answers: &'a IndexMap<String, String>,
    parent: &'a Path,
) -> Asked<'a> {
    Asked {
        template,
        answers,
        parent,
    }
}
