//! Evaluation of one live job.

use std::collections::BTreeSet;
use std::sync::Arc;

use expression::{Dict, Key, Layered, Record, Unknown, Value};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use source::{Diagnostic, nearest};

use super::foresee::Look;
use super::view::LiveFlow;
use crate::action::{self, Action, CallSite};
use crate::config::{Effect, ExecConfig, JobConfig};
use crate::contexts::{Contexts, FlowFacts, Sources, git_record};
use crate::defaults::Defaults;
use crate::eval::{Evaluator, Troubles};
use crate::exec;
use crate::inputs;
use crate::keys::Kind;
use crate::outside::Outside;
use crate::params;
use crate::project::Project;
use crate::session::Session;
use crate::tag::{job_name, tag_of};
use crate::tree::Block;

/// What is given when a job is started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobInputs {
    /// Values of parameters.
    pub params: IndexMap<String, String>,
    /// Tells several runs of the same job apart.
    pub suffix: Option<String>,
}

/// A job that is ready to be started.
#[derive(Debug, Clone)]
pub struct PlannedJob {
    /// The job.
    pub config: JobConfig,
    /// What has to be done before.
    pub effects: Vec<Effect>,
    /// The name of the platform job: the chosen one, or one made from the ids.
    pub platform_name: String,
    /// The project of the platform it runs in.
    pub project_name: String,
    /// What the official tools would refuse, though it works here.
    pub notes: Vec<Diagnostic>,
}

/// A live flow with its contexts evaluated.
#[derive(Debug, Clone)]
pub struct PreparedLive {
    flow: Arc<LiveFlow>,
    /// The contexts all jobs share.
    pub contexts: Contexts,
}

/// Evaluates one job of a project's live flow.
///
/// # Errors
/// If something is wrong, or not known yet; all of it at once.
pub fn evaluate(
    project: &Project,
    session: &Session<'_>,
    job: &str,
    given: &JobInputs,
) -> Result<PlannedJob, Troubles> {
    let flow = project.live.clone().ok_or_else(|| no_live_flow(project))?;
    PreparedLive::new(project, session, flow)?.job(session, job, given)
}

fn no_live_flow(project: &Project) -> Troubles {
    let folder = project.config_dir.as_deref().unwrap_or(".apolo");
    let text = source::Text::new(project.root.as_str(), "");
    let message = format!("the project has no live flow: there is no {folder}/live.yml");
    Diagnostic::error("no-flow", &text, source::Span::at(0), message).into()
}

/// A job on its way to a configuration.
struct Job<'a> {
    id: &'a str,
    /// The block in the flow: it is what messages point to.
    caller: Arc<Block>,
    /// The block that describes the job, in the flow or in an action.
    block: Block,
    given: &'a JobInputs,
    look: Look,
}

impl PreparedLive {
    /// Evaluates what all jobs of a flow share.
    ///
    /// # Errors
    /// If something is wrong, or not known yet; all of it at once.
    pub fn new(
        project: &Project,
        session: &Session<'_>,
        flow: Arc<LiveFlow>,
    ) -> Result<Self, Troubles> {
        if let Some(file) = project.file.as_deref().filter(|file| !file.sound) {
            return Err(file.problems.clone().into());
        }
        if !flow.problems.is_empty() {
            return Err(flow.problems.clone().into());
        }
        let facts = FlowFacts::new(project, session, &flow.id, &flow.title)?;
        let base = base(session, &facts);
        let sources = sources(project, &flow);
        let contexts = Contexts::evaluate(session, facts, base, &sources)?;
        if !flow.mixin_problems.is_empty() {
            return Err(flow.mixin_problems.clone().into());
        }
        Ok(Self { flow, contexts })
    }

