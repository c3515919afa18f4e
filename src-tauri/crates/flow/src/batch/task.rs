//! Evaluation of one task when what it needs has ended.

use std::borrow::Cow;
use std::collections::BTreeSet;

use expression::{Dict, Layered, Scope, Value};
use indexmap::IndexMap;
use source::{Diagnostic, Span, Text};

use super::bake::Bake;
use super::body::{Body, Call, Condition};
use super::cache_key;
use super::graph::{Node, TaskKind};
use super::id::TaskId;
use super::key_inputs::KeyInputs;
use super::level::{Level, action_flow, completed_needs, need_record, strategy_record};
use super::past::Past;
use super::results::{Outcome, Results};
use crate::config::{CacheConfig, Effect, Enable, TaskConfig};
use crate::contexts::{git_record, images_dict};
use crate::defaults::Defaults;
use crate::eval::{Evaluator, Trouble, Troubles};
use crate::exec;
use crate::image::Image;
use crate::inputs;
use crate::outside::Outside;
use crate::preview::{Preview, preview};
use crate::session::Session;
use crate::tag::tag_of;
use crate::tree::{Block, Expr};

/// A task that is ready to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedTask {
    /// The task.
    pub config: TaskConfig,
    /// What has to be done before.
    pub effects: Vec<Effect>,
}

/// A node with the contexts it is evaluated in.
pub(super) struct Placed<'b> {
    pub(super) node: &'b Node,
    level: Cow<'b, Level>,
    /// `matrix`, `strategy`, `needs`, `state`.
    own: Dict,
}

impl Bake {
    /// Whether a task, a call or a local command runs, given the results so far.
    ///
    /// # Errors
    /// If the condition, or an input of a call around it, is wrong or not known yet.
    pub fn enable(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        results: &Results,
    ) -> Result<Enable, Troubles> {
        let placed = self.placed(session, id, Past::Told(results))?;
        let mut outside = Outside::new(*session);
        enable_of(&placed, &mut outside)
    }

    /// Evaluates a task: one with its own job on the platform.
    ///
    /// # Errors
    /// If something is wrong, or not known yet; all of it at once.
    pub fn task(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        results: &Results,
    ) -> Result<PlannedTask, Troubles> {
        let past = Past::Told(results);
        let placed = self.placed(session, id, past)?;
        let mut outside = Outside::new(*session);
        let (enable, mut wrong) = match enable_of(&placed, &mut outside) {
            Ok(enable) => (enable, Troubles::default()),
            Err(troubles) if troubles.only_unknown() => return Err(troubles),
            Err(troubles) => (Enable::No, troubles),
        };
        let (mut config, mut troubles) = self.config(session, &placed, &mut outside, enable)?;
        troubles.list.append(&mut wrong.list);
        if !troubles.list.is_empty() {
            return Err(troubles);
        }
        let needs = completed_needs(placed.node, results);
        let state = past.left_behind(placed.node);
        config.caching_key = cache_key::key(&config, &needs, &state);
        Ok(PlannedTask {
            config,
            effects: outside.effects,
        })
    }

    /// What the key of a task is made of: the same that [`Bake::task`] makes it from.
    ///
    /// # Errors
    /// If something is wrong, or not known yet.
    pub fn key_inputs(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        results: &Results,
    ) -> Result<KeyInputs, Troubles> {
        let config = self.task(session, id, results)?.config;
        let node = self
            .graph
            .node(id)
            .ok_or_else(|| unknown(&self.flow.text, id))?;
        let needs = completed_needs(node, results);
        Ok(KeyInputs {
            config,
            needs: needs
                .into_iter()
                .map(|(id, result)| (id.to_owned(), result.clone()))
                .collect(),
            state: Past::Told(results).left_behind(node),
        })
    }

    /// Evaluates the command of a local action.
    ///
    /// # Errors
    /// If something is wrong, or not known yet.
    pub fn local(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        results: &Results,
    ) -> Result<String, Troubles> {
        let placed = self.placed(session, id, Past::Told(results))?;
        self.local_command(session, &placed)
    }

