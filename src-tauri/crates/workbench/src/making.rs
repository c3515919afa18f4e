//! Making projects: from a plan to a folder that stands as a whole or not at all, and back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use contract::{
    Failure, GitPerson, GitPersonAsk, KeptFile, ProjectAsk, ProjectConfirm, ProjectCreate,
    ProjectMake, ProjectMaking, ProjectUndo, ProjectUndone, ProjectView, SeverityView, TemplateAsk,
    UndoAsk, UndoList, Undoable,
};
use indexmap::IndexMap;
use template_store::write::{Journal, Person, Undone, Written};

use crate::Desk;
use crate::credentials::blocking;
use crate::place::{obstacle, parent_folder};
use crate::project::project_open;
use crate::templates::work::Work;
use crate::view::diagnostic::count;

mod carry_out;
mod finish;
mod refusal;
pub(crate) mod run_hooks;

use carry_out::{Outcome, make};
pub(crate) use finish::Waiting;
use finish::{Stands, finish};
pub(crate) use refusal::write_failure;

/// The template of the sample project.
const SAMPLE_TEMPLATE: &str = "project";

/// How long a project can be undone.
const UNDO_LIMIT: Duration = Duration::from_secs(30 * 24 * 3600);

/// The branch of new repositories when the person has no other wish.
const USUAL_BRANCH: &str = "main";

/// Makes a project from any template.
pub async fn project_make(desk: &Desk, request: ProjectMake) -> Result<ProjectMaking, Failure> {
    let work = Work::begin(desk, request.work.as_deref());
    let inner = desk.clone();
    let outcome = blocking(move || {
        let outcome = make(&inner, request, &work);
        // Whoever asked to stop gets no failure.
        match outcome {
            Err(_) | Ok(Outcome::HookFailed(..)) if work.is_stopped() => Ok(Outcome::Discarded),
            other => other,
        }
    })
    .await??;
    match outcome {
        Outcome::Stands(stands) => opened(desk, *stands).await,
        Outcome::Review(making, hooks) => Ok(ProjectMaking::Review { making, hooks }),
        Outcome::HookFailed(hooks, hint) => Ok(ProjectMaking::HookFailed { hooks, hint }),
        Outcome::Discarded => Ok(ProjectMaking::Discarded {}),
    }
}

/// Confirms or discards a project that waits for it.
pub async fn project_confirm(
    desk: &Desk,
    request: ProjectConfirm,
) -> Result<ProjectMaking, Failure> {
    let waiting = desk.templates().waiting.take(&request.making);
    let waiting = waiting.ok_or_else(|| {
        Failure::not_found("This project does not wait to be confirmed any more.")
            .hint("Make it again; nothing was left behind.")
    })?;
    let inner = desk.clone();
    let stands = blocking(move || {
        let waiting = waiting.take();
        match waiting {
            Some(prepared) if request.accept => {
                let work = Work::begin(&inner, None);
                finish(&inner, prepared, &work).map(Some)
            }
            // Dropping it removes every trace.
            _ => Ok(None),
        }
    })
    .await??;
    match stands {
        Some(stands) => opened(desk, stands).await,
        None => Ok(ProjectMaking::Discarded {}),
    }
}

/// Opens a finished project, if it holds a flow.
async fn opened(desk: &Desk, stands: Stands) -> Result<ProjectMaking, Failure> {
    let request = ProjectAsk {
        project: stands.written.target.display().to_string(),
    };
    let project = project_open(desk, request).await.ok();
    Ok(ProjectMaking::Made {
        made: Box::new(stands.view(desk, project)),
    })
}

/// Makes a project without choices, and opens it.
pub async fn project_create(desk: &Desk, request: ProjectCreate) -> Result<ProjectView, Failure> {
    let parent = parent_folder(desk, request.parent.as_deref());
    let ask = TemplateAsk {
        template: request.template,
        answers: request.answers,
        parent: Some(parent.display().to_string()),
        ..TemplateAsk::default()
    };
    let preview = crate::template::template_preview(desk, ask.clone()).await?;
    // Answers that do not fit are told by the making itself, with their fields.
    let sound = preview
        .diagnostics
        .iter()
        .all(|found| found.severity != SeverityView::Error);
    if let Some(found) = obstacle(&parent, &preview.folder).filter(|_| sound) {
        return Err(Failure::invalid("place", found.problem).hint(found.hint));
    }
    let target = plainly(desk, ask).await?;
    project_open(
        desk,
        ProjectAsk {
            project: target.display().to_string(),
        },
    )
    .await
}

