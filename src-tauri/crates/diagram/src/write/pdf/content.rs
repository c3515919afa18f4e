//! The drawing orders of the pages.

use std::collections::{BTreeMap, BTreeSet};

use pdf_writer::{
    Content, Name, Settings, Str, TextStr,
    types::{LineCapStyle, LineJoinStyle},
};

use super::{
    form::{Form, Forms, name},
    winansi,
};
use crate::{
    display::{Cap, Color, Mark, Owner, PathMark, Piece, Stroke, TextMark},
    font::Face,
    print::{Placed, Print, PrintedPage},
    shape::{Outline, Point, Rect, Step},
};

/// The orders of all pages, and what they need.
pub(super) struct Drawn {
    pub(super) pages: Vec<Vec<u8>>,
    pub(super) forms: Vec<Form>,
    /// The opacities for which the pages need a state.
    pub(super) alphas: BTreeSet<u8>,
    pub(super) used: BTreeMap<Face, Used>,
}

/// What is written in a font.
#[derive(Debug, Clone, Default)]
pub(super) struct Used {
    /// Codes of the 8-bit code.
    pub(super) codes: BTreeSet<u8>,
    /// Glyphs of all other characters.
    pub(super) glyphs: BTreeSet<u16>,
}

/// The names of a font in the resources: for the 8-bit code, and for everything else.
pub(super) fn font_names(face: Face) -> (&'static [u8], &'static [u8]) {
    match face {
        Face::Regular => (b"R", b"RW"),
        Face::Medium => (b"M", b"MW"),
        Face::SemiBold => (b"S", b"SW"),
        Face::Mono => (b"C", b"CW"),
    }
}

/// The name of an opacity in the resources.
pub(super) fn alpha_name(alpha: u8) -> String {
    format!("A{alpha}")
}

/// So many boxes are placed one after the other before the place is counted anew.
const CHAIN: usize = 100;
/// So many lines are one path.
const BUNDLE: usize = 48;

/// Draws all pages.
pub(super) fn draw(print: &Print) -> Drawn {
    let mut forms = Forms::default();
    let mut alphas = BTreeSet::new();
    for picture in print.pages.iter().flat_map(|page| &page.pictures) {
        for piece in visible(picture) {
            forms.look_at(piece, || Artist::new(false));
        }
    }
    for mark in marks(print) {
        if let Mark::Path(path) = mark {
            alphas.extend(path.fill.map(|color| color.a));
            alphas.extend(path.stroke.as_ref().map(|stroke| stroke.color.a));
        }
    }
    let written = forms.finish();
    let mut used = BTreeMap::new();
    let pages = print
        .pages
        .iter()
        .map(|page| {
            let mut artist = Artist::new(true);
            for picture in &page.pictures {
                artist.picture(page, picture, &forms);
            }
            for (face, more) in std::mem::take(&mut artist.used) {
                let all: &mut Used = used.entry(face).or_default();
                all.codes.extend(more.codes);
                all.glyphs.extend(more.glyphs);
            }
            artist.into_bytes()
        })
        .collect();
    Drawn {
        pages,
        forms: written,
        alphas,
        used,
    }
}

fn marks(print: &Print) -> impl Iterator<Item = &Mark> {
    let pictures = print.pages.iter().flat_map(|page| &page.pictures);
    pictures.flat_map(|picture| picture.list.pieces.iter().flat_map(|piece| &piece.marks))
}

/// The pieces of which something is seen.
fn visible(picture: &Placed) -> impl Iterator<Item = &Piece> {
    let whole = picture.whole();
    let pieces = picture.list.pieces.iter();
    pieces.filter(move |piece| whole || picture.seen(&piece.bounds.inset(-4.0)).is_some())
}

/// What is set at the moment, so that it is not set again. Nothing is known at the
/// start of a form, which takes over what the page has set.
#[derive(Clone, Default)]
struct Now {
    fill: Option<Color>,
    pen: Option<Color>,
    width: Option<f32>,
    cap: Option<Cap>,
    dash: Option<Vec<f32>>,
    alpha: Option<u8>,
    font: Option<(bool, Face, u32)>,
}

