//! Floats with a given number of digits.

/// `1.5e+02`
pub(super) fn scientific(size: f64, digits: usize) -> String {
    let text = format!("{size:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The shorter of fixed and scientific form, without zeros at the end.
pub(super) fn general(size: f64, digits: usize, keep_zeros: bool, keep_point: bool) -> String {
    let text = format!("{size:.*e}", digits - 1);
    let exponent: i32 = text
        .split_once('e')
        .and_then(|(_, e)| e.parse().ok())
        .unwrap_or(0);
    let limit = i32::try_from(digits).unwrap_or(i32::MAX);
    let limit = if keep_point {
        limit.saturating_sub(1).max(1)
    } else {
        limit
    };
    if exponent < -4 || exponent >= limit {
        let text = scientific(size, digits - 1);
        let (mantissa, rest) = text.split_once('e').unwrap_or((&text, "+00"));
        let mantissa = if keep_zeros {
            mantissa
        } else {
            trimmed(mantissa)
        };
        return format!("{mantissa}e{rest}");
    }
    let after = usize::try_from(limit.max(i32::try_from(digits).unwrap_or(limit)) - 1 - exponent)
        .unwrap_or(0);
    let text = format!("{size:.after$}");
    let text = if keep_zeros { &text } else { trimmed(&text) };
    if keep_point && !text.contains('.') {
        format!("{text}.0")
    } else {
        text.to_owned()
    }
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}
