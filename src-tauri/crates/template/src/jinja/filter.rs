//! Filters over values: conversions, JSON, defaults.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::arguments::Arguments;
use super::python;
use crate::python_json::{Letters, write_text};

pub(super) fn add(env: &mut Environment<'static>) {
    env.add_filter("default", default);
    env.add_filter("d", default);
    env.add_filter("int", int);
    env.add_filter("float", float);
    env.add_filter("string", |value: Value| {
        if value.as_str().is_some() {
            value
        } else {
            Value::from(python::text(&value))
        }
    });
    env.add_filter("round", round);
    env.add_filter("abs", abs);
    env.add_filter("pprint", |value: Value| python::pretty(&value));
    env.add_filter("tojson", tojson);
    env.add_filter("jsonify", jsonify);
    env.add_filter("__sorted", |state: &mut State, list: Value| {
        minijinja::filters::sort(state, list, Kwargs::from_iter::<[(&str, Value); 0]>([]))
    });
    env.add_function("dict", dict);
}

fn default(value: Value, args: Rest<Value>, named: Kwargs) -> Result<Value, Error> {
    let args = Arguments::named("default", &args, &named, &["default_value", "boolean"])?;
    let replaced = value.is_undefined() || (args.flag_or(1, false) && !value.is_true());
    Ok(if replaced {
        args.get(0).cloned().unwrap_or_else(|| Value::from(""))
    } else {
        value
    })
}

fn int(value: Value, args: Rest<Value>, named: Kwargs) -> Result<Value, Error> {
    let args = Arguments::named("int", &args, &named, &["default", "base"])?;
    let base = u32::try_from(args.whole_or(1, 10)?).unwrap_or(10);
    let fallback = || args.get(0).cloned().unwrap_or_else(|| Value::from(0));
    if value.kind() == ValueKind::Bool {
        return Ok(Value::from(i64::from(value.is_true())));
    }
    if value.is_integer() {
        return Ok(value);
    }
    let number = match (python::as_float(&value), value.as_str()) {
        (Some(float), _) => Some(float),
        (None, Some(text)) => match whole(text, base) {
            Some(whole) => return Ok(Value::from(whole)),
            None => decimal(text),
        },
        _ => None,
    };
    Ok(number
        .and_then(truncated)
        .map_or_else(fallback, Value::from))
}

fn float(value: Value, args: Rest<Value>, named: Kwargs) -> Result<Value, Error> {
    let args = Arguments::named("float", &args, &named, &["default"])?;
    let number = match value.kind() {
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        _ => value.as_str().and_then(decimal),
    };
    Ok(number
        .map(Value::from)
        .unwrap_or_else(|| args.get(0).cloned().unwrap_or_else(|| Value::from(0.0))))
}

/// A whole number as Python's `int(text, base)` reads it.
fn whole(text: &str, base: u32) -> Option<i128> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefix = match base {
        16 => "0x",
        8 => "0o",
        2 => "0b",
        _ => "",
    };
    let lower = digits.to_ascii_lowercase();
    let digits = lower.strip_prefix(prefix).unwrap_or(&lower);
    let is_tidy = !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__");
    let plain = digits.replace('_', "");
    let signed = plain.starts_with(['+', '-']);
    let found = (is_tidy && !signed && (2..=36).contains(&base))
        .then(|| i128::from_str_radix(&plain, base).ok())
        .flatten()?;
    Some(if negative { -found } else { found })
}

/// A number as Python's `float(text)` reads it.
fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_tidy = !text.starts_with('_') && !text.ends_with('_') && !text.contains("__");
    is_tidy
        .then(|| text.replace('_', "").parse().ok())
        .flatten()
}

#[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
fn truncated(float: f64) -> Option<i128> {
    (float.is_finite() && float.abs() < 1e30).then_some(float as i128)
}

fn round(value: Value, args: Rest<Value>, named: Kwargs) -> Result<Value, Error> {
    let args = Arguments::named("round", &args, &named, &["precision", "method"])?;
    let precision = args.whole_or(0, 0)?.clamp(-300, 300);
    let method = args.text_or(1, "common");
    if value.kind() == ValueKind::Bool {
        return Ok(Value::from(i64::from(value.is_true())));
    }
    let Some(float) = python::as_float(&value) else {
        return match method.as_str() {
            "common" if precision >= 0 => Ok(value),
            _ => rounded(f64::try_from(value)?, precision, &method).map(Value::from),
        };
    };
    rounded(float, precision, &method).map(Value::from)
}

