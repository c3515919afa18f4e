//! Hooks of a project in the making: what is chosen for each, and running those that may run.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use contract::{
    DeskEvent, Failure, HookChoice, HookLine, HookOutcome, HookReport, ProjectMake, WorkStage,
};
use jiff::Timestamp;
use template::{Hook, HookMoment, Plan};
use template_store::hook::{
    Ending, HookError, HookRun, Identity, Interpreter, Line, Rehearsal, Stream, Trust,
};
use template_store::write::Draft;

use super::carry_out::Steps;
use crate::Desk;
use crate::new_project::hooks::Around;
use crate::templates::OpenTemplate;
use crate::templates::work::Work;
use crate::view::difference::of_hook;
use crate::view::failure::capital;

/// How long a hook may take when nothing else is said.
pub(crate) const USUAL_LIMIT: Duration = Duration::from_secs(120);

/// How many lines of a hook are kept for the report.
const MOST_LINES: usize = 2_000;

/// Which hooks run now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Before,
    After,
}

/// What is to be done with the hooks of a plan.
pub(super) struct HookWish {
    desk: Desk,
    hooks: Vec<(Hook, HookChoice)>,
    network: bool,
    limit: Duration,
    early: Option<HookReport>,
}

impl HookWish {
    /// What a request chose, and for the rest what is usual.
    pub(super) fn of(
        desk: &Desk,
        open: &OpenTemplate,
        plan: &Plan,
        request: &ProjectMake,
    ) -> Result<Self, Failure> {
        let trust = Trust::new(&desk.folders().data);
        let search_path = search_path();
        let around = Around {
            open,
            trust: &trust,
            search_path: &search_path,
        };
        let chosen = request.hooks.clone().unwrap_or_default();
        let mut wish = Self {
            desk: desk.clone(),
            hooks: Vec::new(),
            network: request.network.unwrap_or(false),
            limit: request
                .hook_seconds
                .map_or(USUAL_LIMIT, |seconds| Duration::from_secs(seconds.into())),
            early: open.early.clone(),
        };
        for hook in &plan.hooks {
            let choice = chosen.get(&hook.file).copied();
            let choice = match choice {
                _ if is_early(hook) && open.early.is_some() => HookChoice::Skip,
                Some(choice) => choice,
                // What runs before the questions is decided when the template is opened.
                None if is_early(hook) => HookChoice::Skip,
                None => around.usual(hook),
            };
            wish.check(hook, choice, open)?;
            wish.hooks.push((hook.clone(), choice));
        }
        if let Some(file) = chosen
            .keys()
            .find(|file| plan.hooks.iter().all(|hook| hook.file != **file))
        {
            let message = format!("The template has no hook `{file}`.");
            return Err(Failure::invalid("hooks", message));
        }
        wish.trust(&trust, open)?;
        Ok(wish)
    }

    /// Refuses what cannot be done, before anything is.
    fn check(&self, hook: &Hook, choice: HookChoice, open: &OpenTemplate) -> Result<(), Failure> {
        let refuse = |message: String, hint: &str| {
            let failure = Failure::invalid("hooks", message).hint(hint);
            let view = crate::view::diagnostic::views;
            let problem = hook.problem.as_slice();
            Err(failure.diagnostics(view(problem, Path::new(""))))
        };
        match choice {
            HookChoice::Skip => Ok(()),
            HookChoice::Native if open.native.is_some() => Ok(()),
            HookChoice::Native => refuse(
                format!("Bakehouse does not know what `{}` does.", hook.file),
                "Skip it, or look at it and run it.",
            ),
            HookChoice::Run | HookChoice::Trust => {
                if is_early(hook) {
                    return refuse(
                        format!("`{}` runs before the questions are asked.", hook.file),
                        "Run it when the template is opened, or skip it.",
                    );
                }
                if hook.problem.is_some() {
                    let message = format!("`{}` cannot be made from these answers.", hook.file);
                    return refuse(message, "Change the answers, or skip it.");
                }
                match Interpreter::find(hook, &search_path()) {
                    Ok(_) => Ok(()),
                    Err(why) => refuse(format!("{}.", capital(&why)), "Install it, or skip it."),
                }
            }
        }
    }

    /// Writes down what is trusted from now on.
    fn trust(&self, trust: &Trust, open: &OpenTemplate) -> Result<(), Failure> {
        for (hook, _) in self
            .hooks
            .iter()
            .filter(|(_, choice)| *choice == HookChoice::Trust)
        {
            if let Some(identity) = Identity::of(&open.pin, hook) {
                trust
                    .trust(&identity, Timestamp::now())
                    .map_err(|error| Failure::internal(format!("{}.", capital(&error))))?;
            }
        }
        Ok(())
    }

