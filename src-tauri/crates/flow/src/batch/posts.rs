//! Post tasks of stateful actions: they stand at the end of the graph.

use indexmap::IndexMap;

use super::body::{Body, Call, Condition};
use super::expand::{Building, Entries, Expander};
use super::graph::{NeedLevel, Node, TaskKind};
use super::matrix::Row;
use crate::config::{CacheConfig, StrategyConfig};

/// A post task waiting for its place at the end of the graph.
pub(super) struct Post {
    pub(super) main: String,
    pub(super) call: Call,
    pub(super) row: Row,
    pub(super) strategy: StrategyConfig,
    pub(super) cache: CacheConfig,
    pub(super) reference: String,
}

impl Expander<'_> {
    /// Puts post tasks at the end: the last call's first, each group after the one before.
    pub(super) fn posts(entries: &Entries<'_>, building: &mut Building) {
        for group in std::mem::take(&mut building.posts).into_iter().rev() {
            let last = std::mem::take(&mut building.last);
            for post in group {
                let id = format!("post-{}", post.main);
                let mut needs: IndexMap<String, NeedLevel> = last
                    .iter()
                    .map(|id| (id.clone(), NeedLevel::Completed))
                    .collect();
                needs.insert(post.main.clone(), NeedLevel::Completed);
                let condition = match post.call.action.tree.scalar("post_if") {
                    Some(expr) => Condition::Written(Box::new(expr.clone())),
                    None => Condition::Always,
                };
                let node = Node {
                    id: entries.prefix.child(&id),
                    user_id: None,
                    kind: TaskKind::Post,
                    needs,
                    matrix: post.row,
                    strategy: post.strategy,
                    cache: post.cache,
                    enable: condition.text(),
                    action: Some(post.reference),
                    state_from: Some(post.main),
                    inner: None,
                    text: post.call.block.text.clone(),
                    span: post.call.block.span,
                    condition,
                    body: Body::Call(post.call),
                };
                building.last.push(id.clone());
                building.graph.nodes.insert(id, node);
            }
        }
    }
}
