//! Where everything goes: boxes in ranks, arrows as elbows between the ranks, or
//! slanted where there are too many of them for elbows.
//!
//! The layout depends on the structure only. Labels, states and second lines
//! have no say, so a change of state never moves a box.
//!
//! A group is laid out by itself and then stands as one box in the layout
//! around it (`compound`). Each of these layouts is a layered one (`layered`):
//! ranks, order within ranks, places, channels for the elbows.

use serde::Serialize;

use crate::{
    graph::{Graph, GraphError, NodeKind},
    shape::{Point, Rect},
};

mod compound;
mod layered;
mod pack;
mod tree;

/// Which way the arrows go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the right; fits wide labels.
    #[default]
    LeftToRight,
    /// Down.
    TopDown,
}

/// What can be chosen about a layout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayoutOptions {
    /// Which way the arrows go.
    pub direction: Direction,
}

impl LayoutOptions {
    /// A layout in this direction.
    pub fn towards(direction: Direction) -> Self {
        Self { direction }
    }
}

/// A finished layout, in pixels at 100 %, its upper left corner at 0, 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Layout {
    /// Which way the arrows go.
    pub direction: Direction,
    /// A box around everything.
    pub bounds: Rect,
    /// The boxes, in the order of the graph's nodes.
    pub nodes: Vec<NodeBox>,
    /// The frames, outer before inner. A group whose members cannot stand in
    /// one frame without an arrow going back has several.
    pub groups: Vec<GroupFrame>,
    /// The lines, in the order of the graph's edges.
    pub edges: Vec<EdgeRoute>,
    /// The radius of the corners of lines; smaller where there is less room.
    pub corner: f32,
}

/// Where a node is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeBox {
    /// The id of the node.
    pub id: String,
    /// Its place.
    pub rect: Rect,
}

/// Where a group, or a part of one, is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupFrame {
    /// The id of the group.
    pub id: String,
    /// The place of the group in the graph's list of groups.
    pub group: usize,
    /// The frame.
    pub rect: Rect,
    /// The nodes within, directly or in inner frames, as places in the graph's list.
    pub members: Vec<usize>,
}

/// How an arrow goes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EdgeRoute {
    /// The place of the edge in the graph's list of edges.
    pub edge: usize,
    /// The corners of the line, from box to box. Parts run along the axes; in very
    /// crowded graphs the parts between two ranks are slanted.
    /// Empty where an arrow goes from a thing to itself or into itself.
    pub points: Vec<Point>,
}

/// The measures of a layout.
pub(crate) mod measure {
    /// The size of a box.
    pub(crate) const NODE: (f32, f32) = (200.0, 44.0);
    /// The size of a stacked card, with the cards behind it.
    pub(crate) const CARD: (f32, f32) = (208.0, 96.0);
    /// How far the cards behind stand out.
    pub(crate) const STACK: f32 = 8.0;
    /// The room between ranks.
    pub(crate) const RANK_GAP: f32 = 48.0;
    /// The room between boxes of one rank.
    pub(crate) const BOX_GAP: f32 = 24.0;
    /// The room between a box and a line that passes it.
    pub(crate) const LINE_TO_BOX: f32 = 18.0;
    /// The room between two lines that pass side by side.
    pub(crate) const LINE_GAP: f32 = 10.0;
    /// How far two arrows of different kinds into one box are apart.
    pub(crate) const PORT_GAP: f32 = 6.0;
    /// The room between a frame and what it holds.
    pub(crate) const FRAME: f32 = 12.0;
    /// The room for the name of a frame.
    pub(crate) const FRAME_TOP: f32 = 36.0;
    /// The radius of the corners of lines.
    pub(crate) const CORNER: f32 = 8.0;
    /// The room between parts that no line joins.
    pub(crate) const PART_GAP: f32 = 48.0;
}

/// Lays the graph out. The same graph gives the same layout.
///
/// # Errors
/// As [`Graph::check`]: names that are double or missing, groups in themselves.
pub fn layout(graph: &Graph, options: &LayoutOptions) -> Result<Layout, GraphError> {
    let index = graph.index()?;
    let sizes = sizes(graph);
    Ok(compound::arrange(graph, &index, &sizes, options.direction))
}

/// Lays the graph out after a small change, such as a new task or a folded group:
/// what was in the layout before keeps its order and stays where it was, as far as
/// the change allows. Parts of which little was known are laid out anew.
///
/// # Errors
/// As [`layout`].
pub fn layout_near(graph: &Graph, before: &Layout) -> Result<Layout, GraphError> {
    let index = graph.index()?;
    let sizes = sizes(graph);
    Ok(compound::arrange_near(graph, &index, &sizes, before))
}

fn sizes(graph: &Graph) -> Vec<(f32, f32)> {
    let size = |kind: &NodeKind| match kind {
        NodeKind::Task | NodeKind::Action => measure::NODE,
        NodeKind::Matrix { .. } => measure::CARD,
    };
    graph.nodes.iter().map(|node| size(&node.kind)).collect()
}
