//! The file around the objects.
//!
//! A large bake has a link for each task and a bookmark for each group. Such small objects
//! are packed together, and a packed table says where each object lies (PDF 1.5).

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Chunk, Filter, Finish as _, Name, Ref, Settings};

use super::EFFORT;

/// So many small objects are packed together: a reader unpacks all to find one.
const BUNDLE: usize = 200;
/// The beginning of a file; the second line tells other programs that it is not text.
const HEADER: &[u8] = b"%PDF-1.7\n%\x80\x80\x80\x80\n";
/// How a row of the table is divided: kind, place, number.
const COLUMNS: [i32; 3] = [1, 4, 2];
/// The bytes of a row.
const ROW: usize = 7;

/// Collects the objects of a file.
pub(super) struct File {
    last: i32,
    streams: Shelf,
    small: Shelf,
}

/// Objects one after the other, and where each begins.
struct Shelf {
    chunk: Chunk,
    starts: Vec<usize>,
}

/// Where an object lies.
#[derive(Clone, Copy)]
enum Spot {
    Nowhere,
    /// At a byte of the file.
    At(usize),
    /// In a bundle, at a place in it.
    In(Ref, usize),
}

impl Shelf {
    fn new() -> Self {
        Self {
            chunk: Chunk::with_settings(Settings { pretty: false }),
            starts: Vec::new(),
        }
    }

    fn next(&mut self) -> &mut Chunk {
        self.starts.push(self.chunk.len());
        &mut self.chunk
    }

    /// The objects as they are written.
    fn objects(&self) -> impl Iterator<Item = (Ref, &[u8])> {
        let bytes = self.chunk.as_bytes();
        let ends = self.starts.iter().skip(1).copied();
        let ends = ends.chain(std::iter::once(bytes.len()));
        let parts = self.starts.iter().zip(ends);
        let parts = parts.map(|(start, end)| &bytes[*start..end]);
        self.chunk.refs().zip(parts)
    }
}

impl File {
    pub(super) fn new() -> Self {
        Self {
            last: 0,
            streams: Shelf::new(),
            small: Shelf::new(),
        }
    }

    /// A number for an object.
    pub(super) fn next(&mut self) -> Ref {
        self.last += 1;
        Ref::new(self.last)
    }

    /// Where one object with a stream is written.
    pub(super) fn stream(&mut self) -> &mut Chunk {
        self.streams.next()
    }

    /// Where one object without a stream is written.
    pub(super) fn small(&mut self) -> &mut Chunk {
        self.small.next()
    }

    /// The whole file.
    pub(super) fn finish(mut self, root: Ref, info: Ref) -> Vec<u8> {
        let bundled = self.bundle();
        let mut bytes = HEADER.to_vec();
        let table = self.next();
        let count = usize::try_from(self.last).unwrap_or(0) + 1;
        let mut spots = vec![Spot::Nowhere; count];
        let mut note = |number: Ref, spot| {
            let known = usize::try_from(number.get()).ok();
            if let Some(slot) = known.and_then(|number| spots.get_mut(number)) {
                *slot = spot;
            }
        };
        for (number, spot) in bundled {
            note(number, spot);
        }
        for (number, object) in self.streams.objects() {
            note(number, Spot::At(bytes.len()));
            bytes.extend_from_slice(object);
        }
        let begin = bytes.len();
        note(table, Spot::At(begin));
        bytes.extend_from_slice(&written_table(table, &spots, (root, info)));
        bytes.extend_from_slice(format!("startxref\n{begin}\n%%EOF\n").as_bytes());
        bytes
    }

