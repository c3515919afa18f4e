//! Fills values into the braces of a pattern, as `str.format` of Python does.

use crate::error::Fault;
use crate::limit;
use crate::spec::Spec;
use crate::value::{Key, Value, quoted};

/// Fills a pattern.
pub(crate) fn fill(pattern: &str, arguments: &[Value]) -> Result<String, Fault> {
    let mut filler = Filler {
        arguments,
        automatic: None,
        next: 0,
    };
    filler.fill(pattern, 2)
}

struct Filler<'a> {
    arguments: &'a [Value],
    /// Whether fields are numbered by themselves; unknown before the first field.
    automatic: Option<bool>,
    next: usize,
}

impl Filler<'_> {
    fn fill(&mut self, pattern: &str, depth: usize) -> Result<String, Fault> {
        if depth == 0 {
            return Err(Fault::new("Max string recursion exceeded"));
        }
        let mut out = String::new();
        let mut rest = pattern;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                out.push_str(brace);
                rest = after;
            } else if brace == "}" {
                return Err(Fault::new("Single '}' encountered in format string"));
            } else {
                let (field, after) = cut_field(rest)?;
                out.push_str(&self.field(field, depth)?);
                rest = after;
            }
            limit::text_of(out.len())?;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// One field: `name!conversion:spec`.
    fn field(&mut self, field: &str, depth: usize) -> Result<String, Fault> {
        let (name, conversion, spec) = parts(field)?;
        let value = self.value(name)?;
        let spec = if spec.contains(['{', '}']) {
            self.fill(spec, depth - 1)?
        } else {
            spec.to_owned()
        };
        let value = match conversion {
            None => value,
            Some('s') => Value::Str(value.to_string()),
            Some('r') => Value::Str(value.repr()),
            Some('a') => Value::Str(ascii(&value.repr())),
            Some(other) => {
                let message = format!(
                    "Unknown conversion specifier {}",
                    quoted(&other.to_string())
                );
                return Err(Fault::new(message));
            }
        };
        if spec.is_empty() {
            return Ok(value.to_string());
        }
        Spec::format(&spec, &value)
    }

    fn value(&mut self, name: &str) -> Result<Value, Fault> {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut rest) = name.split_at(end);
        let mut value = self.argument(first)?;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('.') {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                value = attribute(&value, &after[..end])?;
                rest = &after[end..];
            } else if let Some((key, after)) =
                rest.strip_prefix('[').and_then(|r| r.split_once(']'))
            {
                value = item(&value, key)?;
                rest = after;
            } else {
                return Err(Fault::new("Missing ']' in format string"));
            }
        }
        Ok(value)
    }

    fn argument(&mut self, name: &str) -> Result<Value, Fault> {
        let number: Option<usize> = if name.is_empty() {
            None
        } else {
            name.parse().ok()
        };
        if !name.is_empty() && number.is_none() {
            let digits = name.bytes().all(|byte| byte.is_ascii_digit());
            let message = if digits {
                "Too many decimal digits in format string".into()
            } else {
                quoted(name)
            };
            return Err(Fault::new(message).help("fields are numbered: {}, {0}, {1}"));
        }
        let automatic = number.is_none();
        if self.automatic.is_some_and(|before| before != automatic) {
            let (from, to) = if automatic {
                ("manual field specification", "automatic field numbering")
            } else {
                ("automatic field numbering", "manual field specification")
            };
            return Err(Fault::new(format!("cannot switch from {from} to {to}")));
        }
        self.automatic = Some(automatic);
        let at = number.unwrap_or(self.next);
        self.next += usize::from(automatic);
        self.arguments.get(at).cloned().ok_or_else(|| {
            Fault::new(format!(
                "Replacement index {at} out of range for positional args tuple"
            ))
        })
    }
}

/// Cuts a field at its closing brace; braces inside are counted.
fn cut_field(rest: &str) -> Result<(&str, &str), Fault> {
    let mut depth = 1_usize;
    let mut bracketed = false;
    for (at, c) in rest.char_indices() {
        match c {
            '[' => bracketed = true,
            ']' => bracketed = false,
            '{' if !bracketed => depth += 1,
            '}' if !bracketed => {
                depth -= 1;
                if depth == 0 {
                    return Ok((&rest[..at], &rest[at + 1..]));
                }
            }
            _ => {}
        }
    }
    let message = if rest.is_empty() {
        "Single '{' encountered in format string"
    } else {
        "expected '}' before end of string"
    };
    Err(Fault::new(message))
}

fn parts(field: &str) -> Result<(&str, Option<char>, &str), Fault> {
    let mut bracketed = false;
    let end = field.char_indices().find(|(_, c)| {
        match c {
            '[' => bracketed = true,
            ']' => bracketed = false,
            _ => {}
        }
        !bracketed && matches!(c, '!' | ':')
    });
    let Some((at, mark)) = end else {
        return Ok((field, None, ""));
    };
    let (name, rest) = (&field[..at], &field[at + 1..]);
    if name.contains('{') {
        return Err(Fault::new("unexpected '{' in field name"));
    }
    if mark == ':' {
        return Ok((name, None, rest));
    }
    let mut chars = rest.chars();
    let conversion = chars
        .next()
        .ok_or_else(|| Fault::new("end of string while looking for conversion specifier"))?;
    match chars.as_str() {
        "" => Ok((name, Some(conversion), "")),
        spec if spec.starts_with(':') => Ok((name, Some(conversion), &spec[1..])),
        _ => Err(Fault::new("expected ':' after conversion specifier")),
    }
}

fn attribute(value: &Value, name: &str) -> Result<Value, Fault> {
    if name.is_empty() {
        return Err(Fault::new("Empty attribute in format string"));
    }
    let found = value
        .as_record()
        .and_then(|record| record.get(name))
        .cloned();
    found.ok_or_else(|| {
        let kind = value.type_name();
        Fault::new(format!("'{kind}' object has no attribute '{name}'"))
    })
}

fn item(value: &Value, key: &str) -> Result<Value, Fault> {
    let number: Option<usize> = key.parse().ok();
    let wrong = |message: &str| Fault::new(message);
    match (value, number) {
        (Value::Dict(dict), Some(number)) => {
            let key = Key::new(number.into())?;
            dict.get_key(&key)
                .cloned()
                .ok_or_else(|| Fault::new(number.to_string()))
        }
        (Value::Dict(dict), None) => dict
            .get(key)
            .cloned()
            .ok_or_else(|| Fault::new(quoted(key))),
        (Value::List(items), Some(at)) => items
            .get(at)
            .cloned()
            .ok_or_else(|| wrong("list index out of range")),
        (Value::Str(text), Some(at)) => {
            let letter = text
                .chars()
                .nth(at)
                .ok_or_else(|| wrong("string index out of range"))?;
            Ok(Value::Str(letter.to_string()))
        }
        (Value::List(_), None) => Err(wrong("list indices must be integers or slices, not str")),
        (Value::Str(_), None) => Err(wrong("string indices must be integers, not 'str'")),
        (other, _) => {
            let kind = other.type_name();
            Err(Fault::new(format!("'{kind}' object is not subscriptable")))
        }
    }
}

/// The text with everything outside of ASCII escaped.
pub(crate) fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c) {
            0..=0x7f => out.push(c),
            code @ 0x80..=0xff => out.push_str(&format!("\\x{code:02x}")),
            code @ 0x100..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}
