//! A project and the template it came from: newer versions, and taking them over.

use indexmap::IndexMap;
use serde_json::Value;

use crate::{DiagnosticView, Freshness, TemplateField};

wire! {
    /// Asks whether the template of a project has a newer version.
    #[derive(Eq, Default)]
    pub struct UpdateCheckAsk {
        /// The project's folder.
        pub project: String,
        /// When the source is asked; always when missing, with a copy standing in.
        #[cfg_attr(test, ts(optional))]
        pub freshness: Option<Freshness>,
        /// A name for this work.
        #[cfg_attr(test, ts(optional))]
        pub work: Option<String>,
    }

    /// How a project stands to its template.
    #[derive(Copy, Eq)]
    pub enum UpdateState {
        /// It does not remember a template.
        Untracked,
        /// It has the newest version.
        Current,
        /// There is a newer version.
        Behind,
    }

    /// How a project stands to its template.
    #[derive(Eq)]
    pub struct UpdateCheck {
        /// In a word.
        pub state: UpdateState,
        /// In a sentence.
        pub message: String,
        /// The template's place.
        pub source: Option<String>,
        /// The folder in it.
        pub directory: Option<String>,
        /// The version the project follows.
        pub checkout: Option<String>,
        /// The commit it was made from.
        pub commit: Option<String>,
        /// The newest commit.
        pub newest: Option<String>,
        /// When the source last said that this is its newest.
        pub checked_at: Option<String>,
        /// What should be known, such as that a copy stands in.
        pub notes: Vec<String>,
    }

    /// Asks what a newer version would change in a project.
    #[derive(Eq, Default)]
    pub struct UpdateAsk {
        /// The project's folder.
        pub project: String,
        /// Another version than the one the project follows.
        #[cfg_attr(test, ts(optional))]
        pub checkout: Option<String>,
        /// Answers that are to change, and answers to new questions.
        #[cfg_attr(test, ts(optional))]
        pub values: Option<IndexMap<String, Value>>,
        /// When the source is asked; always when missing, with a copy standing in.
        #[cfg_attr(test, ts(optional))]
        pub freshness: Option<Freshness>,
        /// A name for this work.
        #[cfg_attr(test, ts(optional))]
        pub work: Option<String>,
    }

    /// What a newer version would change; nothing is written.
    #[derive(Eq)]
    pub struct UpdatePreview {
        /// Its name for applying it; none when something is wrong with the answers.
        pub update: Option<String>,
        /// The template's place.
        pub source: String,
        /// The commit the project was made from.
        pub from: String,
        /// The commit it would come to.
        pub to: String,
        /// Questions of the new version with their present answers.
        pub fields: Vec<TemplateField>,
        /// Names of questions that are new.
        pub new_questions: Vec<String>,
        /// What changes, by path; files that stay as they are do not appear.
        pub changes: Vec<UpdateChange>,
        /// How many of them need a decision.
        pub conflicts: u32,
        /// Hooks of the new version; an update does not run them.
        pub hooks: Vec<String>,
        /// What is wrong, or should be known.
        pub diagnostics: Vec<DiagnosticView>,
        /// What should be known of the source.
        pub notes: Vec<String>,
    }

    /// What happens to a file.
    #[derive(Copy, Eq)]
    pub enum UpdateKind {
        /// The template has it anew.
        Add,
        /// The template changed it and the person did not.
        Replace,
        /// Both changed it, in different places.
        Merge,
        /// Both changed the same lines.
        ConflictText,
        /// Both changed a file that is no text.
        ConflictWhole,
        /// The template has it no more, but the person changed it.
        ConflictRemoved,
        /// The template has a file where the person has a folder, or the other way round; what is
        /// there can only be kept.
        ConflictInTheWay,
        /// The template has it no more.
        Remove,
        /// Only the permission to execute changes.
        Permissions,
        /// The person deleted it; it stays deleted.
        StaysDeleted,
        /// It is to be left alone.
        Skipped,
    }

    /// What happens to one file.
    #[derive(Eq)]
    pub struct UpdateChange {
        /// Its path in the project.
        pub path: String,
        /// The path it moves away from.
        pub from: Option<String>,
        /// What happens.
        pub kind: UpdateKind,
        /// Whether it needs a decision.
        pub undecided: bool,
        /// The text as it is.
        pub mine: Option<String>,
        /// The text as it would be; for conflicts the template's text.
        pub theirs: Option<String>,
        /// The lines that would change, in unified form.
        pub difference: Option<String>,
        /// The parts of a merged text, where both changed the same lines.
        pub pieces: Vec<MergePiece>,
    }

    /// A part of a merged text.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum MergePiece {
        /// Lines about which there is nothing to decide.
        Agreed {
            /// The lines.
            text: String,
        },
        /// Lines that both changed in different ways.
        Conflict {
            /// As they were.
            base: String,
            /// As the person changed them.
            mine: String,
            /// As the template changed them.
            theirs: String,
        },
    }

    /// Which side of a conflict is taken.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum MergeSide {
        /// What the person has.
        Mine {},
        /// What the template has now.
        Theirs {},
        /// First what the person has, then what the template has.
        Both {},
        /// What the person wrote in its place.
        Own {
            /// The text.
            text: String,
        },
    }

    /// What is done about a change.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum UpdateDecision {
        /// The file stays as the person has it.
        Mine {},
        /// The file becomes as the template has it now.
        Theirs {},
        /// Each conflict is decided, in order.
        Sides {
            /// The sides.
            sides: Vec<MergeSide>,
        },
        /// The file gets this text.
        Text {
            /// The text.
            text: String,
        },
    }

    /// Takes a newer version over.
    #[derive(Eq)]
    pub struct UpdateApply {
        /// Its name, from the preview.
        pub update: String,
        /// What is done about changes, by path. Conflicts need one; all else happens without.
        #[serde(default)]
        pub decisions: IndexMap<String, UpdateDecision>,
    }

    /// A newer version was taken over.
    #[derive(Eq)]
    pub struct UpdateDone {
        /// The project's folder.
        pub path: String,
        /// The commit it has come to.
        pub commit: String,
        /// Files that were written, moved or removed.
        pub changed: Vec<String>,
        /// The name under which it can be undone.
        pub undo: String,
    }
}
