//! A project and newer versions of the template it came from.

use std::path::{Path, PathBuf};

use contract::{
    Failure, Freshness, UpdateApply, UpdateAsk, UpdateCheck, UpdateCheckAsk, UpdateDone,
    UpdatePreview, UpdateState,
};
use template::{CRUFT_FILE, Cruft};
use template_store::{Store, Versions, read_cruft};

use crate::Desk;
use crate::credentials::blocking;
use crate::templates::source::{Source, failure};
use crate::templates::work::Work;
use crate::view::failure::capital;

mod apply;
mod planned;
mod project_files;
mod view;

pub(crate) use planned::{PlannedUpdate, fields, with_native};
pub(crate) use project_files::ProjectFiles;

/// Whether the template of a project has a newer version.
pub async fn update_check(desk: &Desk, request: UpdateCheckAsk) -> Result<UpdateCheck, Failure> {
    let desk = desk.clone();
    let work = Work::begin(&desk, request.work.as_deref());
    blocking(move || check(&desk, &request, &work)).await?
}

/// What a newer version would change; nothing is written.
pub async fn update_preview(desk: &Desk, request: UpdateAsk) -> Result<UpdatePreview, Failure> {
    let desk = desk.clone();
    let work = Work::begin(&desk, request.work.as_deref());
    blocking(move || planned::preview(&desk, request, &work)).await?
}

/// Takes a newer version over, as a whole or not at all.
pub async fn update_apply(desk: &Desk, request: UpdateApply) -> Result<UpdateDone, Failure> {
    let planned = desk.templates().updates.get(&request.update);
    let planned = planned.ok_or_else(|| {
        Failure::not_found("This update is not known any more.").hint("Look at it again first.")
    })?;
    let inner = desk.clone();
    let done = blocking(move || apply::apply(&inner, &planned, &request)).await??;
    desk.tell(contract::DeskEvent::ProjectChanged {
        project: done.path.clone(),
    });
    Ok(done)
}

/// What a project remembers of its template.
pub(crate) struct Tracked {
    pub(crate) root: PathBuf,
    pub(crate) cruft: Cruft,
}

impl Tracked {
    /// The project a path lies in; none when it remembers no template.
    pub(crate) fn find(desk: &Desk, asked: &str) -> Result<Option<Self>, Failure> {
        let folder = project_folder(desk, asked)?;
        let holds = |folder: &&Path| folder.join(CRUFT_FILE).is_file();
        let Some(root) = folder.ancestors().find(holds).map(Path::to_owned) else {
            return Ok(None);
        };
        let refuse = |why: &dyn std::fmt::Display| {
            Failure::invalid("project", format!("{}.", capital(why)))
                .hint("Mend the file, or remove it and adopt the project again.")
        };
        let text = read_cruft(&root).map_err(|error| refuse(&error))?;
        let cruft = Cruft::read(&text.unwrap_or_default()).map_err(|error| refuse(&error))?;
        Ok(Some(Self { root, cruft }))
    }

    /// The template's place; relative ones begin at the project.
    pub(crate) fn source(&self, freshness: Freshness) -> Source {
        Source {
            typed: self.cruft.template.clone(),
            checkout: self.cruft.checkout.clone(),
            directory: self.cruft.directory.clone(),
            freshness,
            base: Some(self.root.display().to_string()),
            ..Source::default()
        }
    }
}

/// The folder of a project, as it was typed.
pub(crate) fn project_folder(desk: &Desk, asked: &str) -> Result<PathBuf, Failure> {
    let typed = crate::templates::source::path(desk, asked);
    let folder = std::fs::canonicalize(&typed).map_err(|error| {
        let message = format!("{} cannot be opened: {error}.", typed.display());
        Failure {
            field: Some("project".to_owned()),
            ..Failure::not_found(message)
        }
    })?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let message = format!("{} is a file; a project is a folder.", typed.display());
    Err(Failure::invalid("project", message))
}

