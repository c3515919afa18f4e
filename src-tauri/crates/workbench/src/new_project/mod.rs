//! New projects: cards, forms and previews, in the views of the window.
//!
//! The `template` crate plans without touching a disk; this half reads the clock and adds what the
//! application does itself in the place of known hooks. Writing is done in `making`.

mod card;
mod command;
mod form;
pub(crate) mod hooks;
mod native;
mod preview;

use std::path::Path;

use contract::{
    Failure, FailureCode, PreviewEntry, SeverityView, TemplateAsk, TemplateForm, TemplateList,
    TemplatePreview,
};
use indexmap::IndexMap;
use serde_json::Value;
use template::{Answers, Plan, Setting, bundled};

use crate::templates::OpenTemplate;
pub(crate) use form::field;
pub(crate) use native::apply as apply_native;

/// A template with what was answered by hand.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The template.
    pub(crate) open: &'a OpenTemplate,
    /// The answers.
    pub(crate) ask: &'a TemplateAsk,
    /// The folder the project is to lie in.
    pub(crate) parent: &'a Path,
}

impl Asked<'_> {
    /// What was answered by hand: values first, then texts.
    pub(crate) fn typed(&self) -> IndexMap<String, Value> {
        let texts = self.ask.answers.iter();
        let mut typed: IndexMap<String, Value> = texts
            .map(|(name, text)| (name.clone(), Value::from(text.clone())))
            .collect();
        if let Some(values) = &self.ask.values {
            typed.extend(values.clone());
        }
        typed
    }

    /// The answers as the template takes them.
    pub(crate) fn answers(&self) -> Answers {
        Answers {
            typed: self.typed(),
            preferred: self.open.preferred.clone(),
            ..Answers::default()
        }
    }

    /// The world as the template sees it.
    pub(crate) fn setting(&self) -> Setting {
        setting(self.open, self.parent)
    }

    /// What the template makes, before any hook.
    pub(crate) fn bare_plan(&self) -> Plan {
        self.open.template.plan(&self.answers(), &self.setting())
    }

    /// What would be written: with what native hooks do, unless that is not wanted.
    pub(crate) fn plan(&self) -> Plan {
        let mut plan = self.bare_plan();
        if let Some(native) = &self.open.native
            && self.ask.native_hooks != Some(false)
        {
            native::apply(native, &mut plan, self.open);
        }
        plan
    }
}

/// The templates that are part of the application.
pub(crate) fn templates() -> TemplateList {
    TemplateList {
        templates: bundled::all().iter().filter_map(card::of).collect(),
    }
}

/// The questions of a template with their present answers.
pub(crate) fn form(asked: Asked<'_>) -> TemplateForm {
    let mut form = asked.open.template.form(&asked.answers(), &asked.setting());
    if let Some(native) = &asked.open.native {
        native::complain(native, &mut form, &asked.bare_plan().context);
    }
    form::view(form, command::of(asked))
}

/// What would be written.
pub(crate) fn preview(asked: Asked<'_>) -> TemplatePreview {
    preview::view(&asked.plan(), asked.ask.texts != Some(false))
}

/// One file of what would be written.
pub(crate) fn file(asked: Asked<'_>, path: &str) -> Result<PreviewEntry, Failure> {
    let plan = asked.plan();
    let found = plan.entry(path);
    found
        .map(|entry| preview::entry(entry, true))
        .ok_or_else(|| no_file(path))
}

/// The refusal of a path that the project does not have.
pub(crate) fn no_file(path: &str) -> Failure {
    Failure::not_found(format!("The project would have no file `{path}`."))
        .hint("Answers may have changed its name; pick it in the tree again.")
}

/// Refuses a plan that must not be written.
pub(crate) fn refuse_unsound(plan: &Plan) -> Result<(), Failure> {
    if plan.is_sound() {
        return Ok(());
    }
    let diagnostics = preview::diagnostics(plan);
    let first = diagnostics
        .iter()
        .find(|one| one.severity == SeverityView::Error);
    let why = first.map_or_else(String::new, |one| format!(": {}", one.message));
    let message = format!("The project was not made{why}.");
    Err(Failure::new(FailureCode::Invalid, message)
        .hint("Change the answers that are marked.")
        .diagnostics(diagnostics))
}

/// The world as templates see it.
pub(crate) fn setting(open: &OpenTemplate, parent: &Path) -> Setting {
    Setting {
        zone: jiff::tz::TimeZone::system(),
        template: open.typed().to_owned(),
        output_dir: parent.display().to_string(),
        checkout: open.pin.checkout.clone(),
        ..Setting::new(jiff::Timestamp::now(), seed())
    }
}

/// One seed for each run of the program, so that a project becomes what its preview showed.
fn seed() -> u64 {
    static SEED: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *SEED.get_or_init(|| uuid::Uuid::new_v4().as_u64_pair().0)
}

#[cfg(test)]
mod tests;
