//! New projects: templates, answers, preview, creation.

use indexmap::IndexMap;
use serde_json::Value;

use crate::DiagnosticView;

wire! {
    /// Asks for the templates that there are.
    #[derive(Eq, Default)]
    pub struct TemplateListAsk {}

    /// The templates that there are.
    #[derive(Eq)]
    pub struct TemplateList {
        /// One card each.
        pub templates: Vec<TemplateCard>,
    }

    /// A template.
    #[derive(Eq)]
    pub struct TemplateCard {
        /// Its id, used in requests.
        pub id: String,
        /// Its name.
        pub name: String,
        /// What it is for, in one sentence.
        pub summary: String,
        /// What one gets, a few words each.
        pub gives: Vec<String>,
    }

    /// A template with answers. Answers that are missing are derived.
    #[derive(Eq, Default)]
    pub struct TemplateAsk {
        /// Id of a bundled template, or the id that opening a template gave.
        pub template: String,
        /// What was answered by hand, as text.
        #[serde(default)]
        pub answers: IndexMap<String, String>,
        /// What was answered by hand, as values; they go before texts of the same name.
        #[cfg_attr(test, ts(optional))]
        pub values: Option<IndexMap<String, Value>>,
        /// Folder the project would lie in; the one of the settings when missing.
        #[cfg_attr(test, ts(optional))]
        pub parent: Option<String>,
        /// Whether the preview carries the texts of files; it does when missing. Without them each
        /// text can be asked for by itself.
        #[cfg_attr(test, ts(optional))]
        pub texts: Option<bool>,
        /// Whether the preview shows what native hooks would make; it does when missing.
        #[cfg_attr(test, ts(optional))]
        pub native_hooks: Option<bool>,
    }

    /// The questions with their present answers.
    #[derive(Eq)]
    pub struct TemplateForm {
        /// The questions in order; private variables are left out.
        pub fields: Vec<TemplateField>,
        /// Name of the folder that would be made.
        pub folder: Option<String>,
        /// The equal command of Bakehouse.
        pub command: String,
        /// What is wrong with the template itself, or with answers that name no question.
        pub diagnostics: Vec<DiagnosticView>,
        /// Whether a project can be made from these answers.
        pub sound: bool,
    }

    /// A question.
    #[derive(Eq)]
    pub struct TemplateField {
        /// Name of the variable.
        pub name: String,
        /// The question.
        pub label: String,
        /// What it is for.
        pub help: Option<String>,
        /// How it is answered.
        pub input: FieldInput,
        /// The present answer.
        pub value: String,
        /// The answer that would hold if nothing was typed.
        pub default: String,
        /// Whether the present answer follows from the others.
        pub derived: bool,
        /// The questions that the default is worked out from.
        pub follows: Vec<String>,
        /// Whether it belongs to the few questions that matter: others follow from it, or it has no
        /// usable default.
        pub essential: bool,
        /// What is wrong with the present answer.
        pub problem: Option<String>,
    }

    /// How a question is answered.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum FieldInput {
        /// With a text.
        Text {},
        /// With yes or no; the answer is `yes` or `no`.
        Switch {},
        /// With one of these.
        Choice {
            /// What can be chosen.
            options: Vec<FieldOption>,
        },
        /// With JSON text.
        Json {},
    }

    /// Something that can be chosen.
    #[derive(Eq)]
    pub struct FieldOption {
        /// The answer.
        pub value: String,
        /// What people read.
        pub label: String,
    }

    /// What would be written.
    #[derive(Eq)]
    pub struct TemplatePreview {
        /// Name of the folder that would be made.
        pub folder: String,
        /// Files, folders and links, in the order of their paths.
        pub entries: Vec<PreviewEntry>,
        /// Size of all files in bytes.
        #[cfg_attr(test, ts(type = "number"))]
        pub bytes: u64,
        /// What stands against it, or should be known.
        pub diagnostics: Vec<DiagnosticView>,
    }

    /// A file, folder or link that would be written.
    #[derive(Eq)]
    pub struct PreviewEntry {
        /// Path below the new folder, with `/`.
        pub path: String,
        /// What it is.
        pub kind: EntryKind,
        /// Size in bytes.
        #[cfg_attr(test, ts(type = "number"))]
        pub bytes: u64,
        /// Content, when it is text and was asked for.
        pub text: Option<String>,
        /// Parts of the text that came from answers.
        pub marks: Vec<PreviewMark>,
        /// Permissions as three octal digits, such as `755`; none where the system decides.
        pub mode: Option<String>,
        /// Whether the content is text.
        pub is_text: bool,
        /// Whether it was copied as it is, without filling in answers.
        pub copied: bool,
        /// Where it comes from in the template.
        pub origin: String,
        /// Changes whenever the content does.
        pub digest: String,
    }

    /// What an entry is.
    #[derive(Copy, Eq)]
    pub enum EntryKind {
        /// A file.
        File,
        /// A file that may be executed.
        Program,
        /// A folder.
        Folder,
        /// A link.
        Link,
    }

    /// A part of a text that came from answers.
    #[derive(Eq)]
    pub struct PreviewMark {
        /// First character (UTF-16 units, as the window counts).
        pub start: u32,
        /// One past the last.
        pub end: u32,
        /// The variable it came from.
        pub variable: String,
    }

    /// Asks whether a project can be made in a place.
    #[derive(Eq)]
    pub struct PlaceAsk {
        /// Folder to make it in; the one of the settings when missing.
        #[serde(default)]
        pub parent: Option<String>,
        /// Name of the new folder.
        pub folder: String,
    }

    /// A place for a new project.
    #[derive(Eq)]
    pub struct PlaceView {
        /// Folder to make it in.
        pub parent: String,
        /// The new folder.
        pub target: String,
        /// The new folder as people write it, with `~`.
        pub shown_target: String,
        /// Why it cannot be made there.
        pub problem: Option<String>,
        /// What can be done about it.
        pub hint: Option<String>,
        /// Whether a folder with something in it stands there, which files could be merged into.
        pub occupied: bool,
    }

    /// Makes a project.
    #[derive(Eq, Default)]
    pub struct ProjectCreate {
        /// Id of the template.
        pub template: String,
        /// What was answered by hand.
        #[serde(default)]
        pub answers: IndexMap<String, String>,
        /// Folder to make it in; the one of the settings when missing.
        #[serde(default)]
        pub parent: Option<String>,
    }
}
