//! Numbers out of texts and other numbers.

use num_bigint::BigInt;
use num_traits::FromPrimitive as _;

use super::{Answer, Site, take};
use crate::error::Fault;
use crate::literal::{MOST_DIGITS, too_long};
use crate::value::{Value, quoted};

pub(crate) fn int(_: &mut Site<'_>, mut arguments: Vec<Value>) -> Answer {
    let value = take(&mut arguments);
    match value {
        Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) => {
            whole_from(&value).map(Value::Int)
        }
        other => Err(Fault::new(format!(
            "int() requires a str or a number, got {}",
            other.repr()
        ))),
    }
}

/// An integer: of a number without its fraction, or of the digits of a text.
pub(crate) fn whole_from(value: &Value) -> Result<BigInt, Fault> {
    match value {
        Value::Bool(value) => Ok(u8::from(*value).into()),
        Value::Int(value) => Ok(value.clone()),
        Value::Float(value) if value.is_nan() => {
            Err(Fault::new("cannot convert float NaN to integer"))
        }
        Value::Float(value) => BigInt::from_f64(value.trunc())
            .ok_or_else(|| Fault::new("cannot convert float infinity to integer")),
        Value::Str(text) => digits(text),
        other => Err(Fault::new(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            other.type_name()
        ))),
    }
}

fn digits(text: &str) -> Result<BigInt, Fault> {
    let wrong = || {
        Fault::new(format!(
            "invalid literal for int() with base 10: {}",
            quoted(text)
        ))
    };
    let plain = without_underscores(text.trim()).ok_or_else(wrong)?;
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    if digits.len() > MOST_DIGITS {
        return Err(Fault::new(too_long(digits.len())));
    }
    plain.parse().map_err(|_| wrong())
}

/// The text without the underscores between its digits; none if they stand elsewhere.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let mut places = text.match_indices('_').map(|(at, _)| at);
    let sound = places.all(|at| digit(at.checked_sub(1)) && digit(Some(at + 1)));
    sound.then(|| text.replace('_', ""))
}

/// A float of a number or of a text.
pub(crate) fn real_from(value: &Value) -> Result<f64, RealError> {
    match value {
        Value::Str(text) => {
            let plain = without_underscores(text.trim()).and_then(|text| text.parse().ok());
            plain.ok_or_else(|| {
                let message = format!("could not convert string to float: {}", quoted(text));
                RealError::Text(Fault::new(message))
            })
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
            let number = crate::value::compare::Number::of(value);
            match number {
                Some(crate::value::compare::Number::Real(value)) => Ok(value),
                Some(crate::value::compare::Number::Whole(whole)) => {
                    crate::value::compare::real_of(&whole).ok_or_else(|| {
                        RealError::Other(Fault::new("int too large to convert to float"))
                    })
                }
                None => Ok(f64::NAN),
            }
        }
        other => Err(RealError::Other(Fault::new(format!(
            "float() argument must be a string or a real number, not '{}'",
            other.type_name()
        )))),
    }
}

/// Why there is no float; a text may still be something else.
pub(crate) enum RealError {
    Text(Fault),
    Other(Fault),
}

impl From<RealError> for Fault {
    fn from(error: RealError) -> Self {
        let (RealError::Text(fault) | RealError::Other(fault)) = error;
        fault
    }
}
