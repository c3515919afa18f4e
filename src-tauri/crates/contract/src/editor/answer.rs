//! What the editor is answered.

use super::TextRange;
use crate::DiagnosticView;

wire! {
    /// What is wrong in a project, with the texts that are not saved.
    #[derive(Eq)]
    pub struct EditorFindings {
        /// Everything that `bakehouse check` would say, in the order of files and lines.
        pub findings: Vec<EditorFinding>,
    }

    /// A finding with its place as the window counts.
    #[derive(Eq)]
    pub struct EditorFinding {
        /// The finding.
        pub finding: DiagnosticView,
        /// Where it is.
        pub range: TextRange,
        /// Ways to mend it.
        pub fixes: Vec<QuickFix>,
    }

    /// A way to mend a finding.
    #[derive(Eq)]
    pub struct QuickFix {
        /// What it does.
        pub title: String,
        /// The edits, all in the file of the finding.
        pub edits: Vec<TextEdit>,
    }

    /// A part of a text and what it is replaced by.
    #[derive(Eq)]
    pub struct TextEdit {
        /// What is replaced.
        pub range: TextRange,
        /// What comes there.
        pub text: String,
    }

    /// What can be written at a place.
    #[derive(Eq)]
    pub struct EditorCompletions {
        /// In the order they are to be offered.
        pub items: Vec<CompletionView>,
    }

    /// Something that can be written.
    #[derive(Eq)]
    pub struct CompletionView {
        /// What the list shows.
        pub label: String,
        /// What it stands for.
        pub kind: CompletionKindView,
        /// A few words beside it: a type, a value, a signature.
        pub detail: String,
        /// What it is for, as Markdown.
        pub documentation: String,
        /// What is inserted.
        pub insert: String,
        /// What it replaces.
        pub range: TextRange,
    }

    /// What a completion stands for.
    #[derive(Copy, Eq)]
    pub enum CompletionKindView {
        /// A key of a block.
        Key,
        /// One of some words.
        Word,
        /// A context, or something that is read from one.
        Member,
        /// A function.
        Function,
        /// A name that is defined in the project, or on the platform.
        Name,
        /// A file of the project.
        File,
        /// A whole expression.
        Expression,
    }

    /// What is said about a place.
    #[derive(Eq)]
    pub struct EditorHover {
        /// The texts; nothing where there is nothing to say.
        pub hover: Option<HoverView>,
        /// The value of what is written there; nothing where no value is written.
        pub value: Option<ValueView>,
    }

    /// A text about a place.
    #[derive(Eq)]
    pub struct HoverView {
        /// What it is said about.
        pub range: TextRange,
        /// One line.
        pub title: String,
        /// Further lines, as Markdown.
        pub text: String,
    }

    /// What a part of a file comes to.
    #[derive(Eq)]
    pub struct ValueView {
        /// The part.
        pub range: TextRange,
        /// The part as it is written.
        pub written: String,
        /// Whether there is a value.
        pub state: ValueState,
        /// The value as text, if there is one.
        pub value: Option<String>,
        /// Its type, if there is a value.
        pub type_name: Option<String>,
        /// Why there is none.
        pub why: Option<String>,
        /// The contexts it reads, each once.
        pub inputs: Vec<ValueInput>,
        /// How many tasks the place stands for; with more than one the value is the first one's.
        pub rows: u32,
    }

    /// A context that a value reads.
    #[derive(Eq)]
    pub struct ValueInput {
        /// Its path, such as `needs.build.outputs`.
        pub path: String,
        /// Whether there is a value.
        pub state: ValueState,
        /// The value as text, if there is one.
        pub value: Option<String>,
        /// Why there is none.
        pub why: Option<String>,
    }

    /// Whether there is a value.
    #[derive(Copy, Eq)]
    pub enum ValueState {
        /// There is one.
        Known,
        /// Something has to happen first.
        NotYet,
        /// It is wrong.
        Wrong,
    }

    /// Places in files.
    #[derive(Eq)]
    pub struct EditorPlaces {
        /// The places; a definition comes before its uses.
        pub places: Vec<EditorPlace>,
    }

    /// A place in a file.
    #[derive(Eq)]
    pub struct EditorPlace {
        /// The file, relative to the project where it lies in it.
        pub file: String,
        /// Where in it.
        pub range: TextRange,
        /// The line it begins in.
        pub source: String,
    }

    /// A name that can be given a new one.
    #[derive(Eq)]
    pub struct Renamable {
        /// Where it stands.
        pub range: TextRange,
        /// The name.
        pub name: String,
        /// What it stands for.
        pub kind: SymbolKindView,
        /// In how many places it is written.
        pub uses: u32,
    }

    /// What a file defines.
    #[derive(Eq)]
    pub struct EditorOutline {
        /// The names, in the order of the file.
        pub items: Vec<OutlineItem>,
    }

    /// A name that a file defines.
    #[derive(Eq)]
    pub struct OutlineItem {
        /// The name.
        pub name: String,
        /// What it stands for.
        pub kind: SymbolKindView,
        /// A few words beside it.
        pub detail: String,
        /// Everything that belongs to it.
        pub range: TextRange,
        /// Where the name stands.
        pub key: TextRange,
        /// What is defined inside it.
        pub children: Vec<Self>,
    }

    /// What a name stands for.
    #[derive(Copy, Eq)]
    pub enum SymbolKindView {
        /// A live job.
        Job,
        /// A task.
        Task,
        /// An image.
        Image,
        /// A volume.
        Volume,
        /// A parameter.
        Param,
        /// An input of an action.
        Input,
        /// An output of an action or of a task.
        Output,
        /// A mixin.
        Mixin,
        /// A file that is called.
        Action,
    }
}
