//! Which nodes and groups lie in which group, for writers of text. Whatever the
//! graph's names say, the walk ends and comes by everything once.

use std::{collections::HashMap, fmt};

use crate::graph::{Graph, Thing};

/// The groups of a graph as a tree.
pub(super) struct Nesting<'a> {
    /// The nodes and groups directly in each group; the last entry is outside of all.
    inside: Vec<(Vec<usize>, Vec<usize>)>,
    things: HashMap<&'a str, Thing>,
}

/// A step of the walk, with its depth.
pub(super) enum Step {
    Open(usize, usize),
    Node(usize, usize),
    Close(usize),
}

impl<'a> Nesting<'a> {
    pub(super) fn of(graph: &'a Graph) -> Self {
        let nodes = graph.nodes.iter().enumerate();
        let groups = graph.groups.iter().enumerate();
        let things: HashMap<&str, Thing> = groups
            .map(|(index, group)| (group.id.as_str(), Thing::Group(index)))
            .chain(nodes.map(|(index, node)| (node.id.as_str(), Thing::Node(index))))
            .collect();
        let group_of = |name: Option<&String>| match name.and_then(|name| things.get(name.as_str()))
        {
            Some(Thing::Group(group)) => Some(*group),
            _ => None,
        };
        let mut parents: Vec<Option<usize>> = graph
            .groups
            .iter()
            .map(|group| group_of(group.parent.as_ref()))
            .collect();
        for group in 0..parents.len() {
            if is_in_itself(group, &parents) {
                parents[group] = None;
            }
        }
        let outside = graph.groups.len();
        let mut inside = vec![(Vec::new(), Vec::new()); outside + 1];
        for (index, node) in graph.nodes.iter().enumerate() {
            inside[group_of(node.group.as_ref()).unwrap_or(outside)]
                .0
                .push(index);
        }
        for (index, parent) in parents.iter().enumerate() {
            inside[parent.unwrap_or(outside)].1.push(index);
        }
        Self { inside, things }
    }

    /// Comes by every group and node, without recursion: hostile groups may lie deep.
    pub(super) fn walk(&self, mut visit: impl FnMut(Step) -> fmt::Result) -> fmt::Result {
        let outside = self.inside.len() - 1;
        let mut stack = vec![(outside, 0, false)];
        while let Some((group, depth, done)) = stack.pop() {
            if done {
                visit(Step::Close(depth - 1))?;
                continue;
            }
            if group != outside {
                visit(Step::Open(group, depth - 1))?;
                stack.push((group, depth, true));
            }
            let (nodes, groups) = &self.inside[group];
            for &node in nodes {
                visit(Step::Node(node, depth))?;
            }
            stack.extend(groups.iter().rev().map(|inner| (*inner, depth + 1, false)));
        }
        Ok(())
    }

    /// The node or group of this name.
    pub(super) fn thing(&self, id: &str) -> Option<Thing> {
        self.things.get(id).copied()
    }

    /// Some node of the group.
    pub(super) fn some_node(&self, group: usize) -> Option<usize> {
        let mut open = vec![group];
        while let Some(group) = open.pop() {
            if let Some(node) = self.inside[group].0.first() {
                return Some(*node);
            }
            open.extend(self.inside[group].1.iter().rev());
        }
        None
    }
}

fn is_in_itself(group: usize, parents: &[Option<usize>]) -> bool {
    let mut at = parents[group];
    for _ in 0..=parents.len() {
        match at {
            Some(other) if other == group => return true,
            Some(other) => at = parents[other],
            None => return false,
        }
    }
    true
}