/// The folder of the sample project, made on first use.
pub(crate) async fn sample(desk: &Desk) -> Result<PathBuf, Failure> {
    let parent = desk.folders().data.join("sample");
    let ask = TemplateAsk {
        template: SAMPLE_TEMPLATE.to_owned(),
        answers: IndexMap::from([("project_name".to_owned(), "Sample".to_owned())]),
        parent: Some(parent.display().to_string()),
        ..TemplateAsk::default()
    };
    let target = parent.join(crate::template::plan(desk, &ask)?.folder);
    if target.is_dir() {
        return Ok(target);
    }
    std::fs::create_dir_all(&parent).map_err(|error| {
        Failure::internal(format!("{} cannot be made: {error}.", parent.display()))
    })?;
    plainly(desk, ask).await
}

/// Makes a project without hooks and git, and gives back its folder.
async fn plainly(desk: &Desk, ask: TemplateAsk) -> Result<PathBuf, Failure> {
    let desk = desk.clone();
    let request = ProjectMake {
        ask,
        ..ProjectMake::default()
    };
    blocking(move || {
        let work = Work::begin(&desk, None);
        match make(&desk, request, &work)? {
            Outcome::Stands(stands) => Ok(stands.written.target),
            _ => Err(Failure::internal("The project was not made.")),
        }
    })
    .await?
}

/// Who the person is in git.
pub async fn git_person(_desk: &Desk, _request: GitPersonAsk) -> Result<GitPerson, Failure> {
    let person = blocking(Person::read).await?;
    let (name, email) = person.author.map_or((None, None), |author| {
        (Some(author.name), Some(author.email))
    });
    Ok(GitPerson {
        name,
        email,
        branch: person.branch.unwrap_or_else(|| USUAL_BRANCH.to_owned()),
    })
}

/// What can be undone, the latest first.
pub async fn undo_list(desk: &Desk, _request: UndoAsk) -> Result<UndoList, Failure> {
    let journal = journal(desk);
    let makings = blocking(move || journal.list()).await?;
    Ok(UndoList {
        makings: makings.into_iter().map(undoable).collect(),
    })
}

fn undoable(written: Written) -> Undoable {
    Undoable {
        undo: written.id,
        path: written.target.display().to_string(),
        files: count(written.files),
        made_at: written.made.to_string(),
    }
}

/// Takes a project or an update back.
pub async fn project_undo(desk: &Desk, request: ProjectUndo) -> Result<ProjectUndone, Failure> {
    let journal = journal(desk);
    let (target, undone) = blocking(move || {
        let mut known = journal.list().into_iter();
        let target = known
            .find(|written| written.id == request.undo)
            .map(|written| written.target);
        target.zip(journal.undo(&request.undo))
    })
    .await?
    .ok_or_else(|| {
        Failure::not_found("There is nothing to undo: it was undone already, or too long ago.")
    })?;
    if undone.folder_removed {
        desk.projects().forget(&target);
        desk.watches().close(&target);
    }
    desk.tell(contract::DeskEvent::HomeChanged {});
    Ok(undone_view(&target, undone))
}

fn undone_view(target: &Path, undone: Undone) -> ProjectUndone {
    let kept = undone.kept.into_iter().map(|kept| KeptFile {
        path: kept.path,
        why: kept.why.to_owned(),
        before: kept.before.map(|path| path.display().to_string()),
    });
    ProjectUndone {
        path: target.display().to_string(),
        removed: undone.removed,
        restored: undone.restored,
        kept: kept.collect(),
        folder_removed: undone.folder_removed,
    }
}

/// What was done to folders of the person.
pub(crate) fn journal(desk: &Desk) -> Journal {
    Journal::new(&desk.folders().data)
}

/// Clears up what a crash left half done, and forgets what is too old to undo.
pub(crate) fn clear_up_soon(desk: &Desk) {
    let journal = journal(desk);
    tokio::task::spawn_blocking(move || {
        for recovery in journal.recover() {
            let (target, outcome) = (recovery.target.display(), recovery.outcome);
            tracing::warn!(%target, ?outcome, "a project was left half done");
        }
        journal.expire(UNDO_LIMIT);
    });
}
