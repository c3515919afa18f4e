//! A batch made ready to be baked: its contexts, its graph, its actions.

use std::sync::Arc;

use expression::{Dict, Key, Record, Value};
use indexmap::IndexMap;
use source::{Diagnostic, Span, Text};

use super::expand::Expander;
use super::graph::TaskGraph;
use super::id::TaskId;
use super::images::BakeImages;
use super::level::{Level, strategy_record};
use super::named::named;
use super::notes;
use super::view::BatchFlow;
use crate::action::Action;
use crate::config::{CacheConfig, StrategyConfig};
use crate::contexts::{Contexts, FlowFacts, Sources, git_record};
use crate::eval::{Evaluator, Trouble, Troubles};
use crate::outside::Outside;
use crate::params;
use crate::project::Project;
use crate::session::Session;
use crate::tree::Block;
use crate::workspace::GitInfo;

/// Where nothing is said, this many tasks may run at once.
pub(super) const USUAL_PARALLEL: i64 = 10;

/// A batch made ready to be baked.
#[derive(Debug, Clone)]
pub struct Bake {
    /// The id of the bake; it becomes a tag of every job.
    pub id: String,
    /// The batch.
    pub flow: Arc<BatchFlow>,
    /// The parameters as evaluated.
    pub params: IndexMap<String, String>,
    /// The graph.
    pub graph: TaskGraph,
    /// How long a bake may take when the platform runs it, in seconds.
    pub life_span: Option<f64>,
    /// The contexts of the batch itself, as its tasks see them.
    pub contexts: Contexts,
    /// What git knew when the batch was made ready.
    pub git: Option<GitInfo>,
    /// Images with what they are built from.
    pub images: BakeImages,
    /// The project file.
    pub(crate) project: Option<Text>,
    pub(crate) project_path: Option<String>,
    /// Actions by the references that call them.
    pub(crate) actions: IndexMap<String, Arc<Action>>,
    pub(crate) level: Level,
    /// What the official tools would refuse, though it works here.
    pub(crate) notes: Vec<Diagnostic>,
}

impl Bake {
    /// What the official tools would refuse, though it works here.
    #[must_use]
    pub fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }
}

/// Makes a batch ready.
///
/// # Errors
/// If something is wrong, or a parameter is missing; all of it at once.
pub fn prepare(
    project: &Project,
    session: &Session<'_>,
    name: &str,
    params: &IndexMap<String, String>,
) -> Result<Bake, Troubles> {
    let flow = named(project, session, name).ok_or_else(|| no_batch(project, name))?;
    Preparation::new(project, session, flow)?.bake(params)
}

/// The graph of a batch for a first drawing: parameters without a value are not known yet.
///
/// # Errors
/// If the graph cannot be drawn at all.
pub fn draft(project: &Project, session: &Session<'_>, name: &str) -> Result<TaskGraph, Troubles> {
    let flow = named(project, session, name).ok_or_else(|| no_batch(project, name))?;
    Preparation::whatever_is_wrong(project, session, flow).draft()
}

fn no_batch(project: &Project, name: &str) -> Troubles {
    let known: Vec<&str> = project
        .batches
        .iter()
        .map(|batch| batch.name.as_str())
        .collect();
    let folder = project.config_dir.as_deref().unwrap_or(".apolo");
    let text = Text::new(project.root.as_str(), "");
    let message = format!("there is no batch `{name}`: {folder}/{name}.yml does not exist");
    let found = Diagnostic::error("unknown-batch", &text, Span::at(0), message);
    let found = match known.as_slice() {
        [] => found.help("the project has no batches"),
        known => found.help(format!("batches of this project: {}", known.join(", "))),
    };
    found.candidates(source::nearest(name, known)).into()
}

/// The graph of a batch, and what was found while it was built.
pub(super) struct Expanded {
    pub(super) graph: TaskGraph,
    actions: IndexMap<String, Arc<Action>>,
    notes: Vec<Diagnostic>,
}

