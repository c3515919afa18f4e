//! PDF: vectors, text that can be selected and searched, fonts as subsets.

use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{
    Filter, Finish as _, Name, Rect as Frame, Ref, Str, TextStr,
    types::{ActionType, AnnotationType},
    writers::{Catalog, DocumentInfo, Resources},
};

use crate::{
    display::DisplayList,
    font::Face,
    page::Paper,
    print::{Print, PrintedPage},
    shape::Rect,
};

mod bookmark;
mod content;
mod file;
mod font;
mod form;
mod winansi;

use super::svg::is_safe;
use content::Drawn;
use file::File;
use font::Embedded;

/// What can be chosen about a PDF.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PdfOptions {
    /// The paper.
    pub page: Paper,
    /// The title in the properties of the document.
    pub title: String,
}

/// How hard to compress: a good step below the slowest.
const EFFORT: u8 = 7;

/// The list as a PDF of one page.
pub fn pdf(list: &DisplayList, options: &PdfOptions) -> Vec<u8> {
    pdf_of(
        &Print::on_one_page(list.clone(), options.page),
        &options.title,
    )
}

/// The printed pages as a PDF.
pub fn pdf_of(print: &Print, title: &str) -> Vec<u8> {
    let mut writer = Writer { file: File::new() };
    let root = writer.document(print);
    let info = writer.properties(title);
    writer.file.finish(root, info)
}

struct Writer {
    file: File,
}

impl Writer {
    fn document(&mut self, print: &Print) -> Ref {
        let (catalog, tree, resources) = (self.next(), self.next(), self.next());
        let pages: Vec<Ref> = print.pages.iter().map(|_| self.next()).collect();
        let drawn = content::draw(print);
        let fonts: BTreeMap<Face, Embedded> = drawn
            .used
            .iter()
            .map(|(face, used)| {
                let embedded = font::embed(&mut self.file, *face, used);
                (*face, embedded)
            })
            .collect();
        let forms = self.forms(&drawn, resources);
        self.resources(resources, (&drawn, &fonts, &forms));
        let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
        self.file
            .small()
            .pages(tree)
            .kids(pages.iter().copied())
            .count(count);
        for (at, page) in print.pages.iter().enumerate() {
            let bytes = &drawn.pages[at];
            self.page((pages[at], tree, resources), page, bytes);
        }
        let outline = bookmark::write(&mut self.file, (print, &pages));
        let mut root: Catalog<'_> = self.file.small().indirect(catalog).start();
        root.pages(tree).lang(TextStr("en"));
        if let Some(outline) = outline {
            root.outlines(outline);
            root.page_mode(pdf_writer::types::PageMode::UseOutlines);
        }
        root.viewer_preferences().display_doc_title(true);
        root.finish();
        catalog
    }

    fn next(&mut self) -> Ref {
        self.file.next()
    }

    fn forms(&mut self, drawn: &Drawn, resources: Ref) -> Vec<Ref> {
        let mut numbers = Vec::with_capacity(drawn.forms.len());
        for form in &drawn.forms {
            let number = self.next();
            let packed = compress_to_vec_zlib(&form.bytes, EFFORT);
            let mut object = self.file.stream().form_xobject(number, &packed);
            object.filter(Filter::FlateDecode);
            let (left, top, right, bottom) = form.bounds;
            object.bbox(Frame::new(left, -bottom, right, -top));
            object.pair(Name(b"Resources"), resources);
            numbers.push(number);
        }
        numbers
    }

    fn resources(
        &mut self,
        number: Ref,
        (drawn, fonts, forms): (&Drawn, &BTreeMap<Face, Embedded>, &[Ref]),
    ) {
        let states: Vec<(u8, Ref)> = drawn
            .alphas
            .iter()
            .map(|alpha| (*alpha, self.next()))
            .collect();
        for (alpha, number) in &states {
            let share = f32::from(*alpha) / 255.0;
            self.file
                .small()
                .ext_graphics(*number)
                .non_stroking_alpha(share)
                .stroking_alpha(share);
        }
        let mut resources: Resources<'_> = self.file.small().indirect(number).start();
        let mut names = resources.fonts();
        for (face, embedded) in fonts {
            let (plain, wide) = content::font_names(*face);
            if let Some(number) = embedded.plain {
                names.pair(Name(plain), number);
            }
            if let Some(number) = embedded.wide {
                names.pair(Name(wide), number);
            }
        }
        names.finish();
        let mut names = resources.ext_g_states();
        for (alpha, number) in states {
            names.pair(Name(content::alpha_name(alpha).as_bytes()), number);
        }
        names.finish();
        let mut names = resources.x_objects();
        for (at, number) in forms.iter().enumerate() {
            names.pair(Name(form::name(at).as_bytes()), *number);
        }
        names.finish();
    }

    fn page(
        &mut self,
        (number, tree, resources): (Ref, Ref, Ref),
        page: &PrintedPage,
        bytes: &[u8],
    ) {
        let stream = self.next();
        let packed = compress_to_vec_zlib(bytes, EFFORT);
        self.file
            .stream()
            .stream(stream, &packed)
            .filter(Filter::FlateDecode);
        let links = self.links(page);
        let mut sheet = self.file.small().page(number);
        sheet
            .parent(tree)
            .media_box(Frame::new(0.0, 0.0, page.width, page.height))
            .contents(stream);
        sheet.pair(Name(b"Resources"), resources);
        if !links.is_empty() {
            sheet.annotations(links);
        }
    }

    fn links(&mut self, page: &PrintedPage) -> Vec<Ref> {
        let mut links = Vec::new();
        for picture in &page.pictures {
            for piece in &picture.list.pieces {
                let Some(link) = piece.link.as_deref().filter(|link| is_safe(link)) else {
                    continue;
                };
                let Some(seen) = picture.seen(&piece.bounds) else {
                    continue;
                };
                let number = self.next();
                let mut note = self.file.small().annotation(number);
                note.subtype(AnnotationType::Link)
                    .rect(frame(page, seen))
                    .border(0.0, 0.0, 0.0, None);
                note.action()
                    .action_type(ActionType::Uri)
                    .uri(Str(link.as_bytes()));
                note.finish();
                links.push(number);
            }
        }
        links
    }

    fn properties(&mut self, title: &str) -> Ref {
        let number = self.next();
        let mut properties: DocumentInfo<'_> = self.file.small().indirect(number).start();
        if !title.is_empty() {
            properties.title(TextStr(&crate::font::one_line(title)));
        }
        properties.creator(TextStr("Bakehouse"));
        number
    }
}

/// A box of a page, counted from its lower left corner.
fn frame(page: &PrintedPage, rect: Rect) -> Frame {
    Frame::new(
        rect.x,
        page.height - rect.bottom(),
        rect.right(),
        page.height - rect.y,
    )
}
