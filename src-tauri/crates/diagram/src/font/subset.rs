//! Cuts a bundled font down to the glyphs a picture uses.
//!
//! Glyph numbers stay as they are and unused outlines become empty, so the
//! result is small after compression and needs no second numbering.

use std::collections::BTreeSet;

use super::Face;

/// Who reads the subset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose<'a> {
    /// A PDF reader: it needs outlines and widths, and the glyphs of these characters;
    /// others are written by their numbers.
    Pdf(&'a [char]),
    /// A browser: it also needs the map of characters and the names.
    Web,
}

const PDF_TABLES: [&[u8; 4]; 7] = [
    b"cmap", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp",
];
const WEB_TABLES: [&[u8; 4]; 10] = [
    b"OS/2", b"cmap", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"name", b"post",
];

/// The font file with only these glyphs, and glyph 0.
pub(crate) fn subset(face: Face, glyphs: &BTreeSet<u16>, purpose: Purpose<'_>) -> Vec<u8> {
    let file = File(face.file());
    let wanted = file.with_parts(glyphs);
    let (glyf, loca) = file.outlines(&wanted);
    let tables: &[&[u8; 4]] = match purpose {
        Purpose::Pdf(_) => &PDF_TABLES,
        Purpose::Web => &WEB_TABLES,
    };
    let parts: Vec<(&[u8; 4], Vec<u8>)> = tables
        .iter()
        .map(|tag| {
            let table = match *tag {
                b"glyf" => glyf.clone(),
                b"loca" => loca.clone(),
                b"cmap" => match purpose {
                    Purpose::Pdf(characters) => character_map(face, characters),
                    Purpose::Web => file.table(b"cmap").to_vec(),
                },
                b"head" => long_offsets(file.table(b"head")),
                _ => file.table(tag).to_vec(),
            };
            (*tag, table)
        })
        .collect();
    write_file(&parts)
}

/// A read-only view of a font file. The bundled files are known to be sound;
/// anything out of range reads as zero or nothing.
struct File(&'static [u8]);

impl File {
    fn table(&self, tag: &[u8; 4]) -> &'static [u8] {
        let count = usize::from(u16_at(self.0, 4));
        (0..count)
            .map(|index| 12 + index * 16)
            .find(|at| self.0.get(*at..*at + 4) == Some(tag))
            .and_then(|at| {
                let start = u32_at(self.0, at + 8);
                self.0.get(start..start + u32_at(self.0, at + 12))
            })
            .unwrap_or_default()
    }

    fn glyph_count(&self) -> usize {
        usize::from(u16_at(self.table(b"maxp"), 4))
    }

    fn glyph(&self, id: u16) -> &'static [u8] {
        let loca = self.table(b"loca");
        let id = usize::from(id);
        let range = if u16_at(self.table(b"head"), 50) == 0 {
            usize::from(u16_at(loca, id * 2)) * 2..usize::from(u16_at(loca, id * 2 + 2)) * 2
        } else {
            u32_at(loca, id * 4)..u32_at(loca, id * 4 + 4)
        };
        self.table(b"glyf").get(range).unwrap_or_default()
    }

    /// The glyphs and those that they are put together from.
    fn with_parts(&self, glyphs: &BTreeSet<u16>) -> BTreeSet<u16> {
        let mut wanted = BTreeSet::new();
        let mut open: Vec<u16> = glyphs.iter().copied().chain([0]).collect();
        while let Some(id) = open.pop() {
            if wanted.insert(id) {
                open.extend(parts_of(self.glyph(id)));
            }
        }
        wanted
    }

    fn outlines(&self, wanted: &BTreeSet<u16>) -> (Vec<u8>, Vec<u8>) {
        let mut glyf = Vec::new();
        let mut loca = Vec::new();
        for id in 0..self.glyph_count() {
            loca.extend(length(glyf.len()).to_be_bytes());
            if let Some(id) = u16::try_from(id).ok().filter(|id| wanted.contains(id)) {
                glyf.extend_from_slice(self.glyph(id));
                glyf.resize(glyf.len().next_multiple_of(4), 0);
            }
        }
        loca.extend(length(glyf.len()).to_be_bytes());
        (glyf, loca)
    }
}

/// The glyphs that a composite glyph is put together from.
fn parts_of(glyph: &[u8]) -> Vec<u16> {
    const WORDS: u16 = 0x0001;
    const SCALE: u16 = 0x0008;
    const MORE: u16 = 0x0020;
    const TWO_SCALES: u16 = 0x0040;
    const MATRIX: u16 = 0x0080;
    let mut parts = Vec::new();
    if u16_at(glyph, 0) < 0x8000 {
        return parts;
    }
    let mut at = 10;
    while at + 4 <= glyph.len() {
        let flags = u16_at(glyph, at);
        parts.push(u16_at(glyph, at + 2));
        at += 4 + if flags & WORDS == 0 { 2 } else { 4 };
        at += match flags {
            flags if flags & SCALE != 0 => 2,
            flags if flags & TWO_SCALES != 0 => 4,
            flags if flags & MATRIX != 0 => 8,
            _ => 0,
        };
        if flags & MORE == 0 {
            break;
        }
    }
    parts
}

