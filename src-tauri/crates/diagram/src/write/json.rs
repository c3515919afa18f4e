//! JSON with the places of everything: for other programs, and for comparing layouts.

use serde::Serialize;

use crate::{
    EdgeKind, Graph, GroupKind, Layout, NodeKind, NodeState, Rect, judge::box_ends,
    layout::Direction,
};

/// Graph and layout as JSON. Boxes are placed by their middle; a line names the boxes where it
/// begins and ends, also where it belongs to the frame around them, and then the frame, too.
/// Arrows that are drawn nowhere are left out.
pub fn json(graph: &Graph, layout: &Layout) -> String {
    let picture = Picture {
        direction: layout.direction,
        width: layout.bounds.width,
        height: layout.bounds.height,
        nodes: nodes(graph, layout),
        edges: edges(graph, layout),
        groups: groups(graph, layout),
    };
    serde_json::to_string(&picture).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Picture<'a> {
    direction: Direction,
    width: f32,
    height: f32,
    nodes: Vec<Box<'a>>,
    edges: Vec<Line<'a>>,
    groups: Vec<Frame<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Box<'a> {
    id: &'a str,
    #[serde(flatten)]
    place: Place,
    label: &'a str,
    #[serde(flatten)]
    kind: Kind<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<NodeState>,
    #[serde(skip_serializing_if = "str::is_empty")]
    second_line: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
enum Kind<'a> {
    Task,
    Action,
    Matrix { cells: &'a [NodeState] },
}

#[derive(Serialize)]
struct Place {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

impl Place {
    fn of(rect: Rect) -> Self {
        Self {
            x: rect.x + rect.width / 2.0,
            y: rect.y + rect.height / 2.0,
            width: rect.width,
            height: rect.height,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    from: &'a str,
    to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_group: Option<&'a str>,
    needs: EdgeKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    points: Vec<[f32; 2]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Frame<'a> {
    id: &'a str,
    #[serde(flatten)]
    place: Place,
    label: &'a str,
    kind: GroupKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
}

fn nodes<'a>(graph: &'a Graph, layout: &Layout) -> Vec<Box<'a>> {
    let placed = graph.nodes.iter().zip(&layout.nodes);
    placed
        .map(|(node, at)| Box {
            id: &node.id,
            place: Place::of(at.rect),
            label: &node.label,
            kind: match &node.kind {
                NodeKind::Task => Kind::Task,
                NodeKind::Action => Kind::Action,
                NodeKind::Matrix { cells } => Kind::Matrix { cells },
            },
            state: Some(node.state).filter(|state| *state != NodeState::Plain),
            second_line: node.second_line(),
            group: node.group.as_deref(),
        })
        .collect()
}

fn edges<'a>(graph: &'a Graph, layout: &Layout) -> Vec<Line<'a>> {
    let ends = box_ends(graph);
    let drawn = layout.edges.iter().filter_map(|route| {
        let edge = graph.edges.get(route.edge)?;
        let (from, to) = ends.get(route.edge).copied().flatten()?;
        let (from, to) = (&graph.nodes[from].id, &graph.nodes[to].id);
        Some(Line {
            from,
            to,
            from_group: Some(edge.from.as_str()).filter(|id| id != from),
            to_group: Some(edge.to.as_str()).filter(|id| id != to),
            needs: edge.kind,
            label: edge.label.as_deref(),
            points: route.points.iter().map(|at| [at.x, at.y]).collect(),
        })
    });
    drawn.collect()
}

fn groups<'a>(graph: &'a Graph, layout: &Layout) -> Vec<Frame<'a>> {
    let drawn = layout.groups.iter().filter_map(|frame| {
        let group = graph.groups.get(frame.group)?;
        Some(Frame {
            id: &group.id,
            place: Place::of(frame.rect),
            label: &group.label,
            kind: group.kind,
            parent: group.parent.as_deref(),
        })
    });
    drawn.collect()
}