    pub(super) fn local_command(
        &self,
        session: &Session<'_>,
        placed: &Placed<'_>,
    ) -> Result<String, Troubles> {
        let (TaskKind::Local, Body::Call(call)) = (placed.node.kind, &placed.node.body) else {
            return Err(not_a_task(placed.node, "is not a local action"));
        };
        let scope = self.inputs_scope(session, placed, call)?;
        let mut outside = Outside::new(*session);
        let mut evaluator = Evaluator::new(&scope, &mut outside, None);
        let command = evaluator.text(&call.action.tree, "cmd").unwrap_or_default();
        evaluator.finish(command)
    }

    /// Evaluates the inputs of a call; this finds mistakes before its tasks start.
    ///
    /// # Errors
    /// If something is wrong, or not known yet.
    pub fn inputs(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        results: &Results,
    ) -> Result<IndexMap<String, Value>, Troubles> {
        let placed = self.placed(session, id, Past::Told(results))?;
        match &placed.node.body {
            Body::Call(call) => self.call_inputs(session, &placed, call),
            Body::Task(_) => Ok(IndexMap::new()),
        }
    }

    /// Evaluates the outputs of a call whose tasks have all ended.
    ///
    /// # Errors
    /// If something is wrong, such as an output of a task that was skipped.
    pub fn outputs(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        results: &Results,
    ) -> Result<IndexMap<String, String>, Troubles> {
        let placed = self.placed(session, id, Past::Told(results))?;
        let (Body::Call(call), Some(inner)) = (&placed.node.body, &placed.node.inner) else {
            return Err(not_a_task(placed.node, "is not a call of a batch action"));
        };
        let level = self.call_level(session, &placed, call)?;
        let needs: Dict = inner
            .nodes
            .iter()
            .filter_map(|(name, node)| {
                Some((
                    name.as_str(),
                    Value::Record(need_record(results.get(&node.id)?)),
                ))
            })
            .collect();
        let mut own = Dict::new();
        own.insert("needs", Value::Dict(needs));
        let scope = Layered {
            upper: &own,
            lower: &level,
        };
        let mut outside = Outside::new(*session);
        let mut evaluator = Evaluator::new(&scope, &mut outside, level.home.as_ref());
        let mut outputs = IndexMap::new();
        for (name, output) in call.action.tree.blocks("outputs") {
            if let Some(value) = evaluator.text(&output.block, "value") {
                outputs.insert(name.to_owned(), value);
            }
        }
        evaluator.finish(outputs)
    }

    /// What a value written in a task comes to, as far as it is known.
    ///
    /// # Errors
    /// If an input of a call around the task is wrong.
    pub fn preview(
        &self,
        session: &Session<'_>,
        (id, expr): (&TaskId, &Expr),
        results: &Results,
    ) -> Result<Preview, Troubles> {
        let placed = self.placed(session, id, Past::Told(results))?;
        let scope = Layered {
            upper: &placed.own,
            lower: &*placed.level,
        };
        let mut outside = Outside::new(*session);
        let evaluator = Evaluator::new(&scope, &mut outside, placed.level.home.as_ref());
        Ok(preview(evaluator, expr))
    }

    /// The images of a call.
    ///
    /// # Errors
    /// If something is wrong, or not known yet.
    pub fn call_image_list(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        results: &Results,
    ) -> Result<IndexMap<String, Image>, Troubles> {
        let placed = self.placed(session, id, Past::Told(results))?;
        let Body::Call(call) = &placed.node.body else {
            return Err(not_a_task(placed.node, "is not a call"));
        };
        let level = self.call_level(session, &placed, call)?;
        self.call_images(session, &placed, call, &level)
    }

