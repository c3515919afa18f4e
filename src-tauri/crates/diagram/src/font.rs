//! The bundled fonts: which glyph stands for a character and how wide it is.
//!
//! Every export measures with these files, so a text has one width everywhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde::Serialize;
use ttf_parser::{GlyphId, OutlineBuilder};

use crate::shape::{Outline, Point, Step};

mod subset;

pub(crate) use subset::{Purpose, subset};

/// One of the bundled fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Face {
    /// Inter, weight 400.
    Regular,
    /// Inter, weight 500.
    Medium,
    /// Inter, weight 600.
    SemiBold,
    /// JetBrains Mono, weight 400.
    Mono,
}

impl Face {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Regular, Self::Medium, Self::SemiBold, Self::Mono];

    /// The name of the family.
    pub fn family(self) -> &'static str {
        match self {
            Self::Regular | Self::Medium | Self::SemiBold => "Inter",
            Self::Mono => "JetBrains Mono",
        }
    }

    /// The weight as CSS counts it.
    pub fn weight(self) -> u16 {
        match self {
            Self::Regular | Self::Mono => 400,
            Self::Medium => 500,
            Self::SemiBold => 600,
        }
    }

    /// The name inside a PDF.
    pub(crate) fn postscript_name(self) -> &'static str {
        match self {
            Self::Regular => "Inter-Regular",
            Self::Medium => "Inter-Medium",
            Self::SemiBold => "Inter-SemiBold",
            Self::Mono => "JetBrainsMono-Regular",
        }
    }

    /// The whole bundled file.
    pub(crate) fn file(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../fonts/Inter-Regular.ttf"),
            Self::Medium => include_bytes!("../fonts/Inter-Medium.ttf"),
            Self::SemiBold => include_bytes!("../fonts/Inter-SemiBold.ttf"),
            Self::Mono => include_bytes!("../fonts/JetBrainsMono-Regular.ttf"),
        }
    }

    pub(crate) fn font(self) -> &'static Font {
        static FONTS: [OnceLock<Font>; 4] = [const { OnceLock::new() }; 4];
        FONTS[self as usize].get_or_init(|| Font::read(self))
    }

    /// The width of `text` at `size` pixels.
    pub fn width(self, text: &str, size: f32) -> f32 {
        let font = self.font();
        let units: u32 = text.chars().map(|c| u32::from(font.glyph(c).advance)).sum();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a text is far shorter than 2^24 units"
        )]
        let units = units as f32;
        units / font.units_per_em * size
    }

    /// The text as it fits into `width` pixels: shortened at its end where it is too long.
    pub fn shorten(self, text: &str, size: f32, width: f32) -> Shortened {
        let font = self.font();
        let room = width / size * font.units_per_em;
        let dots = f32::from(font.glyph('…').advance);
        let mut used = 0.0;
        let mut cut = 0;
        for (at, character) in text.char_indices() {
            if used + dots <= room {
                cut = at;
            }
            used += f32::from(font.glyph(character).advance);
            if used > room {
                let kept = text[..cut].trim_end();
                return Shortened::Cut(format!("{kept}…"));
            }
        }
        Shortened::Whole
    }
}

/// Whether a text had to be shortened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shortened {
    /// It fits.
    Whole,
    /// It did not fit; this does.
    Cut(String),
}

/// A glyph and how far it moves the pen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Glyph {
    pub(crate) id: u16,
    pub(crate) advance: u16,
}

/// A bundled font, read.
#[derive(Debug)]
pub(crate) struct Font {
    pub(crate) face: ttf_parser::Face<'static>,
    pub(crate) units_per_em: f32,
    ascii: [Glyph; 128],
}

impl Font {
    fn read(face: Face) -> Self {
        let face = ttf_parser::Face::parse(face.file(), 0)
            .expect("the bundled fonts are read by the tests of this crate");
        let mut font = Self {
            units_per_em: f32::from(face.units_per_em()),
            face,
            ascii: [Glyph::default(); 128],
        };
        for code in 0..128_u8 {
            font.ascii[usize::from(code)] = font.look_up(char::from(code));
        }
        font
    }

