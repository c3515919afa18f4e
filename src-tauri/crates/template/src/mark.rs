//! Which bytes of a rendered text came from where.

use std::ops::Range;

use crate::Tree;
use crate::newline::Newline;
use crate::walk::below;

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

/// Marks with their places after line endings were put back, and files named from the root.
pub(crate) fn moved(
    marks: Vec<Mark>,
    text: &str,
    newline: Newline,
    folder: &str,
    tree: &Tree,
) -> Vec<Mark> {
    let extra = newline.len() - 1;
    let (mut at, mut lines) = (0, 0);
    let mut place = |offset: usize| {
        lines += text[at..offset].matches('\n').count();
        at = offset;
        offset + lines * extra
    };
    let named = |file: &str| match tree.get(file) {
        Some(_) => below(folder, file),
        None => format!("templates/{file}"),
    };
    marks
        .into_iter()
        .map(|mark| {
            let start = place(mark.range.start);
            Mark {
                range: start..place(mark.range.end),
                file: named(&mark.file),
                ..mark
            }
        })
        .collect()
}
