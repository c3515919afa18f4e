//! Edits in blocks that are written as `{…}`.

use source::Span;

use super::{Edit, Target};
use crate::yaml::{Node, Pair};

impl Target<'_> {
    pub(super) fn is_bracketed(&self, node: &Node) -> bool {
        self.text.slice(node.span).starts_with('{')
    }

    /// Adds a pair before the closing bracket.
    pub(super) fn insert_in_brackets(&self, node: &Node, value: &str) -> Edit {
        let written = self.text.slice(node.span);
        let inside = written.trim_end_matches('}').trim_end();
        let at = node.span.start + inside.len();
        let comma = match inside.chars().next_back() {
            Some('{') => "",
            Some(',') => " ",
            _ => ", ",
        };
        let pair = self.pair(value, 0);
        self.edit(Span::at(at), format!("{comma}{pair}"))
    }

    /// Removes a pair with its comma.
    pub(super) fn remove_in_brackets(&self, pairs: &[Pair], at: usize) -> Edit {
        let end = |at: usize| {
            let (key, value) = &pairs[at];
            key.span.end.max(value.span.end)
        };
        let start = pairs[at].0.span.start;
        let span = match (pairs.get(at + 1), at) {
            (Some((next, _)), _) => Span::new(start, next.span.start),
            (None, 0) => Span::new(start, end(at)),
            (None, _) => Span::new(end(at - 1), end(at)),
        };
        self.edit(span, String::new())
    }
}
