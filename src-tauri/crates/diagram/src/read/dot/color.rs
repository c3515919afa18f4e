//! Colours as Graphviz reads them.

use super::color_names::NAMES;
use crate::display::Color;

/// `#RRGGBB`, `#RRGGBBAA`, `#RGB`, `H,S,V`, a name; of a list the first. None for
/// what nobody knows, and for `transparent`.
pub(super) fn color(text: &str) -> Option<Color> {
    let first = text.split(':').next()?;
    let first = first.split(';').next()?.trim();
    if let Some(digits) = first.strip_prefix('#') {
        return hex(digits);
    }
    if first.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return hsv(first);
    }
    // a name may tell its scheme: `/x11/red`, `//red`
    named(&first.rsplit('/').next()?.to_ascii_lowercase())
}

fn hex(digits: &str) -> Option<Color> {
    let number = u32::from_str_radix(digits, 16).ok()?;
    let byte = |shift: u32| u8::try_from((number >> shift) & 0xFF).unwrap_or(0);
    let twice = |shift: u32| u8::try_from(((number >> shift) & 0xF) * 17).unwrap_or(0);
    let (r, g, b, a) = match digits.len() {
        3 => (twice(8), twice(4), twice(0), 255),
        6 => (byte(16), byte(8), byte(0), 255),
        8 => (byte(24), byte(16), byte(8), byte(0)),
        _ => return None,
    };
    (a > 0).then_some(Color { r, g, b, a })
}

fn hsv(text: &str) -> Option<Color> {
    let mut parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    let mut part = || {
        parts
            .next()?
            .parse::<f32>()
            .ok()
            .map(|part| part.clamp(0.0, 1.0))
    };
    let (hue, saturation, value) = (part()?, part()?, part()?);
    let channel = |turn: f32| {
        let k = (turn + hue * 6.0) % 6.0;
        value - value * saturation * k.min(4.0 - k).clamp(0.0, 1.0)
    };
    Some(rgb([channel(5.0), channel(3.0), channel(1.0)]))
}

fn rgb(parts: [f32; 3]) -> Color {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is between 0 and 255"
    )]
    let [r, g, b] = parts.map(|part| (part * 255.0).round().clamp(0.0, 255.0) as u8);
    Color { r, g, b, a: 255 }
}

fn named(name: &str) -> Option<Color> {
    if let Some(color) = look_up(name) {
        return Some(color);
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number: u8 = name[stem.len()..].parse().ok()?;
    if matches!(stem, "gray" | "grey") {
        return (number <= 100).then(|| rgb([f32::from(number) / 100.0; 3]));
    }
    // the four shades of a name
    let shade = match number {
        1 => 1.0,
        2 => 0.932,
        3 => 0.804,
        4 => 0.545,
        _ => return None,
    };
    let base = look_up(stem)?;
    Some(rgb(
        [base.r, base.g, base.b].map(|part| f32::from(part) / 255.0 * shade)
    ))
}

fn look_up(name: &str) -> Option<Color> {
    let at = NAMES.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some(Color::hex(NAMES[at].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted_as_the_search_needs_it() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| name));
    }

    #[test]
    fn colours_are_read_in_all_ways_of_writing() {
        let shown = |text| color(text).map(|color| color.to_string());
        for (text, wanted) in [
            ("#ff8000", "#FF8000"),
            ("#FF800080", "#FF800080"),
            ("#f80", "#FF8800"),
            ("SkyBlue", "#87CEEB"),
            ("/x11/red:blue", "#FF0000"),
            ("gray50", "#808080"),
            ("orange2", "#EE9A00"),
            ("0.33333,1,1", "#00FF00"),
            ("0.0 0.0 0.5", "#808080"),
        ] {
            let near = shown(text);
            assert_eq!(near.as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(shown("transparent"), None);
        assert_eq!(shown("nonsense7"), None);
        assert_eq!(shown("#é12345"), None);
    }
}
