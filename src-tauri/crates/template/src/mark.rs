//! Which bytes of a rendered text came from where.

use std::ops::Range;
use std::sync::Arc;

use crate::Tree;
use crate::newline::Newline;
use crate::walk::below;

/// A part of a text that a substitution wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The bytes in the rendered text.
    pub range: Range<usize>,
    /// The variables that flow into the substitution, without `cookiecutter.`, sorted; also those
    /// that come through variables of the text itself (`set`, `for`, `with`).
    pub variables: Vec<String>,
    /// The template file it stands in, relative to the template's root.
    pub file: String,
    /// Its line there, from 1.
    pub line: usize,
}

/// A part of a rendered text and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) range: Range<usize>,
    /// The file as includes name it, later from the template's root.
    pub(crate) file: Arc<str>,
    /// Its line there, from 1.
    pub(crate) line: usize,
    /// The bytes in the rewritten source.
    pub(crate) source: Range<usize>,
    /// Whether a substitution wrote it.
    pub(crate) is_value: bool,
    pub(crate) variables: Vec<String>,
}

/// Pieces with their places after line endings were put back, and files named from the root.
pub(crate) fn moved(
    mut pieces: Vec<Piece>,
    text: &str,
    newline: Newline,
    folder: &str,
    tree: &Tree,
) -> Vec<Piece> {
    let extra = newline.len() - 1;
    let (mut at, mut lines) = (0, 0);
    let mut place = |offset: usize| {
        if extra > 0 {
            lines += text[at..offset].matches('\n').count();
            at = offset;
        }
        offset + lines * extra
    };
    let mut named: Option<(Arc<str>, Arc<str>)> = None;
    for piece in &mut pieces {
        let start = place(piece.range.start);
        piece.range = start..place(piece.range.end);
        let (short, long) = match named.take() {
            Some(pair) if pair.0 == piece.file => pair,
            _ => {
                let long = match tree.get(&piece.file) {
                    Some(_) => below(folder, &piece.file),
                    None => format!("templates/{}", piece.file),
                };
                (Arc::clone(&piece.file), long.into())
            }
        };
        piece.file = Arc::clone(&long);
        named = Some((short, long));
    }
    pieces
}

/// The parts that substitutions wrote.
pub(crate) fn marks(pieces: &[Piece]) -> Vec<Mark> {
    let values = pieces.iter().filter(|piece| piece.is_value);
    let mark = |piece: &Piece| Mark {
        range: piece.range.clone(),
        variables: piece.variables.clone(),
        file: piece.file.to_string(),
        line: piece.line,
    };
    values.map(mark).collect()
}
