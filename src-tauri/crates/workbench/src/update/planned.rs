//! What a newer version of a template would change in a project.

use std::collections::BTreeSet;
use std::path::PathBuf;

use contract::{Failure, Freshness, UpdateAsk, UpdatePreview, WorkStage};
use serde_json::Value;
use source::Diagnostic;
use template::{Cruft, Files, Form, Plan, Setting, Template, Tree, Update, UpdateInput, update};
use template_store::hook::NativeHooks;
use template_store::{OpenError, Opened, Reference, Store, Terms, Wanted};

use super::view::{self, Looked};
use super::{ProjectFiles, Tracked};
use crate::Desk;
use crate::new_project::field;
use crate::templates::open_template::hook_files;
use crate::templates::source::failure;
use crate::templates::work::Work;
use crate::view::diagnostic::views;
use crate::view::failure::capital;

/// An update that was looked at.
pub(crate) struct PlannedUpdate {
    /// The project's folder.
    pub(super) root: PathBuf,
    /// What the project will remember.
    pub(super) cruft: Cruft,
    /// What changes.
    pub(super) update: Update,
    /// What the person had when it was looked at.
    pub(super) mine: Files,
    /// What the new version makes.
    pub(super) plan: Plan,
}

/// Both versions of a template, open.
struct Two {
    old: Opened,
    new: Opened,
}

/// Looks at an update and keeps it for being applied.
pub(super) fn preview(
    desk: &Desk,
    request: UpdateAsk,
    work: &Work,
) -> Result<UpdatePreview, Failure> {
    let tracked = Tracked::find(desk, &request.project)?.ok_or_else(|| {
        Failure::invalid(
            "project",
            "The project does not remember which template it was made from.",
        )
        .hint("Adopt it first: tell which template it is, and the version is looked for.")
    })?;
    let two = open(desk, &tracked, &request, work)?;
    work.reach(WorkStage::Comparing, 0, None);
    let to = two.new.pin.commit.clone().ok_or_else(|| {
        Failure::invalid(
            "project",
            "The template lies in no git repository any more.",
        )
    })?;
    let newer = Newer::of(&tracked.cruft, &two, &request)?;
    let old = old_plan(&tracked.cruft, &two.old.tree)?;
    let notes = two
        .new
        .notes
        .iter()
        .map(|note| format!("{}.", capital(note)));
    let mut preview = UpdatePreview {
        update: None,
        source: tracked.cruft.template.clone(),
        from: tracked.cruft.commit.clone(),
        to: to.clone(),
        new_questions: newer.new_questions(&tracked.cruft),
        fields: fields(newer.form),
        changes: Vec::new(),
        conflicts: 0,
        hooks: hook_files(&two.new.tree),
        diagnostics: views(&newer.plan.diagnostics, std::path::Path::new("")),
        notes: notes.collect(),
    };
    if !newer.plan.is_sound() {
        return Ok(preview);
    }
    let planned = planned(tracked, (old.files(), newer.plan), (&request, &to));
    let looked = Looked {
        mine: &planned.mine,
        new: &planned.plan.files(),
    };
    preview.changes = view::changes(&planned.update, &looked);
    let open = preview.changes.iter().filter(|one| one.undecided).count();
    preview.conflicts = crate::view::diagnostic::count(open);
    let id = uuid::Uuid::new_v4().to_string();
    desk.templates().updates.put(&id, planned);
    preview.update = Some(id);
    Ok(preview)
}

fn planned(
    tracked: Tracked,
    (old, plan): (Files, Plan),
    (request, commit): (&UpdateAsk, &str),
) -> PlannedUpdate {
    let new = plan.files();
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mine = ProjectFiles::of(&tracked.root).at(paths);
    let mut cruft = tracked.cruft;
    let update = update(&UpdateInput {
        old: &old,
        new: &new,
        mine: &mine,
        skip: &cruft.skip,
    });
    cruft.context = Cruft::of(&plan, &cruft.template, commit).context;
    cruft.commit = commit.to_owned();
    if request.checkout.is_some() {
        cruft.checkout.clone_from(&request.checkout);
    }
    PlannedUpdate {
        root: tracked.root,
        cruft,
        update,
        mine,
        plan,
    }
}