/// A batch whose contexts are being evaluated.
pub(crate) struct Preparation<'a> {
    pub(super) project: &'a Project,
    pub(super) session: Session<'a>,
    pub(super) flow: Arc<BatchFlow>,
    pub(super) facts: FlowFacts,
}

impl<'a> Preparation<'a> {
    pub(crate) fn new(
        project: &'a Project,
        session: &Session<'a>,
        flow: Arc<BatchFlow>,
    ) -> Result<Self, Troubles> {
        if let Some(file) = project.file.as_deref().filter(|file| !file.sound) {
            return Err(file.problems.clone().into());
        }
        if !flow.problems.is_empty() {
            return Err(flow.problems.clone().into());
        }
        let facts = FlowFacts::new(project, session, &flow.id, &flow.title)?;
        if !flow.mixin_problems.is_empty() {
            return Err(flow.mixin_problems.clone().into());
        }
        Ok(Self {
            facts,
            ..Self::whatever_is_wrong(project, session, flow)
        })
    }

    pub(crate) fn bake(&self, given: &IndexMap<String, String>) -> Result<Bake, Troubles> {
        let params = self.params(given)?;
        let early = self.contexts(&params, None)?;
        let level = self.level(&early)?;
        let expanded = self.graph(&level)?;
        let sources = self.sources(None);
        let images =
            BakeImages::collect(&self.session, &early, (&expanded.graph, &level), &sources);
        let prepared = images.prepared(&[]);
        let contexts = self.contexts(&params, Some(&prepared))?;
        let level = self.level(&contexts)?;
        let life_span = self.life_span()?;
        Ok(self.made(&params, expanded, (contexts, level), (images, life_span)))
    }

    pub(super) fn made(
        &self,
        params: &IndexMap<String, Value>,
        expanded: Expanded,
        (contexts, level): (Contexts, Level),
        (images, life_span): (BakeImages, Option<f64>),
    ) -> Bake {
        let texts = params
            .iter()
            .map(|(name, value)| (name.clone(), value.to_string()))
            .collect();
        let mut notes = expanded.notes;
        let project = self.project.tree();
        let trees: Vec<_> = project.into_iter().chain([&self.flow.tree]).collect();
        notes.extend(notes::git_before_bake(&trees));
        let places = images
            .list()
            .into_iter()
            .flat_map(|image| image.definitions);
        let places: Vec<TaskId> = places.collect();
        notes.extend(notes::git_in_actions(&expanded.graph, &places));
        Bake {
            id: "bake-id".to_owned(),
            flow: Arc::clone(&self.flow),
            params: texts,
            graph: expanded.graph,
            // No time at all is no limit.
            life_span: life_span.filter(|seconds| *seconds != 0.0),
            contexts,
            git: self.session.workspace.git(),
            images,
            project: self.project.file.as_ref().map(|file| file.text.clone()),
            project_path: self.project.file.as_ref().map(|file| file.path.clone()),
            actions: expanded.actions,
            level,
            notes,
        }
    }

