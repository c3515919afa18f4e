//! Looking closer at a preview: one file, why a place reads as it does, what answers change.
//! And mistakes of a template, for its author.

use crate::{DiagnosticView, TemplateAsk};

wire! {
    /// Asks for one file of a preview.
    #[derive(Eq)]
    pub struct TemplateFileAsk {
        /// Template and answers.
        pub ask: TemplateAsk,
        /// The file.
        pub path: String,
    }

    /// Asks why a place in a preview reads as it does.
    #[derive(Eq)]
    pub struct ExplainAsk {
        /// Template and answers.
        pub ask: TemplateAsk,
        /// The file.
        pub path: String,
        /// The place in its text (UTF-16 units, as the window counts).
        pub offset: u32,
    }

    /// Why a place reads as it does.
    #[derive(Eq)]
    pub struct Explanation {
        /// The file of the template.
        pub file: String,
        /// The line in it, from 1.
        pub line: u32,
        /// That line.
        pub source: String,
        /// The variables that were filled in here; none for text that stands so in the template.
        pub variables: Vec<String>,
        /// The answers that flowed in.
        pub answers: Vec<ExplainedAnswer>,
        /// What had to be so for this place to be there, from the outside to the inside.
        pub reasons: Vec<ExplainReason>,
        /// The answers that decide name and place of the file.
        pub named_by: Vec<ExplainedAnswer>,
    }

    /// An answer that matters for a place.
    #[derive(Eq)]
    pub struct ExplainedAnswer {
        /// The question.
        pub name: String,
        /// The answer, as text.
        pub value: String,
    }

    /// Kinds of what had to be so for a place to be there.
    #[derive(Copy, Eq)]
    pub enum ExplainKind {
        /// Something holds.
        Condition,
        /// Nothing before held.
        Otherwise,
        /// It is written for each item of a list.
        Loop,
        /// It is part of something else.
        Part,
    }

    /// What had to be so for a place to be there.
    #[derive(Eq)]
    pub struct ExplainReason {
        /// What kind.
        pub kind: ExplainKind,
        /// The line of the template's file, from 1.
        pub line: u32,
        /// What stands there.
        pub text: String,
        /// The answers that decide.
        pub answers: Vec<ExplainedAnswer>,
    }

    /// Compares what two sets of answers make.
    #[derive(Eq)]
    pub struct TemplateCompare {
        /// Template and answers as they were.
        pub before: TemplateAsk,
        /// Template and answers as they are.
        pub after: TemplateAsk,
    }

    /// The files that differ.
    #[derive(Eq)]
    pub struct TemplateComparison {
        /// By path.
        pub changes: Vec<FileChange>,
    }

    /// What happened to a file.
    #[derive(Copy, Eq)]
    pub enum FileChangeKind {
        /// It is new.
        Added,
        /// It has other content.
        Changed,
        /// It has other permissions only.
        Permissions,
        /// It is gone.
        Removed,
    }

    /// A file that differs.
    #[derive(Eq)]
    pub struct FileChange {
        /// Its path in the project.
        pub path: String,
        /// What happened.
        pub kind: FileChangeKind,
        /// The lines that differ, in unified form; none for what is no text.
        pub difference: Option<String>,
    }

    /// Asks for the mistakes of a template.
    #[derive(Eq, Default)]
    pub struct LintAsk {
        /// What was typed: usually a folder.
        pub source: String,
        /// The folder in it that holds the template.
        #[cfg_attr(test, ts(optional))]
        pub directory: Option<String>,
        /// The folder that relative paths begin at; the home folder when missing.
        #[cfg_attr(test, ts(optional))]
        pub base: Option<String>,
    }

    /// The mistakes of a template.
    #[derive(Eq)]
    pub struct LintReport {
        /// The place of the template.
        pub source: String,
        /// What was found; places are files of the template.
        pub diagnostics: Vec<DiagnosticView>,
    }
}
