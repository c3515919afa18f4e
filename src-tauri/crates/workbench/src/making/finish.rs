//! From a draft to a project: what it remembers, its repository, its place.

use std::sync::{Arc, Mutex, PoisonError};

use contract::{Failure, GitStart, HookReport, MakingStep, ProjectMade, ProjectView};
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::Value;
use template::{CRUFT_FILE, Cruft, Plan};
use template_store::write::{Author, Decision, Decisions, Draft, FirstCommit, Person, Written};
use template_store::{Memory, Remembered};

use super::USUAL_BRANCH;
use super::carry_out::Steps;
use super::refusal::{git_failure, write_failure};
use crate::Desk;
use crate::templates::OpenTemplate;
use crate::templates::work::Work;
use crate::view::diagnostic::count;

/// A project that is ready to be put in its place.
pub(crate) struct Prepared {
    pub(super) open: Arc<OpenTemplate>,
    pub(super) plan: Plan,
    pub(super) typed: IndexMap<String, Value>,
    pub(super) draft: Draft,
    pub(super) steps: Steps,
    pub(super) decisions: Option<Decisions>,
    pub(super) git: Option<GitStart>,
    pub(super) hooks: Vec<HookReport>,
}

/// A project that waits to be confirmed. Dropping it removes every trace.
pub(crate) struct Waiting(Mutex<Option<Prepared>>);

impl Waiting {
    pub(super) fn of(prepared: Prepared) -> Self {
        Self(Mutex::new(Some(prepared)))
    }

    /// The project; only the first who asks gets it.
    pub(super) fn take(&self) -> Option<Prepared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A project that stands in its place.
pub(super) struct Stands {
    pub(super) written: Written,
    steps: Vec<MakingStep>,
    hooks: Vec<HookReport>,
    commit: Option<String>,
    notes: Vec<String>,
}

impl Stands {
    /// What the window shows of it.
    pub(super) fn view(self, desk: &Desk, project: Option<ProjectView>) -> ProjectMade {
        let Written {
            id, target, files, ..
        } = self.written;
        ProjectMade {
            shown_path: desk.folders().shown(&target),
            path: target.display().to_string(),
            files: count(files),
            undo: id,
            steps: self.steps,
            hooks: self.hooks,
            commit: self.commit,
            project,
            notes: self.notes,
        }
    }
}

/// Puts a prepared project in its place.
pub(super) fn finish(desk: &Desk, prepared: Prepared, work: &Work) -> Result<Stands, Failure> {
    let Prepared {
        open,
        plan,
        typed,
        mut draft,
        mut steps,
        decisions,
        git,
        hooks,
    } = prepared;
    let mut notes = Vec::new();
    let mut decisions = decisions;
    match remembered_template(&open, &plan) {
        Ok(cruft) => {
            draft
                .add(CRUFT_FILE, cruft.to_json().as_bytes())
                .map_err(|error| write_failure(&error))?;
            // It tells of this template from now on.
            if let Some(decisions) = &mut decisions {
                decisions
                    .entry(CRUFT_FILE.to_owned())
                    .or_insert(Decision::Replace);
            }
        }
        Err(note) => notes.extend(note),
    }
    let commit = match &git {
        Some(_) if decisions.is_some() && draft.target().join(".git").exists() => {
            notes.push("The folder has a git repository already; it was left alone.".to_owned());
            None
        }
        Some(git) => steps.take("Start the repository", || start_git(&mut draft, git))?,
        None => None,
    };
    if work.is_stopped() {
        return Err(write_failure(&template_store::write::WriteError::Stopped));
    }
    let placed = steps.take("Move it into its place", || match &decisions {
        None => draft.place(),
        Some(decisions) => draft.place_into(decisions),
    });
    let written = placed.map_err(|error| write_failure(&error))?;
    tracing::info!(files = written.files, target = %written.target.display(), "project made");
    if let Err(error) = remember_answers(desk, &open, typed) {
        notes.push(format!(
            "The answers could not be kept for next time: {error}."
        ));
    }
    Ok(Stands {
        written,
        steps: steps.0,
        hooks,
        commit,
        notes,
    })
}

/// What the project remembers of its template; a note where nothing could be done with it later.
fn remembered_template(open: &OpenTemplate, plan: &Plan) -> Result<Cruft, Option<String>> {
    if open.is_bundled() {
        return Err(None);
    }
    let Some(commit) = &open.pin.commit else {
        let note = "The template has no version, so the project cannot be updated from it later.";
        return Err(Some(note.to_owned()));
    };
    let mut cruft = Cruft::of(plan, &open.pin.source, commit);
    cruft.checkout = open.pin.checkout.clone();
    cruft.directory = open.pin.directory.clone();
    Ok(cruft)
}

fn start_git(draft: &mut Draft, git: &GitStart) -> Result<Option<String>, Failure> {
    let person = Person::read();
    let author = match (&git.name, &git.email) {
        (Some(name), Some(email)) => Some(Author {
            name: name.clone(),
            email: email.clone(),
        }),
        _ => person.author,
    };
    let branch = git.branch.clone().or(person.branch);
    let start = FirstCommit {
        branch: Some(branch.as_deref().unwrap_or(USUAL_BRANCH)),
        message: git.message.as_deref(),
        author: author.as_ref(),
    };
    draft.start_git(&start).map_err(|error| git_failure(&error))
}

fn remember_answers(
    desk: &Desk,
    open: &OpenTemplate,
    typed: IndexMap<String, Value>,
) -> Result<(), template_store::MemoryError> {
    Memory::new(&desk.folders().data).remember(&Remembered {
        source: open.pin.source.clone(),
        directory: open.pin.directory.clone(),
        checkout: open.pin.checkout.clone(),
        given: Timestamp::now(),
        answers: typed.into_iter().collect(),
    })
}