    pub(super) fn placed(
        &self,
        session: &Session<'_>,
        id: &TaskId,
        past: Past<'_>,
    ) -> Result<Placed<'_>, Troubles> {
        let node = self
            .graph
            .node(id)
            .ok_or_else(|| unknown(&self.flow.text, id))?;
        let parent = id.parent();
        let level = match parent.is_root() {
            true => Cow::Borrowed(&self.level),
            false => {
                let outer = self.placed(session, &parent, past)?;
                let Body::Call(call) = &outer.node.body else {
                    return Err(unknown(&self.flow.text, id));
                };
                Cow::Owned(self.call_level(session, &outer, call)?)
            }
        };
        let own = level.of_node(node, Value::Dict(past.needs(node)), past.state(node));
        Ok(Placed { node, level, own })
    }

    pub(super) fn call_inputs(
        &self,
        session: &Session<'_>,
        placed: &Placed<'_>,
        call: &Call,
    ) -> Result<IndexMap<String, Value>, Troubles> {
        let scope = Layered {
            upper: &placed.own,
            lower: &*placed.level,
        };
        let mut outside = Outside::new(*session);
        let mut evaluator = Evaluator::new(&scope, &mut outside, placed.level.home.as_ref());
        let inputs = inputs::evaluate(&mut evaluator, &call.action, &call.block);
        evaluator.finish(inputs)
    }

    fn inputs_scope(
        &self,
        session: &Session<'_>,
        placed: &Placed<'_>,
        call: &Call,
    ) -> Result<Dict, Troubles> {
        let inputs = self.call_inputs(session, placed, call)?;
        let mut scope = Dict::new();
        scope.insert("inputs", Value::Dict(inputs::dict(&inputs)));
        Ok(scope)
    }

    /// The contexts inside a call.
    fn call_level(
        &self,
        session: &Session<'_>,
        placed: &Placed<'_>,
        call: &Call,
    ) -> Result<Level, Troubles> {
        let module = placed.node.kind == TaskKind::Module;
        let mut dict = self.inputs_scope(session, placed, call)?;
        let strategy = placed.node.strategy;
        dict.insert("strategy", Value::Record(strategy_record(strategy)));
        dict.insert("git", Value::Record(git_record(self.git.as_ref())));
        let folder = call.action.folder(&self.contexts.facts.workspace);
        let flow = self.contexts.dict.get("flow").and_then(Value::as_record);
        if let Some(flow) = flow {
            dict.insert("flow", Value::Record(action_flow(flow, &folder)));
        }
        let outer = module.then(|| {
            let mut outer = placed.level.clone().into_owned();
            for (name, value) in placed.own.iter() {
                outer.dict.insert(name.clone(), value.clone());
            }
            Box::new(outer)
        });
        let defaults = &placed.level.defaults;
        let mut level = Level {
            dict,
            outer,
            defaults: if module {
                defaults.clone()
            } else {
                defaults.only_tags()
            },
            home: placed.level.home.clone().filter(|_| module),
            strategy,
            cache: placed.node.cache,
        };
        let images = self.call_images(session, placed, call, &level)?;
        level
            .dict
            .insert("images", Value::Dict(images_dict(&images)));
        Ok(level)
    }

    fn call_images(
        &self,
        session: &Session<'_>,
        placed: &Placed<'_>,
        call: &Call,
        level: &Level,
    ) -> Result<IndexMap<String, Image>, Troubles> {
        let prepared = self.images.prepared(placed.node.id.steps());
        let mut outside = Outside::new(*session);
        let mut evaluator = Evaluator::new(level, &mut outside, level.home.as_ref());
        let mut images = IndexMap::new();
        for (id, named) in call.action.tree.blocks("images") {
            let image = Image::evaluate(
                &mut evaluator,
                session,
                (id, &named.block),
                prepared.get(id),
            );
            images.extend(image.map(|image| (id.to_owned(), image)));
        }
        evaluator.finish(images)
    }

    /// The block that describes the job of a node, and what it sees besides its level.
    fn unit<'p>(
        &self,
        session: &Session<'_>,
        placed: &'p Placed<'_>,
    ) -> Result<Option<(&'p Block, Cow<'p, Dict>)>, Troubles> {
        let own = Cow::Borrowed(&placed.own);
        Ok(match (&placed.node.body, placed.node.kind) {
            (Body::Task(block), _) => Some((&**block, own)),
            (Body::Call(call), TaskKind::Stateful) => {
                let scope = self.inputs_scope(session, placed, call)?;
                let main = call.action.tree.block("main");
                main.map(|block| (block, Cow::Owned(scope)))
            }
            (Body::Call(call), TaskKind::Post) => {
                let post = call.action.tree.block("post");
                post.map(|block| (block, own))
            }
            (Body::Call(_), _) => None,
        })
    }

    /// What the job of a node is to be, and what of it has no value.
    pub(super) fn config(
        &self,
        session: &Session<'_>,
        placed: &Placed<'_>,
        outside: &mut Outside<'_>,
        enable: Enable,
    ) -> Result<(TaskConfig, Troubles), Troubles> {
        let Some((block, own)) = self.unit(session, placed)? else {
            return Err(not_a_task(placed.node, "is not a job of the platform"));
        };
        let stateful = placed.node.kind == TaskKind::Stateful;
        let level = &*placed.level;
        let layered = Layered {
            upper: &*own,
            lower: level,
        };
        let alone;
        let (scope, home, defaults): (&dyn Scope, _, _) = if stateful {
            alone = level.defaults.only_tags();
            (&*own, None, &alone)
        } else {
            (&layered, level.home.as_ref(), &level.defaults)
        };
        let mut evaluator = Evaluator::new(scope, outside, home);
        let config = self.exec(&mut evaluator, (block, defaults), placed.node, enable);
        Ok((config, evaluator.troubles))
    }

    fn exec(
        &self,
        evaluator: &mut Evaluator<'_, '_>,
        (block, defaults): (&Block, &Defaults),
        node: &Node,
        enable: Enable,
    ) -> TaskConfig {
        if exec::lacks_image(block) {
            evaluator.report(exec::no_image(block, "task", node.id.name()));
        }
        let tags = BTreeSet::from([
            format!("task:{}", tag_of(&node.id.to_string())),
            format!("bake_id:{}", self.id),
        ]);
        let exec = exec::evaluate(evaluator, block, defaults, tags);
        let cache = match node.kind {
            TaskKind::Stateful | TaskKind::Post => CacheConfig::never(),
            _ => node.cache,
        };
        TaskConfig {
            id: node.user_id.clone(),
            exec,
            enable,
            strategy: node.strategy,
            cache,
            caching_key: String::new(),
        }
    }
}

