//! DOT for Graphviz: groups as clusters, states as colours, both kinds of arrows.

use std::fmt::{self, Write as _};

use crate::{
    Direction,
    draw::{Theme, state_color},
    font::one_line,
    graph::{EdgeKind, Graph, Node, NodeKind, NodeState, Thing},
};

use super::{
    nesting::{Nesting, Step},
    svg::is_safe,
};

/// The colours of what has none of its own.
pub(crate) const EDGE: &str = "#8B8070";
pub(crate) const FRAME: &str = "#D2C8B8";
pub(crate) const FRAME_GROUND: &str = "#F3F0E98C";

/// The graph as DOT. Whatever its names contain, Graphviz reads it; arrows and
/// groups whose names nobody knows are left out.
pub fn dot(graph: &Graph, direction: Direction) -> String {
    let mut out = String::with_capacity(512 + graph.nodes.len() * 120);
    // writing into a String cannot fail
    let writer = Writer {
        graph,
        nesting: Nesting::of(graph),
    };
    let _ = writer.write(&mut out, direction);
    out
}

struct Writer<'a> {
    graph: &'a Graph,
    nesting: Nesting<'a>,
}

impl Writer<'_> {
    fn write(&self, out: &mut String, direction: Direction) -> fmt::Result {
        let rankdir = match direction {
            Direction::LeftToRight => "LR",
            Direction::TopDown => "TB",
        };
        writeln!(
            out,
            "digraph bake {{\n  rankdir={rankdir};\n  compound=true;"
        )?;
        out.push_str("  fontname=\"Inter\";\n");
        out.push_str("  node [shape=box, style=\"rounded\", fontname=\"Inter\", fontsize=13];\n");
        writeln!(out, "  edge [color=\"{EDGE}\", arrowsize=0.7];")?;
        self.nesting.walk(|step| match step {
            Step::Open(group, depth) => self.write_head(out, group, &indent(depth)),
            Step::Close(depth) => writeln!(out, "{}}}", indent(depth)),
            Step::Node(node, depth) => {
                out.push_str(&indent(depth));
                write_node(out, &self.graph.nodes[node])
            }
        })?;
        for edge in &self.graph.edges {
            self.write_edge(out, edge)?;
        }
        out.push_str("}\n");
        Ok(())
    }

    fn write_head(&self, out: &mut String, group: usize, indent: &str) -> fmt::Result {
        let group_name = Cluster(group);
        let group = &self.graph.groups[group];
        let (line, ground) = match group.tint {
            Some(tint) => (tint.opaque(), format!("{}28", tint.opaque())),
            None => (FRAME.to_owned(), FRAME_GROUND.to_owned()),
        };
        writeln!(out, "{indent}subgraph {group_name} {{")?;
        writeln!(
            out,
            "{indent}  label={}; style=\"rounded,filled\"; color=\"{line}\"; fillcolor=\"{ground}\"; labeljust=l;",
            Words(&one_line(&group.label))
        )
    }

    fn write_edge(&self, out: &mut String, edge: &crate::Edge) -> fmt::Result {
        let thing = |id: &str| self.nesting.thing(id);
        let (Some(from), Some(to)) = (thing(&edge.from), thing(&edge.to)) else {
            return Ok(());
        };
        let (Some(tail), Some(head)) = (self.some_node(from), self.some_node(to)) else {
            return Ok(());
        };
        let id = |node: usize| Quoted(&self.graph.nodes[node].id);
        let mut attributes = Vec::new();
        if let Thing::Group(group) = from {
            attributes.push(format!("ltail={}", Cluster(group)));
        }
        if let Thing::Group(group) = to {
            attributes.push(format!("lhead={}", Cluster(group)));
        }
        if edge.kind == EdgeKind::Running {
            attributes.push("style=dashed, arrowhead=empty".to_owned());
        }
        if let Some(label) = &edge.label {
            attributes.push(format!("label={}", Words(&one_line(label))));
        }
        if let Some(tint) = edge.tint {
            attributes.push(format!("color=\"{}\"", tint.opaque()));
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
            Thing::Group(group) => self.nesting.some_node(group),
        }
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth.min(40) + 1)
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
    let color = match (node.tint, node.state) {
        (Some(tint), NodeState::Plain) => tint.opaque(),
        (_, state) => state_color(Theme::Light, state).opaque(),
    };
    write!(
        out,
        "{} [label={}, style=\"{style}\", color=\"{color}\"",
        Quoted(&node.id),
        Words(&label)
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
    if let Some(note) = &node.note {
        write!(out, ", tooltip={}", Words(&one_line(note)))?;
    }
    if let Some(link) = node.link.as_deref().filter(|link| is_safe(link)) {
        write!(out, ", URL={}", Words(link))?;
    }
    out.push_str("];\n");
    Ok(())
}

/// The name of the cluster of a group.
struct Cluster(usize);

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"cluster_{}\"", self.0)
    }
}

/// A quoted text for people: its `&` begin no entity.
struct Words<'a>(&'a str);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Quoted(&self.0.replace('&', "&amp;")))
    }
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
