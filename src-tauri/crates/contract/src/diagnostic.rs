//! A finding in a file, as the window shows it.

wire! {
    /// How much a finding matters.
    #[derive(Copy, Eq, PartialOrd, Ord)]
    pub enum SeverityView {
        /// A piece of advice.
        Hint,
        /// Works, but is probably not meant.
        Warning,
        /// Works here, but not with the official tools.
        Portability,
        /// Cannot be used as it is.
        Error,
    }

    /// One finding with its place.
    #[derive(Eq)]
    pub struct DiagnosticView {
        /// How much it matters.
        pub severity: SeverityView,
        /// Stable name of the rule.
        pub code: String,
        /// What is wrong.
        pub message: String,
        /// How to mend it.
        pub help: Option<String>,
        /// Names that were probably meant.
        pub candidates: Vec<String>,
        /// File, relative to the project where it lies in it.
        pub file: String,
        /// First line, from 1.
        pub line: u32,
        /// First column in characters, from 1.
        pub column: u32,
        /// Last line.
        pub end_line: u32,
        /// Column just after the last character.
        pub end_column: u32,
        /// The source line, for showing it with a mark below.
        pub source: String,
    }
}
