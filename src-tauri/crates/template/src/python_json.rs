//! JSON as Python's `json.dumps(value, indent=2)` writes it: byte for byte, so that teams which use
//! both tools see no needless changes.

use serde_json::{Number, Value};

use crate::jinja;

/// Which letters stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    /// Only those of ASCII; all others are escaped.
    Ascii,
    /// All of them.
    All,
}

/// The text of a value, indented by two blanks, without a line end.
pub(crate) fn written(value: &Value, letters: Letters) -> String {
    let mut out = String::new();
    write(value, letters, 0, &mut out);
    out
}

fn write(value: &Value, letters: Letters, depth: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(text) => write_text(text, letters, out),
        Value::Array(list) => {
            let item = |one: &Value, out: &mut String| write(one, letters, depth + 1, out);
            write_items(('[', ']'), list, depth, out, item);
        }
        Value::Object(map) => {
            let item = |(key, one): (&String, &Value), out: &mut String| {
                write_text(key, letters, out);
                out.push_str(": ");
                write(one, letters, depth + 1, out);
            };
            write_items(('{', '}'), map, depth, out, item);
        }
    }
}

fn write_items<T>(
    brackets: (char, char),
    items: impl IntoIterator<Item = T>,
    depth: usize,
    out: &mut String,
    write: impl Fn(T, &mut String),
) {
    out.push(brackets.0);
    let mut any = false;
    for item in items {
        out.push_str(if any { ",\n" } else { "\n" });
        out.push_str(&"  ".repeat(depth + 1));
        write(item, out);
        any = true;
    }
    if any {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(brackets.1);
}

fn number_text(number: &Number) -> String {
    jinja::number_text(number)
}

/// Writes a text in quotes.
pub(crate) fn write_text(text: &str, letters: Letters, out: &mut String) {
    out.push('"');
    for one in text.chars() {
        match one {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(one),
            '\u{7f}'.. if letters == Letters::All => out.push(one),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_look_as_python_writes_them() {
        let value = serde_json::json!({
            "a": [], "b": {}, "c": [1, 1.5, 1e20, true, null], "d": {"é": "😀\u{7f}\u{1}\"\\\n"},
        });
        let text = "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    1.5,\n    1e+20,\n    true,\n    \
                    null\n  ],\n  \"d\": {\n    \"\\u00e9\": \"\\ud83d\\ude00\\u007f\\u0001\\\"\\\\\\n\"\n  }\n}";
        assert_eq!(written(&value, Letters::Ascii), text);
        assert!(written(&value, Letters::All).contains("\"é\": \"😀\u{7f}\\u0001"));
    }
}
