//! Which bytes of a rendered text came from where.

use std::ops::Range;

/// A part of a text that a substitution wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The bytes in the rendered text.
    pub range: Range<usize>,
    /// The variables that the substitution reads, without `cookiecutter.`, sorted.
    pub variables: Vec<String>,
    /// The template file it stands in, relative to the template's root.
    pub file: String,
    /// Its line there, from 1.
    pub line: usize,
}