fn abs(value: Value) -> Result<Value, Error> {
    if value.kind() == ValueKind::Bool {
        return Ok(Value::from(i64::from(value.is_true())));
    }
    minijinja::filters::abs(value)
}

fn rounded(float: f64, precision: i64, method: &str) -> Result<f64, Error> {
    let power = 10f64.powi(i32::try_from(precision).unwrap_or(0));
    match method {
        "ceil" => Ok((float * power).ceil() / power),
        "floor" => Ok((float * power).floor() / power),
        "common" if precision >= 0 => {
            let digits = usize::try_from(precision).unwrap_or(0);
            Ok(format!("{float:.digits$}").parse().unwrap_or(float))
        }
        "common" => Ok((float * power).round_ties_even() / power),
        _ => Err(refused("method must be common, ceil or floor")),
    }
}

fn tojson(value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named("tojson", &args, &named, &["indent"])?;
    let indent = args.given(0).map(|_| args.whole_or(0, 0)).transpose()?;
    let plain = json(&value, indent)?;
    Ok(plain
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\'', "\\u0027"))
}

fn jsonify(value: Value, args: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let args = Arguments::named("jsonify", &args, &named, &["indent"])?;
    let indent = match args.get(0) {
        Some(none) if none.is_none() => None,
        _ => Some(args.whole_or(0, 4)?),
    };
    json(&value, indent)
}

/// JSON as Python's `json.dumps(value, sort_keys=True, indent=indent)` writes it.
fn json(value: &Value, indent: Option<i64>) -> Result<String, Error> {
    super::weight::check(value)?;
    let mut out = String::new();
    let indent = indent.map(|width| usize::try_from(width.clamp(0, 64)).unwrap_or(0));
    write_json(value, indent, 0, &mut out)?;
    Ok(out)
}

fn write_json(
    value: &Value,
    indent: Option<usize>,
    depth: usize,
    out: &mut String,
) -> Result<(), Error> {
    if depth > 100 {
        return Err(refused("the value is nested too deeply for JSON"));
    }
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => out.push_str(&python::text(value)),
        ValueKind::String => write_text(value.as_str().unwrap_or_default(), Letters::Ascii, out),
        ValueKind::Map => {
            let mut pairs: Vec<(String, Value)> = Vec::new();
            for key in value.try_iter()? {
                pairs.push((json_key(&key), value.get_item(&key)?));
            }
            pairs.sort_by(|left, right| left.0.cmp(&right.0));
            let write = |(key, inner): &(String, Value), out: &mut String| {
                write_text(key, Letters::Ascii, out);
                out.push_str(": ");
                write_json(inner, indent, depth + 1, out)
            };
            items(('{', '}'), &pairs, indent, depth, out, write)?;
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let list: Vec<Value> = value.try_iter()?.collect();
            let write = |inner: &Value, out: &mut String| write_json(inner, indent, depth + 1, out);
            items(('[', ']'), &list, indent, depth, out, write)?;
        }
        ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        _ => return Err(refused("the value cannot be written as JSON")),
    }
    Ok(())
}

#[expect(
    clippy::too_many_arguments,
    reason = "one inner step of the writer above"
)]
fn items<T>(
    brackets: (char, char),
    list: &[T],
    indent: Option<usize>,
    depth: usize,
    out: &mut String,
    write: impl Fn(&T, &mut String) -> Result<(), Error>,
) -> Result<(), Error> {
    out.push(brackets.0);
    for (at, one) in list.iter().enumerate() {
        match (at, indent) {
            (0, None) => {}
            (_, None) => out.push_str(", "),
            (at, Some(_)) => out.push_str(if at == 0 { "\n" } else { ",\n" }),
        }
        out.push_str(&" ".repeat(indent.unwrap_or(0) * (depth + 1)));
        write(one, out)?;
    }
    if let (Some(width), false) = (indent, list.is_empty()) {
        out.push('\n');
        out.push_str(&" ".repeat(width * depth));
    }
    out.push(brackets.1);
    Ok(())
}

fn json_key(key: &Value) -> String {
    match key.kind() {
        ValueKind::None => "null".to_owned(),
        ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
        _ => python::text(key),
    }
}

/// `dict(mapping or pairs, key=value …)`.
fn dict(args: Rest<Value>, named: Kwargs) -> Result<Value, Error> {
    let table = Arc::new(super::shared::Table::default());
    table.update(&args)?;
    for name in named.args() {
        let value: Value = named.get(name)?;
        super::weight::check(&value)?;
        table.set(name, value);
    }
    Ok(Value::from_dyn_object(table))
}

fn refused(why: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}
