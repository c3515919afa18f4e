//! Textual forms: what a value becomes inside a text, and inside a list that becomes a text.

use std::fmt::{self, Write as _};

use super::Value;

impl fmt::Display for Value {
    /// The form a value takes when it becomes a text: `None`, `True`, `1.0`, `['a', 1]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(text) | Self::Date(text) | Self::DateTime(text) => f.write_str(text),
            Self::Url(uri) => uri.fmt(f),
            Self::RemotePath(path) => path.fmt(f),
            Self::LocalPath(path) => path.fmt(f),
            other => f.write_str(&other.repr()),
        }
    }
}

impl Value {
    /// The form a value takes inside lists and messages: texts are quoted.
    #[must_use]
    pub fn repr(&self) -> String {
        match self {
            Self::None => "None".to_owned(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => real_text(*value),
            Self::Str(text) => quoted(text),
            Self::List(items) => format!("[{}]", listed(items.iter().map(Self::repr))),
            Self::Set(set) if set.is_empty() => "set()".to_owned(),
            Self::Set(set) => format!("{{{}}}", listed(set.iter().map(Self::repr))),
            Self::Dict(dict) => {
                let pairs = dict
                    .iter()
                    .map(|(k, v)| format!("{}: {}", k.value().repr(), v.repr()));
                format!("{{{}}}", listed(pairs))
            }
            Self::Record(record) => {
                let shown = record.fields().iter().filter(|field| !field.computed);
                let fields = shown.map(|field| format!("{}={}", field.name, field.value.repr()));
                format!("{}({})", record.type_name(), listed(fields))
            }
            Self::Url(uri) => format!("URL({})", quoted(&uri.to_string())),
            Self::RemotePath(path) => format!("PurePosixPath({})", quoted(path.as_str())),
            Self::LocalPath(path) => format!("PosixPath({})", quoted(path.as_str())),
            Self::Date(text) => format!("datetime.date({text})"),
            Self::DateTime(text) => format!("datetime.datetime({text})"),
            Self::Always => "always()".to_owned(),
            Self::Unknown(unknown) => format!("<{unknown}>"),
        }
    }
}

fn listed(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// A text in quotes, escaped so that it is one line.
#[must_use]
pub fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            c => push_escape(&mut out, u32::from(c)),
        }
    }
    out.push(quote);
    out
}

fn push_escape(out: &mut String, code: u32) {
    let written = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
    debug_assert!(written.is_ok(), "writing to a string does not fail");
}

fn is_printable(c: char) -> bool {
    let separator = c.is_whitespace() && c != ' ';
    let invisible = matches!(u32::from(c), 0xad | 0x600..=0x605 | 0x200b..=0x200f
        | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe000..=0xf8ff);
    !c.is_control() && !separator && !invisible
}

/// A float with the fewest digits that give it back, written the way Python writes it.
#[must_use]
pub fn real_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') {
            plain
        } else {
            format!("{plain}.0")
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (value, text) in [
            (1.0, "1.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (0.00001, "1e-05"),
            (0.0001, "0.0001"),
            (1.5e300, "1.5e+300"),
            (-0.0, "-0.0"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(real_text(value), text);
        }
    }

    #[test]
    fn texts_are_bare_alone_and_quoted_inside() {
        assert_eq!(Value::from("it's").to_string(), "it's");
        assert_eq!(
            Value::list_of(["a", "it's", "\"'"]).to_string(),
            r#"['a', "it's", '"\'']"#
        );
        assert_eq!(quoted("\u{7}é\u{200b}\n"), r"'\x07é\u200b\n'");
    }
}
