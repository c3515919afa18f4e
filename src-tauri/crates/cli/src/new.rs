//! `bakehouse new`: make a project from a template.

use contract::{
    AnswersImport, DeskEvent, EntryKind, Freshness, GivenCredential, HookChoice, HookOutcome,
    HookReport, MeetingsAsk, OpenedTemplate, PlaceAsk, ProjectMade, ProjectMake, ProjectMaking,
    SecretText, TemplateAsk, TemplateOpen, TemplateOpening, TemplatePreview,
};
use indexmap::IndexMap;
use serde_json::Value;
use workbench::{Desk, commands};

use crate::args::{Hooks, NetworkOptions, New, SourceOptions};
use crate::output::{Ended, Stop, full_path, print_diagnostics, print_json};

/// The name of the one work a command does.
const WORK: &str = "new";

/// Makes a project, or shows what would be written.
pub(crate) async fn new(desk: &Desk, new: New) -> Result<Ended, Stop> {
    let template = open(desk, &new.template, &new.source, new.hooks).await?;
    let ask = TemplateAsk {
        template: template.id.clone(),
        values: Some(answers(desk, &new, &template.id).await?),
        parent: Some(full_path(&new.output)?),
        ..TemplateAsk::default()
    };
    refuse_unknown(desk, &ask).await?;
    for note in &template.notes {
        eprintln!("note: {note}");
    }
    if new.dry_run {
        return show(desk, ask, new.json).await;
    }
    let making = make(desk, ask, new.hooks).await?;
    match making {
        ProjectMaking::Made { made } => print_made(&made, new.json),
        ProjectMaking::HookFailed { hooks, hint } => {
            let last = hooks.last();
            let file = last.map_or("A hook", |hook| hook.file.as_str());
            let why = last.map_or("", |hook| hook.message.as_str());
            Err(Stop::Failed(format!("{file} failed. {why} {hint}")))
        }
        ProjectMaking::Review { .. } | ProjectMaking::Discarded {} => {
            Err(Stop::Failed("the project was not made".to_owned()))
        }
    }
}

/// Opens a template; what would have to be asked is an error here.
pub(crate) async fn open(
    desk: &Desk,
    source: &str,
    options: &SourceOptions,
    hooks: Option<Hooks>,
) -> Result<OpenedTemplate, Stop> {
    let request = TemplateOpen {
        source: source.to_owned(),
        checkout: options.checkout.clone(),
        directory: options.directory.clone(),
        freshness: Some(freshness(&options.network, Freshness::Cached)),
        base: Some(full_path(std::path::Path::new("."))?),
        credential: credential(),
        password: secret("COOKIECUTTER_REPO_PASSWORD"),
        early_hook: hooks.map(|hooks| match hooks {
            Hooks::Run => HookChoice::Run,
            Hooks::Skip | Hooks::Native => HookChoice::Skip,
        }),
        ..TemplateOpen::default()
    };
    let hint = |message: String, hint: String| Stop::Failed(format!("{message}\nhint: {hint}"));
    Err(match commands::template_open(desk, request).await? {
        TemplateOpening::Opened { template } => return Ok(*template),
        TemplateOpening::Nested { templates } => {
            let all: Vec<String> = templates
                .into_iter()
                .map(|one| format!("\n  --directory {}  {}", one.path, one.label))
                .collect();
            let all = all.concat();
            Stop::Usage(format!(
                "it holds several templates; pick one of them:{all}"
            ))
        }
        TemplateOpening::Folder { message, .. } => hint(
            message,
            "Name the folder that holds the template with --directory.".to_owned(),
        ),
        TemplateOpening::Version { message } => {
            hint(message, "Name another version with --checkout.".to_owned())
        }
        TemplateOpening::Credential { message, .. } => hint(
            message,
            "Put a token into BAKEHOUSE_TEMPLATE_TOKEN, and a user into BAKEHOUSE_TEMPLATE_USER."
                .to_owned(),
        ),
        TemplateOpening::Password { message, .. } => hint(
            message,
            "Put the password into COOKIECUTTER_REPO_PASSWORD.".to_owned(),
        ),
        TemplateOpening::HookFailed { hook } => {
            Stop::Failed(format!("{} failed. {}", hook.file, hook.message))
        }
        TemplateOpening::Stopped {} => Stop::Failed("it was stopped".to_owned()),
    })
}

/// When a place is asked.
pub(crate) fn freshness(options: &NetworkOptions, usual: Freshness) -> Freshness {
    match options {
        NetworkOptions { offline: true, .. } => Freshness::Offline,
        NetworkOptions { refresh: true, .. } => Freshness::Refresh,
        NetworkOptions { .. } => usual,
    }
}

/// User and token for private places, from the environment, so that no list of processes has them.
fn credential() -> Option<GivenCredential> {
    let user = std::env::var("BAKEHOUSE_TEMPLATE_USER");
    Some(GivenCredential {
        user: user.unwrap_or_else(|_| "x-access-token".to_owned()),
        secret: secret("BAKEHOUSE_TEMPLATE_TOKEN")?,
    })
}

fn secret(name: &str) -> Option<SecretText> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(SecretText::new(value))
}