/// Whether a node runs whose condition asks for nothing but how its needs ended; nothing if that is
/// not known yet, or the condition was written by the author.
pub(super) fn plain_enable(node: &Node, needs: &Dict) -> Option<Enable> {
    match &node.condition {
        Condition::Always => Some(Enable::Always),
        Condition::Success => all_succeeded(node, needs).ok(),
        Condition::Written(_) => None,
    }
}

pub(super) fn enable_of(
    placed: &Placed<'_>,
    outside: &mut Outside<'_>,
) -> Result<Enable, Troubles> {
    match &placed.node.condition {
        Condition::Always => Ok(Enable::Always),
        Condition::Success => match placed.own.get("needs") {
            Some(Value::Dict(needs)) => all_succeeded(placed.node, needs),
            _ => Ok(Enable::Yes),
        },
        Condition::Written(expr) => {
            let scope = Layered {
                upper: &placed.own,
                lower: &*placed.level,
            };
            let mut evaluator = Evaluator::new(&scope, outside, placed.level.home.as_ref());
            let value = evaluator.value(expr);
            evaluator.finish(())?;
            Ok(match value {
                Some(Value::Always) => Enable::Always,
                Some(value) if value.is_true() => Enable::Yes,
                _ => Enable::No,
            })
        }
    }
}

/// What `success()` says; nothing yet, as long as a task it needs has not ended.
fn all_succeeded(node: &Node, needs: &Dict) -> Result<Enable, Troubles> {
    let mut all = Enable::Yes;
    for need in needs.values() {
        if let Value::Unknown(unknown) = need {
            let why = Diagnostic::error("not-yet", &node.text, node.span, unknown.why.as_str());
            let trouble = Trouble {
                diagnostic: why,
                unknown: Some(unknown.clone()),
            };
            return Err(Troubles {
                list: vec![trouble],
            });
        }
        let result = need.as_record().and_then(|record| record.get("result"));
        if result.and_then(Value::as_str) != Some(Outcome::Succeeded.word()) {
            all = Enable::No;
        }
    }
    Ok(all)
}

/// The context `needs`: tasks that have not ended yet are not known yet.
pub(crate) fn needs_dict(node: &Node, results: &Results) -> Dict {
    Past::Told(results).needs(node)
}

fn unknown(text: &Text, id: &TaskId) -> Troubles {
    let message = format!("the batch has no task `{id}`");
    Diagnostic::error("unknown-task", text, Span::at(0), message).into()
}

fn not_a_task(node: &Node, what: &str) -> Troubles {
    let message = format!("`{}` {what}", node.id);
    Diagnostic::error("wrong-task", &node.text, node.span, message).into()
}
