//! Mermaid, for pages that draw it themselves: notes of repositories, wikis.

use std::fmt::{self, Write as _};

use crate::{
    Direction,
    draw::{Theme, state_color},
    font::one_line,
    graph::{EdgeKind, Graph, Node, NodeKind, NodeState, Thing},
};

use super::nesting::Nesting;

/// The graph as a Mermaid flowchart. Names become numbers, as Mermaid reads only
/// few signs in them; arrows whose names nobody knows are left out.
pub fn mermaid(graph: &Graph, direction: Direction) -> String {
    let mut out = String::with_capacity(512 + graph.nodes.len() * 80);
    // writing into a String cannot fail
    let _ = write(&mut out, graph, direction);
    out
}

fn write(out: &mut String, graph: &Graph, direction: Direction) -> fmt::Result {
    let nesting = Nesting::of(graph);
    writeln!(
        out,
        "flowchart {}",
        match direction {
            Direction::LeftToRight => "LR",
            Direction::TopDown => "TB",
        }
    )?;
    nesting.walk(|step| match step {
        super::nesting::Step::Open(group, depth) => {
            let label = &graph.groups[group].label;
            let (indent, label) = (indent(depth), Label(label));
            writeln!(out, "{indent}subgraph g{group} [\"{label}\"]")
        }
        super::nesting::Step::Close(depth) => writeln!(out, "{}end", indent(depth)),
        super::nesting::Step::Node(node, depth) => {
            out.push_str(&indent(depth));
            write_node(out, node, &graph.nodes[node])
        }
    })?;
    for edge in &graph.edges {
        let end = |id: &str| match nesting.thing(id)? {
            Thing::Node(node) => Some(format!("n{node}")),
            Thing::Group(group) => nesting.some_node(group).map(|_| format!("g{group}")),
        };
        let (Some(from), Some(to)) = (end(&edge.from), end(&edge.to)) else {
            continue;
        };
        let line = match edge.kind {
            EdgeKind::Completed => "-->",
            EdgeKind::Running => "-.->",
        };
        match &edge.label {
            Some(label) => writeln!(out, "  {from} {line}|\"{}\"| {to}", Label(label))?,
            None => writeln!(out, "  {from} {line} {to}")?,
        }
    }
    classes(out, graph)
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth.min(40) + 1)
}

fn write_node(out: &mut String, number: usize, node: &Node) -> fmt::Result {
    let label = match &node.kind {
        NodeKind::Matrix { cells } => format!("{} × {}", node.label, cells.len()),
        NodeKind::Task | NodeKind::Action => node.label.clone(),
    };
    write!(out, "n{number}[\"{}", Label(&label))?;
    let second = one_line(node.second_line());
    if !second.is_empty() {
        write!(out, "<br/>{}", Label(&second))?;
    }
    out.push_str("\"]");
    match node.state {
        NodeState::Plain => {}
        state => write!(out, ":::{}", state.word().to_lowercase())?,
    }
    out.push('\n');
    Ok(())
}

/// The colours of the states that occur, and of single boxes.
fn classes(out: &mut String, graph: &Graph) -> fmt::Result {
    for state in NodeState::ALL {
        let occurs = graph.nodes.iter().any(|node| node.state == state);
        if state == NodeState::Plain || !occurs {
            continue;
        }
        let color = state_color(Theme::Light, state).opaque();
        let dash = match state {
            NodeState::Waiting => ",stroke-dasharray:2 3",
            NodeState::Skipped => ",stroke-dasharray:6 4",
            _ => "",
        };
        let width = if state == NodeState::Running { 3 } else { 1 };
        let name = state.word().to_lowercase();
        writeln!(
            out,
            "  classDef {name} fill:#FFFFFF,color:#241F19,stroke:{color},stroke-width:{width}px{dash}"
        )?;
    }
    for (number, node) in graph.nodes.iter().enumerate() {
        if let (Some(tint), NodeState::Plain) = (node.tint, node.state) {
            writeln!(out, "  style n{number} stroke:{}", tint.opaque())?;
        }
    }
    Ok(())
}

/// Text between quotes: what Mermaid or a page would read becomes a number.
struct Label<'a>(&'a str);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = one_line(self.0);
        if line.is_empty() {
            return f.write_char(' ');
        }
        for character in line.chars() {
            match character {
                '"' | '<' | '>' | '&' | '#' | ';' | '`' | '\\' | '%' | '|' | '[' | ']' | '{'
                | '}' | '(' | ')' | '*' | '_' => write!(f, "#{};", u32::from(character))?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
