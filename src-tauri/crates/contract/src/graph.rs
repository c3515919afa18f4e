//! The picture of a graph: one display list for the window and for exported files.

use indexmap::IndexMap;

use crate::ForecastStep;

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
        /// What a bake or a restart would do with each task.
        Forecast {
            /// The batch.
            title: String,
            /// The steps of the forecast that the picture stands beside.
            steps: Vec<ForecastStep>,
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
        /// What is folded.
        #[serde(default)]
        pub folding: GraphFolding,
        /// The time whose states are shown; now when missing.
        #[serde(default)]
        pub at: Option<String>,
        /// Another bake whose tasks have their places in the picture too.
        #[serde(default)]
        pub beside: Option<GraphBeside>,
    }

    /// A bake that another one is compared with.
    #[derive(Eq)]
    pub struct GraphBeside {
        /// Id or name of the bake.
        pub bake: String,
        /// The attempt; the newest when missing.
        #[serde(default)]
        pub attempt: Option<u32>,
        /// Whether it is the first of the two: both pictures have to agree.
        pub first: bool,
    }

    /// Which groups are folded into one box.
    #[derive(Default, Eq)]
    pub struct GraphFolding {
        /// Calls and matrices that are folded.
        #[serde(default)]
        pub folded: Vec<String>,
        /// Matrices that are open although they are large.
        #[serde(default)]
        pub opened: Vec<String>,
    }

    /// Asks for what some tasks look like in a picture that is known already.
    #[derive(Eq)]
    pub struct GraphRepaint {
        /// The picture.
        pub graph: GraphAsk,
        /// Ids of the tasks.
        pub tasks: Vec<String>,
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
        /// Mermaid, for pages that draw it themselves.
        Mermaid,
        /// JSON with the place of everything.
        Json,
    }

    /// The paper of a PDF.
    #[derive(Copy, Default, Eq)]
    pub enum GraphPage {
        /// As large as the picture.
        #[default]
        Fit,
        /// 210 × 297 mm; as many pages as it takes.
        A4,
        /// 297 × 420 mm; as many pages as it takes.
        A3,
        /// 8.5 × 11 inches; as many pages as it takes.
        Letter,
    }

    /// How paper lies.
    #[derive(Copy, Default, Eq)]
    pub enum GraphOrientation {
        /// As takes the fewest pages.
        #[default]
        Auto,
        /// Higher than wide.
        Portrait,
        /// Wider than high.
        Landscape,
    }

    /// Groups that are folded in a file, besides those that are folded on the screen.
    #[derive(Default, Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum GraphFold {
        /// None.
        #[default]
        Nothing,
        /// All.
        All,
        /// These, by id or label.
        Groups {
            /// The groups.
            groups: Vec<String>,
        },
    }

    /// A picture in numbers.
    pub struct GraphStats {
        /// How many boxes there are.
        pub nodes: u32,
        /// How many arrows there are.
        pub edges: u32,
        /// Pairs of arrows without a common end that cross.
        pub crossings: u32,
        /// Arrows that run through a foreign box.
        pub through: u32,
        /// All arrows together, in heights of a box.
        pub edge_length: f64,
        /// The whole picture, in areas of a box.
        pub area: f64,
        /// Milliseconds for placing everything.
        pub layout_ms: f64,
        /// Milliseconds for everything, from reading to the written file.
        pub total_ms: f64,
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
        /// What is folded.
        #[serde(default)]
        pub folding: GraphFolding,
        /// What is folded besides.
        #[serde(default)]
        pub fold: GraphFold,
        /// The time whose states are shown; now when missing.
        #[serde(default)]
        pub at: Option<String>,
        /// The paper of a PDF.
        #[serde(default)]
        pub page: GraphPage,
        /// How it lies.
        #[serde(default)]
        pub orientation: GraphOrientation,
        /// Pixels of a PNG for each pixel at 100 %, 1 to 8; 2 when missing.
        #[serde(default)]
        pub scale: Option<u8>,
        /// Whether the picture is also counted and timed.
        #[serde(default)]
        pub stats: bool,
    }

    /// A file that was written.
    pub struct ExportedFile {
        /// The file.
        pub path: String,
        /// Its size in bytes.
        #[cfg_attr(test, ts(type = "number"))]
        pub bytes: u64,
        /// The picture in numbers, where they were asked for.
        pub stats: Option<GraphStats>,
    }
}
