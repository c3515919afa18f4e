//! Embeds a subset of a font together with the way back from glyphs to text.

use std::collections::BTreeSet;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{
    Filter, Finish as _, Name, Pdf, Rect as Frame, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};

use super::{EFFORT, Numbers};
use crate::font::{Face, Font, Purpose, subset};

const SYSTEM: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// Writes the font and returns its number.
pub(super) fn embed(
    pdf: &mut Pdf,
    numbers: &mut Numbers,
    face: Face,
    glyphs: &BTreeSet<u16>,
) -> Ref {
    let (whole, inner, descriptor, map, file) = (
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
    );
    let name = format!("{}+{}", tag(face, glyphs), face.postscript_name());
    pdf.type0_font(whole)
        .base_font(Name(name.as_bytes()))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(inner)
        .to_unicode(map);
    write_inner(pdf, (inner, descriptor), &name, (face, glyphs));
    write_descriptor(pdf, (descriptor, file), &name, face);
    let unicode = compress_to_vec_zlib(&to_unicode(face, glyphs), EFFORT);
    pdf.cmap(map, &unicode).filter(Filter::FlateDecode);
    let bytes = subset(face, glyphs, Purpose::Pdf);
    let packed = compress_to_vec_zlib(&bytes, EFFORT);
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    pdf.stream(file, &packed)
        .filter(Filter::FlateDecode)
        .pair(Name(b"Length1"), length);
    whole
}

fn write_inner(
    pdf: &mut Pdf,
    (inner, descriptor): (Ref, Ref),
    name: &str,
    (face, glyphs): (Face, &BTreeSet<u16>),
) {
    let font = face.font();
    let mut cid = pdf.cid_font(inner);
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
}

fn write_descriptor(pdf: &mut Pdf, (descriptor, file): (Ref, Ref), name: &str, face: Face) {
    let font = face.font();
    let size = |units: i16| thousandths_signed(font, units);
    let all = font.face.global_bounding_box();
    let mut flags = FontFlags::SYMBOLIC;
    if face == Face::Mono {
        flags |= FontFlags::FIXED_PITCH;
    }
    pdf.font_descriptor(descriptor)
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

/// The text of each glyph. Glyph 0 stands for many characters and thus for none.
fn to_unicode(face: Face, glyphs: &BTreeSet<u16>) -> Vec<u8> {
    let mut map = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
    for (glyph, character) in face.font().characters(glyphs) {
        map.pair(glyph, character);
    }
    map.finish().into_vec()
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