    /// The same as good as it can be made, whatever is wrong: to check it, or to look at what runs
    /// while somebody is editing the files. Nothing is started with it.
    #[must_use]
    pub fn survey(
        project: &Project,
        session: &Session<'_>,
        flow: Arc<LiveFlow>,
    ) -> (Self, Troubles) {
        let facts = FlowFacts::survey(project, session, &flow.id, &flow.title);
        let base = base(session, &facts);
        let sources = sources(project, &flow);
        let (contexts, troubles) = Contexts::survey(session, facts, base, &sources);
        (Self { flow, contexts }, troubles)
    }

    /// The flow itself.
    pub(crate) fn flow(&self) -> &LiveFlow {
        &self.flow
    }

    /// The tags every job of the flow has; jobs are found by them.
    #[must_use]
    pub fn flow_tags(&self) -> Vec<String> {
        self.contexts.defaults.tags.iter().cloned().collect()
    }

    /// The tags by which the platform jobs of one job are found.
    #[must_use]
    pub fn job_tags(&self, job: &str, suffix: Option<&str>) -> Vec<String> {
        let mut tags = self.flow_tags();
        tags.push(format!("job:{}", tag_of(job)));
        tags.extend(suffix.map(|suffix| format!("multi:{suffix}")));
        tags
    }

    /// Whether a job may run several times at once; for calls the action decides.
    ///
    /// # Errors
    /// If there is no such job, or its action cannot be read.
    pub fn is_multi(&self, session: &Session<'_>, id: &str) -> Result<bool, Troubles> {
        let caller = self.block(id)?;
        let described = match self.action(session, &caller)? {
            Some(action) if !action.sound => return Err(action.problems.clone().into()),
            Some(action) => action.tree.block("job").cloned(),
            None => Some((*caller).clone()),
        };
        Ok(described.is_some_and(|block| is_multi(&block)))
    }

    /// Evaluates one job.
    ///
    /// # Errors
    /// If something is wrong, or not known yet; all of it at once.
    pub fn job(
        &self,
        session: &Session<'_>,
        id: &str,
        given: &JobInputs,
    ) -> Result<PlannedJob, Troubles> {
        let (planned, troubles) = self.look(session, id, given, Look::Strict)?;
        match troubles.list.is_empty() {
            true => Ok(planned),
            false => Err(troubles),
        }
    }

    pub(super) fn look(
        &self,
        session: &Session<'_>,
        id: &str,
        given: &JobInputs,
        look: Look,
    ) -> Result<(PlannedJob, Troubles), Troubles> {
        let caller = self.block(id)?;
        let action = self.action(session, &caller)?;
        let problems = match &action {
            Some(action) => look.accept(action.problems.clone().into())?,
            None => Troubles::default(),
        };
        let block = match &action {
            None => (*caller).clone(),
            Some(action) => {
                let block = action.tree.block("job").cloned();
                block.unwrap_or_else(|| Block::empty(Kind::Job, &action.text, action.tree.span))
            }
        };
        let job = Job {
            id,
            caller,
            block,
            given,
            look,
        };
        let (planned, mut troubles) = match action {
            None => self.own_job(session, &job)?,
            Some(action) => self.called_job(session, &action, &job)?,
        };
        troubles.list.splice(0..0, problems.list);
        Ok((planned, troubles))
    }

    /// The block of a job with its mixins.
    pub(super) fn block(&self, id: &str) -> Result<Arc<Block>, Troubles> {
        match self.flow.tree.named("jobs", id) {
            Some(named) => self.flow.mixins.apply(&named.block).map_err(Troubles::from),
            None => {
                let candidates = nearest(id, self.flow.jobs.keys().map(String::as_str));
                let known = self
                    .flow
                    .jobs
                    .keys()
                    .map(String::as_str)
                    .collect::<Vec<_>>();
                let message = format!("there is no job `{id}`");
                let text = &self.flow.text;
                let found = Diagnostic::error("unknown-job", text, source::Span::at(0), message);
                let found = found.help(format!("jobs of this flow: {}", known.join(", ")));
                Err(found.candidates(candidates).into())
            }
        }
    }

