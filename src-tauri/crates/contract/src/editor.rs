//! The editor of flow files: what it asks about a text, saved or not, and how it writes.
//!
//! Lines count from 1. Columns count from 1, too, in UTF-16 code units, which is how the window
//! counts; a line break belongs to no column, so that it does not matter how it is written. A byte
//! order mark is never part of a text. What lies past the end of a line or text is its end.

mod answer;
mod change;

pub use answer::*;
pub use change::*;

use indexmap::IndexMap;

wire! {
    /// A file of a project, with the texts that are not saved yet.
    #[derive(Eq)]
    pub struct EditorText {
        /// The project's folder.
        pub project: String,
        /// The file, relative to the project, with `/`.
        pub file: String,
        /// Texts that are not saved, by file: this one's and those of other open editors.
        #[serde(default)]
        pub unsaved: IndexMap<String, String>,
    }

    /// A place in a file.
    #[derive(Eq)]
    pub struct EditorPoint {
        /// The file.
        pub text: EditorText,
        /// The line, from 1.
        pub line: u32,
        /// The column in UTF-16 code units, from 1.
        pub column: u32,
    }

    /// A part of a text.
    #[derive(Copy, Eq)]
    pub struct TextRange {
        /// First line, from 1.
        pub line: u32,
        /// First column in UTF-16 code units, from 1.
        pub column: u32,
        /// Last line.
        pub end_line: u32,
        /// Column just after the last character.
        pub end_column: u32,
    }

    /// Names a file of a project.
    #[derive(Eq)]
    pub struct EditorFileAsk {
        /// The project's folder.
        pub project: String,
        /// The file, relative to the project, with `/`.
        pub file: String,
    }

    /// A file as it is saved.
    #[derive(Eq)]
    pub struct EditorFile {
        /// The file, relative to the project, with `/`.
        pub file: String,
        /// Its text.
        pub text: String,
        /// Tells this state of the file from every other.
        pub version: String,
    }

    /// Asks to save a whole text.
    #[derive(Eq)]
    pub struct EditorSave {
        /// The project's folder.
        pub project: String,
        /// The file, relative to the project, with `/`.
        pub file: String,
        /// The text. Where all lines of the file ended in carriage return and line feed, they
        /// still do so afterwards.
        pub text: String,
        /// The state of the file the text was made from; nothing for a new file. It is refused as
        /// a conflict when the file is not in this state any more.
        pub version: Option<String>,
    }

    /// A schema as JSON.
    #[derive(Eq)]
    pub struct SchemaView {
        /// The kind of file.
        pub file: SchemaKind,
        /// What the file of the schema is called.
        pub name: String,
        /// The JSON text.
        pub text: String,
    }

    /// Asks for schemas.
    #[derive(Eq, Default)]
    pub struct SchemaAsk {
        /// The kinds of files; all when empty.
        #[serde(default)]
        pub files: Vec<SchemaKind>,
    }

    /// The schemas of kinds of files.
    #[derive(Eq)]
    pub struct SchemaList {
        /// One for each kind.
        pub schemas: Vec<SchemaView>,
    }

    /// A kind of file that has a schema.
    #[derive(Copy, Eq)]
    pub enum SchemaKind {
        /// `live.yml`.
        Live,
        /// A batch.
        Batch,
        /// `project.yml`.
        Project,
        /// An action of any kind.
        Action,
        /// An action that can be called as a module.
        Module,
    }
}
