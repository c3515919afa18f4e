//! New projects: the templates that there are, their forms and previews, and making the files.
//!
//! The `template` crate plans without touching a disk; this half reads the clock and writes. What
//! it does not do: choose a place, keep a list of projects, run hooks.

mod card;
mod command;
mod form;
mod preview;
mod write;

use std::path::Path;

use contract::{Failure, FailureCode, TemplateForm, TemplateList, TemplatePreview};
use indexmap::IndexMap;
use template::{Answers, Plan, Setting, Template, bundled};

pub(crate) use write::{Progress, Written};

/// A template with what was answered by hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Id of a bundled template.
    pub(crate) template: &'a str,
    /// What was typed, by the names of the variables.
    pub(crate) answers: &'a IndexMap<String, String>,
    /// The folder the project is to lie in.
    pub(crate) parent: &'a Path,
}

/// The templates that there are.
pub(crate) fn templates() -> TemplateList {
    TemplateList {
        templates: bundled::all().iter().filter_map(card::of).collect(),
    }
}

/// The questions of a template with their present answers.
pub(crate) fn form(asked: Asked<'_>) -> Result<TemplateForm, Failure> {
    let template = find(asked.template)?;
    let form = template.form(&answers(asked), &setting(asked));
    Ok(form::view(form, command::of(asked)))
}

/// What would be written.
pub(crate) fn preview(asked: Asked<'_>) -> Result<TemplatePreview, Failure> {
    Ok(preview::view(&plan(asked)?))
}

/// Makes the project, as a whole or not at all, and tells where it lies.
pub(crate) fn create(
    asked: Asked<'_>,
    progress: &mut dyn FnMut(Progress<'_>) -> std::ops::ControlFlow<()>,
) -> Result<Written, Failure> {
    let plan = plan(asked)?;
    if !plan.is_sound() {
        let preview = preview::view(&plan);
        let first = preview
            .diagnostics
            .iter()
            .find(|one| one.severity == contract::SeverityView::Error);
        let why = first.map_or_else(String::new, |one| format!(": {}", one.message));
        return Err(Failure::new(
            FailureCode::Invalid,
            format!("The project was not made{why}."),
        )
        .hint("Change the answers that are marked.")
        .diagnostics(preview.diagnostics));
    }
    write::write(&plan, asked.parent, progress).map_err(|error| error.failure())
}

fn plan(asked: Asked<'_>) -> Result<Plan, Failure> {
    Ok(find(asked.template)?.plan(&answers(asked), &setting(asked)))
}

fn find(id: &str) -> Result<Template, Failure> {
    let found = bundled::find(id).ok_or_else(|| {
        let known: Vec<&str> = bundled::all().iter().map(|one| one.id).collect();
        Failure::not_found(format!("There is no template `{id}`."))
            .hint(format!("There are {}.", known.join(" and ")))
    })?;
    Template::read(found.tree())
        .map_err(|error| Failure::internal(format!("The template `{id}` cannot be used: {error}.")))
}

fn answers(asked: Asked<'_>) -> Answers {
    Answers::typed(
        asked
            .answers
            .iter()
            .map(|(name, text)| (name.clone(), text.clone())),
    )
}

/// The world as templates see it. The seed follows from the answers, so that a preview shows what
/// will be written.
fn setting(asked: Asked<'_>) -> Setting {
    Setting {
        zone: jiff::tz::TimeZone::system(),
        template: asked.template.to_owned(),
        output_dir: asked.parent.display().to_string(),
        ..Setting::new(jiff::Timestamp::now(), seed())
    }
}

/// One seed for each run of the program.
fn seed() -> u64 {
    static SEED: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *SEED.get_or_init(|| uuid::Uuid::new_v4().as_u64_pair().0)
}

#[cfg(test)]
mod tests;
