//! Boxes, arrows and groups: a layered layout, then one display list, then
//! SVG, PDF and PNG from that list, and DOT, Mermaid and JSON from the graph.
//! Graphs are also read from DOT.
//!
//! ```
//! use diagram::{DrawOptions, Edge, Graph, LayoutOptions, Node, Theme};
//!
//! let graph = Graph {
//!     nodes: vec![Node::task("load", "load"), Node::task("train", "train")],
//!     edges: vec![Edge::completed("load", "train")],
//!     groups: Vec::new(),
//! };
//! let layout = diagram::layout(&graph, &LayoutOptions::default())?;
//! let list = diagram::draw(&graph, &layout, Theme::Light, &DrawOptions::default());
//! let picture = diagram::write::svg(&list);
//! assert!(picture.contains("train"));
//! # Ok::<(), diagram::GraphError>(())
//! ```

#![warn(missing_docs)]
#![warn(clippy::disallowed_methods)]

mod display;
mod draw;
mod fold;
mod font;
mod graph;
pub mod judge;
mod layout;
mod page;
mod print;
pub mod read;
mod shape;
pub mod write;

pub use display::{
    Anchor, Cap, Color, Detail, DisplayList, Mark, Owner, PathMark, Piece, Stroke, TextMark,
};
pub use draw::{
    DrawOptions, Fact, FactStyle, Footer, Ground, Header, Legend, Parameter, Theme, Wanted, draw,
    draw_only,
};
pub use fold::{Fold, fold};
pub use font::{Face, Shortened};
pub use graph::{
    Edge, EdgeKind, Graph, GraphError, Group, GroupId, GroupKind, Node, NodeKind, NodeState,
};
pub use layout::{
    Direction, EdgeRoute, GroupFrame, Layout, LayoutOptions, NodeBox, layout, layout_near,
};
pub use page::{Orientation, Page, Paper};
pub use print::{Bookmark, Placed, Print, PrintedPage, print};
pub use shape::{Outline, Point, Rect, Step};