fn open(desk: &Desk, tracked: &Tracked, request: &UpdateAsk, work: &Work) -> Result<Two, Failure> {
    let mut source = tracked.source(request.freshness.unwrap_or(Freshness::Refresh));
    if request.checkout.is_some() {
        source.checkout.clone_from(&request.checkout);
    }
    let wanted = source.wanted(desk)?;
    let new = source
        .ask(desk, work, |store, terms| newest(store, &wanted, terms))
        .map_err(|error| failure(&error))?;
    source.checkout = Some(tracked.cruft.commit.clone());
    if source.freshness == Freshness::Refresh {
        source.freshness = Freshness::Cached;
    }
    let wanted = source.wanted(desk)?;
    let old = source
        .ask(desk, work, |store, terms| store.open(&wanted, terms))
        .map_err(|error| {
            let mut failure = failure(&error);
            failure.message = format!(
                "The version the project was made from cannot be had: {}",
                failure.message
            );
            failure
        })?;
    Ok(Two { old, new })
}

/// The newest version; a work tree is taken at its commit, not as it lies there.
pub(crate) fn newest(
    store: &Store,
    wanted: &Wanted,
    terms: &Terms<'_>,
) -> Result<Opened, OpenError> {
    let is_work_tree = matches!(wanted.reference, Reference::Folder(_));
    if !is_work_tree || wanted.checkout.is_some() {
        return store.open(wanted, terms);
    }
    let mut wanted = wanted.clone();
    wanted.checkout = store
        .versions(&wanted, terms)?
        .default
        .map(|version| version.commit);
    store.open(&wanted, terms)
}

/// The new version with the answers it gets.
struct Newer {
    template: Template,
    form: Form,
    plan: Plan,
}

impl Newer {
    fn of(cruft: &Cruft, two: &Two, request: &UpdateAsk) -> Result<Self, Failure> {
        let template = Template::read(two.new.tree.clone()).map_err(|error| {
            let message = format!("The new version cannot be used: {error}.");
            Failure::invalid("checkout", message)
        })?;
        let mut answers = cruft.answers();
        answers
            .typed
            .extend(request.values.clone().unwrap_or_default());
        let asked: BTreeSet<&str> = template
            .schema()
            .questions()
            .map(|one| one.name.as_str())
            .collect();
        // What the new version does not ask any more is no mistake.
        answers
            .typed
            .retain(|name, _| asked.contains(name.as_str()));
        let setting = setting(cruft, request.checkout.as_deref());
        let form = template.form(&answers, &setting);
        let mut plan = template.plan(&answers, &setting);
        with_native(&two.new.tree, &mut plan);
        Ok(Self {
            form,
            plan,
            template,
        })
    }

    fn new_questions(&self, cruft: &Cruft) -> Vec<String> {
        let questions = self.template.schema().questions();
        questions
            .map(|one| one.name.clone())
            .filter(|name| !cruft.context.contains_key(name))
            .collect()
    }
}

pub(crate) fn fields(form: Form) -> Vec<contract::TemplateField> {
    form.fields
        .into_iter()
        .map(|one| field(one, false))
        .collect()
}

/// What the old version made, as the project remembers it.
fn old_plan(cruft: &Cruft, tree: &Tree) -> Result<Plan, Failure> {
    let template = Template::without_questions(tree.clone());
    let mut plan = template.plan_of(&cruft.context, &setting(cruft, None));
    with_native(tree, &mut plan);
    if plan.is_sound() {
        return Ok(plan);
    }
    let first = plan.diagnostics.iter().find(|one| one.is_error());
    let why = first.map_or_else(String::new, |one: &Diagnostic| one.message.clone());
    let message = format!("The version the project was made from cannot be made again: {why}.");
    let diagnostics = views(&plan.diagnostics, std::path::Path::new(""));
    Err(Failure::invalid("project", message).diagnostics(diagnostics))
}

/// What known hooks did to the project belongs to what the template made.
pub(crate) fn with_native(tree: &Tree, plan: &mut Plan) {
    if let Some(native) = NativeHooks::of(tree) {
        // Answers the hooks refuse leave the plan as it is.
        let _ = native.apply(plan, None);
    }
}

fn setting(cruft: &Cruft, checkout: Option<&str>) -> Setting {
    let text = |name: &str| match cruft.context.get(name) {
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    };
    Setting {
        zone: jiff::tz::TimeZone::system(),
        template: text("_template"),
        checkout: checkout.map(str::to_owned).or(cruft.checkout.clone()),
        ..Setting::new(jiff::Timestamp::now(), 0)
    }
}
