//! Embeds a subset of a font together with the way back from codes to text.
//!
//! Latin text is written in an 8-bit code, one byte a character; everything else
//! by the numbers of its glyphs. Both ways share one embedded file.

use std::collections::BTreeSet;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{
    Filter, Finish as _, Name, Rect as Frame, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};

use super::{EFFORT, content::Used, file::File, winansi};
use crate::font::{Face, Font, Purpose, subset};

const SYSTEM: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// The numbers of an embedded font.
pub(super) struct Embedded {
    /// For the 8-bit code.
    pub(super) plain: Option<Ref>,
    /// For glyph numbers.
    pub(super) wide: Option<Ref>,
}

/// Writes the font.
pub(super) fn embed(pdf: &mut File, face: Face, used: &Used) -> Embedded {
    let font = face.font();
    let characters: Vec<char> = used
        .codes
        .iter()
        .filter_map(|code| winansi::character(*code))
        .collect();
    let mut glyphs = used.glyphs.clone();
    glyphs.extend(characters.iter().map(|c| font.glyph(*c).id));
    let name = format!("{}+{}", tag(face, &glyphs), face.postscript_name());
    let (descriptor, file) = (pdf.next(), pdf.next());
    write_descriptor(pdf, (descriptor, file), &name, face);
    let bytes = subset(face, &glyphs, Purpose::Pdf(&characters));
    let packed = compress_to_vec_zlib(&bytes, EFFORT);
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    pdf.stream()
        .stream(file, &packed)
        .filter(Filter::FlateDecode)
        .pair(Name(b"Length1"), length);
    let plain = (!used.codes.is_empty()).then(|| pdf.next());
    if let Some(plain) = plain {
        let map = pdf.next();
        write_plain(pdf, (plain, descriptor, map), &name, (face, &used.codes));
    }
    let wide = (!used.glyphs.is_empty()).then(|| pdf.next());
    if let Some(wide) = wide {
        let (inner, map) = (pdf.next(), pdf.next());
        let objects = (wide, inner, descriptor, map);
        write_wide(pdf, objects, &name, (face, &used.glyphs));
    }
    Embedded { plain, wide }
}

/// The font for the 8-bit code.
fn write_plain(
    pdf: &mut File,
    (plain, descriptor, map): (Ref, Ref, Ref),
    name: &str,
    (face, codes): (Face, &BTreeSet<u8>),
) {
    let font = face.font();
    let (first, last) = (
        codes.first().copied().unwrap_or(32),
        codes.last().copied().unwrap_or(32),
    );
    let widths = (first..=last).map(|code| match winansi::character(code) {
        Some(character) if codes.contains(&code) => {
            thousandths(font, font.glyph(character).advance)
        }
        _ => 0.0,
    });
    let mut dict = pdf.small().indirect(plain).dict();
    dict.pair(Name(b"Type"), Name(b"Font"));
    dict.pair(Name(b"Subtype"), Name(b"TrueType"));
    dict.pair(Name(b"BaseFont"), Name(name.as_bytes()));
    dict.pair(Name(b"FirstChar"), i32::from(first));
    dict.pair(Name(b"LastChar"), i32::from(last));
    dict.insert(Name(b"Widths")).array().items(widths);
    dict.pair(Name(b"FontDescriptor"), descriptor);
    dict.pair(Name(b"Encoding"), Name(b"WinAnsiEncoding"));
    dict.pair(Name(b"ToUnicode"), map);
    dict.finish();
    let mut unicode = UnicodeCmap::<u8>::new(Name(b"Custom"), SYSTEM);
    for code in codes {
        if let Some(character) = winansi::character(*code) {
            unicode.pair(*code, character);
        }
    }
    let packed = compress_to_vec_zlib(&unicode.finish().into_vec(), EFFORT);
    pdf.stream().cmap(map, &packed).filter(Filter::FlateDecode);
}

/// The font for glyph numbers.
fn write_wide(
    pdf: &mut File,
    (wide, inner, descriptor, map): (Ref, Ref, Ref, Ref),
    name: &str,
    (face, glyphs): (Face, &BTreeSet<u16>),
) {
    pdf.small()
        .type0_font(wide)
        .base_font(Name(name.as_bytes()))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(inner)
        .to_unicode(map);
    let font = face.font();
    let mut cid = pdf.small().cid_font(inner);
    cid.subtype(CidFontType::Type2)
        .base_font(Name(name.as_bytes()))
        .system_info(SYSTEM)
        .font_descriptor(descriptor)
        .default_width(0.0)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid.widths();
    for &glyph in glyphs {
        widths.consecutive(glyph, [thousandths(font, font.advance(glyph))]);
    }
    widths.finish();
    cid.finish();
    let mut unicode = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
    // glyph 0 stands for many characters and thus for none
    for (glyph, character) in font.characters(glyphs) {
        unicode.pair(glyph, character);
    }
    let packed = compress_to_vec_zlib(&unicode.finish().into_vec(), EFFORT);
    pdf.stream().cmap(map, &packed).filter(Filter::FlateDecode);
}

fn write_descriptor(pdf: &mut File, (descriptor, file): (Ref, Ref), name: &str, face: Face) {
    let font = face.font();
    let size = |units: i16| thousandths_signed(font, units);
    let all = font.face.global_bounding_box();
    let mut flags = FontFlags::NON_SYMBOLIC;
    if face == Face::Mono {
        flags |= FontFlags::FIXED_PITCH;
    }
    pdf.small()
        .font_descriptor(descriptor)
        .name(Name(name.as_bytes()))
        .family(Str(face.family().as_bytes()))
        .weight(face.weight())
        .flags(flags)
        .bbox(Frame::new(
            size(all.x_min),
            size(all.y_min),
            size(all.x_max),
            size(all.y_max),
        ))
        .italic_angle(0.0)
        .ascent(size(font.face.ascender()))
        .descent(size(font.face.descender()))
        .cap_height(size(font.face.capital_height().unwrap_or(1490)))
        .stem_v(if face == Face::SemiBold { 110.0 } else { 85.0 })
        .font_file2(file);
}

fn thousandths(font: &Font, units: u16) -> f32 {
    (f32::from(units) / font.units_per_em * 100_000.0).round() / 100.0
}

fn thousandths_signed(font: &Font, units: i16) -> f32 {
    (f32::from(units) / font.units_per_em * 1000.0).round()
}

/// Six letters that differ for different subsets, as PDF wants them.
fn tag(face: Face, glyphs: &BTreeSet<u16>) -> String {
    let start = 0xCBF2_9CE4_8422_2325_u64 ^ u64::from(face.weight());
    let mut hash = glyphs.iter().fold(start, |hash, glyph| {
        (hash ^ u64::from(*glyph)).wrapping_mul(0x0100_0000_01B3)
    });
    let mut tag = String::with_capacity(6);
    for _ in 0..6 {
        let letter = u8::try_from(hash % 26).unwrap_or(0);
        tag.push(char::from(b'A' + letter));
        hash /= 26;
    }
    tag
}
