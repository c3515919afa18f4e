//! Builders for marks: painted outlines and lines of text.

use crate::{
    display::{Anchor, Color, Detail, Mark, PathMark, Stroke, TextMark},
    font::{Face, Shortened, one_line},
    shape::{Outline, Point},
};

/// A filled outline.
pub(super) fn fill(d: Outline, color: Color) -> Mark {
    Mark::Path(PathMark {
        d,
        fill: Some(color),
        stroke: None,
        detail: Detail::Always,
    })
}

/// A line along an outline.
pub(super) fn stroke(d: Outline, stroke: Stroke) -> Mark {
    Mark::Path(PathMark {
        d,
        fill: None,
        stroke: Some(stroke),
        detail: Detail::Always,
    })
}

/// A filled outline with a line along it.
pub(super) fn both(d: Outline, color: Color, stroke: Stroke) -> Mark {
    Mark::Path(PathMark {
        d,
        fill: Some(color),
        stroke: Some(stroke),
        detail: Detail::Always,
    })
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) face: Face,
    pub(super) size: f32,
    pub(super) color: Color,
    pub(super) detail: Detail,
}

impl Style {
    pub(super) fn new(face: Face, size: f32, color: Color) -> Self {
        Self {
            face,
            size,
            color,
            detail: Detail::Always,
        }
    }

    pub(super) fn from(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// A text from `at` to the right, shortened to `room`. None where it is empty.
    pub(super) fn line(self, text: &str, at: Point, room: f32) -> Option<TextMark> {
        let whole = one_line(text);
        let (shown, full) = match self.face.shorten(&whole, self.size, room) {
            Shortened::Whole => (whole, None),
            Shortened::Cut(shown) => (shown, Some(whole)),
        };
        if shown.is_empty() {
            return None;
        }
        Some(TextMark {
            at,
            width: self.face.width(&shown, self.size),
            text: shown,
            full,
            face: self.face,
            size: self.size,
            color: self.color,
            anchor: Anchor::Start,
            detail: self.detail,
        })
    }

    /// A text that ends at `at`.
    pub(super) fn line_to(self, text: &str, at: Point, room: f32) -> Option<TextMark> {
        let mut mark = self.line(text, at, room)?;
        mark.anchor = Anchor::End;
        Some(mark)
    }
}

/// The same mark, drawn only from this zoom on.
pub(super) fn from_detail(mut mark: Mark, detail: Detail) -> Mark {
    match &mut mark {
        Mark::Path(path) => path.detail = detail,
        Mark::Text(text) => text.detail = detail,
    }
    mark
}
