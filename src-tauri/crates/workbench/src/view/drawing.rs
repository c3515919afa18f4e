//! A display list on the wire: what is the same for many boxes is sent once.

use std::collections::HashMap;

use contract::{
    BakeState, DrawDetail, Drawing, DrawnEdge, DrawnFont, DrawnKind, DrawnNode, DrawnPen,
    DrawnPiece, DrawnText, TaskView, TextAnchor,
};
use diagram::{
    Anchor, Cap, Detail, DisplayList, EdgeKind, Face, Graph, GroupKind, Layout, Mark, NodeKind,
    Owner, PathMark, Piece, Rect, TextMark,
};

use super::folds::Folds;
use super::graph::together;

/// The picture on the wire; with `only`, nothing but those nodes of it.
pub(crate) fn drawing(
    folds: &Folds<'_>,
    (graph, layout): (&Graph, &Layout),
    list: &DisplayList,
    only: Option<&dyn Fn(&str) -> bool>,
) -> Drawing {
    let margin = ((list.width - layout.bounds.width) / 2.0).round();
    let shift = (margin - layout.bounds.x, margin - layout.bounds.y);
    let wanted = |id: &str| only.is_none_or(|only| only(id));
    let mut tables = Tables::default();
    let pieces = list.pieces.iter().map(|piece| tables.piece(piece));
    let pieces = pieces.collect();
    let links = Links::of(graph);
    let nodes = graph.nodes.iter().zip(&layout.nodes);
    let boxes = nodes
        .filter(|(node, _)| wanted(&node.id))
        .map(|(node, at)| {
            let kind = match node.kind {
                NodeKind::Task => DrawnKind::Task,
                NodeKind::Action => DrawnKind::Call,
                NodeKind::Matrix { .. } => DrawnKind::Matrix,
            };
            let detail = node.second_line().to_owned();
            let known = Known {
                id: &node.id,
                label: &node.label,
                group: node.group.as_ref(),
                kind,
            };
            known.drawn(folds, (at.rect, shift), (&links, detail))
        });
    let frames = layout.groups.iter().filter(|frame| wanted(&frame.id));
    let frames = frames.filter_map(|frame| {
        let group = graph.groups.get(frame.group)?;
        let kind = match group.kind {
            GroupKind::Action => DrawnKind::CallFrame,
            GroupKind::Matrix => DrawnKind::MatrixFrame,
        };
        let known = Known {
            id: &group.id,
            label: &group.label,
            group: group.parent.as_ref(),
            kind,
        };
        let detail = group.note.clone().unwrap_or_default();
        Some(known.drawn(folds, (frame.rect, shift), (&links, detail)))
    });
    Drawing {
        width: f64::from(list.width),
        height: f64::from(list.height),
        ground: list
            .background
            .map(|color| color.to_string())
            .unwrap_or_default(),
        nodes: boxes.chain(frames).collect(),
        edges: if only.is_some() {
            Vec::new()
        } else {
            graph.edges.iter().map(edge).collect()
        },
        outlines: tables.outlines.list,
        pens: tables.pens,
        fonts: tables.fonts,
        pieces,
    }
}

fn edge(edge: &diagram::Edge) -> DrawnEdge {
    DrawnEdge {
        from: edge.from.clone(),
        to: edge.to.clone(),
        while_running: edge.kind == EdgeKind::Running,
    }
}

/// Who needs whom, in the picture.
struct Links<'a> {
    needs: HashMap<&'a str, Vec<&'a str>>,
    needed_by: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Links<'a> {
    fn of(graph: &'a Graph) -> Self {
        let mut links = Self {
            needs: HashMap::new(),
            needed_by: HashMap::new(),
        };
        for edge in &graph.edges {
            links.needs.entry(&edge.to).or_default().push(&edge.from);
            let after = links.needed_by.entry(&edge.from).or_default();
            after.push(&edge.to);
        }
        links
    }

    fn own(map: &HashMap<&'a str, Vec<&'a str>>, id: &str) -> Vec<String> {
        let ids = map.get(id).into_iter().flatten();
        ids.map(|id| (*id).to_owned()).collect()
    }
}

/// What the graph says of a node or a frame.
struct Known<'a> {
    id: &'a str,
    label: &'a str,
    group: Option<&'a String>,
    kind: DrawnKind,
}

impl Known<'_> {
    fn drawn(
        self,
        folds: &Folds<'_>,
        (rect, shift): (Rect, (f32, f32)),
        (links, detail): (&Links<'_>, String),
    ) -> DrawnNode {
        let held = match self.kind {
            DrawnKind::Task => Vec::new(),
            DrawnKind::Call | DrawnKind::CallFrame => folds.inside(self.id),
            DrawnKind::Matrix | DrawnKind::MatrixFrame => folds.family(self.id),
        };
        DrawnNode {
            id: self.id.to_owned(),
            label: self.label.to_owned(),
            detail,
            state: state_of(folds, self.id, &held),
            kind: self.kind,
            frame: matches!(self.kind, DrawnKind::CallFrame | DrawnKind::MatrixFrame),
            group: self.group.cloned(),
            holds: held.iter().map(|task| task.id.clone()).collect(),
            x: f64::from(rect.x + shift.0),
            y: f64::from(rect.y + shift.1),
            width: f64::from(rect.width),
            height: f64::from(rect.height),
            needs: Links::own(&links.needs, self.id),
            needed_by: Links::own(&links.needed_by, self.id),
        }
    }
}

