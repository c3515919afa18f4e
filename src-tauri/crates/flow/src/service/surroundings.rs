//! The contexts an expression at a place can read: their values as far as they are known.

use std::sync::Arc;

use expression::{Cause, Dict, Record, Unknown, Value};
use source::Span;

use super::Service;
use super::callers::callers;
use super::file::{File, last_before};
use crate::batch::{BatchFlow, Level, Preparation, Results, TaskGraph, needs_dict};
use crate::coercion::Home;
use crate::contexts::{FlowFacts, git_record};
use crate::eval::Evaluator;
use crate::keys::Kind;
use crate::live::{LiveFlow, PreparedLive};
use crate::outside::Outside;
use crate::tree::{Block, FieldValue, Named};

/// The block a place lies in, as far as it decides what can be read there.
#[derive(Debug, Clone)]
pub(super) enum Owner {
    /// What is evaluated before any job: defaults, volumes, images.
    Flow,
    /// A job of a live flow.
    Job(Arc<Block>),
    /// A task.
    Task(Arc<Block>),
    /// A mixin: what reads it is known only where it is used.
    Mixin,
    /// The one job of an action, or its command.
    Unit,
    /// The task that cleans up behind a stateful action.
    Post,
    /// The outputs of an action.
    Outputs,
}

/// What can be read at a place.
pub(super) struct Surroundings {
    /// Contexts by name.
    pub(super) values: Dict,
    /// What places on the platform are read against.
    pub(super) home: Option<Home>,
    /// The tags by which running jobs are found.
    pub(super) flow_tags: Option<Vec<String>>,
    /// How many rows of a matrix the task has, where the values are those of the first.
    pub(super) rows: usize,
}

impl Owner {
    /// The owner of a place.
    pub(super) fn at(tree: &Block, offset: usize) -> Self {
        let field = last_before(&tree.fields, offset, |(_, field)| field.key);
        let Some((key, field)) = field else {
            return Self::Flow;
        };
        match (*key, &field.value) {
            ("jobs", FieldValue::Blocks(jobs)) => {
                let job = last_before(jobs, offset, |(_, job)| job.key);
                job.map_or(Self::Flow, |(_, Named { block, .. })| {
                    Self::Job(Arc::clone(block))
                })
            }
            ("tasks", FieldValue::Items(tasks)) => {
                let task = last_before(tasks, offset, |task| task.span);
                task.map_or(Self::Flow, |task| Self::Task(Arc::clone(task)))
            }
            ("mixins", _) => Self::Mixin,
            ("outputs", _) => Self::Outputs,
            ("job" | "main" | "cmd", _) => Self::Unit,
            ("post" | "post_if", _) => Self::Post,
            _ => Self::Flow,
        }
    }
}

