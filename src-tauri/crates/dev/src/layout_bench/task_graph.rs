//! A task graph as numbers, as DOT and as what we lay out.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use diagram::{Edge, Graph, Group, Node};

/// Tasks, arrows and groups. A group that lies within another comes before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TaskGraph {
    pub(crate) names: Vec<String>,
    pub(crate) edges: Vec<(usize, usize)>,
    pub(crate) groups: Vec<Vec<usize>>,
}

impl TaskGraph {
    /// So many tasks without arrows.
    pub(crate) fn of_size(size: usize) -> Self {
        const WORDS: [&str; 6] = ["load", "train", "eval", "merge", "clean", "report"];
        let name = |task: usize| format!("{}_{task}", WORDS[task * 7 % 11 % WORDS.len()]);
        Self {
            names: (0..size).map(name).collect(),
            ..Self::default()
        }
    }

    /// What we lay out.
    pub(crate) fn graph(&self) -> Graph {
        let mut nodes: Vec<Node> = self
            .names
            .iter()
            .map(|name| Node::task(name, name))
            .collect();
        let mut groups: Vec<Group> = Vec::new();
        for (number, members) in self.groups.iter().enumerate().rev() {
            let id = format!("stage {number}");
            let parent = members.first().and_then(|task| nodes[*task].group.clone());
            groups.push(Group {
                parent,
                ..Group::new(&id, &id)
            });
            for &task in members {
                nodes[task].group = Some(id.clone());
            }
        }
        let name = |task: usize| self.names[task].as_str();
        let edges = self
            .edges
            .iter()
            .map(|(from, to)| Edge::completed(name(*from), name(*to)));
        Graph {
            nodes,
            edges: edges.collect(),
            groups,
        }
    }

    /// As a file for Graphviz, boxes of one size, left to right.
    pub(crate) fn dot(&self) -> String {
        let mut text = String::from(
            "digraph bake {\n  rankdir=LR;\n  \
             node [shape=box, width=2.2, height=0.5, fixedsize=true];\n",
        );
        let quoted = |task: usize| format!("\"{}\"", self.names[task]);
        // Writing to memory cannot fail.
        for task in 0..self.names.len() {
            let _ = writeln!(text, "  {};", quoted(task));
        }
        self.clusters(&mut text);
        for (from, to) in &self.edges {
            let _ = writeln!(text, "  {} -> {};", quoted(*from), quoted(*to));
        }
        text.push_str("}\n");
        text
    }

    fn clusters(&self, text: &mut String) {
        let holds =
            |outer: &[usize], inner: &[usize]| inner.iter().all(|task| outer.contains(task));
        let mut open: Vec<&[usize]> = Vec::new();
        for (number, members) in self.groups.iter().enumerate().rev() {
            while open.last().is_some_and(|outer| !holds(outer, members)) {
                open.pop();
                text.push_str("  }\n");
            }
            let _ = write!(
                text,
                "  subgraph cluster_{number} {{ label=\"stage {number}\"; "
            );
            for task in members {
                let _ = write!(text, "\"{}\"; ", self.names[*task]);
            }
            text.push('\n');
            open.push(members);
        }
        for _ in open {
            text.push_str("  }\n");
        }
    }

    /// Reads a DOT file with the reader of the diagram.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let Graph {
            nodes,
            edges,
            groups,
        } = diagram::read::dot(text)?.graph;
        let known: HashMap<&str, usize> = nodes
            .iter()
            .enumerate()
            .map(|(task, node)| (node.id.as_str(), task))
            .collect();
        let task = |id: &str| {
            let task = known.get(id).copied();
            task.with_context(|| format!("an arrow at the group {id} cannot be compared"))
        };
        let arrows = edges
            .iter()
            .map(|edge| Ok((task(&edge.from)?, task(&edge.to)?)));
        let members = |group: &Group| held(group, (&nodes, &groups));
        Ok(Self {
            edges: arrows.collect::<Result<_>>()?,
            // those within others come first
            groups: groups.iter().rev().map(members).collect(),
            names: nodes.iter().map(|node| node.id.clone()).collect(),
        })
    }
}

/// The tasks in a group and in the groups in it.
fn held(group: &Group, (nodes, groups): (&[Node], &[Group])) -> Vec<usize> {
    let mut inside: HashSet<&str> = HashSet::from([group.id.as_str()]);
    // a group stands after the one it lies in
    for other in groups {
        let parent = other.parent.as_deref();
        if parent.is_some_and(|parent| inside.contains(parent)) {
            inside.insert(&other.id);
        }
    }
    let member = |node: &Node| node.group.as_deref().is_some_and(|id| inside.contains(id));
    let tasks = nodes.iter().enumerate();
    tasks
        .filter(|(_, node)| member(node))
        .map(|(task, _)| task)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kind;
    use super::*;

    #[test]
    fn what_is_written_as_dot_reads_as_the_same_graph() -> Result<()> {
        for kind in Kind::ALL {
            let graph = kind.graph(80, 5);
            assert_eq!(TaskGraph::read(&graph.dot())?, graph, "{}", kind.name());
        }
        Ok(())
    }

    #[test]
    fn a_group_within_another_has_it_as_parent() {
        let graph = Kind::Nested.graph(60, 2).graph();
        assert!(graph.check().is_ok());
        assert!(graph.groups.iter().any(|group| group.parent.is_some()));
    }
}