/// A matrix has no record of its own: its rows tell how it stands.
fn state_of(folds: &Folds<'_>, id: &str, held: &[&TaskView]) -> BakeState {
    match folds.index(id) {
        Some(index) => folds.tasks[index].state,
        None => together(held.iter().map(|task| task.state)),
    }
}

/// The tables of a picture, as far as they are filled.
#[derive(Default)]
struct Tables {
    outlines: Texts,
    pens: Vec<DrawnPen>,
    pen_places: HashMap<String, u32>,
    fonts: Vec<DrawnFont>,
    font_places: HashMap<String, u32>,
}

/// Texts that are kept once.
#[derive(Default)]
struct Texts {
    list: Vec<String>,
    places: HashMap<String, u32>,
}

impl Texts {
    fn place(&mut self, text: String) -> u32 {
        if let Some(place) = self.places.get(&text) {
            return *place;
        }
        let place = as_place(self.list.len());
        self.list.push(text.clone());
        self.places.insert(text, place);
        place
    }
}

fn as_place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Tables {
    fn piece(&mut self, piece: &Piece) -> DrawnPiece {
        let (owner, edge) = match &piece.owner {
            Owner::Node { id } | Owner::Group { id } => (Some(id.clone()), None),
            Owner::Edge { index } => (None, Some(as_place(*index))),
            Owner::Sheet => (None, None),
        };
        let bounds = piece.bounds;
        // Nodes are alike but for their places; arrows are not, and stay where they are.
        let (x, y) = match owner {
            Some(_) => (bounds.x, bounds.y),
            None => (0.0, 0.0),
        };
        let mut shapes = Vec::new();
        let mut texts = Vec::new();
        for mark in &piece.marks {
            match mark {
                Mark::Path(path) => shapes.push(self.shape(path, (x, y))),
                Mark::Text(text) => texts.push(self.text(text, (x, y))),
            }
        }
        DrawnPiece {
            owner,
            edge,
            x: f64::from(if edge.is_some() { bounds.x } else { x }),
            y: f64::from(if edge.is_some() { bounds.y } else { y }),
            width: f64::from(bounds.width),
            height: f64::from(bounds.height),
            shapes,
            texts,
        }
    }

    fn shape(&mut self, path: &PathMark, (x, y): (f32, f32)) -> (u32, u32) {
        let outline = path.d.placed(1.0, -x, -y).to_string();
        (self.outlines.place(outline), self.pen(path))
    }

    fn pen(&mut self, path: &PathMark) -> u32 {
        let stroke = path.stroke.as_ref();
        let pen = DrawnPen {
            fill: path.fill.map(|color| color.to_string()),
            stroke: stroke.map(|stroke| stroke.color.to_string()),
            line_width: stroke.map_or(0.0, |stroke| f64::from(stroke.width)),
            dash: stroke
                .map(|stroke| stroke.dash.iter().copied().map(f64::from).collect())
                .unwrap_or_default(),
            round: stroke.is_some_and(|stroke| stroke.cap == Cap::Round),
            detail: detail(path.detail),
        };
        let pens = &mut self.pens;
        let place = self.pen_places.entry(format!("{pen:?}"));
        *place.or_insert_with(|| {
            pens.push(pen);
            as_place(pens.len() - 1)
        })
    }

    fn text(&mut self, text: &TextMark, (x, y): (f32, f32)) -> DrawnText {
        let font = DrawnFont {
            size: f64::from(text.size),
            weight: weight(text.face),
            mono: text.face == Face::Mono,
            fill: text.color.to_string(),
            anchor: anchor(text.anchor),
            detail: detail(text.detail),
        };
        let fonts = &mut self.fonts;
        let place = self.font_places.entry(format!("{font:?}"));
        let font = *place.or_insert_with(|| {
            fonts.push(font);
            as_place(fonts.len() - 1)
        });
        DrawnText {
            text: text.text.clone(),
            x: short(text.at.x - x),
            y: short(text.at.y - y),
            width: short(text.width),
            font,
        }
    }
}

/// A length with at most two decimals.
fn short(length: f32) -> f64 {
    (f64::from(length) * 100.0).round() / 100.0
}

fn detail(detail: Detail) -> DrawDetail {
    match detail {
        Detail::Always => DrawDetail::Always,
        Detail::Name => DrawDetail::Name,
        Detail::Full => DrawDetail::Full,
    }
}

fn anchor(anchor: Anchor) -> TextAnchor {
    match anchor {
        Anchor::Start => TextAnchor::Start,
        Anchor::Middle => TextAnchor::Middle,
        Anchor::End => TextAnchor::End,
    }
}

fn weight(face: Face) -> u32 {
    match face {
        Face::Regular | Face::Mono => 400,
        Face::Medium => 500,
        Face::SemiBold => 600,
    }
}
