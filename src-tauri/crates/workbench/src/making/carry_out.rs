//! From answers to a draft beside its place: hooks before, files, hooks after.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::{Failure, FileDecision, HookReport, MakingStep, ProjectMake, WorkStage};
use indexmap::IndexMap;
use serde_json::Value;
use template::Plan;
use template_store::write::{Decision, Decisions, Draft};

use super::finish::{Prepared, Stands, Waiting, finish};
use super::journal;
use super::refusal::write_failure;
use super::run_hooks::{HookWish, Moment};
use crate::Desk;
use crate::new_project::{Asked, refuse_unsound};
use crate::templates::OpenTemplate;
use crate::templates::open_template::find;
use crate::templates::work::Work;

/// How long writing files may take.
const WRITE_LIMIT: Duration = Duration::from_secs(600);

/// What making comes to.
pub(super) enum Outcome {
    Stands(Box<Stands>),
    Review(String, Vec<HookReport>),
    HookFailed(Vec<HookReport>, String),
    Discarded,
}

/// What was done, with times.
#[derive(Default)]
pub(super) struct Steps(pub(super) Vec<MakingStep>);

impl Steps {
    /// Does something and keeps how long it took.
    pub(super) fn take<T>(&mut self, name: &str, act: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let answer = act();
        self.0.push(MakingStep {
            name: name.to_owned(),
            millis: u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX),
        });
        answer
    }
}

/// A project that is planned and may be written.
struct Planned {
    open: Arc<OpenTemplate>,
    plan: Plan,
    typed: IndexMap<String, Value>,
    parent: PathBuf,
}

/// Makes a project, or comes as far as there is something to decide.
pub(super) fn make(desk: &Desk, request: ProjectMake, work: &Work) -> Result<Outcome, Failure> {
    let mut steps = Steps::default();
    work.reach(WorkStage::Reading, 0, None);
    let planned = steps.take("Fill in the answers", || planned(desk, &request))?;
    let wish = HookWish::of(desk, &planned.open, &planned.plan, &request)?;
    let plan = wish.native_plan(&planned.open, planned.plan);
    refuse_unsound(&plan)?;
    let mut draft = Draft::begin(&journal(desk), &planned.parent, &plan.folder)
        .map_err(|error| write_failure(&error))?;
    refuse_taken(&draft, request.existing.is_some())?;
    let mut reports = wish.run(Moment::Before, &draft, (work, &mut steps))?;
    if failed(&reports) {
        return Ok(hook_failed(reports));
    }
    let filled = steps.take("Write the files", || {
        work.watched(WRITE_LIMIT, |watch| draft.fill(&plan, &watch))
    });
    filled.map_err(|error| write_failure(&error))?;
    reports.extend(wish.run(Moment::After, &draft, (work, &mut steps))?);
    if failed(&reports) {
        return Ok(hook_failed(reports));
    }
    let prepared = Prepared {
        open: planned.open,
        plan,
        typed: planned.typed,
        draft,
        steps,
        decisions: request.existing.map(decisions),
        git: request.git,
        hooks: reports,
    };
    if request.review == Some(true) && prepared.hooks.iter().any(|one| !one.changes.is_empty()) {
        let hooks = prepared.hooks.clone();
        let id = uuid::Uuid::new_v4().to_string();
        desk.templates().waiting.put(&id, Waiting::of(prepared));
        return Ok(Outcome::Review(id, hooks));
    }
    finish(desk, prepared, work).map(|stands| Outcome::Stands(Box::new(stands)))
}

fn planned(desk: &Desk, request: &ProjectMake) -> Result<Planned, Failure> {
    let open = find(desk, &request.ask.template)?;
    let parent = crate::template::parent(desk, &request.ask);
    let asked = Asked {
        open: &open,
        ask: &request.ask,
        parent: &parent,
    };
    let plan = asked.bare_plan();
    refuse_unsound(&plan)?;
    let typed = asked.typed();
    Ok(Planned {
        plan,
        typed,
        parent,
        open,
    })
}

/// A place that is taken is told before any hook has run.
fn refuse_taken(draft: &Draft, into_existing: bool) -> Result<(), Failure> {
    let target = draft.target();
    let free = match std::fs::symlink_metadata(target) {
        Err(_) => true,
        Ok(there) if there.is_dir() => {
            into_existing
                || std::fs::read_dir(target).is_ok_and(|mut inside| inside.next().is_none())
        }
        Ok(_) => false,
    };
    if free {
        return Ok(());
    }
    let error = template_store::write::WriteError::Taken {
        path: target.to_owned(),
    };
    Err(write_failure(&error))
}

fn failed(reports: &[HookReport]) -> bool {
    let last = reports.last();
    last.is_some_and(|one| one.outcome == contract::HookOutcome::Failed)
}

fn hook_failed(hooks: Vec<HookReport>) -> Outcome {
    let hint = "Nothing was left behind. Change the answers, or skip this hook.";
    Outcome::HookFailed(hooks, hint.to_owned())
}

fn decisions(existing: IndexMap<String, FileDecision>) -> Decisions {
    let decision = |one: FileDecision| match one {
        FileDecision::Keep {} => Decision::Keep,
        FileDecision::Replace {} => Decision::Replace,
        FileDecision::Merge { text } => Decision::Merge(text),
    };
    existing
        .into_iter()
        .map(|(path, one)| (path, decision(one)))
        .collect()
}
