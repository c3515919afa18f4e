//! The picture of a graph: one display list for the window and for exported files.

use indexmap::IndexMap;

use crate::BakeState;

wire! {
    /// What a picture is made of.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum GraphSubject {
        /// A bake with the states of an attempt.
        Bake {
            /// Its id or name.
            bake: String,
            /// Number of the attempt; the last when missing.
            #[serde(default)]
            attempt: Option<u32>,
        },
        /// A batch that has not run.
        Batch {
            /// Its id.
            batch: String,
            /// Parameters.
            #[serde(default)]
            params: IndexMap<String, String>,
        },
    }

    /// Colours of a picture.
    #[derive(Copy, Eq)]
    pub enum GraphTheme {
        /// On light ground.
        Light,
        /// On dark ground.
        Dark,
    }

    /// Where the graph runs to.
    #[derive(Copy, Eq)]
    pub enum GraphDirection {
        /// From left to right.
        Right,
        /// From top to bottom.
        Down,
    }

    /// Asks for a picture.
    #[derive(Eq)]
    pub struct GraphAsk {
        /// The project's folder.
        pub project: String,
        /// What to draw.
        pub subject: GraphSubject,
        /// Colours.
        pub theme: GraphTheme,
        /// Direction.
        pub direction: GraphDirection,
    }

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
        /// What to paint, first to last.
        pub items: Vec<DrawItem>,
    }

    /// A node with its place.
    pub struct DrawnNode {
        /// Full id of the task.
        pub id: String,
        /// What is written on it.
        pub label: String,
        /// Its second line.
        pub detail: String,
        /// Its state.
        pub state: BakeState,
        /// Whether it is a frame around other nodes.
        pub frame: bool,
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

    /// Something to paint.
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum DrawItem {
        /// A shape as SVG path data.
        Path {
            /// SVG path data.
            data: String,
            /// Colour to fill with.
            fill: Option<String>,
            /// Colour of the line.
            stroke: Option<String>,
            /// Width of the line.
            line_width: f64,
            /// Lengths of dashes and gaps; empty for a solid line.
            dash: Vec<f64>,
            /// Whether the line ends with half a circle. Joins are always round.
            round: bool,
            /// From which zoom on it is painted.
            detail: DrawDetail,
            /// Node that it belongs to.
            owner: Option<String>,
        },
        /// A line of text.
        Text {
            /// The text.
            text: String,
            /// Place of its anchor.
            x: f64,
            /// Baseline.
            y: f64,
            /// Size in pixels.
            size: f64,
            /// Weight, 400 to 700.
            weight: u32,
            /// Whether it is set in the monospaced font.
            mono: bool,
            /// Colour.
            fill: String,
            /// Where the anchor is.
            anchor: TextAnchor,
            /// Width of the text in the font of exported files; other fonts are stretched to it.
            width: f64,
            /// From which zoom on it is painted.
            detail: DrawDetail,
            /// Node that it belongs to.
            owner: Option<String>,
        },
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

    /// Kind of an exported file.
    #[derive(Copy, Eq)]
    pub enum ExportFormat {
        /// Portable Document Format, vector.
        Pdf,
        /// Scalable Vector Graphics.
        Svg,
        /// Portable Network Graphics.
        Png,
        /// Graphviz.
        Dot,
    }

    /// Writes a picture to a file.
    #[derive(Eq)]
    pub struct GraphExport {
        /// The project's folder.
        pub project: String,
        /// What to draw.
        pub subject: GraphSubject,
        /// Colours.
        pub theme: GraphTheme,
        /// Direction.
        pub direction: GraphDirection,
        /// Kind of the file.
        pub format: ExportFormat,
        /// The file; an existing one is replaced as a whole.
        pub path: String,
    }

    /// A file that was written.
    #[derive(Eq)]
    pub struct ExportedFile {
        /// The file.
        pub path: String,
        /// Its size in bytes.
        #[cfg_attr(test, ts(type = "number"))]
        pub bytes: u64,
    }
}