    fn action(
        &self,
        session: &Session<'_>,
        caller: &Block,
    ) -> Result<Option<Arc<Action>>, Troubles> {
        let module = caller.has("module");
        let key = if module { "module" } else { "action" };
        let Some(expr) = caller.scalar(key) else {
            return Ok(None);
        };
        let Some(reference) = caller.constant(key) else {
            return Ok(None);
        };
        let site = CallSite {
            reference: expr,
            block: caller,
            module,
        };
        let action = action::load(session.workspace, &reference, &site)?;
        if action.kind() != Kind::LiveAction {
            let message = format!(
                "`{reference}` is a {} action: a job can only call live ones",
                action.kind_word()
            );
            let found = Diagnostic::error("wrong-action", &expr.text, expr.span, message);
            let problems = action.problems.iter().cloned();
            return Err(problems.chain([found]).collect::<Vec<_>>().into());
        }
        Ok(Some(action))
    }

    fn own_job(
        &self,
        session: &Session<'_>,
        job: &Job<'_>,
    ) -> Result<(PlannedJob, Troubles), Troubles> {
        let (scope, mut troubles) = self.job_scope(session, job)?;
        let layered = Layered {
            upper: &scope,
            lower: &self.contexts.dict,
        };
        let mut outside = Outside::new(*session);
        outside.flow_tags = Some(self.flow_tags());
        let evaluator = Evaluator::new(&layered, &mut outside, Some(&self.contexts.home));
        let (config, found) = self.config(evaluator, job, &self.contexts.defaults);
        troubles.list.extend(found.list);
        Ok((self.planned(config, outside.effects, job.given), troubles))
    }

    fn called_job(
        &self,
        session: &Session<'_>,
        action: &Action,
        job: &Job<'_>,
    ) -> Result<(PlannedJob, Troubles), Troubles> {
        let (scope, mut troubles) = self.job_scope(session, job)?;
        let layered = Layered {
            upper: &scope,
            lower: &self.contexts.dict,
        };
        let mut outside = Outside::new(*session);
        outside.flow_tags = Some(self.flow_tags());
        let mut evaluator = Evaluator::new(&layered, &mut outside, Some(&self.contexts.home));
        let inputs = inputs::evaluate(&mut evaluator, action, &job.caller);
        let mut inputs = inputs::dict(&inputs);
        let found = job.look.accept(evaluator.troubles)?;
        if !found.list.is_empty() {
            inputs::leave_open(&mut inputs, action);
        }
        troubles.list.extend(found.list);
        outside.flow_tags = None;
        let mut inner = Dict::new();
        inner.insert("inputs", Value::Dict(inputs));
        let (config, found) = if job.caller.has("module") {
            let scope = Layered {
                upper: &inner,
                lower: &layered,
            };
            let evaluator = Evaluator::new(&scope, &mut outside, Some(&self.contexts.home));
            self.config(evaluator, job, &self.contexts.defaults)
        } else {
            let folder = action.folder(session.workspace.root());
            inner.insert("flow", Value::Record(self.action_flow(&folder)));
            let defaults = self.contexts.defaults.only_tags();
            let evaluator = Evaluator::new(&inner, &mut outside, None);
            self.config(evaluator, job, &defaults)
        };
        troubles.list.extend(found.list);
        let mut planned = self.planned(config, outside.effects, job.given);
        planned
            .notes
            .extend(inputs::defaults_without_args(action, &job.caller));
        Ok((planned, troubles))
    }

    fn action_flow(&self, folder: &str) -> Record {
        let path = Value::LocalPath(expression::LocalPath::new(folder));
        self.contexts
            .facts
            .flow_record("LiveActionFlowCtx")
            .with("action_path", path)
    }

