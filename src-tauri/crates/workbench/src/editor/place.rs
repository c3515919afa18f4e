//! Places as the window counts them: lines from 1, columns in UTF-16 code units from 1.

use contract::TextRange;
use source::{Span, Text};

use crate::view::diagnostic::count;

/// The offset of a line and column; past the end, the end.
pub(super) fn offset(text: &Text, (line, column): (u32, u32)) -> usize {
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    let Some(span) = text.line_span(line) else {
        return if line == 0 { 0 } else { text.content().len() };
    };
    let mut left = column.saturating_sub(1);
    for (at, one) in text.slice(span).char_indices() {
        let width = u32::from(one > '\u{ffff}') + 1;
        if left < width {
            return span.start + at;
        }
        left -= width;
    }
    span.end
}

/// A part of a text as the window counts.
pub(super) fn range(text: &Text, span: Span) -> TextRange {
    let (line, column) = position(text, span.start);
    let (end_line, end_column) = position(text, span.end.max(span.start));
    TextRange {
        line,
        column,
        end_line,
        end_column,
    }
}

/// The part of a text that the window means.
pub(super) fn span(text: &Text, range: TextRange) -> Span {
    let start = offset(text, (range.line, range.column));
    let end = offset(text, (range.end_line, range.end_column));
    Span::new(start, end.max(start))
}

fn position(text: &Text, offset: usize) -> (u32, u32) {
    let line = text.position(offset).line;
    let start = text.line_span(line).map_or(0, |span| span.start);
    let before = text.slice(Span::new(start, offset));
    let before = before.strip_suffix('\r').unwrap_or(before);
    let units = before.encode_utf16().count();
    (count(line), count(units + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_as_the_window_does() {
        let text = Text::new("a.yml", "a: 🦀é b\r\nc");
        let crab = text.content().find('🦀').unwrap();
        let behind = crab + '🦀'.len_utf8();
        let range = range(&text, Span::new(crab, behind));
        assert_eq!((range.column, range.end_column), (4, 6));
        assert_eq!(span(&text, range), Span::new(crab, behind));
        assert_eq!(offset(&text, (1, 5)), crab, "inside a character");
        assert_eq!(offset(&text, (1, 99)), text.content().find('\r').unwrap());
        assert_eq!(offset(&text, (9, 1)), text.content().len());
        assert_eq!(offset(&text, (0, 0)), 0);
    }

    #[test]
    fn every_place_is_found_again() {
        let text = Text::new("a.yml", "é🦀\n\n- x: 'ß'\n");
        for (at, _) in text.content().char_indices() {
            let range = range(&text, Span::at(at));
            assert_eq!(span(&text, range), Span::at(at));
        }
    }
}
