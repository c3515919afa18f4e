//! What is to be said about a place in a text.

use serde::Serialize;

use crate::{Span, Text};

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A piece of advice.
    Hint,
    /// Works, but is probably not what was meant.
    Warning,
    /// Works here, but the official tools refuse it or handle it wrongly.
    Portability,
    /// Cannot be used as it is.
    Error,
}

/// A second place that explains the first, in the same or in another text.
#[derive(Debug, Clone)]
pub struct Label {
    /// The text the place lies in.
    pub text: Text,
    /// The place.
    pub span: Span,
    /// What is to be said about it.
    pub message: String,
}

/// One finding: where, what, why, and how to mend it.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A stable name of the rule, such as `unknown-key`.
    pub code: &'static str,
    /// What is wrong, in a sentence without a final dot.
    pub message: String,
    /// The text the place lies in.
    pub text: Text,
    /// The place.
    pub span: Span,
    /// Further places.
    pub labels: Vec<Label>,
    /// How to mend it, if there is something to do.
    pub help: Option<String>,
    /// Names that were probably meant, best first.
    pub candidates: Vec<String>,
}

impl Diagnostic {
    /// Makes a finding of any severity. Its place is cut to what the text has.
    pub fn new(
        severity: Severity,
        code: &'static str,
        text: &Text,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            text: text.clone(),
            span: text.within(span),
            labels: Vec::new(),
            help: None,
            candidates: Vec::new(),
        }
    }

    /// Makes an error.
    pub fn error(code: &'static str, text: &Text, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, text, span, message)
    }

    /// Makes a warning.
    pub fn warning(
        code: &'static str,
        text: &Text,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, code, text, span, message)
    }

    /// Adds what can be done about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the names that were probably meant.
    #[must_use]
    pub fn candidates(mut self, candidates: Vec<String>) -> Self {
        self.candidates = candidates;
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn label(mut self, text: &Text, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label {
            text: text.clone(),
            span: text.within(span),
            message: message.into(),
        });
        self
    }

    /// Whether the text cannot be used as it is.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The result of reading a language: a tree, as good as it could be made, and what was found.
#[derive(Debug, Clone)]
pub struct Parsed<T> {
    /// The tree.
    pub tree: T,
    /// What was found, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Parsed<T> {
    /// Whether no diagnostic is an error.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Changes the tree and keeps the diagnostics.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed {
            tree: change(self.tree),
            diagnostics: self.diagnostics,
        }
    }
}
