//! The display list: what every canvas and every file draws, in order.
//!
//! There are two marks, a painted outline and a line of text. All places,
//! colours and sizes are final, so that window, SVG, PDF and PNG agree.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    font::Face,
    shape::{Outline, Point, Rect},
};

/// A finished picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DisplayList {
    /// The width of the picture in pixels at 100 %; it begins at 0.
    pub width: f32,
    /// The height of the picture.
    pub height: f32,
    /// The colour under everything.
    pub background: Option<Color>,
    /// What is drawn, from back to front.
    pub pieces: Vec<Piece>,
}

/// The marks that belong to one thing, drawn together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Piece {
    /// The thing, for hit tests, tips and reading aloud.
    pub owner: Owner,
    /// A box around all marks, for leaving out what is not in view.
    pub bounds: Rect,
    /// The tip, where the thing has more to say than is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where a click leads in an exported file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The marks, from back to front.
    pub marks: Vec<Mark>,
}

/// What a piece belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Owner {
    /// A box of the graph.
    Node {
        /// Its id.
        id: String,
    },
    /// A frame of the graph.
    Group {
        /// Its id.
        id: String,
    },
    /// An arrow of the graph.
    Edge {
        /// Its place in the list of edges.
        index: usize,
    },
    /// The sheet around the graph: header, legend, footer.
    Sheet,
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "mark")]
pub enum Mark {
    /// An outline, filled, stroked or both; the fill comes first.
    Path(PathMark),
    /// One line of text.
    Text(TextMark),
}

/// From which zoom on a mark is worth drawing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// At every zoom: outlines, bands, lines.
    #[default]
    Always,
    /// From 25 %: icons and names.
    Name,
    /// From 60 %: everything else.
    Full,
}

/// A painted outline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PathMark {
    /// The outline as SVG path data.
    pub d: Outline,
    /// The colour within.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<Color>,
    /// The line along it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stroke: Option<Stroke>,
    /// From which zoom on it is drawn.
    pub detail: Detail,
}

/// A line along an outline. Joins are always round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stroke {
    /// Its colour.
    pub color: Color,
    /// Its width.
    pub width: f32,
    /// Lengths of dashes and gaps; empty for a whole line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dash: Vec<f32>,
    /// How it ends.
    pub cap: Cap,
}

impl Stroke {
    /// A whole line with flat ends.
    pub fn new(color: Color, width: f32) -> Self {
        Self {
            color,
            width,
            dash: Vec::new(),
            cap: Cap::Butt,
        }
    }

    /// The same line, interrupted.
    #[must_use]
    pub fn dashed(mut self, dash: &[f32]) -> Self {
        self.dash = dash.to_vec();
        self
    }

    /// The same line with round ends.
    #[must_use]
    pub fn round(mut self) -> Self {
        self.cap = Cap::Round;
        self
    }
}

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cap {
    /// Flat, at its last point.
    Butt,
    /// With half a circle.
    Round,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextMark {
    /// Where the baseline begins, ends or has its middle, see `anchor`.
    pub at: Point,
    /// The text: never empty, without line breaks or control characters.
    pub text: String,
    /// The font.
    pub face: Face,
    /// Its size in pixels at 100 %.
    pub size: f32,
    /// The whole text, where the drawn one is shortened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full: Option<String>,
    /// Its colour.
    pub color: Color,
    /// Which part of the text stands at `at`.
    pub anchor: Anchor,
    /// The width by the bundled font; other fonts are stretched to it.
    pub width: f32,
    /// From which zoom on it is drawn.
    pub detail: Detail,
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl TextMark {
    /// Where the text begins, whatever its anchor.
    pub fn left(&self) -> f32 {
        match self.anchor {
            Anchor::Start => self.at.x,
            Anchor::Middle => self.at.x - self.width / 2.0,
            Anchor::End => self.at.x - self.width,
        }
    }
}

/// A colour with its opacity, written `#RRGGBB` or `#RRGGBBAA`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// Opacity: 255 covers.
    pub a: u8,
}

impl Color {
    /// A covering colour from `0xRRGGBB`.
    pub const fn hex(rgb: u32) -> Self {
        let [_, r, g, b] = rgb.to_be_bytes();
        Self { r, g, b, a: 255 }
    }

    /// The same colour with another opacity, 0 to 255.
    #[must_use]
    pub const fn alpha(self, a: u8) -> Self {
        Self { a, ..self }
    }

    /// The colour without its opacity, as `#RRGGBB`.
    pub fn opaque(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.r, self.g, self.b)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.opaque())?;
        if self.a < 255 {
            write!(f, "{:02X}", self.a)?;
        }
        Ok(())
    }
}

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.strip_prefix('#').and_then(|digits| {
            let number = u32::from_str_radix(digits, 16).ok()?;
            match digits.len() {
                6 => Some(number << 8 | 0xFF),
                8 => Some(number),
                _ => None,
            }
        });
        let number = number.ok_or_else(|| D::Error::custom("a colour is written #RRGGBB"))?;
        let [r, g, b, a] = number.to_be_bytes();
        Ok(Self { r, g, b, a })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_written_with_opacity_only_where_it_has_one() {
        let ink = Color::hex(0x0024_1F19);
        assert_eq!(ink.to_string(), "#241F19");
        assert_eq!(ink.alpha(128).to_string(), "#241F1980");
    }
}
