//! The contexts of one level of a bake: of the batch itself, or of one call.

use expression::{Dict, Found, LocalPath, Record, Scope, Value};

use super::graph::{NeedLevel, Node};
use super::results::{Results, TaskResult};
use crate::coercion::Home;
use crate::config::{CacheConfig, StrategyConfig};
use crate::defaults::Defaults;
use crate::eval::dict_of;

/// The contexts of one level.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    /// Values by the name of their context.
    pub(crate) dict: Dict,
    /// The contexts of the caller, for modules.
    pub(crate) outer: Option<Box<Self>>,
    /// What all tasks have in common.
    pub(crate) defaults: Defaults,
    /// What places on the platform are read against, where there is a project.
    pub(crate) home: Option<Home>,
    /// The limits tasks inherit.
    pub(crate) strategy: StrategyConfig,
    /// The use of earlier results tasks inherit.
    pub(crate) cache: CacheConfig,
}

impl Scope for Level {
    fn find(&self, name: &str) -> Found<'_> {
        match self.dict.find(name) {
            Found::Missing => match &self.outer {
                Some(outer) => outer.find(name),
                None => Found::Missing,
            },
            found => found,
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names = Scope::names(&self.dict);
        names.extend(self.outer.iter().flat_map(|outer| outer.names()));
        names
    }
}

impl Level {
    /// The level as the tasks of a node see it: with its row, needs, state and limits.
    pub(crate) fn of_node(&self, node: &Node, needs: Value, state: Value) -> Dict {
        let mut dict = node_dict(node);
        dict.insert("needs", needs);
        dict.insert("state", state);
        dict
    }
}

/// The contexts that differ from row to row.
pub(crate) fn node_dict(node: &Node) -> Dict {
    let mut dict = Dict::new();
    let row: Dict = node
        .matrix
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    dict.insert("matrix", Value::Dict(row));
    dict.insert("strategy", Value::Record(strategy_record(node.strategy)));
    dict
}

pub(crate) fn strategy_record(strategy: StrategyConfig) -> Record {
    Record::new("StrategyCtx")
        .with("fail_fast", strategy.fail_fast)
        .with("max_parallel", strategy.max_parallel)
}

/// The flow as an action sees it.
pub(crate) fn action_flow(flow: &Record, folder: &str) -> Record {
    flow.clone()
        .with("action_path", Value::LocalPath(LocalPath::new(folder)))
}

/// The entry of a task in `needs`.
pub(crate) fn need_record(result: &TaskResult) -> Record {
    Record::new("DepCtx")
        .with("result", result.outcome.word())
        .with("outputs", Value::Dict(dict_of(&result.outputs)))
}

/// What a node may read of what it waits for: only tasks that have to be completed.
pub(crate) fn completed_needs<'n, 'r>(
    node: &'n Node,
    results: &'r Results,
) -> indexmap::IndexMap<&'n str, &'r TaskResult> {
    let parent = node.id.parent();
    node.needs
        .iter()
        .filter(|(_, level)| **level == NeedLevel::Completed)
        .filter_map(|(id, _)| Some((id.as_str(), results.get(&parent.child(id))?)))
        .collect()
}