    /// The plan with what is done natively.
    pub(super) fn native_plan(&self, open: &OpenTemplate, mut plan: Plan) -> Plan {
        let wanted = self
            .hooks
            .iter()
            .any(|(_, choice)| *choice == HookChoice::Native);
        if let Some(native) = open.native.as_ref().filter(|_| wanted) {
            crate::new_project::apply_native(native, &mut plan, open);
        }
        plan
    }

    /// Runs the hooks of a moment; stops at the first that fails.
    pub(super) fn run(
        &self,
        moment: Moment,
        draft: &Draft,
        (work, steps): (&Work, &mut Steps),
    ) -> Result<Vec<HookReport>, Failure> {
        let mut reports: Vec<HookReport> = match moment {
            Moment::Before => self.early.iter().cloned().collect(),
            Moment::After => Vec::new(),
        };
        for (hook, choice) in self.hooks.iter().filter(|(hook, _)| at(hook) == moment) {
            let report = match choice {
                HookChoice::Skip if is_early(hook) && self.early.is_some() => continue,
                HookChoice::Skip => plain(hook, HookOutcome::Skipped, "It was skipped."),
                HookChoice::Native => {
                    let message = "Bakehouse did itself what it does.";
                    plain(hook, HookOutcome::Native, message)
                }
                HookChoice::Run | HookChoice::Trust => {
                    work.reach(WorkStage::Running, 0, None);
                    steps.take(&format!("Run {}", hook.file), || {
                        let running = Running {
                            desk: &self.desk,
                            work,
                            network: self.network,
                            limit: self.limit,
                        };
                        running.run(hook, draft.root())
                    })?
                }
            };
            let is_over = report.outcome == HookOutcome::Failed;
            reports.push(report);
            if is_over {
                break;
            }
        }
        Ok(reports)
    }
}

/// How a hook is run.
pub(crate) struct Running<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) work: &'a Work,
    pub(crate) network: bool,
    pub(crate) limit: Duration,
}

impl Running<'_> {
    /// Runs a hook in a copy of a folder. If it succeeds, the copy takes the folder's place.
    pub(crate) fn run(&self, hook: &Hook, folder: &Path) -> Result<HookReport, Failure> {
        let interpreter = Interpreter::find(hook, &search_path())
            .map_err(|why| Failure::invalid("hooks", format!("{}.", capital(&why))))?;
        let mut output = Vec::new();
        let rehearsal = self.work.watched(self.limit, |watch| {
            let run = HookRun {
                hook,
                interpreter: &interpreter,
                sandbox: self.desk.templates().sandbox(),
                network: self.network,
                watch,
                around: &|name| std::env::var_os(name),
            };
            Rehearsal::run(&run, folder, &mut |line| {
                self.heard(hook, line, &mut output);
            })
        });
        let rehearsal = rehearsal.map_err(|error| failure(&error))?;
        let (ending, changes) = (rehearsal.ending, of_hook(&rehearsal.changes));
        let outcome = match ending.is_success() {
            true => HookOutcome::Succeeded,
            false => HookOutcome::Failed,
        };
        if ending.is_success() {
            rehearsal.accept().map_err(|error| failure(&error))?;
        }
        Ok(HookReport {
            file: hook.file.clone(),
            outcome,
            message: ended(ending, self.limit),
            output,
            changes,
        })
    }

    fn heard(&self, hook: &Hook, line: Line, output: &mut Vec<HookLine>) {
        let line = HookLine {
            error: line.stream == Stream::Error,
            text: line.text,
        };
        if let Some(work) = self.work.name() {
            self.desk.tell(DeskEvent::HookWrote {
                work: work.to_owned(),
                file: hook.file.clone(),
                line: line.clone(),
            });
        }
        if output.len() < MOST_LINES {
            output.push(line);
        }
    }
}

fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

fn at(hook: &Hook) -> Moment {
    match hook.moment {
        HookMoment::AfterFiles => Moment::After,
        _ => Moment::Before,
    }
}

fn is_early(hook: &Hook) -> bool {
    hook.moment == HookMoment::BeforeQuestions
}

fn plain(hook: &Hook, outcome: HookOutcome, message: &str) -> HookReport {
    HookReport {
        file: hook.file.clone(),
        outcome,
        message: message.to_owned(),
        output: Vec::new(),
        changes: Vec::new(),
    }
}

fn ended(ending: Ending, limit: Duration) -> String {
    match ending {
        Ending::Exited(0) => "It ran well.".to_owned(),
        Ending::Exited(code) => format!("It ended with exit code {code}."),
        Ending::Killed => "It was ended by a signal.".to_owned(),
        Ending::Stopped => "It was stopped.".to_owned(),
        Ending::TimedOut => format!("It took longer than {} s and was ended.", limit.as_secs()),
    }
}

fn failure(error: &HookError) -> Failure {
    Failure::new(
        contract::FailureCode::Refused,
        format!("The project was not made: {error}."),
    )
    .hint("Nothing was left behind.")
}
