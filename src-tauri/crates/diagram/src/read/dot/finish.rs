//! A draft → the graph as we draw it.

use std::collections::HashSet;

use super::{
    DotDrawing,
    attribute::{Attributes, Key},
    color::color,
    draft::{Draft, DraftEdge, DraftNode},
    label::{Names, lines},
};
use crate::{
    display::Color,
    graph::{Edge, EdgeKind, Graph, Group, Node, NodeState},
    layout::Direction,
    write::{EDGE, FRAME, FRAME_GROUND},
};

/// Puts the drawing together.
pub(super) fn drawing(draft: Draft<'_>) -> DotDrawing {
    let finish = Finish {
        groups: group_ids(&draft),
        flow_states: draws_flow_states(&draft),
        draft,
    };
    let mut hints = finish.hints();
    let nodes: Vec<Node> = finish.nodes().collect();
    let edges = finish.edges(&mut hints);
    DotDrawing {
        graph: Graph {
            nodes,
            edges,
            groups: finish.groups().collect(),
        },
        direction: finish.direction(&mut hints),
        title: finish.title(),
        hints,
    }
}

struct Finish<'t> {
    draft: Draft<'t>,
    /// The id of each part that is a cluster.
    groups: Vec<Option<String>>,
    /// Whether colours of nodes are the states of tasks.
    flow_states: bool,
}

/// The colours that the command-line tool of flows gives to states.
const FLOW_STATES: [(&str, NodeState); 8] = [
    ("skyblue", NodeState::Pending),
    ("steelblue", NodeState::Running),
    ("limegreen", NodeState::Succeeded),
    ("orange", NodeState::Cancelled),
    ("magenta", NodeState::Skipped),
    ("yellowgreen", NodeState::Cached),
    ("orangered", NodeState::Failed),
    ("crimson", NodeState::Unknown),
];

fn flow_state(color: &str) -> Option<NodeState> {
    let found = FLOW_STATES.iter().find(|(name, _)| *name == color);
    found.map(|(_, state)| *state)
}

/// Whether the file is a bake as that tool writes it: strict, compound, every
/// node filled, and no other colours than those of its states.
fn draws_flow_states(draft: &Draft<'_>) -> bool {
    let of_a_state = |node: &DraftNode<'_>| {
        let known = |color: &str| flow_state(color).is_some();
        node.attributes.style("filled")
            && node.attributes.text(Key::FillColor).is_none()
            && node.attributes.text(Key::Color).is_none_or(known)
    };
    let colored = |node: &DraftNode<'_>| node.attributes.text(Key::Color).is_some();
    draft.strict
        && draft.parts[0].attributes.yes(Key::Compound)
        && draft.nodes.iter().all(of_a_state)
        && draft.nodes.iter().any(colored)
}

/// Ids for the clusters that differ from those of nodes and from each other.
fn group_ids(draft: &Draft<'_>) -> Vec<Option<String>> {
    let mut taken: HashSet<String> = draft
        .nodes
        .iter()
        .map(|node| node.name.to_string())
        .collect();
    let parts = draft.parts.iter().enumerate();
    parts
        .map(|(number, part)| {
            if !part.is_cluster() {
                return None;
            }
            let name = part.name.as_deref().unwrap_or_default();
            let short = name
                .strip_prefix("cluster")
                .unwrap_or(name)
                .trim_start_matches('_');
            let mut id = if short.is_empty() {
                format!("cluster {number}")
            } else {
                short.to_owned()
            };
            while !taken.insert(id.clone()) {
                id.push('\'');
            }
            Some(id)
        })
        .collect()
}

