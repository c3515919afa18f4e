//! SVG with real text. The used glyphs are embedded, so that every browser
//! shows the same picture; where that is ignored, texts keep their widths.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    display::{Anchor, Cap, Color, DisplayList, Mark, Owner, PathMark, Piece, TextMark},
    font::{Face, Purpose, subset},
    shape::{Outline, Rect, Short},
};

/// The list as an SVG document.
pub fn svg(list: &DisplayList) -> String {
    svg_titled(list, "")
}

/// The list as an SVG document with a title; programs that read pages aloud tell it,
/// and how much there is to see.
pub fn svg_titled(list: &DisplayList, title: &str) -> String {
    let mut out = String::with_capacity(4096 + list.pieces.len() * 600);
    // writing into a String cannot fail
    let _ = document(&mut out, list, title);
    out
}

fn document(out: &mut String, list: &DisplayList, title: &str) -> fmt::Result {
    let (width, height) = (Short(list.width), Short(list.height));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">"
    )?;
    let title = if title.trim().is_empty() {
        "Graph"
    } else {
        title
    };
    writeln!(
        out,
        "<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>",
        Escaped(title),
        described(list)
    )?;
    out.push_str("<style>text{white-space:pre;font-kerning:none;font-variant-ligatures:none}");
    for (face, glyphs) in used_glyphs(list) {
        font_face(out, face, &glyphs)?;
    }
    out.push_str("</style>\n");
    if let Some(color) = list.background {
        let ground = Outline::rounded(Rect::new(0.0, 0.0, list.width, list.height), 0.0);
        writeln!(out, "<path d=\"{ground}\" fill=\"{}\"/>", color.opaque())?;
    }
    for piece in &list.pieces {
        write_piece(out, piece)?;
    }
    out.push_str("</svg>\n");
    Ok(())
}

/// What there is to see, in words.
fn described(list: &DisplayList) -> String {
    let count = |wanted: fn(&Owner) -> bool, one: &str| {
        let owners = list.pieces.iter().filter(|piece| wanted(&piece.owner));
        match owners.count() {
            1 => format!("1 {one}"),
            many => format!("{many} {one}s"),
        }
    };
    let tasks = count(|owner| matches!(owner, Owner::Node { .. }), "box");
    let arrows = count(|owner| matches!(owner, Owner::Edge { .. }), "arrow");
    format!("{} and {arrows}", tasks.replace("boxs", "boxes"))
}

/// The glyphs of each font that the list uses.
pub(super) fn used_glyphs(list: &DisplayList) -> BTreeMap<Face, BTreeSet<u16>> {
    let mut used: BTreeMap<Face, BTreeSet<u16>> = BTreeMap::new();
    for mark in list.pieces.iter().flat_map(|piece| &piece.marks) {
        if let Mark::Text(text) = mark {
            let font = text.face.font();
            let glyphs = text.text.chars().map(|c| font.glyph(c).id);
            used.entry(text.face).or_default().extend(glyphs);
        }
    }
    used
}

fn font_face(out: &mut String, face: Face, glyphs: &BTreeSet<u16>) -> fmt::Result {
    let file = STANDARD.encode(subset(face, glyphs, Purpose::Web));
    write!(
        out,
        "@font-face{{font-family:\"{}\";font-weight:{};src:url(data:font/ttf;base64,{file})}}",
        face.family(),
        face.weight()
    )
}

fn write_piece(out: &mut String, piece: &Piece) -> fmt::Result {
    let link = piece.link.as_deref().filter(|link| is_safe(link));
    if let Some(link) = link {
        write!(out, "<a href=\"{}\">", Escaped(link))?;
    }
    match &piece.owner {
        Owner::Node { id } => write!(out, "<g class=\"node\" data-id=\"{}\">", Escaped(id))?,
        Owner::Group { id } => write!(out, "<g class=\"group\" data-id=\"{}\">", Escaped(id))?,
        Owner::Edge { index } => write!(out, "<g class=\"edge\" data-index=\"{index}\">")?,
        Owner::Sheet => out.push_str("<g class=\"sheet\">"),
    }
    if let Some(note) = &piece.note {
        write!(out, "<title>{}</title>", Escaped(note))?;
    }
    for mark in &piece.marks {
        match mark {
            Mark::Path(path) => write_path(out, path)?,
            Mark::Text(text) => write_text(out, text)?,
        }
    }
    out.push_str("</g>");
    if link.is_some() {
        out.push_str("</a>");
    }
    out.push('\n');
    Ok(())
}

/// Whether a link leads to a page or to an application of ours, and runs nothing.
pub(super) fn is_safe(link: &str) -> bool {
    ["https://", "http://", "bakehouse://"]
        .iter()
        .any(|start| link.starts_with(start))
}

fn write_path(out: &mut String, path: &PathMark) -> fmt::Result {
    write!(out, "<path d=\"{}\"", path.d)?;
    match path.fill {
        Some(color) => color_attribute(out, "fill", color)?,
        None => out.push_str(" fill=\"none\""),
    }
    if let Some(stroke) = &path.stroke {
        color_attribute(out, "stroke", stroke.color)?;
        write!(
            out,
            " stroke-width=\"{}\" stroke-linejoin=\"round\"",
            Short(stroke.width)
        )?;
        if stroke.cap == Cap::Round {
            out.push_str(" stroke-linecap=\"round\"");
        }
        if !stroke.dash.is_empty() {
            let dash: Vec<String> = stroke.dash.iter().map(|d| Short(*d).to_string()).collect();
            write!(out, " stroke-dasharray=\"{}\"", dash.join(" "))?;
        }
    }
    out.push_str("/>");
    Ok(())
}

fn color_attribute(out: &mut String, name: &str, color: Color) -> fmt::Result {
    write!(out, " {name}=\"{}\"", color.opaque())?;
    if color.a < 255 {
        write!(
            out,
            " {name}-opacity=\"{}\"",
            Short(f32::from(color.a) / 255.0)
        )?;
    }
    Ok(())
}

fn write_text(out: &mut String, text: &TextMark) -> fmt::Result {
    let fallback = match text.face {
        Face::Mono => "monospace",
        Face::Regular | Face::Medium | Face::SemiBold => "sans-serif",
    };
    write!(
        out,
        "<text x=\"{}\" y=\"{}\" font-family=\"'{}', {fallback}\" font-size=\"{}\"",
        Short(text.at.x),
        Short(text.at.y),
        text.face.family(),
        Short(text.size)
    )?;
    if text.face.weight() != 400 {
        write!(out, " font-weight=\"{}\"", text.face.weight())?;
    }
    match text.anchor {
        Anchor::Start => {}
        Anchor::Middle => out.push_str(" text-anchor=\"middle\""),
        Anchor::End => out.push_str(" text-anchor=\"end\""),
    }
    color_attribute(out, "fill", text.color)?;
    write!(out, " textLength=\"{}\">", Short(text.width))?;
    if let Some(full) = &text.full {
        write!(out, "<title>{}</title>", Escaped(full))?;
    }
    write!(out, "{}</text>", Escaped(&text.text))
}

/// Text as it may stand in XML; what XML cannot hold becomes U+FFFD.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(character)?,
                '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => {
                    f.write_char('\u{FFFD}')?;
                }
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
