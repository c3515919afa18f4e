//! The graph of a batch: tasks, calls with the graphs inside them, and what waits for what.

use expression::Value;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use source::{Span, Text};

use super::body::{Body, Condition};
use super::id::TaskId;
use crate::config::{CacheConfig, StrategyConfig};

/// What a task waits for in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NeedLevel {
    /// That it runs, or has ended.
    Running,
    /// That it has ended.
    Completed,
}

/// What a node of the graph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// A job on the platform.
    Task,
    /// A call of a batch action: a graph of its own.
    BatchAction,
    /// A call of a module: a graph that sees the contexts of the caller.
    Module,
    /// The main task of a stateful action.
    Stateful,
    /// The post task of a stateful action.
    Post,
    /// A command on the user's machine.
    Local,
}

impl TaskKind {
    /// Whether the node holds a graph.
    #[must_use]
    pub fn is_call(self) -> bool {
        matches!(self, Self::BatchAction | Self::Module)
    }

    /// Whether the node is a job on the platform.
    #[must_use]
    pub fn is_remote(self) -> bool {
        matches!(self, Self::Task | Self::Stateful | Self::Post)
    }
}

/// A node of the graph.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its place.
    pub id: TaskId,
    /// The id its author gave it.
    pub user_id: Option<String>,
    /// What it is.
    pub kind: TaskKind,
    /// What it waits for, by the ids inside its own graph.
    pub needs: IndexMap<String, NeedLevel>,
    /// Its row of the matrix.
    pub matrix: IndexMap<String, Value>,
    /// Its limits.
    pub strategy: StrategyConfig,
    /// How results of earlier bakes are used.
    pub cache: CacheConfig,
    /// The condition under which it runs, as it was written.
    pub enable: String,
    /// What is called, if it is a call.
    pub action: Option<String>,
    /// The task whose state a post task gets.
    pub state_from: Option<String>,
    /// The graph inside a call.
    pub inner: Option<TaskGraph>,
    /// The file it is written in.
    pub text: Text,
    /// Where it is written.
    pub span: Span,
    /// The condition under which it runs.
    pub(crate) condition: Condition,
    /// What it runs.
    pub(crate) body: Body,
}

impl Node {
    /// Whether it runs exactly when all it needs has succeeded.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self.condition, Condition::Success)
    }

    /// Whether the node may read the result of a task it needs: only if that one has ended.
    #[must_use]
    pub fn reads(&self, need: &str) -> bool {
        self.needs.get(need) == Some(&NeedLevel::Completed)
    }
}

/// The nodes of one level, in order.
#[derive(Debug, Clone, Default)]
pub struct TaskGraph {
    /// Nodes by their id inside this graph.
    pub nodes: IndexMap<String, Node>,
}

/// For each level (the id of the call, empty for the batch itself): what each task waits for.
pub type GraphsMap = IndexMap<String, IndexMap<String, Vec<String>>>;

impl TaskGraph {
    /// The node of a full id.
    #[must_use]
    pub fn node(&self, id: &TaskId) -> Option<&Node> {
        let (last, calls) = id.steps().split_last()?;
        let mut level = self;
        for call in calls {
            level = level.nodes.get(call)?.inner.as_ref()?;
        }
        level.nodes.get(last)
    }

    /// The graph of a level: of the batch itself, or inside a call.
    #[must_use]
    pub fn level(&self, id: &TaskId) -> Option<&Self> {
        match id.is_root() {
            true => Some(self),
            false => self.node(id)?.inner.as_ref(),
        }
    }

    /// All nodes: a call comes before the nodes inside it.
    pub fn walk(&self) -> impl Iterator<Item = &Node> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found.into_iter()
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Node>) {
        for node in self.nodes.values() {
            found.push(node);
            if let Some(inner) = &node.inner {
                inner.collect(found);
            }
        }
    }

    /// All levels in breadth-first order, in the shape the flow API stores.
    #[must_use]
    pub fn graphs(&self) -> GraphsMap {
        let mut found = IndexMap::new();
        let mut levels = std::collections::VecDeque::from([(TaskId::root(), self)]);
        while let Some((prefix, level)) = levels.pop_front() {
            let mut tasks = IndexMap::new();
            for node in level.nodes.values() {
                let needs = node
                    .needs
                    .keys()
                    .map(|need| prefix.child(need).to_string())
                    .collect();
                tasks.insert(node.id.to_string(), needs);
                if let Some(inner) = &node.inner {
                    levels.push_back((node.id.clone(), inner));
                }
            }
            found.insert(prefix.to_string(), tasks);
        }
        found
    }
}
