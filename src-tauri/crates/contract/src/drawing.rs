//! A picture on the wire. What is the same for many boxes is sent once: outlines, pens and fonts
//! stand in tables, and a box says which of them it uses.

use crate::BakeState;

wire! {
    /// A picture: boxes to click on, and what to paint.
    pub struct Drawing {
        /// Width in pixels at 100 %.
        pub width: f64,
        /// Height in pixels at 100 %.
        pub height: f64,
        /// Colour of the ground.
        pub ground: String,
        /// The nodes with their places.
        pub nodes: Vec<DrawnNode>,
        /// The arrows.
        pub edges: Vec<DrawnEdge>,
        /// Shapes as SVG path data with absolute commands.
        pub outlines: Vec<String>,
        /// How shapes are painted.
        pub pens: Vec<DrawnPen>,
        /// How texts are written.
        pub fonts: Vec<DrawnFont>,
        /// What to paint, first to last.
        pub pieces: Vec<DrawnPiece>,
    }

    /// What a node stands for.
    #[derive(Copy, Eq)]
    pub enum DrawnKind {
        /// One task.
        Task,
        /// A call of an action, folded into one box.
        Call,
        /// A matrix, folded into one card.
        Matrix,
        /// The frame around the tasks of a call.
        CallFrame,
        /// The frame around the tasks of a matrix.
        MatrixFrame,
    }

    /// A node with its place.
    pub struct DrawnNode {
        /// Full id of the task, the call or the matrix.
        pub id: String,
        /// What is written on it.
        pub label: String,
        /// Its second line.
        pub detail: String,
        /// Its state.
        pub state: BakeState,
        /// What it stands for.
        pub kind: DrawnKind,
        /// Whether it is a frame around other nodes.
        pub frame: bool,
        /// The frame that it lies in.
        pub group: Option<String>,
        /// Ids of the tasks that it stands for; empty for a single task.
        pub holds: Vec<String>,
        /// Left edge.
        pub x: f64,
        /// Upper edge.
        pub y: f64,
        /// Width.
        pub width: f64,
        /// Height.
        pub height: f64,
        /// Ids of the nodes it needs.
        pub needs: Vec<String>,
        /// Ids of the nodes that need it.
        pub needed_by: Vec<String>,
    }

    /// An arrow.
    #[derive(Eq)]
    pub struct DrawnEdge {
        /// The node that is needed.
        pub from: String,
        /// The node that needs it.
        pub to: String,
        /// Whether it is enough that the first one runs.
        pub while_running: bool,
    }

    /// How a shape is painted.
    pub struct DrawnPen {
        /// Colour to fill with.
        pub fill: Option<String>,
        /// Colour of the line.
        pub stroke: Option<String>,
        /// Width of the line.
        pub line_width: f64,
        /// Lengths of dashes and gaps; empty for a solid line.
        pub dash: Vec<f64>,
        /// Whether the line ends with half a circle. Joins are always round.
        pub round: bool,
        /// From which zoom on it is painted.
        pub detail: DrawDetail,
    }

    /// How a text is written.
    pub struct DrawnFont {
        /// Size in pixels.
        pub size: f64,
        /// Weight, 400 to 700.
        pub weight: u32,
        /// Whether it is set in the monospaced font.
        pub mono: bool,
        /// Colour.
        pub fill: String,
        /// Where the anchor is.
        pub anchor: TextAnchor,
        /// From which zoom on it is painted.
        pub detail: DrawDetail,
    }

    /// What belongs to one node or one arrow.
    pub struct DrawnPiece {
        /// The node.
        pub owner: Option<String>,
        /// The arrow, by its place in the list.
        pub edge: Option<u32>,
        /// Where its own zero lies.
        pub x: f64,
        /// Where its own zero lies.
        pub y: f64,
        /// Width of all of it.
        pub width: f64,
        /// Height of all of it.
        pub height: f64,
        /// Shapes: places of an outline and of a pen.
        pub shapes: Vec<(u32, u32)>,
        /// Texts, painted over the shapes.
        pub texts: Vec<DrawnText>,
    }

    /// A line of text.
    pub struct DrawnText {
        /// The text.
        pub text: String,
        /// Place of its anchor.
        pub x: f64,
        /// Baseline.
        pub y: f64,
        /// Width of the text in the font of exported files; other fonts are stretched to it.
        pub width: f64,
        /// Place of its font.
        pub font: u32,
    }

    /// From which zoom on something is painted.
    #[derive(Copy, Eq)]
    pub enum DrawDetail {
        /// Always.
        Always,
        /// From 25 %.
        Name,
        /// From 60 %.
        Full,
    }

    /// Where the anchor of a text is.
    #[derive(Copy, Eq)]
    pub enum TextAnchor {
        /// At its left end.
        Start,
        /// In its middle.
        Middle,
        /// At its right end.
        End,
    }
}
