//! The drawing orders of a page.

use std::collections::BTreeSet;

use pdf_writer::{
    Content, Name, Settings, Str, TextStr,
    types::{LineCapStyle, LineJoinStyle},
};

use super::Placement;
use crate::{
    display::{Cap, Color, DisplayList, Mark, PathMark, Stroke, TextMark},
    font::Face,
    shape::{Outline, Point, Rect, Step},
};

/// The orders, and the opacities for which the page needs a state.
pub(super) struct Drawn {
    pub(super) bytes: Vec<u8>,
    pub(super) alphas: BTreeSet<u8>,
}

/// The name of a font in the page.
pub(super) fn font_name(face: Face) -> &'static [u8] {
    match face {
        Face::Regular => b"R",
        Face::Medium => b"M",
        Face::SemiBold => b"S",
        Face::Mono => b"C",
    }
}

/// The name of an opacity in the page.
pub(super) fn alpha_name(alpha: u8) -> String {
    format!("A{alpha}")
}

/// What is set at the moment, so that it is not set again.
#[derive(Default, PartialEq)]
struct Now {
    fill: Option<Color>,
    stroke: Option<Stroke>,
    alpha: Option<u8>,
    font: Option<(Face, u32)>,
}

struct Artist {
    content: Content,
    now: Now,
    alphas: BTreeSet<u8>,
}

/// Draws the list.
pub(super) fn draw(list: &DisplayList, placement: &Placement) -> Drawn {
    let mut artist = Artist {
        content: Content::with_settings(Settings { pretty: false }),
        now: Now::default(),
        alphas: BTreeSet::new(),
    };
    let (width, height) = placement.page;
    if let Some(color) = list.background {
        let paper = color == Color::hex(0x00FF_FFFF);
        if !paper {
            artist.fill_color(color);
            artist.content.rect(0.0, 0.0, width, height).fill_nonzero();
        }
    }
    let scale = placement.scale;
    artist
        .content
        .transform([
            scale,
            0.0,
            0.0,
            -scale,
            short(placement.left),
            short(placement.top),
        ])
        .set_line_join(LineJoinStyle::RoundJoin);
    for mark in list.pieces.iter().flat_map(|piece| &piece.marks) {
        match mark {
            Mark::Path(path) => artist.path(path),
            Mark::Text(text) => artist.text(text),
        }
    }
    Drawn {
        bytes: artist.content.finish().into_vec(),
        alphas: artist.alphas,
    }
}

/// Rounded to hundredths of a pixel.
fn short(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}

fn rgb(color: Color) -> [f32; 3] {
    [color.r, color.g, color.b].map(|part| (f32::from(part) / 255.0 * 1000.0).round() / 1000.0)
}

impl Artist {
    fn path(&mut self, mark: &PathMark) {
        if mark.d.0.is_empty() {
            return;
        }
        let (fill, stroke) = (mark.fill, mark.stroke.as_ref());
        if let (Some(fill), Some(stroke)) = (fill, stroke)
            && fill.a == stroke.color.a
        {
            self.fill_color(fill);
            self.stroke_style(stroke);
            self.outline(&mark.d);
            self.content.fill_nonzero_and_stroke();
            return;
        }
        if let Some(fill) = fill {
            self.fill_color(fill);
            self.outline(&mark.d);
            self.content.fill_nonzero();
        }
        if let Some(stroke) = stroke {
            self.stroke_style(stroke);
            self.outline(&mark.d);
            self.content.stroke();
        }
    }

    fn outline(&mut self, outline: &Outline) {
        if let Some(rect) = as_rect(outline) {
            let [x, y, width, height] = [rect.x, rect.y, rect.width, rect.height].map(short);
            self.content.rect(x, y, width, height);
            return;
        }
        let pair = |point: Point| (short(point.x), short(point.y));
        for step in &outline.0 {
            match *step {
                Step::Move(to) => {
                    let (x, y) = pair(to);
                    self.content.move_to(x, y);
                }
                Step::Line(to) => {
                    let (x, y) = pair(to);
                    self.content.line_to(x, y);
                }
                Step::Curve(a, b, to) => {
                    let ((x1, y1), (x2, y2), (x3, y3)) = (pair(a), pair(b), pair(to));
                    self.content.cubic_to(x1, y1, x2, y2, x3, y3);
                }
                Step::Close => {
                    self.content.close_path();
                }
            }
        }
    }

    fn text(&mut self, mark: &TextMark) {
        let font = mark.face.font();
        self.fill_color(mark.color);
        let shown = mark.text.chars();
        let whole = mark.full.as_deref().unwrap_or(&mark.text);
        let replaced = mark.full.is_some() || shown.clone().any(|c| !font.has(c));
        if replaced {
            self.content
                .begin_marked_content_with_properties(Name(b"Span"))
                .properties()
                .actual_text(TextStr(whole));
        }
        let glyphs: Vec<u8> = shown.flat_map(|c| font.glyph(c).id.to_be_bytes()).collect();
        let key = (mark.face, mark.size.to_bits());
        self.content.begin_text();
        if self.now.font != Some(key) {
            self.now.font = Some(key);
            self.content.set_font(Name(font_name(mark.face)), mark.size);
        }
        self.content
            .set_text_matrix([1.0, 0.0, 0.0, -1.0, short(mark.left()), short(mark.at.y)])
            .show(Str(&glyphs))
            .end_text();
        if replaced {
            self.content.end_marked_content();
        }
    }

    fn fill_color(&mut self, color: Color) {
        self.alpha(color.a);
        if self.now.fill != Some(color) {
            self.now.fill = Some(color);
            let [r, g, b] = rgb(color);
            self.content.set_fill_rgb(r, g, b);
        }
    }

    fn alpha(&mut self, alpha: u8) {
        let now = self.now.alpha.unwrap_or(255);
        if now != alpha {
            self.now.alpha = Some(alpha);
            self.alphas.insert(alpha);
            self.content
                .set_parameters(Name(alpha_name(alpha).as_bytes()));
        }
    }

    fn stroke_style(&mut self, stroke: &Stroke) {
        self.alpha(stroke.color.a);
        if self.now.stroke.as_ref() == Some(stroke) {
            return;
        }
        let before = self.now.stroke.replace(stroke.clone());
        let [r, g, b] = rgb(stroke.color);
        let content = &mut self.content;
        content.set_stroke_rgb(r, g, b);
        content.set_line_width(short(stroke.width));
        let cap = |stroke: &Stroke| stroke.cap;
        if before.as_ref().map_or(Cap::Butt, cap) != stroke.cap {
            content.set_line_cap(match stroke.cap {
                Cap::Butt => LineCapStyle::ButtCap,
                Cap::Round => LineCapStyle::RoundCap,
            });
        }
        if before.is_some_and(|before| before.dash != stroke.dash) || !stroke.dash.is_empty() {
            content.set_dash_pattern(stroke.dash.iter().copied().map(short), 0.0);
        }
    }
}

/// The box, where the outline is nothing but a box.
fn as_rect(outline: &Outline) -> Option<Rect> {
    let [
        Step::Move(a),
        Step::Line(b),
        Step::Line(c),
        Step::Line(d),
        Step::Close,
    ] = outline.0[..]
    else {
        return None;
    };
    let boxed = same(a.y, b.y) && same(b.x, c.x) && same(c.y, d.y) && same(d.x, a.x);
    boxed.then(|| Rect::new(a.x, a.y, b.x - a.x, d.y - a.y))
}

fn same(a: f32, b: f32) -> bool {
    (a - b).abs() < 0.001
}
