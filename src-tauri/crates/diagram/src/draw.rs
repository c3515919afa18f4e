//! From graph and layout to the display list.

use serde::{Deserialize, Serialize};

use crate::{
    display::{DisplayList, Piece},
    graph::Graph,
    layout::{Direction, Layout},
    page::Paper,
    shape::{Point, Rect},
};

mod arrow;
mod arrow_label;
mod card;
mod count;
mod frame;
mod icon;
mod line;
mod node;
mod palette;
mod sheet;
mod tile;

use palette::Palette;
pub(crate) use palette::state_color;
pub(crate) use tile::Tile;

/// Which set of colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// Ink on paper.
    #[default]
    Light,
    /// The oven at night.
    Dark,
}

/// What lies under the graph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// White in the light theme, for files and paper.
    #[default]
    Paper,
    /// The colour of the window behind the graph.
    Window,
    /// Nothing.
    Clear,
}

/// What stands around the graph. Without any of it the picture is the graph alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DrawOptions {
    /// Name, state and facts above the graph.
    pub header: Option<Header>,
    /// States, arrows and parameters below the graph.
    pub legend: Option<Legend>,
    /// A small line at the very bottom.
    pub footer: Option<Footer>,
    /// What lies under the graph.
    pub ground: Ground,
    /// The paper for which header, legend and footer are placed: at its upper
    /// and lower sides, the graph between them.
    pub page: Paper,
}

/// The head of an exported page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// A small line above the title: the project.
    pub project: String,
    /// The title: the name of the bake.
    pub title: String,
    /// Quiet words behind the title: number and attempt.
    pub title_note: String,
    /// State, start, place and so on, at the right.
    pub facts: Vec<Fact>,
}

/// A word and what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fact {
    /// The word, such as `State`.
    pub label: String,
    /// What it says, such as `Running`.
    pub value: String,
    /// How the value is written.
    pub style: FactStyle,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FactStyle {
    /// As words.
    #[default]
    Words,
    /// As code: commits, ids.
    Code,
}

/// What is explained below the graph. States and arrows come from the graph itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Legend {
    /// The parameters of the bake.
    pub parameters: Vec<Parameter>,
}

/// A parameter and its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The last line of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footer {
    /// At the left: the address of the bake.
    pub left: String,
    /// At the right: the time of the picture and such.
    pub right: String,
}

/// The room around a graph without a sheet.
const MARGIN: f32 = 24.0;

/// Draws the graph as laid out. Both have to belong together: a node without
/// a place is left out.
pub fn draw(graph: &Graph, layout: &Layout, theme: Theme, options: &DrawOptions) -> DisplayList {
    draw_only(graph, layout, (theme, options), &|_| true)
}

/// Draws those nodes, groups and arrows of a graph that are wanted, at the places that they have
/// in the picture of the whole graph. Header, legend and footer are always drawn.
pub fn draw_only(
    graph: &Graph,
    layout: &Layout,
    (theme, options): (Theme, &DrawOptions),
    wanted: &dyn Fn(Wanted<'_>) -> bool,
) -> DisplayList {
    let palette = Palette::of(theme, options.ground);
    let sheet = sheet::Sheet::new(graph, layout.bounds, options);
    let origin = sheet.graph_origin();
    let place = |rect: Rect| {
        Rect::new(
            rect.x - layout.bounds.x + origin.x,
            rect.y - layout.bounds.y + origin.y,
            rect.width,
            rect.height,
        )
    };
    let frames = || {
        let groups = layout.groups.iter();
        groups.filter(|group| wanted(Wanted::Group(&group.id)))
    };
    let mut pieces: Vec<Piece> = Vec::new();
    for group in frames() {
        pieces.extend(frame::piece(graph, group, place(group.rect), &palette));
        if layout.direction == Direction::LeftToRight {
            let title = frame::title(graph, group, place(group.rect), (&palette, None));
            pieces.extend(title);
        }
    }
    let shift = place(Rect::default());
    let mut labels = arrow_label::Labels::new(graph, layout);
    for route in &layout.edges {
        if !wanted(Wanted::Edge(route.edge)) {
            continue;
        }
        let shift = (shift.x, shift.y);
        let piece = arrow::piece(graph, route, shift, (layout.corner, &palette));
        pieces.extend(piece.map(|mut piece| {
            if let Some(label) = &piece.note {
                let words = labels.place(label, &route.points, shift, &palette);
                piece.marks.extend(words);
            }
            piece
        }));
    }
    if layout.direction == Direction::TopDown {
        let grounds = frame::grounds(graph, layout, &palette);
        for (group, ground) in layout.groups.iter().zip(grounds) {
            if wanted(Wanted::Group(&group.id)) {
                let look = (&palette, Some(ground));
                pieces.extend(frame::title(graph, group, place(group.rect), look));
            }
        }
    }
    for (node, at) in graph.nodes.iter().zip(&layout.nodes) {
        if wanted(Wanted::Node(&node.id)) {
            pieces.push(node::piece(node, place(at.rect), &palette));
        }
    }
    pieces.extend(sheet.pieces(&palette));
    DisplayList {
        width: sheet.size().0,
        height: sheet.size().1,
        background: palette.background,
        pieces,
    }
}

/// How many tasks are in which state, such as `7 ok · 1 failed`.
pub(crate) fn counts(states: &[crate::NodeState]) -> String {
    count::Counts::of(states.iter().copied()).words()
}

/// Where the graph lies in its picture: what is added to the places of the layout.
pub(crate) fn graph_shift(graph: &Graph, layout: &Layout, options: &DrawOptions) -> Point {
    let origin = sheet::Sheet::new(graph, layout.bounds, options).graph_origin();
    Point::new(origin.x - layout.bounds.x, origin.y - layout.bounds.y)
}

/// A thing of which [`draw_only`] asks whether it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// A node, by its id.
    Node(&'a str),
    /// A group, by its id.
    Group(&'a str),
    /// An arrow, by its place in the graph's list.
    Edge(usize),
}
