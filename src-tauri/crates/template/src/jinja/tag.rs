//! The tags of a text: where blocks begin and end.

use super::rewrite::{first_word, outside, outside_word, whitespace_marks};
use super::syntax::Syntax;

/// A tag such as `{% if x %}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    /// Where it begins.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// What stands in it, without marks for white space.
    pub(crate) body: &'a str,
}

impl<'a> Tag<'a> {
    /// The word it begins with.
    pub(crate) fn word(&self) -> &'a str {
        first_word(self.body)
    }

    /// What follows the word.
    pub(crate) fn rest(&self) -> &'a str {
        self.body.trim_start()[self.word().len()..].trim()
    }

    /// Whether it begins a block that another tag ends.
    pub(crate) fn opens(&self) -> bool {
        match self.word() {
            "set" => outside(self.rest(), &['=']).is_none(),
            word => matches!(
                word,
                "if" | "for" | "with" | "macro" | "call" | "filter" | "block" | "autoescape"
            ),
        }
    }

    /// The names it binds and the expression they are bound to.
    pub(super) fn binding(&self) -> Option<(&'a str, &'a str)> {
        let rest = self.rest();
        match self.word() {
            "set" | "with" => {
                let at = outside(rest, &['='])?;
                Some((&rest[..at], kept(rest[at + 1..].trim())))
            }
            "for" => {
                let at = outside_word(rest, " in ")?;
                Some((&rest[..at], self.iterated()?))
            }
            _ => None,
        }
    }

    /// The expression a loop goes through.
    fn iterated(&self) -> Option<&'a str> {
        let rest = self.rest();
        let list = &rest[outside_word(rest, " in ")? + 4..];
        let end = outside_word(list, " if ").or_else(|| outside_word(list, " recursive"));
        Some(end.map_or(list, |end| &list[..end]).trim())
    }

    /// The expression that decides whether, or how often, the block is written.
    pub(crate) fn decides(&self) -> Option<&'a str> {
        match self.word() {
            "if" | "elif" => Some(self.rest()),
            "for" => self.iterated(),
            _ => None,
        }
    }
}

/// A value without the function that was put around it.
fn kept(value: &str) -> &str {
    let inner = ["__changeable(", "__kept("]
        .iter()
        .find_map(|function| value.strip_prefix(function)?.strip_suffix(')'));
    inner.unwrap_or(value)
}

impl Syntax {
    /// The tags of a text, in order. Comments, raw blocks and texts in quotes hold none.
    pub(crate) fn tags<'a>(&self, source: &'a str) -> Vec<Tag<'a>> {
        let mut found = Vec::new();
        self.each_tag(source, &mut |start, end| {
            let inner = &source[start..end];
            let inner = inner.strip_prefix(self.block.0.as_str()).unwrap_or(inner);
            let inner = inner.strip_suffix(self.block.1.as_str()).unwrap_or(inner);
            let (_, body, _) = whitespace_marks(inner);
            found.push(Tag { start, end, body });
        });
        found
    }
}
