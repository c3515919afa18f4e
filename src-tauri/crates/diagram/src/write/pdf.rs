//! PDF: vectors, text that can be selected and searched, fonts as subsets.

use std::collections::BTreeMap;

use crate::{display::DisplayList, font::Face, page::Page, shape::Rect};
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect as Frame, Ref, Settings, Str, TextStr};

mod content;
mod font;

use super::svg::{is_safe, used_glyphs};

/// What can be chosen about a PDF.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PdfOptions {
    /// The paper.
    pub page: Page,
    /// The title in the properties of the document.
    pub title: String,
}

/// Points for one pixel.
const POINTS: f32 = 0.75;
/// The longest side that every reader shows.
const LONGEST: f32 = 14_400.0;
/// How hard to compress: a good step below the slowest.
const EFFORT: u8 = 7;

/// How the picture lies on its page, in points from the lower left corner.
#[derive(Debug, Clone, Copy)]
struct Placement {
    page: (f32, f32),
    scale: f32,
    left: f32,
    top: f32,
}

impl Placement {
    fn new(list: &DisplayList, page: Page) -> Self {
        let (width, height) = (list.width.max(1.0), list.height.max(1.0));
        let Some(page) = page.size((width, height)) else {
            let scale = POINTS.min(LONGEST / width.max(height));
            let page = (width * scale, height * scale);
            return Self {
                page,
                scale,
                left: 0.0,
                top: page.1,
            };
        };
        let room = (page.0 - 2.0 * Page::BORDER, page.1 - 2.0 * Page::BORDER);
        let scale = (room.0 / width).min(room.1 / height).min(POINTS);
        Self {
            page,
            scale,
            left: (page.0 - width * scale) / 2.0,
            top: page.1 - (page.1 - height * scale) / 2.0,
        }
    }

    /// A box of the picture on the page.
    fn frame(&self, rect: Rect) -> Frame {
        let x = |x: f32| self.left + x * self.scale;
        let y = |y: f32| self.top - y * self.scale;
        Frame::new(x(rect.x), y(rect.bottom()), x(rect.right()), y(rect.y))
    }
}

/// Hands out numbers for objects.
struct Numbers(i32);

impl Numbers {
    fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }
}

/// The list as a PDF of one page.
pub fn pdf(list: &DisplayList, options: &PdfOptions) -> Vec<u8> {
    let mut numbers = Numbers(0);
    let mut pdf = Pdf::with_settings(Settings { pretty: false });
    let placement = Placement::new(list, options.page);
    let (catalog, pages, page, stream) = (
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
    );
    let mut root = pdf.catalog(catalog);
    root.pages(pages).lang(TextStr("en"));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.pages(pages).kids([page]).count(1);
    let fonts: BTreeMap<Face, Ref> = used_glyphs(list)
        .iter()
        .map(|(face, glyphs)| (*face, font::embed(&mut pdf, &mut numbers, *face, glyphs)))
        .collect();
    let drawn = content::draw(list, &placement);
    let packed = compress_to_vec_zlib(&drawn.bytes, EFFORT);
    pdf.stream(stream, &packed).filter(Filter::FlateDecode);
    let states: Vec<(u8, Ref)> = drawn
        .alphas
        .iter()
        .map(|alpha| (*alpha, numbers.next()))
        .collect();
    for (alpha, number) in &states {
        let share = f32::from(*alpha) / 255.0;
        pdf.ext_graphics(*number)
            .non_stroking_alpha(share)
            .stroking_alpha(share);
    }
    let links = write_links(&mut pdf, &mut numbers, list, &placement);
    let mut sheet = pdf.page(page);
    let (width, height) = placement.page;
    sheet
        .parent(pages)
        .media_box(Frame::new(0.0, 0.0, width, height))
        .contents(stream);
    if !links.is_empty() {
        sheet.annotations(links);
    }
    let mut resources = sheet.resources();
    let mut names = resources.fonts();
    for (face, number) in fonts {
        names.pair(Name(content::font_name(face)), number);
    }
    names.finish();
    let mut names = resources.ext_g_states();
    for (alpha, number) in states {
        names.pair(Name(content::alpha_name(alpha).as_bytes()), number);
    }
    names.finish();
    resources.finish();
    sheet.finish();
    write_properties(&mut pdf, &mut numbers, &options.title);
    pdf.finish()
}

fn write_properties(pdf: &mut Pdf, numbers: &mut Numbers, title: &str) {
    let mut properties = pdf.document_info(numbers.next());
    if !title.is_empty() {
        properties.title(TextStr(&crate::font::one_line(title)));
    }
    properties.creator(TextStr("Bakehouse"));
}

fn write_links(
    pdf: &mut Pdf,
    numbers: &mut Numbers,
    list: &DisplayList,
    placement: &Placement,
) -> Vec<Ref> {
    let linked = list.pieces.iter().filter_map(|piece| {
        let link = piece.link.as_deref().filter(|link| is_safe(link))?;
        Some((piece.bounds, link))
    });
    linked
        .map(|(bounds, link)| {
            let number = numbers.next();
            let mut note = pdf.annotation(number);
            note.subtype(pdf_writer::types::AnnotationType::Link)
                .rect(placement.frame(bounds))
                .border(0.0, 0.0, 0.0, None);
            note.action()
                .action_type(pdf_writer::types::ActionType::Uri)
                .uri(Str(link.as_bytes()));
            note.finish();
            number
        })
        .collect()
}