impl Service<'_> {
    /// What can be read at a place of a file.
    pub(super) fn surroundings(&self, file: &File, owner: &Owner) -> Surroundings {
        match file.kind() {
            Kind::LiveFlow => self.in_live(file, owner),
            Kind::BatchFlow => self.in_batch(file, owner),
            Kind::Project => self.in_project(),
            _ => self.in_action(file, owner),
        }
    }

    fn in_live(&self, file: &File, owner: &Owner) -> Surroundings {
        let flow = self.project.live.as_ref();
        let flow = flow.filter(|flow| flow.path == file.path);
        let survey = |flow: &Arc<LiveFlow>| {
            PreparedLive::survey(self.project, &self.session, flow.clone()).0
        };
        let prepared = flow.map(survey);
        let facts = flow.and_then(|flow| self.facts(&flow.id, &flow.title));
        let mut around = match (&prepared, &facts) {
            (Some(prepared), _) => Surroundings {
                values: prepared.contexts.dict.clone(),
                home: Some(prepared.contexts.home.clone()),
                flow_tags: Some(prepared.flow_tags()),
                rows: 1,
            },
            (None, facts) => self.bare(facts.as_ref(), "LiveFlowCtx"),
        };
        match owner {
            Owner::Job(job) => self.add_job(&mut around, job),
            Owner::Mixin => around.unknown(&["params", "multi"], "the job that uses the mixin"),
            _ => around.only_early(),
        }
        around
    }

    fn add_job(&self, around: &mut Surroundings, job: &Block) {
        let mut params = Dict::new();
        for (name, param) in job.blocks("params") {
            let mut outside = Outside::new(self.session);
            let mut evaluator = Evaluator::new(&around.values, &mut outside, around.home.as_ref());
            let value = evaluator.text(&param.block, "default").map(Value::from);
            params.insert(
                name,
                value.unwrap_or_else(|| Unknown::parameter(name).into()),
            );
        }
        around.values.insert("params", Value::Dict(params));
        let multi = job.scalar("multi").and_then(|multi| multi.constant());
        if multi.is_some_and(Value::is_true) {
            let why = "the suffix is chosen when the job is started";
            let suffix = Value::Unknown(Unknown::new(Cause::Start, why));
            let multi = Record::new("MultiCtx").with("suffix", suffix);
            around.values.insert("multi", Value::Record(multi));
        }
    }

    fn in_batch(&self, file: &File, owner: &Owner) -> Surroundings {
        let flow = self.project.batches.iter();
        let flow = flow.into_iter().find(|flow| flow.path == file.path);
        let session = &self.session;
        let prepare = |flow: &Arc<BatchFlow>| {
            Preparation::whatever_is_wrong(self.project, session, flow.clone())
        };
        let preparation = flow.map(prepare);
        let Some(preparation) = preparation else {
            let facts = flow.and_then(|flow| self.facts(&flow.id, &flow.title));
            let mut around = self.bare(facts.as_ref(), "BatchFlowCtx");
            around.unknown(&["params"], "the start of the bake");
            around.in_unknown_task(owner);
            return around;
        };
        let (level, graph) = preparation.sketch();
        let mut around = Surroundings {
            values: level.dict.clone(),
            home: level.home.clone(),
            flow_tags: None,
            rows: 1,
        };
        match owner {
            Owner::Task(task) => around.add_task((&level, &graph), task),
            Owner::Flow => around.only_early(),
            _ => around.in_unknown_task(owner),
        }
        around
    }

    fn in_project(&self) -> Surroundings {
        let mut around = self.bare(self.facts("", "").as_ref(), "FlowCtx");
        let later = ["flow", "params", "env", "tags", "volumes", "images"];
        around.unknown(&later, "the flow that uses it");
        around
    }

    fn in_action(&self, file: &File, owner: &Owner) -> Surroundings {
        let mut inputs = Dict::new();
        for (name, input) in file.tree.blocks("inputs") {
            let default = input.block.scalar("default").and_then(|it| it.constant());
            let why = format!("the call gives the input {name}");
            let value = default.filter(|value| **value != Value::None).cloned();
            let value = value.unwrap_or_else(|| Unknown::new(Cause::Start, why).into());
            inputs.insert(name, value);
        }
        let mut around = Surroundings {
            values: Dict::new(),
            home: None,
            flow_tags: None,
            rows: 1,
        };
        around.values.insert("inputs", Value::Dict(inputs));
        if matches!(owner, Owner::Post) {
            let lent = [
                "project", "flow", "params", "env", "tags", "volumes", "images",
            ];
            around.unknown(&lent, "the flow that calls the action");
            around.in_unknown_task(owner);
        }
        if matches!(file.kind(), Kind::StatefulAction | Kind::LocalAction) {
            return around;
        }
        let git = git_record(self.session.workspace.git().as_ref());
        around.values.insert("git", Value::Record(git));
        around.unknown(&["flow"], "the call");
        if self.is_module(file) {
            let lent = ["project", "params", "env", "tags", "volumes"];
            around.unknown(&lent, "the flow that calls the module");
            if file.kind() == Kind::LiveAction {
                around.unknown(&["images"], "the flow that calls the module");
            }
        }
        if file.kind() == Kind::BatchAction {
            around.unknown(&["images"], "the call");
            around.in_unknown_task(owner);
        }
        around
    }

    /// Whether some flow of the project calls the file as a module.
    fn is_module(&self, file: &File) -> bool {
        !callers(self, &self.files(), &file.path).is_empty()
    }

    fn facts(&self, id: &str, title: &str) -> Option<FlowFacts> {
        FlowFacts::new(self.project, &self.session, id, title).ok()
    }

    /// The contexts of a flow that cannot be evaluated as a whole.
    fn bare(&self, facts: Option<&FlowFacts>, type_name: &str) -> Surroundings {
        let mut values = Dict::new();
        if let Some(facts) = facts {
            values.insert("project", Value::Record(facts.project_record()));
            values.insert("flow", Value::Record(facts.flow_record(type_name)));
        }
        let git = git_record(self.session.workspace.git().as_ref());
        values.insert("git", Value::Record(git));
        let mut around = Surroundings {
            values,
            home: facts.map(|facts| facts.home(&self.session)),
            flow_tags: None,
            rows: 1,
        };
        let why = "the flow has errors";
        for name in ["env", "tags", "volumes", "images"] {
            let unknown = Unknown::new(Cause::Start, format!("`{name}` is not known: {why}"));
            around.values.insert(name, Value::Unknown(unknown));
        }
        around
    }
}

