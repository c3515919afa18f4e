//! Numbers of YAML 1.1: octal with a leading zero, base 60, underscores.

use expression::Value;
use num_bigint::BigInt;

fn unsigned(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn all(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(allowed)
}

/// Whether all parts after the first are numbers from 0 to 59.
fn base_sixty(parts: &str) -> bool {
    parts.split(':').all(|part| match part.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    })
}

/// Whether plain text is written like a whole number.
pub(super) fn looks_whole(text: &str) -> bool {
    let (_, digits) = unsigned(text);
    let decimal = |digit: char| digit.is_ascii_digit() || digit == '_';
    let starts_one_to_nine = digits.starts_with(|first: char| ('1'..='9').contains(&first));
    if let Some(digits) = digits.strip_prefix("0b") {
        return all(digits, |digit| "01_".contains(digit));
    }
    if let Some(digits) = digits.strip_prefix("0x") {
        return all(digits, |digit| digit.is_ascii_hexdigit() || digit == '_');
    }
    if digits == "0" {
        return true;
    }
    if let Some(digits) = digits.strip_prefix('0') {
        return all(digits, |digit| ('0'..='7').contains(&digit) || digit == '_');
    }
    if let Some((first, rest)) = digits.split_once(':') {
        return starts_one_to_nine && all(first, decimal) && base_sixty(rest);
    }
    starts_one_to_nine && all(digits, decimal)
}

/// Whether plain text is written like a number with a point.
pub(super) fn looks_real(text: &str) -> bool {
    let (_, digits) = unsigned(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let Some((whole, rest)) = digits.split_once('.') else {
        return false;
    };
    let decimal = |digit: char| digit.is_ascii_digit() || digit == '_';
    if whole.is_empty() {
        let signed = digits.len() != text.len();
        let (fraction, exponent) = split_exponent(rest);
        let starts = fraction.starts_with(|first: char| first.is_ascii_digit());
        return !signed && starts && all(fraction, decimal) && exponent;
    }
    if !whole.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    if let Some((first, parts)) = whole.split_once(':') {
        return all(first, decimal) && base_sixty(parts) && (rest.is_empty() || all(rest, decimal));
    }
    let (fraction, exponent) = split_exponent(rest);
    all(whole, decimal) && (fraction.is_empty() || all(fraction, decimal)) && exponent
}

/// The digits before an exponent, and whether the exponent (if any) is complete.
fn split_exponent(text: &str) -> (&str, bool) {
    let Some(at) = text.find(['e', 'E']) else {
        return (text, true);
    };
    let exponent = &text[at + 1..];
    let signed = exponent.starts_with(['+', '-']);
    (
        &text[..at],
        signed && all(&exponent[1..], |digit| digit.is_ascii_digit()),
    )
}

/// The whole number a text means, if it has digits.
pub(super) fn whole(text: &str) -> Option<Value> {
    let text = text.replace('_', "");
    let (negative, digits) = unsigned(&text);
    let parse = |digits: &str, base| BigInt::parse_bytes(digits.as_bytes(), base);
    let number = if digits == "0" {
        BigInt::from(0)
    } else if let Some(digits) = digits.strip_prefix("0b") {
        parse(digits, 2)?
    } else if let Some(digits) = digits.strip_prefix("0x") {
        parse(digits, 16)?
    } else if digits.starts_with('0') {
        parse(digits, 8)?
    } else if digits.contains(':') {
        let mut sum = BigInt::from(0);
        for part in digits.split(':') {
            sum = sum * 60 + parse(part, 10)?;
        }
        sum
    } else {
        parse(digits, 10)?
    };
    Some(Value::Int(if negative { -number } else { number }))
}

/// The number with a point a text means.
pub(super) fn real(text: &str) -> Option<Value> {
    let text = text.replace('_', "").to_lowercase();
    let (negative, digits) = unsigned(&text);
    let number = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ if digits.contains(':') => {
            let mut sum = 0.0;
            let mut base = 1.0;
            for part in digits.rsplit(':') {
                sum += part.parse::<f64>().ok()? * base;
                base *= 60.0;
            }
            sum
        }
        _ => digits.parse().ok()?,
    };
    Some(Value::Float(if negative { -number } else { number }))
}