impl Finish<'_> {
    fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        let seen = self
            .draft
            .nodes
            .iter()
            .filter(|node| !node.attributes.style("invis"));
        seen.map(|node| self.node(node))
    }

    fn node(&self, node: &DraftNode<'_>) -> Node {
        let attributes = &node.attributes;
        let shape = attributes.text(Key::Shape).unwrap_or_default();
        let record = matches!(shape, "record" | "Mrecord");
        let names = Names {
            node: &node.name,
            graph: &self.draft.name,
        };
        let mut written = match attributes.word(Key::Label) {
            Some(label) => lines(label, &names, record).into_iter(),
            None => vec![node.name.to_string()].into_iter(),
        };
        let text = |key| {
            let word = attributes.word(key)?;
            let text = lines(word, &names, false).join(" ");
            Some(text).filter(|text| !text.is_empty())
        };
        let mut made = Node::task(node.name.to_string(), written.next().unwrap_or_default());
        let state = self.state(attributes);
        made.state = state.unwrap_or(NodeState::Plain);
        let rest: Vec<String> = written.collect();
        made.second_line = rest.join(" ");
        if made.second_line == made.state.word() {
            made.second_line.clear();
        }
        made.group.clone_from(&self.groups[node.part]);
        made.note = text(Key::Tip).or_else(|| text(Key::OuterLabel));
        made.link = text(Key::Url);
        made.tint = tint(attributes).filter(|_| state.is_none());
        made
    }

    /// The state that a class names as we write it, or a colour of a flow.
    fn state(&self, attributes: &Attributes<'_>) -> Option<NodeState> {
        if self.flow_states {
            let color = attributes.text(Key::Color);
            return Some(color.and_then(flow_state).unwrap_or(NodeState::Waiting));
        }
        let mut classes = attributes.text(Key::Class)?.split_whitespace();
        classes.find_map(|class| {
            let mut states = NodeState::ALL.into_iter();
            states
                .find(|state| !state.word().is_empty() && state.word().eq_ignore_ascii_case(class))
        })
    }

    fn edges(&self, hints: &mut Vec<String>) -> Vec<Edge> {
        let hidden = |node: usize| self.draft.nodes[node].attributes.style("invis");
        let edges = self.draft.edges.iter();
        let seen = edges.filter(|edge| {
            !edge.attributes.style("invis") && !hidden(edge.from) && !hidden(edge.to)
        });
        let mut made = Vec::new();
        let mut turned = 0;
        for edge in seen {
            let (from, to) = self.ends(edge);
            let back = edge.attributes.text(Key::Direction) == Some("back");
            turned += usize::from(back);
            made.push(self.edge(edge, if back { (to, from) } else { (from, to) }));
        }
        if turned > 0 {
            hints.push(format!(
                "{} with dir=back: drawn the way the head points",
                counted(turned, "arrow")
            ));
        }
        made
    }

    fn edge(&self, edge: &DraftEdge<'_>, (from, to): (String, String)) -> Edge {
        let attributes = &edge.attributes;
        let interrupted = attributes.style("dashed") || attributes.style("dotted");
        let kind = if interrupted {
            EdgeKind::Running
        } else {
            EdgeKind::Completed
        };
        let names = Names {
            node: "",
            graph: &self.draft.name,
        };
        let label = attributes
            .word(Key::Label)
            .or_else(|| attributes.word(Key::OuterLabel));
        let label = label.map(|label| lines(label, &names, false).join(" "));
        Edge {
            label: label.filter(|label| !label.is_empty()),
            tint: chosen(attributes, Key::Color),
            ..Edge::new(from, to, kind)
        }
    }

    /// The ids at the ends: a cluster where the arrow is cut at its frame.
    fn ends(&self, edge: &DraftEdge<'_>) -> (String, String) {
        let compound = self.draft.parts[0].attributes.yes(Key::Compound);
        let end = |key, node: usize, other: usize| {
            let cluster = edge.attributes.text(key).filter(|_| compound);
            let part = cluster.and_then(|name| self.draft.part_named(name));
            let holds = |part: usize, node: usize| {
                let home = self.draft.nodes[node].part;
                self.draft.walk(home).any(|around| around == part)
            };
            part.filter(|part| holds(*part, node) && !holds(*part, other))
                .and_then(|part| self.groups[part].clone())
                .unwrap_or_else(|| self.draft.nodes[node].name.to_string())
        };
        (
            end(Key::TailGroup, edge.from, edge.to),
            end(Key::HeadGroup, edge.to, edge.from),
        )
    }

    fn groups(&self) -> impl Iterator<Item = Group> + '_ {
        let parts = self.draft.parts.iter().zip(&self.groups);
        parts.filter_map(|(part, id)| {
            let id = id.as_ref()?;
            let names = Names {
                node: "",
                graph: part.name.as_deref().unwrap_or_default(),
            };
            let label = part.attributes.word(Key::Label);
            let label =
                label.map_or_else(|| id.clone(), |label| lines(label, &names, false).join(" "));
            let around = part
                .parent
                .map_or(0, |parent| self.draft.cluster_of(parent));
            Some(Group {
                parent: self.groups[around].clone(),
                note: Some(String::new()),
                tint: tint(&part.attributes).filter(|_| !self.flow_states),
                ..Group::new(id, label)
            })
        })
    }

    fn direction(&self, hints: &mut Vec<String>) -> Option<Direction> {
        let text = self.draft.parts[0].attributes.text(Key::RankDirection)?;
        let (direction, turned) = match text.to_ascii_uppercase().as_str() {
            "LR" => (Direction::LeftToRight, None),
            "RL" => (Direction::LeftToRight, Some("LR")),
            "TB" => (Direction::TopDown, None),
            "BT" => (Direction::TopDown, Some("TB")),
            _ => return None,
        };
        if let Some(turned) = turned {
            hints.push(format!("rankdir={text} is drawn as rankdir={turned}"));
        }
        Some(direction)
    }

    fn title(&self) -> String {
        let names = Names {
            node: "",
            graph: &self.draft.name,
        };
        let label = self.draft.parts[0].attributes.word(Key::Label);
        let label = label.map(|label| lines(label, &names, false).join(" "));
        label
            .filter(|label| !label.is_empty())
            .unwrap_or_else(|| self.draft.name.to_string())
    }

    fn hints(&self) -> Vec<String> {
        let draft = &self.draft;
        let mut hints = Vec::new();
        if draft.more {
            hints.push("only the first graph of the file is drawn".to_owned());
        }
        if !draft.directed && !draft.edges.is_empty() {
            hints.push("the graph has no directions: each line is drawn as an arrow from the first name to the second".to_owned());
        }
        for node in draft.nodes.iter().filter(|node| node.torn).take(3) {
            hints.push(format!(
                "`{}` stands in several clusters: it is drawn in the first",
                node.name
            ));
        }
        let unseen = draft
            .nodes
            .iter()
            .filter(|node| node.attributes.style("invis"))
            .count();
        if unseen > 0 {
            hints.push(format!("{} left out", counted(unseen, "invisible node")));
        }
        let steered = draft
            .parts
            .iter()
            .any(|part| part.attributes.text(Key::Rank).is_some());
        if steered
            || draft
                .edges
                .iter()
                .any(|edge| edge.attributes.no(Key::Constraint))
        {
            hints
                .push("rank and constraint steer Graphviz only and have no effect here".to_owned());
        }
        hints
    }
}

/// The colour of a box or frame.
fn tint(attributes: &Attributes<'_>) -> Option<Color> {
    let filled = attributes.style("filled") || attributes.style("radial");
    let fill = chosen(attributes, Key::FillColor).filter(|_| filled);
    fill.or_else(|| chosen(attributes, Key::Color))
}

/// A colour that somebody chose: not black, white, or what we write where none was chosen.
fn chosen(attributes: &Attributes<'_>, key: Key) -> Option<Color> {
    let text = attributes.text(key)?;
    let usual = [
        "black",
        "white",
        "#000000",
        "#FFFFFF",
        EDGE,
        FRAME,
        FRAME_GROUND,
    ];
    if usual.iter().any(|usual| usual.eq_ignore_ascii_case(text)) {
        return None;
    }
    color(text)
}

fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing} is"),
        more => format!("{more} {thing}s are"),
    }
}