    /// The glyph of a character; the visible box of glyph 0 where the font has none.
    pub(crate) fn glyph(&self, character: char) -> Glyph {
        match self.ascii.get(character as usize) {
            Some(glyph) => *glyph,
            None => self.look_up(character),
        }
    }

    /// Whether the font can draw the character.
    pub(crate) fn has(&self, character: char) -> bool {
        self.glyph(character).id != 0
    }

    fn look_up(&self, character: char) -> Glyph {
        let id = self.face.glyph_index(character).unwrap_or(GlyphId(0));
        Glyph {
            id: id.0,
            advance: self.face.glyph_hor_advance(id).unwrap_or(0),
        }
    }

    pub(crate) fn advance(&self, glyph: u16) -> u16 {
        self.face.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0)
    }

    /// The first character of each of these glyphs, in the order of the glyphs.
    pub(crate) fn characters(&self, glyphs: &BTreeSet<u16>) -> BTreeMap<u16, char> {
        let mut found = BTreeMap::new();
        let tables = self.face.tables().cmap.into_iter();
        for table in tables
            .flat_map(|cmap| cmap.subtables)
            .filter(|table| table.is_unicode())
        {
            table.codepoints(|code| {
                let glyph = table.glyph_index(code).map_or(0, |glyph| glyph.0);
                if let Some(character) = char::from_u32(code).filter(|_| glyphs.contains(&glyph)) {
                    found.entry(glyph).or_insert(character);
                }
            });
        }
        found.remove(&0);
        found
    }

    /// The outline of a glyph in font units, y up.
    pub(crate) fn outline(&self, glyph: u16) -> Outline {
        let mut pen = Pen::default();
        self.face.outline_glyph(GlyphId(glyph), &mut pen);
        pen.outline
    }
}

#[derive(Default)]
struct Pen {
    outline: Outline,
    at: Point,
}

impl Pen {
    fn step(&mut self, step: Step, to: Point) {
        self.outline.0.push(step);
        self.at = to;
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = Point::new(x, y);
        self.step(Step::Move(to), to);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = Point::new(x, y);
        self.step(Step::Line(to), to);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let to = Point::new(x, y);
        let handle = |end: Point| {
            Point::new(
                end.x + (x1 - end.x) * 2.0 / 3.0,
                end.y + (y1 - end.y) * 2.0 / 3.0,
            )
        };
        self.step(Step::Curve(handle(self.at), handle(to), to), to);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let to = Point::new(x, y);
        self.step(Step::Curve(Point::new(x1, y1), Point::new(x2, y2), to), to);
    }

    fn close(&mut self) {
        self.outline.0.push(Step::Close);
    }
}

/// Makes one clean line of any text: line breaks, tabs and other invisible
/// control characters become spaces, and spaces do not repeat.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(256));
    for character in text.chars() {
        if character.is_whitespace() || is_invisible(character) {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            line.push(character);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_font_is_read_and_draws_letters_of_three_scripts() {
        for face in Face::ALL {
            for character in "aZé0ΩЖ…·→×✓−".chars() {
                assert!(face.font().has(character), "{face:?} lacks {character}");
            }
            assert!(!face.font().outline(face.font().glyph('g').id).0.is_empty());
        }
    }

    #[test]
    fn a_character_without_a_glyph_is_a_visible_box() {
        for face in Face::ALL {
            let glyph = face.font().glyph('\u{1F35E}');
            assert_eq!(glyph.id, 0);
            assert!(glyph.advance > 0);
            assert!(!face.font().outline(0).0.is_empty());
        }
    }

    #[test]
    fn a_shortened_text_fits_and_ends_with_dots() {
        let text = "a-very-long-name ".repeat(1000);
        let Shortened::Cut(short) = Face::Medium.shorten(&text, 13.0, 150.0) else {
            panic!("it cannot fit");
        };
        assert!(short.ends_with('…'));
        assert!(Face::Medium.width(&short, 13.0) <= 150.0);
        assert_eq!(Face::Medium.shorten("short", 13.0, 150.0), Shortened::Whole);
    }

    #[test]
    fn hostile_text_becomes_one_line() {
        assert_eq!(one_line(" a\r\n\tb\u{202E}c\u{0} "), "a b c");
        assert_eq!(one_line("\u{FEFF}"), "");
    }
}
