//! Answers in files: for replay, for the command line, for other people.

use indexmap::IndexMap;
use serde_json::Value;

use crate::TemplateAsk;

wire! {
    /// The form of a file with answers.
    #[derive(Copy, Eq)]
    pub enum AnswersForm {
        /// A JSON object with what was answered by hand; what follows is worked out again.
        Answers,
        /// A replay file of cookiecutter, with all variables.
        Replay,
    }

    /// Asks for a file with the present answers.
    #[derive(Eq)]
    pub struct AnswersExport {
        /// Template and answers.
        pub ask: TemplateAsk,
        /// The form.
        pub form: AnswersForm,
        /// A file to write it into; an existing one is replaced as a whole.
        #[cfg_attr(test, ts(optional))]
        pub path: Option<String>,
    }

    /// A file with answers.
    #[derive(Eq)]
    pub struct AnswersFile {
        /// A name for it.
        pub name: String,
        /// Its text.
        pub text: String,
        /// Where it was written, if that was asked for.
        pub path: Option<String>,
    }

    /// Reads answers out of a text or a file of either form.
    #[derive(Eq, Default)]
    pub struct AnswersImport {
        /// The template they are for; without one nothing is compared.
        #[cfg_attr(test, ts(optional))]
        pub template: Option<String>,
        /// The text.
        #[cfg_attr(test, ts(optional))]
        pub text: Option<String>,
        /// The file, when there is no text.
        #[cfg_attr(test, ts(optional))]
        pub path: Option<String>,
    }

    /// Answers that were read.
    #[derive(Eq)]
    pub struct ImportedAnswers {
        /// By the names of the questions.
        pub answers: IndexMap<String, Value>,
        /// Names the template does not ask; they were left out.
        pub unknown: Vec<String>,
        /// The form they had.
        pub form: AnswersForm,
    }
}
