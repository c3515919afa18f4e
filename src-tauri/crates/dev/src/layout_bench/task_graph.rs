//! A task graph as numbers, as DOT and as what we lay out.

use std::collections::HashMap;
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

    /// Reads what `dot` above writes, and files of the same plain form.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let mut graph = Self::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        for line in text.lines() {
            let names: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
            if line.contains("subgraph") {
                let members = names.iter().skip(1).map(|name| {
                    known
                        .get(*name)
                        .copied()
                        .with_context(|| format!("{name} is in a group before it is told"))
                });
                graph.groups.push(members.collect::<Result<_>>()?);
                continue;
            }
            let mut task = |name: &str| {
                *known.entry(name.to_owned()).or_insert_with(|| {
                    graph.names.push(name.to_owned());
                    graph.names.len() - 1
                })
            };
            match names[..] {
                [one] => {
                    task(one);
                }
                [from, to] if line.contains("->") => {
                    let edge = (task(from), task(to));
                    graph.edges.push(edge);
                }
                _ => {}
            }
        }
        graph.groups.reverse();
        Ok(graph)
    }
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
