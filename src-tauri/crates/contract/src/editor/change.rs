//! Changes of files: new names, keys and items that come and go, and how they are written.

use super::{EditorFile, EditorPoint, EditorText, TextEdit};

wire! {
    /// Asks for the edits that give the name at a place a new one.
    #[derive(Eq)]
    pub struct EditorRename {
        /// The place.
        pub at: EditorPoint,
        /// The new name.
        pub name: String,
    }

    /// Asks for the edits that change one thing of a file and keep the rest as it is written.
    #[derive(Eq)]
    pub struct EditorChange {
        /// The file.
        pub text: EditorText,
        /// What to change.
        pub change: FlowChange,
    }

    /// One change of a file.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum FlowChange {
        /// Sets a key of a block, or adds it.
        Set {
            /// The path to the block.
            path: Vec<PathStep>,
            /// The key.
            key: String,
            /// Its value.
            value: ChangeValue,
        },
        /// Removes a key of a block with its value.
        Remove {
            /// The path to the block.
            path: Vec<PathStep>,
            /// The key.
            key: String,
        },
        /// Adds an item to a list, which is begun where there is none.
        AddItem {
            /// The path to the list.
            path: Vec<PathStep>,
            /// Before which item, from 0; at the end when missing.
            #[serde(default)]
            before: Option<u32>,
            /// The item.
            value: ChangeValue,
        },
        /// Removes an item of a list.
        RemoveItem {
            /// The path to the list.
            path: Vec<PathStep>,
            /// The item, from 0.
            item: u32,
        },
        /// Adds a task.
        AddTask {
            /// The id of the task it comes behind; at the end when missing.
            #[serde(default)]
            after: Option<String>,
            /// The keys of the task, as YAML.
            yaml: String,
        },
    }

    /// A step to a place in a file: a key, or an item of a list from 0.
    #[derive(Eq)]
    #[serde(untagged)]
    pub enum PathStep {
        /// An item of a list.
        Item(u32),
        /// A key of a block.
        Key(String),
    }

    /// A value to be written.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum ChangeValue {
        /// A text, quoted where YAML needs it.
        Text {
            /// The text.
            text: String,
        },
        /// YAML as it is; lines after the first are indented to fit.
        Yaml {
            /// The YAML.
            yaml: String,
        },
    }

    /// The edits of one or several files.
    #[derive(Eq)]
    pub struct EditorEdits {
        /// By file.
        pub files: Vec<FileEdits>,
    }

    /// The edits of one file.
    #[derive(Eq)]
    pub struct FileEdits {
        /// The file, relative to the project, with `/`.
        pub file: String,
        /// The state of the saved file they were made for; nothing where they were made for a text
        /// that is not saved: those belong into its editor.
        pub version: Option<String>,
        /// The edits, none over another.
        pub edits: Vec<TextEdit>,
    }

    /// Asks to write edits into saved files: into all of them or, when one is not in the state the
    /// edits were made for, into none.
    #[derive(Eq)]
    pub struct EditorApply {
        /// The project's folder.
        pub project: String,
        /// By file.
        pub files: Vec<FileEdits>,
    }

    /// The files as they are after edits.
    #[derive(Eq)]
    pub struct EditorApplied {
        /// Those that were written.
        pub files: Vec<EditorFile>,
    }
}
