//! How Python writes values.

use super::weight;
use indexmap::IndexMap;
use minijinja::value::ValueKind;
use minijinja::{Error, Output, State, Value, escape_formatter};

/// Prints the value of a substitution. An undefined one never comes here, unless it is the missing
/// `else` of an inline `if`, which prints nothing.
pub(super) fn print(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    weight::check(value)?;
    match as_float(value) {
        Some(float) => out.write_str(&float_text(float)).map_err(Error::from),
        None => escape_formatter(out, state, value),
    }
}

/// The text of a value, as `str()` gives it.
pub(super) fn text(value: &Value) -> String {
    match as_float(value) {
        Some(float) => float_text(float),
        None if weight::may_be_written(value) => value.to_string(),
        None => String::new(),
    }
}

/// The value as `repr()` gives it.
pub(super) fn repr(value: &Value) -> String {
    match as_float(value) {
        Some(float) => float_text(float),
        None if !weight::may_be_written(value) => String::new(),
        None => format!("{value:?}"),
    }
}

/// A plain table as `repr()` gives it.
pub(super) fn table_text(pairs: &IndexMap<Value, Value>) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, one)| format!("{}: {}", repr(key), repr(one)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}

/// The value as `pprint` gives it: as `repr()`, plain tables sorted by their keys.
pub(super) fn pretty(value: &Value) -> String {
    if !weight::may_be_written(value) {
        return String::new();
    }
    repr(&sorted(value, 0))
}

fn sorted(value: &Value, depth: usize) -> Value {
    let Ok(keys) = value.try_iter() else {
        return value.clone();
    };
    if value.kind() != ValueKind::Map || depth > 20 {
        return value.clone();
    }
    let mut keys: Vec<Value> = keys.collect();
    keys.sort();
    let inner = |key: &Value| value.get_item(key).map(|one| sorted(&one, depth + 1));
    Value::from_pairs(
        keys.iter()
            .filter_map(|key| Some((key.clone(), inner(key).ok()?))),
    )
}

/// The value of a float; `None` for everything else, whole numbers too.
pub(super) fn as_float(value: &Value) -> Option<f64> {
    (value.kind() == ValueKind::Number && !value.is_integer())
        .then(|| f64::try_from(value.clone()).ok())
        .flatten()
}

/// A float as `repr()` gives it.
pub(super) fn float_text(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if float != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{float}");
    if plain.contains('.') {
        plain
    } else {
        plain + ".0"
    }
}

/// A JSON number as Python writes it after reading it.
pub(super) fn number(number: &serde_json::Number) -> String {
    if number.is_i64() || number.is_u64() {
        return number.to_string();
    }
    number
        .as_f64()
        .map_or_else(|| number.to_string(), float_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_look_as_in_python() {
        for (float, text) in [
            (1.5, "1.5"),
            (5.0, "5.0"),
            (1e20, "1e+20"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (0.0, "0.0"),
            (-2.5, "-2.5"),
        ] {
            assert_eq!(float_text(float), text);
        }
    }
}