    pub(super) fn sources<'s>(
        &'s self,
        prepared: Option<&'s IndexMap<String, crate::image::Prepared>>,
    ) -> Sources<'s> {
        Sources {
            flow: &self.flow.tree,
            project: self.project.tree(),
            prepared,
        }
    }

    pub(super) fn params(
        &self,
        given: &IndexMap<String, String>,
    ) -> Result<IndexMap<String, Value>, Troubles> {
        let mut outside = Outside::new(self.session);
        let mut evaluator = Evaluator::new(&expression::NoScope, &mut outside, None);
        let params = params::evaluate(&mut evaluator, &self.flow.tree, given);
        evaluator.finish(params)
    }

    pub(super) fn param_default(&self, name: &str) -> Option<Value> {
        let param = self.flow.tree.named("params", name)?;
        let mut outside = Outside::new(self.session);
        let mut evaluator = Evaluator::new(&expression::NoScope, &mut outside, None);
        evaluator.field(&param.block, "default")
    }

    pub(super) fn life_span(&self) -> Result<Option<f64>, Troubles> {
        let mut outside = Outside::new(self.session);
        let mut evaluator = Evaluator::new(&expression::NoScope, &mut outside, None);
        let life_span = evaluator.seconds(&self.flow.tree, "life_span");
        evaluator.finish(life_span)
    }

    fn flow_record(&self) -> Record {
        let life_span = self
            .life_span()
            .ok()
            .flatten()
            .map_or(Value::None, Value::Float);
        self.facts
            .flow_record("BatchFlowCtx")
            .with("life_span", life_span)
    }

    pub(super) fn base(&self, params: &IndexMap<String, Value>) -> Dict {
        let values: Dict = params
            .iter()
            .map(|(name, value)| (Key::from(name.as_str()), value.clone()))
            .collect();
        let git = self.session.workspace.git();
        let mut base = Dict::new();
        base.insert("project", Value::Record(self.facts.project_record()));
        base.insert("flow", Value::Record(self.flow_record()));
        base.insert("params", Value::Dict(values));
        base.insert("git", Value::Record(git_record(git.as_ref())));
        base
    }

    pub(super) fn contexts(
        &self,
        params: &IndexMap<String, Value>,
        prepared: Option<&IndexMap<String, crate::image::Prepared>>,
    ) -> Result<Contexts, Troubles> {
        let (facts, base) = (self.facts.clone(), self.base(params));
        Contexts::evaluate(&self.session, facts, base, &self.sources(prepared))
    }

    /// The contexts of the batch's own tasks.
    pub(super) fn level(&self, contexts: &Contexts) -> Result<Level, Troubles> {
        let block = self.sources(None).defaults();
        let mut outside = Outside::new(self.session);
        let mut evaluator = Evaluator::new(&contexts.dict, &mut outside, Some(&contexts.home));
        let strategy = strategy(&mut evaluator, block.as_ref());
        let mut cache = CacheConfig::base();
        for source in self.project.tree().into_iter().chain([&self.flow.tree]) {
            let block = source
                .block("defaults")
                .and_then(|defaults| defaults.block("cache"));
            cache = cache.refined(&mut evaluator, block);
        }
        evaluator.finish(())?;
        let mut dict = contexts.dict.clone();
        dict.insert("strategy", Value::Record(strategy_record(strategy)));
        Ok(Level {
            dict,
            outer: None,
            defaults: contexts.defaults.clone(),
            home: Some(contexts.home.clone()),
            strategy,
            cache,
        })
    }

    fn graph(&self, level: &Level) -> Result<Expanded, Troubles> {
        let (expanded, mut troubles) = self.expanded(level, false);
        if troubles.list.is_empty() {
            return Ok(expanded);
        }
        let checks = super::check::of_graph(&expanded.graph);
        let further = expanded.notes.into_iter().chain(checks).map(Trouble::from);
        troubles.list.extend(further);
        Err(troubles)
    }

    /// The graph as far as it can be made. With `lenient`, a matrix that is not known yet has one
    /// row.
    pub(super) fn expanded(&self, level: &Level, lenient: bool) -> (Expanded, Troubles) {
        let mut expander = Expander {
            session: self.session,
            mixins: &self.flow.mixins,
            actions: IndexMap::new(),
            troubles: Troubles::default(),
            notes: Vec::new(),
            lenient,
            path: Vec::new(),
            made: 0,
        };
        let graph = expander.expand(level, self.flow.tree.items("tasks"));
        let actions = expander
            .actions
            .into_iter()
            .filter_map(|(reference, action)| Some((reference, action.ok()?)))
            .collect();
        let expanded = Expanded {
            graph,
            actions,
            notes: expander.notes,
        };
        (expanded, expander.troubles)
    }
}

fn strategy(evaluator: &mut Evaluator<'_, '_>, block: Option<&Block>) -> StrategyConfig {
    let usual = StrategyConfig {
        fail_fast: true,
        max_parallel: USUAL_PARALLEL,
    };
    let Some(block) = block else { return usual };
    StrategyConfig {
        fail_fast: evaluator
            .truth(block, "fail_fast")
            .unwrap_or(usual.fail_fast),
        max_parallel: evaluator
            .whole(block, "max_parallel")
            .unwrap_or(usual.max_parallel),
    }
}