    /// The contexts only this job has: `params`, and `multi` with a suffix.
    fn job_scope(
        &self,
        session: &Session<'_>,
        job: &Job<'_>,
    ) -> Result<(Dict, Troubles), Troubles> {
        let mut outside = Outside::new(*session);
        let mut evaluator =
            Evaluator::new(&self.contexts.dict, &mut outside, Some(&self.contexts.home));
        let params = params::evaluate(&mut evaluator, &job.caller, &job.given.params);
        let troubles = job.look.accept(evaluator.troubles)?;
        let mut values: Dict = params
            .into_iter()
            .map(|(name, value)| (Key::from(name), value))
            .collect();
        if !troubles.list.is_empty() {
            params::leave_open(&mut values, &job.caller);
        }
        let mut scope = Dict::new();
        scope.insert("params", Value::Dict(values));
        if is_multi(&job.block) {
            scope.insert("multi", Value::Record(multi_record(job.given)));
        }
        Ok((scope, troubles))
    }

    fn config(
        &self,
        mut evaluator: Evaluator<'_, '_>,
        job: &Job<'_>,
        defaults: &Defaults,
    ) -> (JobConfig, Troubles) {
        let Job {
            id,
            caller,
            block,
            given,
            ..
        } = job;
        let multi = is_multi(block);
        if !multi && given.suffix.is_some() {
            let message = format!("the job `{id}` runs only once at a time, so it takes no suffix");
            let found = Diagnostic::error("suffix", &caller.text, caller.span, message);
            evaluator.report(found.help("write `multi: true` in the job, or leave the suffix out"));
        }
        let mut tags = BTreeSet::from([format!("job:{}", tag_of(id))]);
        tags.extend(
            given
                .suffix
                .as_ref()
                .filter(|_| multi)
                .map(|suffix| format!("multi:{suffix}")),
        );
        if exec::lacks_image(block) {
            let at = if caller.has("action") || caller.has("module") {
                block
            } else {
                &**caller
            };
            evaluator.report(exec::no_image(at, "job", id));
        }
        let exec = exec::evaluate(&mut evaluator, block, defaults, tags);
        let title = exec
            .title
            .clone()
            .unwrap_or_else(|| format!("{}.{id}", self.contexts.facts.flow_id));
        let config = JobConfig {
            id: (*id).to_owned(),
            exec: ExecConfig {
                title: Some(title),
                ..exec
            },
            detach: evaluator.truth(block, "detach").unwrap_or(false),
            browse: evaluator.truth(block, "browse").unwrap_or(false),
            port_forward: evaluator.texts(block, "port_forward"),
            multi,
        };
        (config, evaluator.troubles)
    }

    fn planned(&self, config: JobConfig, effects: Vec<Effect>, given: &JobInputs) -> PlannedJob {
        let suffix = given.suffix.as_deref().filter(|_| config.multi);
        let facts = &self.contexts.facts;
        let made = || job_name(&facts.project_id, &config.id, suffix);
        PlannedJob {
            platform_name: config
                .exec
                .name
                .clone()
                .filter(|name| !name.is_empty())
                .unwrap_or_else(made),
            project_name: facts.project_name.clone(),
            config,
            effects,
            notes: Vec::new(),
        }
    }
}

/// The contexts that do not come from the flow.
fn base(session: &Session<'_>, facts: &FlowFacts) -> Dict {
    let git = session.workspace.git();
    let mut base = Dict::new();
    base.insert("project", Value::Record(facts.project_record()));
    base.insert("flow", Value::Record(facts.flow_record("LiveFlowCtx")));
    base.insert("git", Value::Record(git_record(git.as_ref())));
    base
}

fn sources<'a>(project: &'a Project, flow: &'a LiveFlow) -> Sources<'a> {
    Sources {
        flow: &flow.tree,
        project: project.tree(),
        prepared: None,
    }
}

pub(super) fn is_multi(block: &Block) -> bool {
    block
        .scalar("multi")
        .and_then(|expr| expr.constant())
        .is_some_and(Value::is_true)
}

/// The context `multi`.
pub(super) fn multi_record(given: &JobInputs) -> Record {
    let suffix = match &given.suffix {
        Some(suffix) => Value::from(suffix.as_str()),
        None => Value::Unknown(Unknown::new(
            expression::Cause::Start,
            "the suffix is chosen when the job is started",
        )),
    };
    Record::new("MultiCtx").with("suffix", suffix)
}
