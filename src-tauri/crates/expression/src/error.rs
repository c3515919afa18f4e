//! Why an expression has no value.

use source::{Diagnostic, Span, Text};

use crate::value::Unknown;

/// An expression that has no value, or none yet.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    /// The place of the part that is to blame.
    pub span: Span,
    /// What is wrong, in the words of the official tools where they have some.
    pub message: String,
    /// How to mend it, if there is something to do.
    pub help: Option<String>,
    /// Names that were probably meant, best first.
    pub candidates: Vec<String>,
    /// Set if nothing is wrong but the value is not known yet.
    pub unknown: Option<Box<Unknown>>,
}

impl EvalError {
    /// Makes an error from its place and its text.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Fault::new(message).at(span)
    }

    /// Makes the error of a value that is not known yet.
    #[must_use]
    pub fn not_yet(span: Span, unknown: &Unknown) -> Self {
        Fault::from(unknown.clone()).at(span)
    }

    /// Whether nothing is wrong but the value is not known yet.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.unknown.is_some()
    }

    /// The error as a diagnostic of the text it stands in.
    #[must_use]
    pub fn diagnostic(&self, text: &Text) -> Diagnostic {
        let found = Diagnostic::error("expression", text, self.span, self.message.clone());
        let found = found.candidates(self.candidates.clone());
        match &self.help {
            Some(help) => found.help(help.clone()),
            None => found,
        }
    }
}

/// An error that does not know its place yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    message: String,
    help: Option<String>,
    candidates: Vec<String>,
    unknown: Option<Box<Unknown>>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            candidates: Vec::new(),
            unknown: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn candidates(mut self, candidates: Vec<String>) -> Self {
        self.candidates = candidates;
        self
    }

    pub(crate) fn at(self, span: Span) -> EvalError {
        EvalError {
            span,
            message: self.message,
            help: self.help,
            candidates: self.candidates,
            unknown: self.unknown,
        }
    }
}

impl From<Unknown> for Fault {
    fn from(unknown: Unknown) -> Self {
        let why = unknown.why.clone();
        Self {
            unknown: Some(Box::new(unknown)),
            ..Self::new(why)
        }
    }
}

impl From<crate::value::Unhashable> for Fault {
    fn from(error: crate::value::Unhashable) -> Self {
        Self::new(error.to_string())
    }
}

impl From<crate::value::UriError> for Fault {
    fn from(error: crate::value::UriError) -> Self {
        Self::new(error.to_string())
    }
}
