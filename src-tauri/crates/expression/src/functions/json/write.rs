//! Writes values as JSON.

use crate::error::Fault;
use crate::value::{Dict, Key, Set, Value, real_text};

/// Appends a value.
pub(super) fn write(value: &Value, out: &mut String) -> Result<(), Fault> {
    match value {
        Value::None => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&real(*number)),
        Value::List(items) => write_list(items.iter(), out)?,
        Value::Set(set) => write_list(sorted(set)?.into_iter(), out)?,
        Value::Dict(dict) => write_dict(dict, out)?,
        Value::Record(record) => {
            let fields = record.fields().iter().filter(|field| !field.computed);
            let fields = fields.map(|field| (field.name.clone(), &field.value));
            write_pairs(fields.map(Ok), out)?;
        }
        Value::Unknown(unknown) => return Err(unknown.clone().into()),
        Value::Date(_) => {
            return Err(Fault::new("Object of type date is not JSON serializable"));
        }
        Value::Str(_)
        | Value::Url(_)
        | Value::RemotePath(_)
        | Value::LocalPath(_)
        | Value::DateTime(_)
        | Value::Always => write_text(&value.to_string(), out),
    }
    Ok(())
}

fn real(number: f64) -> String {
    match real_text(number).as_str() {
        "nan" => "NaN".to_owned(),
        "inf" => "Infinity".to_owned(),
        "-inf" => "-Infinity".to_owned(),
        plain => plain.to_owned(),
    }
}

fn write_list<'a>(items: impl Iterator<Item = &'a Value>, out: &mut String) -> Result<(), Fault> {
    out.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write(item, out)?;
    }
    out.push(']');
    Ok(())
}

fn sorted(set: &Set) -> Result<Vec<&Value>, Fault> {
    let mut items: Vec<&Value> = set.iter().collect();
    for pair in items.windows(2) {
        if let Err((left, right)) = pair[1].order(pair[0]) {
            let (left, right) = (left.type_name(), right.type_name());
            let message = format!("'<' not supported between instances of '{left}' and '{right}'");
            return Err(Fault::new(message));
        }
    }
    items.sort_by(|left, right| {
        left.order(right)
            .ok()
            .and_then(|ranked| ranked.0)
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    Ok(items)
}

fn write_dict(dict: &Dict, out: &mut String) -> Result<(), Fault> {
    write_pairs(
        dict.iter().map(|(key, value)| Ok((key_text(key)?, value))),
        out,
    )
}

fn key_text(key: &Key) -> Result<String, Fault> {
    match key.value() {
        Value::Str(text) => Ok(text.clone()),
        Value::None => Ok("null".to_owned()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Int(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(real(*number)),
        other => Err(Fault::new(format!(
            "keys must be str, int, float, bool or None, not {}",
            other.type_name()
        ))),
    }
}

fn write_pairs<'a>(
    pairs: impl Iterator<Item = Result<(String, &'a Value), Fault>>,
    out: &mut String,
) -> Result<(), Fault> {
    out.push('{');
    for (at, pair) in pairs.enumerate() {
        let (key, value) = pair?;
        if at > 0 {
            out.push_str(", ");
        }
        write_text(&key, out);
        out.push_str(": ");
        write(value, out)?;
    }
    out.push('}');
    Ok(())
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='\u{7e}' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}