impl Surroundings {
    /// Adds contexts about which nothing is known before something happens.
    fn unknown(&mut self, names: &[&str], until: &str) {
        for name in names {
            let why = format!("`{name}` depends on {until}");
            let unknown = Unknown::new(Cause::Start, why);
            self.values.insert(*name, Value::Unknown(unknown));
        }
    }

    /// Leaves the contexts that are there before defaults, volumes and images are.
    fn only_early(&mut self) {
        let early = ["project", "flow", "git", "params"];
        let kept = early.into_iter();
        self.values = kept
            .filter_map(|name| Some((name, self.values.get(name)?.clone())))
            .collect();
    }

    fn add_task(&mut self, (level, graph): (&Level, &TaskGraph), task: &Block) {
        let here = |span: Span| span.start == task.span.start;
        let nodes: Vec<_> = graph.nodes.values().filter(|it| here(it.span)).collect();
        self.rows = nodes.len().max(1);
        let Some(node) = nodes.first() else {
            return self.in_unknown_task(&Owner::Mixin);
        };
        let needs = Value::Dict(needs_dict(node, &Results::new()));
        let own = level.of_node(node, needs, Value::Dict(Dict::new()));
        for (name, value) in own.iter() {
            self.values.insert(name.clone(), value.clone());
        }
    }

    /// The contexts of a task that stands for any number of tasks.
    fn in_unknown_task(&mut self, owner: &Owner) {
        match owner {
            Owner::Flow => {}
            Owner::Task(task) => {
                self.unknown(&["matrix", "strategy", "state"], "the start of the task");
                let needs = written_needs(task);
                let needs = needs.into_iter();
                let needs: Dict = needs
                    .map(|name| (name.clone(), Value::Unknown(Unknown::task(&name))))
                    .collect();
                self.values.insert("needs", Value::Dict(needs));
            }
            _ => self.unknown(&["matrix", "strategy", "needs", "state"], "the tasks"),
        }
    }
}

/// The tasks a task needs, as they are written.
pub(super) fn written_needs(task: &Block) -> Vec<String> {
    let Some(FieldValue::Needs(needs)) = task.get("needs") else {
        return Vec::new();
    };
    let ids = needs.iter().filter_map(|need| need.id.constant());
    ids.map(Value::to_string).collect()
}
