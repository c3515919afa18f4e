//! The graph inside a call of a batch action or module.

use expression::{Cause, Dict, Layered, Scope as _, Unknown, Value};
use source::Diagnostic;

use super::body::Body;
use super::called::Called;
use super::expand::{Entries, Expander};
use super::graph::{Node, TaskGraph, TaskKind};
use super::level::{Level, action_flow, node_dict, strategy_record};
use crate::eval::Evaluator;
use crate::inputs;
use crate::outside::Outside;

/// Calls may lie this deep in one another.
const DEEPEST: usize = 32;

impl Expander<'_> {
    /// The graph inside a call.
    pub(super) fn inner(
        &mut self,
        entries: &Entries<'_>,
        called: &Called,
        node: &Node,
    ) -> TaskGraph {
        if self.path.contains(&called.reference) || self.path.len() >= DEEPEST {
            let mut steps = self.path.clone();
            steps.push(called.reference.clone());
            let message = format!("actions call each other in a circle: {}", steps.join(" → "));
            let found = Diagnostic::error("action-cycle", &node.text, node.span, message);
            self.troubles.list.push(found.into());
            return TaskGraph::default();
        }
        self.path.push(called.reference.clone());
        let level = self.early_level(entries.level, called, node);
        let mixins = entries.mixins.filter(|_| called.kind == TaskKind::Module);
        let blocks = called.action.tree.items("tasks").to_vec();
        let inner = Entries {
            prefix: &node.id,
            level: &level,
            mixins,
            blocks: &blocks,
        };
        let graph = self.entries(&inner);
        self.path.pop();
        graph
    }

    /// The contexts inside a call before its inputs are known.
    fn early_level(&mut self, outer: &Level, called: &Called, node: &Node) -> Level {
        let module = called.kind == TaskKind::Module;
        let folder = called.action.folder(self.session.workspace.root());
        let mut dict = Dict::new();
        dict.insert(
            "inputs",
            Value::Dict(self.early_inputs(outer, called, node)),
        );
        dict.insert("strategy", Value::Record(strategy_record(node.strategy)));
        for name in ["git", "flow"] {
            if let expression::Found::Known(value) = outer.find(name) {
                let value = match value.as_record() {
                    Some(flow) if name == "flow" => Value::Record(action_flow(flow, &folder)),
                    _ => value.into_owned(),
                };
                dict.insert(name, value);
            }
        }
        let mut outside = Outside::new(self.session);
        let mut evaluator = Evaluator::new(&dict, &mut outside, None);
        let cache = node
            .cache
            .refined(&mut evaluator, called.action.tree.block("cache"));
        let problems = evaluator.troubles.list;
        self.troubles.list.extend(problems);
        Level {
            outer: module.then(|| Box::new(outer.clone())),
            defaults: if module {
                outer.defaults.clone()
            } else {
                outer.defaults.only_tags()
            },
            home: outer.home.clone().filter(|_| module),
            strategy: node.strategy,
            cache,
            dict,
        }
    }

    /// The inputs of a call as far as they are known before any task has run.
    fn early_inputs(&mut self, outer: &Level, called: &Called, node: &Node) -> Dict {
        let Body::Call(call) = &node.body else {
            return Dict::new();
        };
        self.notes
            .extend(inputs::defaults_without_args(&called.action, &call.block));
        let own = node_dict(node);
        let scope = Layered {
            upper: &own,
            lower: outer,
        };
        let mut outside = Outside::new(self.session);
        let mut evaluator = Evaluator::new(&scope, &mut outside, outer.home.as_ref());
        let mut known = inputs::dict(&inputs::evaluate(
            &mut evaluator,
            &called.action,
            &call.block,
        ));
        for item in inputs::arguments(&call.block) {
            if known.get(&item.name).is_none() {
                let why = format!("the input `{}` is known when the call starts", item.name);
                let unknown = Unknown::new(Cause::Start, why);
                known.insert(item.name.as_str(), Value::Unknown(unknown));
            }
        }
        known
    }
}
