//! HTML labels as plain text, and entities in any label.

/// The text of an HTML label: tags left out, rows and breaks as lines.
pub(super) fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        words(&mut out, &rest[..open]);
        rest = &rest[open..];
        if rest.starts_with("<!--") {
            rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
            continue;
        }
        let Some(end) = rest.find('>') else {
            return out;
        };
        let tag = rest[1..end].trim_start();
        let name: String = tag
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '/')
            .collect();
        match name.trim_end_matches('/').to_ascii_lowercase().as_str() {
            "br" | "tr" | "/tr" | "hr" | "table" | "/table" => out.push('\n'),
            "td" | "/td" | "vr" => out.push(' '),
            _ => {}
        }
        rest = &rest[end + 1..];
    }
    words(&mut out, rest);
    out
}

/// Text between tags: line breaks of the file are only spaces.
fn words(out: &mut String, text: &str) {
    let text = decoded(text);
    let mut blank = false;
    for character in text.chars() {
        if character.is_whitespace() {
            blank = true;
            continue;
        }
        if blank {
            out.push(' ');
        }
        blank = false;
        out.push(character);
    }
    if blank {
        out.push(' ');
    }
}

/// The text with `&amp;`, `&#38;`, `&#x26;` and the like replaced; other `&` stay.
pub(super) fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // the longest name that anybody uses
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((end, entity(&rest[1..end])?))) {
            Some((end, character)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "copy" => '©',
        "middot" => '·',
        "bull" => '•',
        "times" => '×',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "larr" => '←',
        "rarr" => '→',
        "uarr" => '↑',
        "darr" => '↓',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_row_by_row() {
        let html = "<TABLE><TR><TD PORT=\"a\"><B>train</B></TD><TD>2&#215;</TD></TR>\n  <TR><TD>gpu &amp; co<BR/>x</TD></TR></TABLE>";
        let text = text(html);
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(lines, ["train  2×", "gpu & co", "x"]);
    }
}