/// The `head` table, saying that offsets of outlines are written in 32 bits.
fn long_offsets(head: &[u8]) -> Vec<u8> {
    let mut head = head.to_vec();
    if let Some(format) = head.get_mut(50..52) {
        format.copy_from_slice(&1_u16.to_be_bytes());
    }
    if let Some(adjustment) = head.get_mut(8..12) {
        adjustment.fill(0);
    }
    head
}

/// A table that leads from these characters to their glyphs, and from no others.
fn character_map(face: Face, characters: &[char]) -> Vec<u8> {
    let mut pairs: Vec<(u16, u16)> = characters
        .iter()
        .filter_map(|c| Some((u16::try_from(u32::from(*c)).ok()?, face.font().glyph(*c).id)))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    // the last segment is the end that the format wants
    pairs.push((u16::MAX, 0));
    let count = u16::try_from(pairs.len()).unwrap_or(u16::MAX);
    let power = count.ilog2();
    let range = 2_u16 << power;
    let header = [
        4,
        16 + count * 8,
        0,
        count * 2,
        range,
        u16::try_from(power).unwrap_or(0),
        count * 2 - range,
    ];
    let codes = || pairs.iter().map(|(code, _)| *code);
    let deltas = pairs.iter().map(|(code, glyph)| match *code {
        u16::MAX => 1,
        code => glyph.wrapping_sub(code),
    });
    let segments = codes()
        .chain([0])
        .chain(codes())
        .chain(deltas)
        .chain(pairs.iter().map(|_| 0));
    // one table, of Windows for Unicode, twelve bytes on
    let mut table = vec![0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12];
    table.extend(
        header
            .into_iter()
            .chain(segments)
            .flat_map(u16::to_be_bytes),
    );
    table
}

fn write_file(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = u16::try_from(tables.len()).unwrap_or(u16::MAX);
    let power = count.ilog2();
    let range = 16_u16 << power;
    let mut file = vec![0, 1, 0, 0];
    for value in [
        count,
        range,
        u16::try_from(power).unwrap_or(0),
        count * 16 - range,
    ] {
        file.extend(value.to_be_bytes());
    }
    let mut start = 12 + tables.len() * 16;
    for (tag, table) in tables {
        file.extend_from_slice(*tag);
        for value in [checksum(table), length(start), length(table.len())] {
            file.extend(value.to_be_bytes());
        }
        start += table.len().next_multiple_of(4);
    }
    let mut head_at = 0;
    for (tag, table) in tables {
        if *tag == b"head" {
            head_at = file.len();
        }
        file.extend_from_slice(table);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(checksum(&file));
    if let Some(place) = file.get_mut(head_at + 8..head_at + 12) {
        place.copy_from_slice(&adjustment.to_be_bytes());
    }
    file
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0, |sum, chunk| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        u32::wrapping_add(sum, u32::from_be_bytes(word))
    })
}

fn length(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    match bytes.get(at..at + 2) {
        Some(&[high, low]) => u16::from_be_bytes([high, low]),
        _ => 0,
    }
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16_at(bytes, at)) << 16 | usize::from(u16_at(bytes, at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subset_is_small_and_draws_the_same_outline() {
        let font = Face::Medium.font();
        let glyphs: BTreeSet<u16> = "Bäckerei".chars().map(|c| font.glyph(c).id).collect();
        let bytes = subset(Face::Medium, &glyphs, Purpose::Web);
        assert!(bytes.len() < 14_000, "{} bytes", bytes.len());
        let read = ttf_parser::Face::parse(&bytes, 0).unwrap();
        for character in "Bäckerei".chars() {
            let id = read.glyph_index(character).unwrap();
            assert_eq!(id.0, font.glyph(character).id);
            assert_eq!(
                read.glyph_bounding_box(id),
                font.face.glyph_bounding_box(id),
                "{character}"
            );
        }
        let unused = read.glyph_index('x').unwrap();
        assert!(read.glyph_bounding_box(unused).is_none());
    }

    #[test]
    fn a_subset_for_a_pdf_leads_from_its_characters_to_their_glyphs() {
        let font = Face::Regular.font();
        let characters = ['a', '…', 'é'];
        let glyphs = characters.iter().map(|c| font.glyph(*c).id).collect();
        let bytes = subset(Face::Regular, &glyphs, Purpose::Pdf(&characters));
        let read = ttf_parser::Face::parse(&bytes, 0).unwrap();
        for character in characters {
            let found = read.glyph_index(character).map(|id| id.0);
            assert_eq!(found, Some(font.glyph(character).id));
        }
        assert_eq!(read.glyph_index('b'), None);
    }

    #[test]
    fn a_subset_sums_up_to_the_number_that_fonts_must_have() {
        let bytes = subset(Face::Mono, &BTreeSet::new(), Purpose::Pdf(&[]));
        assert_eq!(checksum(&bytes), 0xB1B0_AFBA);
    }
}
