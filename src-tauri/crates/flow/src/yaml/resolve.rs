//! Types of scalars: what `yes`, `017`, `1:30` or `2020-01-02` mean.

use expression::Value;

use super::node::{Node, NodeKind, Scalar, Style};
use super::{number, timestamp};

/// Why a scalar has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScalarProblem {
    /// A tag that means nothing here.
    #[error("the tag `{tag}` is not known")]
    UnknownTag {
        /// The tag, resolved.
        tag: String,
    },
    /// `<<`.
    #[error("merge keys (`<<`) are not supported")]
    MergeKey,
    /// `=`.
    #[error("a lone `=` has a special meaning in YAML")]
    ValueKey,
    /// It looks like a number or a date, but is none.
    #[error("{message}")]
    Malformed {
        /// What is wrong.
        message: String,
    },
}

/// The value of a scalar node; lists and mappings have none of their own and count as nothing.
///
/// # Errors
/// If the scalar has a tag that means nothing, or looks like a number or date and is none.
pub fn value(node: &Node) -> Result<Value, ScalarProblem> {
    let NodeKind::Scalar(scalar) = &node.kind else {
        return Ok(Value::None);
    };
    match node.tag.as_deref() {
        Some(tag) => tagged(tag, &scalar.value),
        None if scalar.style == Style::Plain => plain(scalar),
        None => Ok(Value::from(&*scalar.value)),
    }
}

fn malformed(message: impl Into<String>) -> ScalarProblem {
    ScalarProblem::Malformed {
        message: message.into(),
    }
}

fn plain(scalar: &Scalar) -> Result<Value, ScalarProblem> {
    let text = &*scalar.value;
    let Some(first) = text.chars().next() else {
        return Ok(Value::None);
    };
    let starts_special = "yYnNtTfFoO~-+.=<0123456789".contains(first);
    if !starts_special {
        return Ok(Value::from(text));
    }
    if let Some(truth) = truth(text) {
        return Ok(Value::Bool(truth));
    }
    match text {
        "~" | "null" | "Null" | "NULL" => return Ok(Value::None),
        "<<" => return Err(ScalarProblem::MergeKey),
        "=" => return Err(ScalarProblem::ValueKey),
        _ => {}
    }
    if number::looks_real(text) {
        return number::real(text).ok_or_else(|| malformed(format!("`{text}` is no number")));
    }
    if number::looks_whole(text) {
        return number::whole(text)
            .ok_or_else(|| malformed(format!("`{text}` has no digits, so it is no number")));
    }
    if timestamp::looks_like(text) {
        return timestamp::value(text).map_err(malformed);
    }
    Ok(Value::from(text))
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn tagged(tag: &str, text: &str) -> Result<Value, ScalarProblem> {
    let Some(name) = tag.strip_prefix("tag:yaml.org,2002:") else {
        return Err(ScalarProblem::UnknownTag {
            tag: tag.to_owned(),
        });
    };
    let no = |what: &str| malformed(format!("`{text}` is no {what}"));
    match name {
        "str" => Ok(Value::from(text)),
        "null" => Ok(Value::None),
        "int" => number::whole(text).ok_or_else(|| no("whole number")),
        "float" => number::real(text).ok_or_else(|| no("number")),
        "bool" => truth(text)
            .or_else(|| truth(&text.to_lowercase()))
            .map(Value::Bool)
            .ok_or_else(|| no("truth value")),
        "timestamp" => timestamp::value(text).map_err(malformed),
        "binary" => binary(text)
            .map(Value::from)
            .ok_or_else(|| no("base64 text")),
        "merge" => Err(ScalarProblem::MergeKey),
        "value" => Err(ScalarProblem::ValueKey),
        _ => Err(ScalarProblem::UnknownTag {
            tag: tag.to_owned(),
        }),
    }
}

/// Bytes written in base64, as Python prints them (`b'..'`).
fn binary(text: &str) -> Option<String> {
    let mut bits = 0_u32;
    let mut count = 0;
    let mut printed = String::from("b'");
    for character in text.chars().filter(|character| !character.is_whitespace()) {
        let digit = match character {
            'A'..='Z' => u32::from(character) - u32::from('A'),
            'a'..='z' => u32::from(character) - u32::from('a') + 26,
            '0'..='9' => u32::from(character) - u32::from('0') + 52,
            '+' => 62,
            '/' => 63,
            '=' => continue,
            _ => return None,
        };
        bits = (bits << 6 | digit) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            print_byte(&mut printed, (bits >> count & 0xff) as u8);
        }
    }
    printed.push('\'');
    Some(printed)
}

fn print_byte(printed: &mut String, byte: u8) {
    match byte {
        b'\n' => printed.push_str("\\n"),
        b'\r' => printed.push_str("\\r"),
        b'\t' => printed.push_str("\\t"),
        b'\\' => printed.push_str("\\\\"),
        b'\'' => printed.push_str("\\'"),
        b' '..=b'~' => printed.push(char::from(byte)),
        _ => printed.push_str(&format!("\\x{byte:02x}")),
    }
}