/// Writes orders; y counts upwards from the origin.
pub(super) struct Artist {
    content: Content,
    now: Now,
    /// The place of the picture that is 0, 0 at the moment.
    pub(super) origin: Point,
    used: BTreeMap<Face, Used>,
}

/// Rounded to hundredths of a pixel.
fn short(value: f32) -> f32 {
    (value * 100.0).round() / 100.0 + 0.0
}

fn rgb(color: Color) -> [f32; 3] {
    [color.r, color.g, color.b].map(|part| (f32::from(part) / 255.0 * 1000.0).round() / 1000.0)
}

impl Artist {
    /// For a page everything is known at the start.
    fn new(page: bool) -> Self {
        let known = Now {
            width: Some(1.0),
            cap: Some(Cap::Butt),
            dash: Some(Vec::new()),
            alpha: Some(255),
            ..Now::default()
        };
        Self {
            content: Content::with_settings(Settings { pretty: false }),
            now: if page { known } else { Now::default() },
            origin: Point::default(),
            used: BTreeMap::new(),
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.content.finish().into_vec()
    }

    fn picture(&mut self, page: &PrintedPage, picture: &Placed, forms: &Forms) {
        let before = self.now.clone();
        self.content.save_state();
        if let Some(color) = picture.list.background {
            // an opaque white page is what paper is
            if color != Color::hex(0x00FF_FFFF) {
                self.fill_color(color);
                let ground = match picture.whole() && page.pictures.len() == 1 {
                    true => Rect::new(0.0, 0.0, page.width, page.height),
                    false => self.area(page, picture),
                };
                let [x, y, width, height] =
                    [ground.x, ground.y, ground.width, ground.height].map(short);
                self.content.rect(x, y, width, height).fill_nonzero();
            }
        }
        if !picture.whole() {
            let area = self.area(page, picture);
            let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(short);
            self.content
                .rect(x, y, width, height)
                .clip_nonzero()
                .end_path();
        }
        let scale = picture.scale;
        let left = picture.left - picture.part.x * scale;
        let top = page.height - picture.top + picture.part.y * scale;
        self.content
            .transform([scale, 0.0, 0.0, scale, short(left), short(top)])
            .set_line_join(LineJoinStyle::RoundJoin);
        self.pieces(&visible(picture).collect::<Vec<_>>(), forms);
        self.content.restore_state();
        self.now = before;
    }

    /// The part of the page that the picture takes, counted from the lower left corner.
    fn area(&self, page: &PrintedPage, picture: &Placed) -> Rect {
        let (width, height) = (
            picture.part.width * picture.scale,
            picture.part.height * picture.scale,
        );
        Rect::new(
            picture.left,
            page.height - picture.top - height,
            width,
            height,
        )
    }

    /// Runs of arrows and of boxes are drawn together.
    fn pieces(&mut self, pieces: &[&Piece], forms: &Forms) {
        let kind = |piece: &Piece| match piece.owner {
            Owner::Node { .. } => 1,
            Owner::Edge { .. } => 2,
            Owner::Group { .. } | Owner::Sheet => 0,
        };
        for run in pieces.chunk_by(|a, b| kind(a) == kind(b)) {
            match kind(run[0]) {
                1 => self.boxes(run, forms),
                2 => self.arrows(run),
                _ => run.iter().for_each(|piece| self.piece(piece)),
            }
        }
    }

    fn piece(&mut self, piece: &Piece) {
        for mark in &piece.marks {
            match mark {
                Mark::Path(path) => self.path(path),
                Mark::Text(text) => self.texts(&[text]),
            }
        }
    }

    /// Boxes never overlap, so they are drawn in the order in which people read them.
    fn boxes(&mut self, run: &[&Piece], forms: &Forms) {
        let mut run = run.to_vec();
        run.sort_by(|a, b| {
            let (a, b) = (&a.bounds, &b.bounds);
            a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
        });
        for chain in run.chunks(CHAIN) {
            let (before, origin) = (self.now.clone(), self.origin);
            self.content.save_state();
            for piece in chain {
                self.node(piece, forms);
            }
            self.content.restore_state();
            (self.now, self.origin) = (before, origin);
        }
    }

    fn node(&mut self, piece: &Piece, forms: &Forms) {
        let Some(form) = forms.of(piece) else {
            return self.piece(piece);
        };
        let to = Point::new(short(piece.bounds.x), short(piece.bounds.y));
        let (dx, dy) = (short(to.x - self.origin.x), short(self.origin.y - to.y));
        self.content
            .transform([1.0, 0.0, 0.0, 1.0, dx, dy])
            .x_object(Name(name(form).as_bytes()));
        self.origin = to;
        let texts: Vec<&TextMark> = piece
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Text(text) => Some(text),
                Mark::Path(_) => None,
            })
            .collect();
        self.texts(&texts);
    }

    /// Lines of one look become one path, then their heads, then words on them.
    fn arrows(&mut self, run: &[&Piece]) {
        let words = |piece: &Piece| piece.marks.iter().any(|mark| matches!(mark, Mark::Text(_)));
        for bundle in run.chunks(BUNDLE) {
            let (with_words, bare): (Vec<&Piece>, Vec<&Piece>) =
                bundle.iter().partition(|piece| words(piece));
            for (look, paths) in looks(&bare) {
                self.paths(look, &paths);
            }
            for piece in with_words {
                self.piece(piece);
            }
        }
    }

    /// Outlines of one look as one path; they cover each other only in one colour.
    fn paths(&mut self, look: &PathMark, paths: &[&PathMark]) {
        let colors = [look.fill, look.stroke.as_ref().map(|stroke| stroke.color)];
        let opaque = colors.into_iter().flatten().all(|color| color.a == 255);
        if !opaque {
            for path in paths {
                self.path(path);
            }
            return;
        }
        if let Some(fill) = look.fill {
            self.fill_color(fill);
        }
        if let Some(stroke) = &look.stroke {
            self.stroke_style(stroke);
        }
        for path in paths {
            self.outline(&path.d);
        }
        match (look.fill, &look.stroke) {
            (Some(_), Some(_)) => self.content.fill_nonzero_and_stroke(),
            (Some(_), None) => self.content.fill_nonzero(),
            (None, Some(_)) => self.content.stroke(),
            (None, None) => self.content.end_path(),
        };
    }

    pub(super) fn path(&mut self, mark: &PathMark) {
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

    /// A place as it is written.
    fn place(&self, point: Point) -> (f32, f32) {
        (
            short(point.x - self.origin.x),
            short(self.origin.y - point.y),
        )
    }

    fn outline(&mut self, outline: &Outline) {
        if let Some(rect) = as_rect(outline) {
            let (x, y) = self.place(Point::new(rect.x, rect.bottom()));
            self.content
                .rect(x, y, short(rect.width), short(rect.height));
            return;
        }
        for step in &outline.0 {
            match *step {
                Step::Move(to) => {
                    let (x, y) = self.place(to);
                    self.content.move_to(x, y);
                }
                Step::Line(to) => {
                    let (x, y) = self.place(to);
                    self.content.line_to(x, y);
                }
                Step::Curve(a, b, to) => {
                    let ((x1, y1), (x2, y2)) = (self.place(a), self.place(b));
                    let (x3, y3) = self.place(to);
                    self.content.cubic_to(x1, y1, x2, y2, x3, y3);
                }
                Step::Close => {
                    self.content.close_path();
                }
            }
        }
    }

    /// Lines of text, each placed from the one before.
    fn texts(&mut self, texts: &[&TextMark]) {
        if texts.is_empty() {
            return;
        }
        self.content.begin_text();
        let (mut x, mut y) = (0.0, 0.0);
        for mark in texts {
            let (left, base) = self.place(Point::new(mark.left(), mark.at.y));
            self.content.next_line(short(left - x), short(base - y));
            (x, y) = (left, base);
            self.text(mark);
        }
        self.content.end_text();
    }

    fn text(&mut self, mark: &TextMark) {
        let font = mark.face.font();
        self.fill_color(mark.color);
        let whole = mark.full.as_deref().unwrap_or(&mark.text);
        let replaced = mark.full.is_some() || mark.text.chars().any(|c| !font.has(c));
        if replaced {
            self.content
                .begin_marked_content_with_properties(Name(b"Span"))
                .properties()
                .actual_text(TextStr(whole));
        }
        let code = |c: char| winansi::code(c).filter(|_| font.has(c));
        let characters: Vec<char> = mark.text.chars().collect();
        for run in characters.chunk_by(|a, b| code(*a).is_some() == code(*b).is_some()) {
            let used = self.used.entry(mark.face).or_default();
            let codes: Option<Vec<u8>> = run.iter().map(|c| code(*c)).collect();
            let wide = codes.is_none();
            let bytes = codes.unwrap_or_else(|| {
                let glyphs = run.iter().map(|c| font.glyph(*c).id);
                used.glyphs.extend(glyphs.clone());
                glyphs.flat_map(u16::to_be_bytes).collect()
            });
            if !wide {
                used.codes.extend(&bytes);
            }
            self.font(wide, mark);
            self.content.show(Str(&bytes));
        }
        if replaced {
            self.content.end_marked_content();
        }
    }

    fn font(&mut self, wide: bool, mark: &TextMark) {
        let key = (wide, mark.face, mark.size.to_bits());
        if self.now.font != Some(key) {
            self.now.font = Some(key);
            let (plain, other) = font_names(mark.face);
            let name = if wide { other } else { plain };
            self.content.set_font(Name(name), mark.size);
        }
    }

    fn fill_color(&mut self, color: Color) {
        self.alpha(color.a);
        let color = Color { a: 255, ..color };
        if self.now.fill != Some(color) {
            self.now.fill = Some(color);
            let [r, g, b] = rgb(color);
            self.content.set_fill_rgb(r, g, b);
        }
    }

    fn alpha(&mut self, alpha: u8) {
        if self.now.alpha != Some(alpha) {
            self.now.alpha = Some(alpha);
            self.content
                .set_parameters(Name(alpha_name(alpha).as_bytes()));
        }
    }

    fn stroke_style(&mut self, stroke: &Stroke) {
        self.alpha(stroke.color.a);
        let color = Color {
            a: 255,
            ..stroke.color
        };
        if self.now.pen != Some(color) {
            self.now.pen = Some(color);
            let [r, g, b] = rgb(color);
            self.content.set_stroke_rgb(r, g, b);
        }
        if self.now.width != Some(stroke.width) {
            self.now.width = Some(stroke.width);
            self.content.set_line_width(short(stroke.width));
        }
        if self.now.cap != Some(stroke.cap) {
            self.now.cap = Some(stroke.cap);
            self.content.set_line_cap(match stroke.cap {
                Cap::Butt => LineCapStyle::ButtCap,
                Cap::Round => LineCapStyle::RoundCap,
            });
        }
        if self.now.dash.as_ref() != Some(&stroke.dash) {
            self.now.dash = Some(stroke.dash.clone());
            self.content
                .set_dash_pattern(stroke.dash.iter().copied().map(short), 0.0);
        }
    }
}

/// The paths of arrows by their look; lines come before heads.
fn looks<'a>(arrows: &[&'a Piece]) -> Vec<(&'a PathMark, Vec<&'a PathMark>)> {
    let mut looks: Vec<(&PathMark, Vec<&PathMark>)> = Vec::new();
    let marks = arrows.iter().flat_map(|piece| &piece.marks);
    let paths = marks.filter_map(|mark| match mark {
        Mark::Path(path) => Some(path),
        Mark::Text(_) => None,
    });
    for path in paths {
        let same = |look: &PathMark| look.fill == path.fill && look.stroke == path.stroke;
        match looks.iter_mut().find(|(look, _)| same(look)) {
            Some((_, paths)) => paths.push(path),
            None => looks.push((path, vec![path])),
        }
    }
    looks.sort_by_key(|(look, _)| look.fill.is_some());
    looks
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