    /// Packs the small objects, and says where each lies.
    fn bundle(&mut self) -> Vec<(Ref, Spot)> {
        let small = std::mem::replace(&mut self.small, Shelf::new());
        let objects: Vec<(Ref, &[u8])> = small.objects().collect();
        let mut spots = Vec::with_capacity(objects.len());
        for bundle in objects.chunks(BUNDLE) {
            let number = self.next();
            let (mut index, mut bodies) = (String::new(), Vec::new());
            for (place, (object, written)) in bundle.iter().enumerate() {
                index.push_str(&format!("{} {} ", object.get(), bodies.len()));
                bodies.extend_from_slice(body(written));
                bodies.push(b'\n');
                spots.push((*object, Spot::In(number, place)));
            }
            let first = i32::try_from(index.len()).unwrap_or(i32::MAX);
            let all = [index.into_bytes(), bodies].concat();
            let packed = compress_to_vec_zlib(&all, EFFORT);
            let mut stream = self.streams.next().stream(number, &packed);
            stream.filter(Filter::FlateDecode);
            stream.pair(Name(b"Type"), Name(b"ObjStm"));
            stream.pair(Name(b"N"), i32::try_from(bundle.len()).unwrap_or(0));
            stream.pair(Name(b"First"), first);
        }
        spots
    }
}

/// An object without its number and the words around it.
fn body(written: &[u8]) -> &[u8] {
    let (before, after) = (&b" obj"[..], &b"endobj"[..]);
    let start = written
        .windows(before.len())
        .position(|window| window == before)
        .map_or(0, |at| at + before.len());
    let body = written[start..].trim_ascii();
    body.strip_suffix(after).unwrap_or(body).trim_ascii()
}

/// The table of all objects. Each row is written as its difference to the one before, which
/// packs well.
fn written_table(number: Ref, spots: &[Spot], (root, info): (Ref, Ref)) -> Vec<u8> {
    let mut rows = Vec::with_capacity(spots.len() * (ROW + 1));
    let mut before = [0; ROW];
    for spot in spots {
        let row = row(*spot);
        rows.push(2);
        rows.extend(
            row.iter()
                .zip(before)
                .map(|(now, then)| now.wrapping_sub(then)),
        );
        before = row;
    }
    let packed = compress_to_vec_zlib(&rows, EFFORT);
    let mut chunk = Chunk::with_settings(Settings { pretty: false });
    let mut table = chunk.stream(number, &packed);
    table.filter(Filter::FlateDecode);
    table
        .decode_parms()
        .predictor(pdf_writer::types::Predictor::PngUp)
        .columns(i32::try_from(ROW).unwrap_or(i32::MAX));
    table.pair(Name(b"Type"), Name(b"XRef"));
    table.pair(
        Name(b"Size"),
        i32::try_from(spots.len()).unwrap_or(i32::MAX),
    );
    table.insert(Name(b"W")).array().items(COLUMNS);
    table.pair(Name(b"Root"), root);
    table.pair(Name(b"Info"), info);
    table.finish();
    chunk.as_bytes().to_vec()
}

fn row(spot: Spot) -> [u8; ROW] {
    let (kind, place, number) = match spot {
        Spot::Nowhere => (0, 0, u16::MAX),
        Spot::At(byte) => (1, u32::try_from(byte).unwrap_or(u32::MAX), 0),
        Spot::In(bundle, place) => (
            2,
            u32::try_from(bundle.get()).unwrap_or(0),
            u16::try_from(place).unwrap_or(u16::MAX),
        ),
    };
    let [a, b, c, d] = place.to_be_bytes();
    let [e, f] = number.to_be_bytes();
    [kind, a, b, c, d, e, f]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_packed_without_its_number_and_whatever_it_holds() {
        let mut shelf = Shelf::new();
        let text = "a text) with\nendobj\n\n9 0 obj in it";
        let number = Ref::new(7);
        shelf
            .next()
            .indirect(number)
            .primitive(pdf_writer::Str(text.as_bytes()));
        shelf.next().indirect(Ref::new(8)).primitive(true);
        let objects: Vec<(Ref, &[u8])> = shelf.objects().collect();
        assert_eq!(objects.len(), 2);
        assert!(body(objects[0].1).starts_with(b"(a text\\) with"));
        assert!(body(objects[0].1).ends_with(b"in it)"));
        assert_eq!(objects[1].0, Ref::new(8));
        assert_eq!(body(objects[1].1), b"true");
    }
}
