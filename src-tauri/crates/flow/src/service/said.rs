//! Names that a script says to the platform: `::set-output name=NAME::…`, `::save-state …`.

use source::{Span, Text};

/// The names after a command in a part of a file, with their places.
pub(super) fn said(text: &Text, span: Span, command: &str) -> Vec<(String, Span)> {
    let written = text.slice(span);
    let places = written.match_indices(command);
    let named = places.filter_map(|(at, _)| {
        let opened = written[..at].trim_end_matches([' ', '\t']).ends_with("::");
        let start = at + command.len();
        let rest = &written[start..];
        let name = rest
            .trim_start_matches([' ', '\t'])
            .strip_prefix("name")
            .filter(|_| rest.starts_with([' ', '\t']) && opened)?;
        let name = name.trim_start_matches([' ', '\t']).strip_prefix('=')?;
        let name = name.trim_start_matches([' ', '\t']);
        let length = name
            .find(|one: char| !(one.is_ascii_alphanumeric() || one == '_'))
            .filter(|length| *length > 0)?;
        let closed = name[length..].trim_start_matches([' ', '\t']);
        let begins = name.starts_with(|one: char| one.is_ascii_alphabetic());
        let from = span.start + written.len() - name.len();
        let place = Span::new(from, from + length);
        (begins && closed.starts_with("::")).then(|| (name[..length].to_owned(), place))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_the_platform_reads_them() {
        let script = "echo '::set-output name=a::1'\necho :: set-output  name = b ::x\n\
                      echo ::set-output name=$x::y ::set-output name=c:x set-output name=d::1\n\
                      echo ::set-output name=_e::1 ::set-output name=";
        let text = Text::new("b.yml", format!("é{script}"));
        let found = said(&text, Span::new(2, text.content().len()), "set-output");
        let names: Vec<&str> = found.iter().map(|(_, span)| text.slice(*span)).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(found[1].0, "b");
    }
}
