//! Edits in blocks that are written with indentation.

use std::sync::Arc;

use source::Span;

use super::{Edit, Target};
use crate::yaml::{Node, Pair};

/// How far a block is indented in its parent where nothing else says so.
const STEP: usize = 2;

impl Target<'_> {
    /// An edit with the line breaks of the file.
    pub(super) fn edit(&self, span: Span, text: String) -> Edit {
        let text = match self.text.content().contains("\r\n") {
            true => text.replace('\n', "\r\n"),
            false => text,
        };
        Edit {
            file: self.text.name().to_owned(),
            span,
            text,
        }
    }

    /// Replaces the value of a key; a comment behind the key or behind the value stays.
    pub(super) fn replace(&self, (key, old): &Pair, value: &str) -> Vec<Edit> {
        let value = self.fitted(value, self.column(key.span.start));
        let (head, tail) = match value.find('\n') {
            Some(at) => value.split_at(at),
            None => (value.as_str(), ""),
        };
        let colon = self.behind_colon(key.span);
        let nothing = old.span.is_empty() || old.span.start < colon;
        let comment = self.comment_behind(old.span.end);
        if !nothing && !tail.is_empty() && !comment.is_empty() {
            return self.replace_with_comment(colon, old.span, (head, comment, tail));
        }
        let below = self.line(old.span.start) != self.line(key.span.start);
        if !nothing && !below {
            let old = Span::new(old.span.start, self.last(old.span));
            let end = self.line_end(old.end);
            if self.line(old.start) != self.line(old.end) || tail.is_empty() {
                return vec![self.edit(old, value)];
            }
            let rest = self.edit(Span::at(end), tail.to_owned());
            return vec![self.edit(old, head.to_owned()), rest];
        }
        let end = self.line_end(colon);
        let old = match nothing {
            true => Span::at(end),
            false => Span::new(end, self.last(old.span)),
        };
        let rest = self.edit(old, tail.to_owned());
        match head {
            "" => vec![rest],
            head => vec![self.edit(Span::at(colon), format!(" {head}")), rest],
        }
    }

    /// Replaces a value that has a comment behind it by one of several lines: at its end the
    /// comment could become a part of it, so it moves to the first line.
    fn replace_with_comment(
        &self,
        colon: usize,
        old: Span,
        (head, comment, tail): (&str, &str, &str),
    ) -> Vec<Edit> {
        let (first, end) = (self.line_end(colon), self.line_end(old.end));
        if old.start < first {
            let whole = Span::new(old.start, end);
            return vec![self.edit(whole, format!("{head}{comment}{tail}"))];
        }
        let head = match head {
            "" => String::new(),
            head => format!(" {head}"),
        };
        let rest = format!("{comment}{tail}");
        vec![
            self.edit(Span::at(colon), head),
            self.edit(Span::new(first, end), rest),
        ]
    }

    /// The comment that ends the line of a place, with the blanks before it; nothing if something
    /// else follows.
    fn comment_behind(&self, at: usize) -> &str {
        let rest = self.text.slice(Span::new(at, self.line_end(at)));
        match rest.starts_with(' ') && rest.trim_start().starts_with('#') {
            true => rest,
            false => "",
        }
    }

    /// Adds a pair behind the last one of a block.
    pub(super) fn insert(&self, node: &Node, pairs: &[Pair], value: &str) -> Edit {
        let first = pairs.first().map_or(node.span, |(key, _)| key.span);
        let column = self.column(first.start);
        let last = pairs.last().map_or(node.span, |(key, old)| {
            Span::new(key.span.start, self.end_of(key, old))
        });
        let at = self.line_end(self.last(last));
        let line = self.pair(value, column);
        self.edit(Span::at(at), format!("\n{}{line}", " ".repeat(column)))
    }

    /// Adds the first pair of a block that has none yet, below its key.
    pub(super) fn insert_first(&self, parent: &Span, value: &str) -> Edit {
        let column = self.column(parent.start) + STEP;
        let at = self.line_end(self.behind_colon(*parent));
        let line = self.pair(value, column);
        self.edit(Span::at(at), format!("\n{}{line}", " ".repeat(column)))
    }

    /// Removes a pair with its line; the dash of a list item stays.
    pub(super) fn remove(&self, pairs: &[Pair], at: usize) -> Edit {
        let (key, old) = &pairs[at];
        let end = self.line_end(self.last(Span::new(key.span.start, self.end_of(key, old))));
        if pairs.len() == 1 {
            return self.edit(Span::new(key.span.start, end), "{}".to_owned());
        }
        let content = self.text.content();
        let start = self.line_start(key.span.start);
        let alone = content[start..key.span.start].trim().is_empty();
        if alone {
            let next = content[end..].find('\n').map_or(end, |at| end + at + 1);
            return self.edit(Span::new(start, next), String::new());
        }
        let next = pairs.get(at + 1).map_or(end, |(next, _)| next.span.start);
        self.edit(Span::new(key.span.start, next), String::new())
    }

    fn end_of(&self, key: &Arc<Node>, value: &Arc<Node>) -> usize {
        self.behind_colon(key.span).max(value.span.end)
    }

    /// The pair as text.
    pub(super) fn pair(&self, value: &str, column: usize) -> String {
        let value = self.fitted(value, column);
        match value.is_empty() || value.starts_with('\n') {
            true => format!("{}:{value}", self.key),
            false => format!("{}: {value}", self.key),
        }
    }

    /// A value whose further lines are indented below a key.
    pub(super) fn fitted(&self, value: &str, column: usize) -> String {
        let indent = " ".repeat(column + STEP);
        let value = value.trim_end_matches('\n');
        value.replace('\n', &format!("\n{indent}"))
    }

    /// The end of a span without the blanks at its end.
    pub(super) fn last(&self, span: Span) -> usize {
        span.start + self.text.slice(span).trim_end().len()
    }

    fn line(&self, at: usize) -> usize {
        self.text.position(at).line
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        let line = self.text.line_span(self.line(at));
        line.map_or(at, |line| line.start)
    }

    pub(super) fn line_end(&self, at: usize) -> usize {
        let line = self.text.line_span(self.line(at));
        line.map_or(at, |line| line.end)
    }

    /// The column of a place, in bytes: what stands before a key are blanks and dashes.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// The place behind the colon that follows a key.
    pub(super) fn behind_colon(&self, key: Span) -> usize {
        let rest = &self.text.content()[key.end..];
        rest.find(':').map_or(key.end, |found| key.end + found + 1)
    }
}
