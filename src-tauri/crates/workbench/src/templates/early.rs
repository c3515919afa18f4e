//! A hook that wants to run before the questions: it may change the template itself, so it runs, if
//! it may, in a copy of the template when that is opened.

use contract::{Failure, HookChoice, HookOutcome, TemplateOpening};
use jiff::Timestamp;
use template::{Answers, Hook, HookMoment, Template};
use template_store::Limits;
use template_store::hook::{Identity, NativeHooks, TemplateCopy, Trust};

use crate::Desk;
use crate::making::run_hooks::{Running, USUAL_LIMIT};
use crate::templates::OpenTemplate;
use crate::templates::source::failure;
use crate::templates::work::{FETCH_LIMIT, Work};
use crate::view::failure::capital;

/// The template as its early hook leaves it, if that may run.
pub(super) fn prepared(
    desk: &Desk,
    open: OpenTemplate,
    choice: Option<HookChoice>,
    work: &Work,
) -> Result<Result<OpenTemplate, TemplateOpening>, Failure> {
    let Some(hook) = early_hook(&open) else {
        return Ok(Ok(open));
    };
    if !may_run(desk, &open, &hook, choice)? {
        let mut open = open;
        open.notes.push(format!(
            "`{}` wants to run before the questions are asked; it did not.",
            hook.file
        ));
        return Ok(Ok(open));
    }
    run(desk, open, &hook, work)
}

fn run(
    desk: &Desk,
    mut open: OpenTemplate,
    hook: &Hook,
    work: &Work,
) -> Result<Result<OpenTemplate, TemplateOpening>, Failure> {
    let copy = TemplateCopy::make(open.template.tree()).map_err(|error| {
        Failure::internal(format!("The template could not be written out: {error}."))
    })?;
    let running = Running {
        desk,
        work,
        network: false,
        limit: USUAL_LIMIT,
    };
    let report = running.run(hook, copy.root())?;
    if report.outcome == HookOutcome::Failed {
        let hook = Box::new(report);
        return Ok(Err(TemplateOpening::HookFailed { hook }));
    }
    let tree = work.watched(FETCH_LIMIT, |watch| copy.read(Limits::default(), &watch));
    let tree = tree.map_err(|error| failure(&error))?;
    open.template = Template::read(tree).map_err(|error| {
        let message = format!("`{}` left no template behind: {error}.", hook.file);
        Failure::invalid("source", message)
    })?;
    open.native = NativeHooks::of(open.template.tree());
    open.id.push_str("-prepared");
    open.early = Some(report);
    Ok(Ok(open))
}

/// The hook that wants to run before the questions.
fn early_hook(open: &OpenTemplate) -> Option<Hook> {
    let is_early = |file: &String| file.starts_with("hooks/pre_prompt");
    open.hook_files().iter().find(|file| is_early(file))?;
    let setting = crate::new_project::setting(open, std::path::Path::new(""));
    let plan = open.template.plan(&Answers::default(), &setting);
    let early = |hook: &Hook| hook.moment == HookMoment::BeforeQuestions;
    plan.hooks.into_iter().find(early)
}

fn may_run(
    desk: &Desk,
    open: &OpenTemplate,
    hook: &Hook,
    choice: Option<HookChoice>,
) -> Result<bool, Failure> {
    let trust = Trust::new(&desk.folders().data);
    let identity = Identity::of(&open.pin, hook);
    match choice {
        None => Ok(identity.is_some_and(|one| trust.is_trusted(&one))),
        Some(HookChoice::Run) => Ok(true),
        Some(HookChoice::Trust) => {
            let trusted = identity.map(|one| trust.trust(&one, Timestamp::now()));
            trusted
                .transpose()
                .map_err(|error| Failure::internal(format!("{}.", capital(&error))))?;
            Ok(true)
        }
        Some(HookChoice::Skip | HookChoice::Native) => Ok(false),
    }
}