/// The answers of the file, then those of the command line.
async fn answers(desk: &Desk, new: &New, template: &str) -> Result<IndexMap<String, Value>, Stop> {
    let mut answers = IndexMap::new();
    if let Some(file) = &new.answers_file {
        let request = AnswersImport {
            template: Some(template.to_owned()),
            path: Some(full_path(file)?),
            ..AnswersImport::default()
        };
        let read = commands::answers_import(desk, request).await?;
        answers.extend(read.answers);
        match (read.form, read.unknown.as_slice()) {
            (_, []) => {}
            // A replay file holds everything that a template ever asked.
            (contract::AnswersForm::Replay, unknown) => {
                eprintln!("note: the template does not ask {}", unknown.join(", "));
            }
            (contract::AnswersForm::Answers, [unknown, ..]) => {
                return Err(Stop::Usage(format!("the template asks no `{unknown}`")));
            }
        }
    }
    let given = new.answers.iter().cloned();
    answers.extend(given.map(|(name, value)| (name, Value::String(value))));
    Ok(answers)
}

async fn refuse_unknown(desk: &Desk, ask: &TemplateAsk) -> Result<(), Stop> {
    let form = commands::template_form(desk, ask.clone()).await?;
    let known: Vec<&str> = form.fields.iter().map(|one| one.name.as_str()).collect();
    let mut given = ask.values.iter().flat_map(IndexMap::keys);
    match given.find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let known = known.join(", ");
            Err(Stop::Usage(format!(
                "the template asks no `{unknown}`; it asks {known}"
            )))
        }
    }
}

async fn show(desk: &Desk, ask: TemplateAsk, json: bool) -> Result<Ended, Stop> {
    let preview = commands::template_preview(desk, ask.clone()).await?;
    let place = PlaceAsk {
        parent: ask.parent.clone(),
        folder: preview.folder.clone(),
    };
    let place = commands::place_check(desk, place).await?;
    print_diagnostics(&preview.diagnostics);
    let hooks = commands::template_hooks(desk, ask.clone()).await?;
    if json {
        return print_json(&preview);
    }
    print_tree(&preview, &place.target);
    for hook in hooks.hooks {
        let effects: Vec<String> = hook.effects.into_iter().map(|one| one.label).collect();
        println!("{} wants to run: {}", hook.file, summary(effects));
    }
    if place.occupied {
        let meetings = commands::place_meetings(desk, MeetingsAsk { ask }).await?;
        let differ = meetings.files.iter().filter(|one| one.undecided).count();
        println!("{} is there already; {differ} files differ.", place.target);
    }
    println!("Nothing was written.");
    Ok(Ended::Well)
}

fn summary(mut effects: Vec<String>) -> String {
    effects.sort_unstable();
    effects.dedup();
    match effects.as_slice() {
        [] => "it is not clear what for".to_owned(),
        all => format!("it {}", all.join(", ")),
    }
}

fn print_tree(preview: &TemplatePreview, target: &str) {
    println!("{target}");
    for entry in &preview.entries {
        match entry.kind {
            EntryKind::Folder => println!("  {}/", entry.path),
            EntryKind::Link => println!("  {} (link)", entry.path),
            EntryKind::File | EntryKind::Program => {
                println!("  {} ({} bytes)", entry.path, entry.bytes);
            }
        }
    }
}

/// Makes the project; what hooks write is shown as it comes.
async fn make(desk: &Desk, ask: TemplateAsk, hooks: Option<Hooks>) -> Result<ProjectMaking, Stop> {
    let choices = match hooks {
        None => None,
        Some(hooks) => Some(choices(desk, &ask, hooks).await?),
    };
    let request = ProjectMake {
        ask,
        hooks: choices,
        work: Some(WORK.to_owned()),
        ..ProjectMake::default()
    };
    let mut events = desk.listen();
    let mut making = std::pin::pin!(commands::project_make(desk, request));
    let making = loop {
        tokio::select! {
            Ok(event) = events.recv() => print_hook_line(event),
            making = &mut making => break making,
        }
    };
    while let Ok(event) = events.try_recv() {
        print_hook_line(event);
    }
    Ok(making?)
}

fn print_hook_line(event: DeskEvent) {
    if let DeskEvent::HookWrote { line, .. } = event {
        eprintln!("| {}", line.text);
    }
}

async fn choices(
    desk: &Desk,
    ask: &TemplateAsk,
    hooks: Hooks,
) -> Result<IndexMap<String, HookChoice>, Stop> {
    let known = commands::template_hooks(desk, ask.clone()).await?;
    let choice = match hooks {
        Hooks::Skip => HookChoice::Skip,
        Hooks::Run => HookChoice::Run,
        Hooks::Native => HookChoice::Native,
    };
    Ok(known
        .hooks
        .into_iter()
        .filter(|hook| hook.moment != contract::HookMoment::BeforeQuestions)
        .map(|hook| (hook.file, choice))
        .collect())
}

fn print_made(made: &ProjectMade, json: bool) -> Result<Ended, Stop> {
    if json {
        return print_json(made);
    }
    let name = made.project.as_ref().map(|project| project.name.as_str());
    let folder = made.path.rsplit('/').next().unwrap_or(&made.path);
    println!("{} was made in {}", name.unwrap_or(folder), made.path);
    for hook in made.hooks.iter().filter(|hook| skipped(hook)) {
        eprintln!(
            "note: {} was skipped; something may be missing (--hooks run runs it)",
            hook.file
        );
    }
    for note in &made.notes {
        eprintln!("note: {note}");
    }
    if made.project.is_some() {
        println!("Next: bakehouse ps -C {}", quoted(&made.path));
    }
    println!("Undo: bakehouse template undo {}", made.undo);
    Ok(Ended::Well)
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |one: char| one.is_alphanumeric() || "/._-".contains(one);
    if path.chars().all(plain) {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

fn skipped(hook: &HookReport) -> bool {
    hook.outcome == HookOutcome::Skipped
}
