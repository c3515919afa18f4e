//! A named text with its line table.

use std::sync::Arc;

use crate::Span;

/// A place as people count it: line and column start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A text, the name it is known under, and where its lines begin. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Text {
    name: Arc<str>,
    content: Arc<str>,
    starts: Arc<[usize]>,
}

impl Text {
    /// Takes a text in; `name` is what messages call it, usually a path.
    pub fn new(name: impl Into<Arc<str>>, content: impl Into<Arc<str>>) -> Self {
        let content: Arc<str> = content.into();
        let starts = std::iter::once(0)
            .chain(content.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            name: name.into(),
            content,
            starts,
        }
    }

    /// What messages call this text.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole content.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Number of lines; an empty text has one.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The part of the content under a span, cut to what exists and to character boundaries.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        let start = self.floor(span.start);
        let end = self.floor(span.end).max(start);
        &self.content[start..end]
    }

    /// A span cut to what exists, and widened to whole characters.
    #[must_use]
    pub fn within(&self, span: Span) -> Span {
        let mut end = span.end.min(self.content.len());
        while !self.content.is_char_boundary(end) {
            end += 1;
        }
        Span::new(self.floor(span.start), end)
    }

    /// Line and column of a byte offset; offsets past the end count as the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.floor(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        Position {
            line,
            column: self.content[start..offset].chars().count() + 1,
        }
    }

    /// Byte offset of a line and column; positions past the end count as the end of line or text.
    #[must_use]
    pub fn offset(&self, position: Position) -> usize {
        let Some(span) = self.line_span(position.line) else {
            return self.content.len();
        };
        let line = &self.content[span.start..span.end];
        let column = position.column.saturating_sub(1);
        line.char_indices()
            .nth(column)
            .map_or(span.end, |(at, _)| span.start + at)
    }

    /// The text of a line (from 1) without its line break.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        self.line_span(line).map_or("", |span| self.slice(span))
    }

    /// The span of a line (from 1) without its line break.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Option<Span> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self
            .starts
            .get(line)
            .map_or(self.content.len(), |next| next - 1);
        let end = if self.content[start..end].ends_with('\r') {
            end - 1
        } else {
            end
        };
        Some(Span::new(start, end))
    }

    fn floor(&self, offset: usize) -> usize {
        let mut at = offset.min(self.content.len());
        while !self.content.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = Text::new("a.yml", "één\r\ntwo\n");
        assert_eq!(text.position(0), Position { line: 1, column: 1 });
        assert_eq!(text.position("één".len()), Position { line: 1, column: 4 });
        assert_eq!(
            text.position(text.content().len()),
            Position { line: 3, column: 1 }
        );
        assert_eq!(text.line(1), "één");
        assert_eq!(text.line(2), "two");
    }

    #[test]
    fn an_offset_is_the_way_back_from_a_position() {
        let text = Text::new("a.yml", "één\ntwo");
        for (offset, _) in text.content().char_indices() {
            assert_eq!(text.offset(text.position(offset)), offset);
        }
    }

    #[test]
    fn places_past_the_end_and_inside_characters_do_not_panic() {
        let text = Text::new("a.yml", "é");
        assert_eq!(text.position(99), Position { line: 1, column: 2 });
        assert_eq!(text.slice(Span::new(1, 99)), "é");
    }

    #[test]
    fn a_span_is_widened_to_whole_characters_and_ends_with_the_text() {
        let text = Text::new("a.yml", "aé");
        assert_eq!(text.within(Span::new(0, 2)), Span::new(0, 3));
        assert_eq!(text.within(Span::new(2, 2)), Span::new(1, 3));
        assert_eq!(text.within(Span::new(3, 4)), Span::at(3));
        assert_eq!(text.within(Span::new(9, 9)), Span::at(3));
    }
}