fn check(desk: &Desk, request: &UpdateCheckAsk, work: &Work) -> Result<UpdateCheck, Failure> {
    let Some(tracked) = Tracked::find(desk, &request.project)? else {
        return Ok(untracked());
    };
    let freshness = request.freshness.unwrap_or(Freshness::Refresh);
    let mut source = tracked.source(freshness);
    let wanted = source.wanted(desk)?;
    source.checkout = None;
    let known = Store::new(&desk.folders().data).known_versions(&wanted.reference);
    let mut notes = Vec::new();
    let asked = match (freshness, known.clone()) {
        (Freshness::Offline | Freshness::Cached, Some(known)) => Ok(known),
        _ => source.ask(desk, work, |store, terms| store.versions(&wanted, terms)),
    };
    let versions = match (asked, known) {
        (Ok(versions), _) => versions,
        (Err(error), Some(known)) => {
            notes.push(format!("What was seen last time is told: {error}."));
            known
        }
        (Err(error), None) => return Err(failure(&error)),
    };
    let checkout = tracked.cruft.checkout.as_deref();
    let newest = newest(&versions, checkout, &tracked.cruft.commit);
    notes.extend(newer_tag(&versions, checkout));
    let copies = Store::new(&desk.folders().data).copies();
    let copy = copies
        .iter()
        .find(|copy| copy.source == wanted.reference.name());
    Ok(told(
        &tracked.cruft,
        newest,
        notes,
        copy.map(|copy| copy.checked.to_string()),
    ))
}

fn untracked() -> UpdateCheck {
    UpdateCheck {
        state: UpdateState::Untracked,
        message: "The project does not remember which template it was made from.".to_owned(),
        source: None,
        directory: None,
        checkout: None,
        commit: None,
        newest: None,
        checked_at: None,
        notes: Vec::new(),
    }
}

fn told(
    cruft: &Cruft,
    newest: Option<String>,
    notes: Vec<String>,
    checked_at: Option<String>,
) -> UpdateCheck {
    let followed = cruft.checkout.as_deref().unwrap_or("the template");
    let (state, message) = match &newest {
        Some(newest) if *newest != cruft.commit => (
            UpdateState::Behind,
            format!("There is a newer version of {followed}: {}.", short(newest)),
        ),
        Some(_) => (
            UpdateState::Current,
            "The project has the newest version of its template.".to_owned(),
        ),
        None => (
            UpdateState::Current,
            format!("The project stays at the version {followed}."),
        ),
    };
    UpdateCheck {
        state,
        message,
        source: Some(cruft.template.clone()),
        directory: cruft.directory.clone(),
        checkout: cruft.checkout.clone(),
        commit: Some(cruft.commit.clone()),
        newest,
        checked_at,
        notes,
    }
}

/// The commit a project that follows a version would come to; none for a commit, which never moves.
fn newest(versions: &Versions, checkout: Option<&str>, commit: &str) -> Option<String> {
    let Some(checkout) = checkout else {
        return versions.default.as_ref().map(|one| one.commit.clone());
    };
    let named = versions.branches.iter().chain(&versions.tags);
    let mut named = named.filter(|one| one.name == checkout);
    match named.next() {
        Some(found) => Some(found.commit.clone()),
        None if commit.starts_with(checkout) => None,
        // A version that is gone is told by the update itself.
        None => None,
    }
}

/// A project that follows a tag stays there; a newer tag is worth a word.
fn newer_tag(versions: &Versions, checkout: Option<&str>) -> Option<String> {
    let checkout = checkout?;
    let first = versions.tags.first()?;
    let follows_tag = versions.tags.iter().any(|tag| tag.name == checkout);
    (follows_tag && first.name != checkout).then(|| {
        format!(
            "The project follows the tag {checkout}; the newest tag is {}.",
            first.name
        )
    })
}

/// The beginning of a commit's id, as people write it.
pub(crate) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
