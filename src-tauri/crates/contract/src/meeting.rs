//! Making a project in a folder that is there already: what meets what.

use crate::TemplateAsk;

wire! {
    /// Asks which files of a project meet files that are there.
    #[derive(Eq)]
    pub struct MeetingsAsk {
        /// Template and answers; its parent is the place.
        pub ask: TemplateAsk,
    }

    /// How the files of a project meet what is there.
    #[derive(Eq)]
    pub struct PlaceMeetings {
        /// The folder.
        pub target: String,
        /// The folder as people write it, with `~`.
        pub shown_target: String,
        /// Whether it is there.
        pub exists: bool,
        /// All files of the project.
        pub files: Vec<FileMeeting>,
    }

    /// How a file meets what is there.
    #[derive(Copy, Eq)]
    pub enum MeetingKind {
        /// Nothing is there.
        New,
        /// The same is there.
        Same,
        /// Another text is there.
        Text,
        /// Another file that is no text is there.
        Binary,
        /// The same is there with other permissions.
        Permissions,
        /// A folder, a link or something else is there; it can only be kept.
        InTheWay,
    }

    /// A file of the project and what is there.
    #[derive(Eq)]
    pub struct FileMeeting {
        /// Its path in the project.
        pub path: String,
        /// How it meets.
        pub kind: MeetingKind,
        /// Whether something has to be decided.
        pub undecided: bool,
        /// The text that is there.
        pub mine: Option<String>,
        /// The text the template brings.
        pub theirs: Option<String>,
        /// The lines that differ, in unified form.
        pub difference: Option<String>,
        /// Both made one, with marks where they differ.
        pub merged: Option<String>,
        /// How many places are marked.
        pub conflicts: u32,
    }

    /// What is done where a file is there already.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum FileDecision {
        /// What is there stays.
        Keep {},
        /// The template's file takes its place.
        Replace {},
        /// This text takes its place.
        Merge {
            /// The text.
            text: String,
        },
    }
}
