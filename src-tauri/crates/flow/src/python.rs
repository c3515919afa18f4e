//! Numbers as Python reads them from values.

use expression::Value;
use num_bigint::BigInt;

use crate::coercion::whole;

/// The whole number a value means.
///
/// # Errors
/// If it means none; the text says why.
pub(crate) fn int(value: &Value) -> Result<BigInt, String> {
    match value {
        Value::Int(number) => Ok(number.clone()),
        Value::Bool(truth) => Ok(BigInt::from(u8::from(*truth))),
        Value::Float(number) => {
            whole(*number).ok_or_else(|| format!("{} is no whole number", value.repr()))
        }
        Value::Str(text) => digits(text)
            .and_then(|digits| BigInt::parse_bytes(digits.as_bytes(), 10))
            .ok_or_else(|| format!("{} is no whole number", value.repr())),
        other => Err(format!("a whole number was expected, not {}", other.repr())),
    }
}

/// The number a value means.
///
/// # Errors
/// If it means none; the text says why.
pub(crate) fn float(value: &Value) -> Result<f64, String> {
    match value {
        Value::Float(number) => Ok(*number),
        Value::Bool(truth) => Ok(f64::from(u8::from(*truth))),
        Value::Int(_) => value
            .as_f64()
            .ok_or_else(|| format!("{} is too large", value.repr())),
        Value::Str(text) => real(text).ok_or_else(|| format!("{} is no number", value.repr())),
        other => Err(format!("a number was expected, not {}", other.repr())),
    }
}

/// Decimal digits with a sign, without blanks around and single underscores between.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let between = !body.starts_with('_') && !body.ends_with('_') && !body.contains("__");
    let sound = body
        .chars()
        .all(|digit| digit.is_ascii_digit() || digit == '_');
    (between && sound && !body.is_empty()).then(|| text.replace('_', ""))
}

fn real(text: &str) -> Option<f64> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        let digit = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(u8::is_ascii_digit)
        };
        digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    let sound = text.match_indices('_').all(|(at, _)| between_digits(at));
    if !sound {
        return None;
    }
    let body = text.strip_prefix(['+', '-']).unwrap_or(text).to_lowercase();
    let named = matches!(&*body, "inf" | "infinity" | "nan");
    let numeric = body.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    (named || numeric)
        .then(|| text.replace('_', "").parse().ok())
        .flatten()
}
