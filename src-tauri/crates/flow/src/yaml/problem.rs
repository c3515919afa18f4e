//! What can be wrong with the YAML of a file.

use source::{Diagnostic, Span, Text};

/// A finding of the scanner or the composer: the first one ends the reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where.
    pub(crate) span: Span,
    /// What.
    pub(crate) message: String,
    /// The construct it happened in: where it began and what it is.
    pub(crate) context: Option<(Span, String)>,
    /// How to mend it.
    pub(crate) help: Option<String>,
}

impl Problem {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self {
            span: Span::new(at, at + 1),
            message: message.into(),
            context: None,
            help: None,
        }
    }

    pub(crate) fn within(mut self, start: usize, what: impl Into<String>) -> Self {
        self.context = Some((Span::new(start, start + 1), what.into()));
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn diagnostic(self, text: &Text) -> Diagnostic {
        let mut found = Diagnostic::error("yaml-syntax", text, self.span, self.message);
        found.help = self.help;
        match self.context {
            Some((span, what)) => found.label(text, span, what),
            None => found,
        }
    }
}
