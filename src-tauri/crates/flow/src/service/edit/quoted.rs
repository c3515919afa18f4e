//! Texts in double quotes, with everything escaped that YAML would not read as it is.

use std::fmt::Write as _;

/// Whether a character only survives as an escape: what is not printable, and what ends a line.
pub(super) fn needs_escape(one: char) -> bool {
    one.is_control()
        || matches!(
            one,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// A text in double quotes.
pub(super) fn in_double_quotes(value: &str) -> String {
    let mut out = String::from('"');
    for one in value.chars() {
        match one {
            '"' | '\\' => out.extend(['\\', one]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if needs_escape(one) => {
                let _ = write!(out, "\\u{:04x}", u32::from(one));
            }
            _ => out.push(one),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use expression::Value;
    use source::Text;

    use crate::service::edit::quoted;
    use crate::yaml;

    #[test]
    fn a_text_with_characters_yaml_refuses_or_folds_is_escaped() {
        for written in [
            "a\u{7f}b",
            "\u{85}",
            "\u{9f}x",
            "a \u{2028} b",
            "\u{2029}",
            "\u{feff}",
            "\u{ffff}",
            "\0",
            "tab\tand \"quote\"\\",
            "it's\n",
            "\u{1f35e}\u{1}",
            " - \u{80}: #",
        ] {
            let text = Text::new("f.yml", format!("key: {}\n", quoted(written)));
            let read = yaml::read(&text);
            assert!(read.diagnostics.is_empty(), "{written:?}: {text:?}");
            let value = read
                .tree
                .and_then(|tree| yaml::value(tree.get("key")?).ok());
            assert_eq!(value, Some(Value::from(written)), "{text:?}");
        }
    }
}
