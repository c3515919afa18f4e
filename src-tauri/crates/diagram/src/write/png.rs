//! PNG, drawn with the outlines of the bundled fonts.

use std::collections::HashMap;

use thiserror::Error;
use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, StrokeDash, Transform,
};

use crate::{
    display::{Cap, Color, DisplayList, Mark, PathMark, Stroke, TextMark},
    font::Face,
    shape::{Outline, Step},
};

/// Why a picture cannot be drawn in pixels.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PngError {
    /// The picture would be too large, or the scale is not a number above 0.
    #[error(
        "a picture of {width:.0} × {height:.0} pixels cannot be drawn: choose a smaller scale, SVG or PDF"
    )]
    Size {
        /// Pixels from left to right.
        width: f32,
        /// Pixels from top to bottom.
        height: f32,
    },
    /// The pixels could not be packed.
    #[error("the picture could not be written as PNG: {reason}")]
    Encode {
        /// What the encoder says.
        reason: String,
    },
}

/// The longest side and the most pixels of a picture: 400 MB of memory.
const LONGEST: f32 = 32_000.0;
const MOST: f32 = 100_000_000.0;

/// The list as PNG, `scale` pixels for one pixel at 100 %.
///
/// # Errors
/// Where the picture would be empty or larger than memory should bear.
pub fn png(list: &DisplayList, scale: f32) -> Result<Vec<u8>, PngError> {
    let (width, height) = ((list.width * scale).ceil(), (list.height * scale).ceil());
    let too_large = PngError::Size { width, height };
    let fits = |side: f32| (1.0..=LONGEST).contains(&side);
    if !(fits(width) && fits(height) && width * height <= MOST) {
        return Err(too_large);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "both were found to lie between 1 and 32,000"
    )]
    let pixmap = Pixmap::new(width as u32, height as u32);
    let Some(pixmap) = pixmap else {
        return Err(too_large);
    };
    let mut canvas = Canvas {
        pixmap,
        scale,
        glyphs: HashMap::new(),
    };
    canvas.draw(list);
    canvas
        .pixmap
        .encode_png()
        .map_err(|error| PngError::Encode {
            reason: error.to_string(),
        })
}

struct Canvas {
    pixmap: Pixmap,
    scale: f32,
    /// Outlines of glyphs in font units, y up.
    glyphs: HashMap<(Face, u16), Option<Path>>,
}

impl Canvas {
    fn draw(&mut self, list: &DisplayList) {
        if let Some(color) = list.background {
            self.pixmap.fill(tiny_skia::Color::from_rgba8(
                color.r, color.g, color.b, color.a,
            ));
        }
        for mark in list.pieces.iter().flat_map(|piece| &piece.marks) {
            match mark {
                Mark::Path(path) => self.path(path),
                Mark::Text(text) => self.text(text),
            }
        }
    }

    fn path(&mut self, mark: &PathMark) {
        let Some(path) = path(&mark.d) else {
            return;
        };
        let transform = Transform::from_scale(self.scale, self.scale);
        if let Some(color) = mark.fill {
            self.pixmap
                .fill_path(&path, &paint(color), FillRule::Winding, transform, None);
        }
        if let Some(stroke) = &mark.stroke {
            self.pixmap
                .stroke_path(&path, &paint(stroke.color), &pen(stroke), transform, None);
        }
    }

    fn text(&mut self, mark: &TextMark) {
        let font = mark.face.font();
        let size = mark.size / font.units_per_em * self.scale;
        let mut x = mark.left() * self.scale;
        let y = mark.at.y * self.scale;
        let paint = paint(mark.color);
        for character in mark.text.chars() {
            let glyph = font.glyph(character);
            let outline = self
                .glyphs
                .entry((mark.face, glyph.id))
                .or_insert_with(|| path(&font.outline(glyph.id)));
            if let Some(outline) = outline {
                let transform = Transform::from_row(size, 0.0, 0.0, -size, x, y);
                self.pixmap
                    .fill_path(outline, &paint, FillRule::Winding, transform, None);
            }
            x += f32::from(glyph.advance) * size;
        }
    }
}

fn path(outline: &Outline) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for step in &outline.0 {
        match step {
            Step::Move(to) => builder.move_to(to.x, to.y),
            Step::Line(to) => builder.line_to(to.x, to.y),
            Step::Curve(a, b, to) => builder.cubic_to(a.x, a.y, b.x, b.y, to.x, to.y),
            Step::Close => builder.close(),
        }
    }
    builder.finish()
}

fn paint(color: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(color.r, color.g, color.b, color.a);
    paint.anti_alias = true;
    paint
}

fn pen(stroke: &Stroke) -> tiny_skia::Stroke {
    tiny_skia::Stroke {
        width: stroke.width,
        line_cap: match stroke.cap {
            Cap::Butt => LineCap::Butt,
            Cap::Round => LineCap::Round,
        },
        line_join: LineJoin::Round,
        dash: StrokeDash::new(stroke.dash.clone(), 0.0),
        ..tiny_skia::Stroke::default()
    }
}
