//! DOT for Graphviz: groups as clusters, states as colours, both kinds of arrows.

use std::fmt::{self, Write as _};

use crate::{
    draw::{Theme, state_color},
    font::one_line,
    graph::{EdgeKind, Graph, Node, NodeKind, NodeState, Thing},
};

/// The graph as DOT. Whatever its names contain, Graphviz reads it; arrows and
/// groups whose names nobody knows are left out.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::with_capacity(512 + graph.nodes.len() * 120);
    // writing into a String cannot fail
    let _ = Writer::new(graph).write(&mut out);
    out
}

struct Writer<'a> {
    graph: &'a Graph,
    /// The nodes and groups directly in each group; the last entry is outside of all.
    inside: Vec<(Vec<usize>, Vec<usize>)>,
    things: std::collections::HashMap<&'a str, Thing>,
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph) -> Self {
        let nodes = graph.nodes.iter().enumerate();
        let groups = graph.groups.iter().enumerate();
        let things: std::collections::HashMap<&str, Thing> = groups
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
        Self {
            graph,
            inside,
            things,
        }
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        out.push_str("digraph bake {\n  rankdir=LR;\n  compound=true;\n");
        out.push_str("  fontname=\"Inter\";\n");
        out.push_str("  node [shape=box, style=\"rounded\", fontname=\"Inter\", fontsize=13];\n");
        out.push_str("  edge [color=\"#8B8070\", arrowsize=0.7];\n");
        self.write_inside(out, self.graph.groups.len())?;
        for edge in &self.graph.edges {
            self.write_edge(out, edge)?;
        }
        out.push_str("}\n");
        Ok(())
    }

    /// Writes what lies in a group, without recursion: hostile groups may lie deep.
    fn write_inside(&self, out: &mut String, outside: usize) -> fmt::Result {
        let mut stack = vec![(outside, 0, false)];
        while let Some((group, depth, done)) = stack.pop() {
            let indent = "  ".repeat(depth.min(40));
            if done {
                writeln!(out, "{indent}}}")?;
                continue;
            }
            if group != outside {
                self.write_head(out, group, &indent)?;
                stack.push((group, depth, true));
            }
            let (nodes, groups) = &self.inside[group];
            for &node in nodes {
                write!(out, "{indent}  ")?;
                write_node(out, &self.graph.nodes[node])?;
            }
            stack.extend(groups.iter().rev().map(|inner| (*inner, depth + 1, false)));
        }
        Ok(())
    }

    fn write_head(&self, out: &mut String, group: usize, indent: &str) -> fmt::Result {
        let label = &self.graph.groups[group].label;
        writeln!(out, "{indent}subgraph \"cluster_{group}\" {{")?;
        writeln!(
            out,
            "{indent}  label={}; style=\"rounded,filled\"; color=\"#D2C8B8\"; fillcolor=\"#F3F0E98C\"; labeljust=l;",
            Quoted(&one_line(label))
        )
    }

    fn write_edge(&self, out: &mut String, edge: &crate::Edge) -> fmt::Result {
        let things = &self.things;
        let (Some(from), Some(to)) = (things.get(edge.from.as_str()), things.get(edge.to.as_str()))
        else {
            return Ok(());
        };
        let (Some(tail), Some(head)) = (self.some_node(*from), self.some_node(*to)) else {
            return Ok(());
        };
        let id = |node: usize| Quoted(&self.graph.nodes[node].id);
        let mut attributes = Vec::new();
        if let Thing::Group(group) = from {
            attributes.push(format!("ltail=\"cluster_{group}\""));
        }
        if let Thing::Group(group) = to {
            attributes.push(format!("lhead=\"cluster_{group}\""));
        }
        if edge.kind == EdgeKind::Running {
            attributes.push("style=dashed, arrowhead=empty".to_owned());
        }
        write!(out, "  {} -> {}", id(tail), id(head))?;
        if !attributes.is_empty() {
            write!(out, " [{}]", attributes.join(", "))?;
        }
        out.push_str(";\n");
        Ok(())
    }

    /// The node itself, or some node of the group.
    fn some_node(&self, thing: Thing) -> Option<usize> {
        match thing {
            Thing::Node(node) => Some(node),
            Thing::Group(group) => {
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

fn write_node(out: &mut String, node: &Node) -> fmt::Result {
    let label = match &node.kind {
        NodeKind::Matrix { cells } => format!("{} × {}", one_line(&node.label), cells.len()),
        NodeKind::Task | NodeKind::Action => one_line(&node.label),
    };
    let second = one_line(node.second_line());
    let label = if second.is_empty() {
        label
    } else {
        format!("{label}\n{second}")
    };
    let style = match node.state {
        NodeState::Waiting => "rounded,dotted",
        NodeState::Skipped => "rounded,dashed",
        NodeState::Running | NodeState::Unknown => "rounded,bold",
        NodeState::Cancelled => "diagonals",
        NodeState::Succeeded | NodeState::Cached => "rounded,filled",
        NodeState::Pending | NodeState::Failed | NodeState::Plain => "rounded",
    };
    let color = state_color(Theme::Light, node.state).opaque();
    write!(
        out,
        "{} [label={}, style=\"{style}\", color=\"{color}\"",
        Quoted(&node.id),
        Quoted(&label)
    )?;
    if matches!(node.state, NodeState::Succeeded | NodeState::Cached) {
        write!(out, ", fillcolor=\"{color}22\"")?;
    }
    if node.state == NodeState::Failed {
        out.push_str(", peripheries=2");
    }
    if !matches!(node.state, NodeState::Plain) {
        write!(out, ", class={}", Quoted(&node.state.word().to_lowercase()))?;
    }
    out.push_str("];\n");
    Ok(())
}

/// A quoted string as Graphviz reads it, without escapes that would mean more.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => f.write_char('\u{FFFD}')?,
                other => f.write_char(other)?,
            }
        }
        f.write_char('"')
    }
}
