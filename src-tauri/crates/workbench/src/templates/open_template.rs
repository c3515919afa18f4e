//! A template that is open: its files, where they come from, what is known of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::{Failure, HookReport, LastAnswers, OpenedTemplate};
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::Value;
use template::{Template, Tree, bundled};
use template_store::hook::NativeHooks;
use template_store::{Memory, Pin};

use crate::Desk;
use crate::view::diagnostic::count;

/// What stands before the id of a bundled template in its pin.
const BUNDLED: &str = "bundled:";

/// Names of hooks, without their endings.
const HOOKS: &[&str] = &["pre_prompt", "pre_gen_project", "post_gen_project"];

/// A template that is open.
#[derive(Debug, Clone)]
pub(crate) struct OpenTemplate {
    /// Its id in requests.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// The template.
    pub(crate) template: Template,
    /// Exactly which one it is.
    pub(crate) pin: Pin,
    /// The name by which it was chosen inside another one.
    pub(crate) nested: Option<String>,
    /// What the application does in the place of its hooks.
    pub(crate) native: Option<NativeHooks>,
    /// Answers the person prefers for all templates.
    pub(crate) preferred: IndexMap<String, Value>,
    /// Whether it lies on this computer.
    pub(crate) local: bool,
    pub(crate) fetched: Option<Timestamp>,
    pub(crate) checked: Option<Timestamp>,
    pub(crate) notes: Vec<String>,
    /// What its hook did that ran before the questions, if it ran.
    pub(crate) early: Option<HookReport>,
}

impl OpenTemplate {
    /// A template that is part of the application.
    pub(crate) fn bundled(id: &str) -> Option<Result<Self, Failure>> {
        let tree = bundled::find(id)?.tree();
        let template = Template::read(tree).map_err(|error| {
            Failure::internal(format!("The template `{id}` cannot be used: {error}."))
        });
        Some(template.map(|template| {
            Self {
                id: id.to_owned(),
                name: template
                    .schema()
                    .title
                    .clone()
                    .unwrap_or_else(|| id.to_owned()),
                native: NativeHooks::of(template.tree()),
                template,
                pin: Pin {
                    source: format!("{BUNDLED}{id}"),
                    checkout: None,
                    directory: None,
                    commit: None,
                    digest: String::new(),
                },
                nested: None,
                preferred: IndexMap::new(),
                local: true,
                fetched: None,
                checked: None,
                notes: Vec::new(),
                early: None,
            }
        }))
    }

    /// Whether it is part of the application.
    pub(crate) fn is_bundled(&self) -> bool {
        self.pin.source.starts_with(BUNDLED)
    }

    /// The template as people type it: the short id of a bundled one, else its place.
    pub(crate) fn typed(&self) -> &str {
        let source = self.pin.source.as_str();
        source.strip_prefix(BUNDLED).unwrap_or(source)
    }

    /// Programs it wants to run, by their files.
    pub(crate) fn hook_files(&self) -> Vec<String> {
        hook_files(self.template.tree())
    }

    /// What the window shows of it.
    pub(crate) fn view(&self, desk: &Desk) -> OpenedTemplate {
        let schema = self.template.schema();
        let pin = &self.pin;
        let last = Memory::new(&desk.folders().data)
            .recall(&pin.source, pin.directory.as_deref())
            .map(|one| self.last(one.given, one.answers));
        OpenedTemplate {
            id: self.id.clone(),
            name: self.name.clone(),
            summary: schema.summary.clone(),
            gives: schema.gives.clone(),
            source: self.typed().to_owned(),
            checkout: pin.checkout.clone(),
            directory: pin.directory.clone(),
            nested: self.nested.clone(),
            commit: pin.commit.clone(),
            digest: pin.digest.clone(),
            local: self.local,
            fetched_at: self.fetched.map(|at| at.to_string()),
            checked_at: self.checked.map(|at| at.to_string()),
            hooks: self.hook_files(),
            native_hooks: self.native.is_some(),
            extensions: self.template.foreign_extensions(),
            notes: self.notes.clone(),
            questions: count(schema.questions().count()),
            readme: readme(self.template.tree()),
            last,
            early_hook: self.early.clone(),
        }
    }

    /// Earlier answers, as far as the template still asks for them.
    fn last(&self, given: Timestamp, answers: serde_json::Map<String, Value>) -> LastAnswers {
        let asked = self.asked();
        LastAnswers {
            given_at: given.to_string(),
            answers: answers
                .into_iter()
                .filter(|(name, _)| asked.contains(name.as_str()))
                .collect(),
        }
    }

    /// Names of the questions.
    pub(crate) fn asked(&self) -> BTreeSet<&str> {
        let questions = self.template.schema().questions();
        questions.map(|one| one.name.as_str()).collect()
    }
}

/// The template a request names: one that is open, or a bundled one.
pub(crate) fn find(desk: &Desk, id: &str) -> Result<Arc<OpenTemplate>, Failure> {
    let open = &desk.templates().open;
    if let Some(found) = open.get(id) {
        return Ok(found);
    }
    match OpenTemplate::bundled(id) {
        Some(found) => Ok(open.put(id, found?)),
        None => {
            let known: Vec<&str> = bundled::all().iter().map(|one| one.id).collect();
            Err(
                Failure::not_found(format!("There is no template `{id}`.")).hint(format!(
                    "There are {}; any other has to be opened first.",
                    known.join(" and ")
                )),
            )
        }
    }
}

/// Files of hooks in a template.
pub(crate) fn hook_files(tree: &Tree) -> Vec<String> {
    let is_hook = |name: &&str| {
        let stem = name.rsplit_once('.').map_or(*name, |(stem, _)| stem);
        HOOKS.contains(&stem) && !name.ends_with('~')
    };
    let names = tree.children("hooks").into_iter().filter(is_hook);
    names.map(|name| format!("hooks/{name}")).collect()
}

fn readme(tree: &Tree) -> Option<String> {
    let names = tree.children("");
    let found = names
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case("readme.md"))?;
    let text = std::str::from_utf8(tree.bytes(found)?).ok()?;
    Some(cut(text, 100_000).to_owned())
}

/// The beginning of a text, cut between two characters.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
