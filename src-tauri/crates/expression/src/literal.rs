//! Reads literals: numbers and quoted texts, by Python's rules.

use num_bigint::BigInt;

use crate::Value;

/// Python refuses decimal integers with more digits than this, and so do we.
pub(crate) const MOST_DIGITS: usize = 4300;

/// Reads a number token.
pub(crate) fn number(token: &str) -> Result<Value, String> {
    let (sign, digits) = token
        .strip_prefix('-')
        .map_or((1, token), |digits| (-1, digits));
    let radix = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => Some((16, "hexadecimal")),
        Some("0o") => Some((8, "octal")),
        Some("0b") => Some((2, "binary")),
        _ => None,
    };
    if let Some((radix, name)) = radix {
        return based(&digits[2..], radix).ok_or_else(|| format!("invalid {name} literal"));
    }
    if digits.contains('.') {
        let value: f64 = digits
            .parse()
            .map_err(|_| "invalid decimal literal".to_owned())?;
        return Ok(Value::Float(f64::from(sign) * value));
    }
    whole(digits).map(|value| Value::Int(value * sign))
}

fn based(digits: &str, radix: u32) -> Option<Value> {
    let tidy = digits.strip_prefix('_').unwrap_or(digits);
    if tidy.is_empty() || tidy.starts_with('_') || tidy.ends_with('_') || tidy.contains("__") {
        return None;
    }
    BigInt::parse_bytes(tidy.replace('_', "").as_bytes(), radix).map(Value::Int)
}

fn whole(digits: &str) -> Result<BigInt, String> {
    if digits.ends_with('_') || digits.contains("__") {
        return Err("invalid decimal literal".to_owned());
    }
    let plain = digits.replace('_', "");
    if plain.starts_with('0') && plain.bytes().any(|digit| digit != b'0') {
        return Err(
            "leading zeros in decimal integer literals are not permitted; \
                    use an 0o prefix for octal integers"
                .to_owned(),
        );
    }
    if plain.len() > MOST_DIGITS {
        return Err(too_long(plain.len()));
    }
    plain
        .parse()
        .map_err(|_| "invalid decimal literal".to_owned())
}

/// What is said about an integer with too many digits.
pub(crate) fn too_long(digits: usize) -> String {
    format!(
        "Exceeds the limit ({MOST_DIGITS} digits) for integer string conversion: \
         value has {digits} digits"
    )
}

/// Reads a quoted text, quotes included.
pub(crate) fn string(token: &str) -> Result<String, String> {
    let inner = &token[1..token.len() - 1];
    if inner.contains(['\n', '\r']) {
        return Err("unterminated string literal (detected at line 1)".to_owned());
    }
    let mut reader = Escapes {
        rest: inner,
        out: String::with_capacity(inner.len()),
    };
    while let Some(at) = reader.rest.find('\\') {
        reader.out.push_str(&reader.rest[..at]);
        reader.rest = &reader.rest[at + 1..];
        reader.escape()?;
    }
    reader.out.push_str(reader.rest);
    Ok(reader.out)
}

struct Escapes<'a> {
    rest: &'a str,
    out: String,
}

impl Escapes<'_> {
    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<(), String> {
        let Some(letter) = self.rest.chars().next() else {
            return Err("unterminated string literal (detected at line 1)".to_owned());
        };
        if letter.is_digit(8) {
            return self.code(8, 1, 3, "\\");
        }
        self.rest = &self.rest[letter.len_utf8()..];
        let plain = match letter {
            'x' => return self.code(16, 2, 2, "\\xXX"),
            'u' => return self.code(16, 4, 4, "\\uXXXX"),
            'U' => return self.code(16, 8, 8, "\\UXXXXXXXX"),
            'N' => return Err("characters cannot be written by name; use \\uXXXX".to_owned()),
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' | '\'' | '"' => letter,
            other => {
                self.out.push('\\');
                other
            }
        };
        self.out.push(plain);
        Ok(())
    }

    fn code(&mut self, radix: u32, least: usize, most: usize, form: &str) -> Result<(), String> {
        let fits = self
            .rest
            .chars()
            .take(most)
            .take_while(|c| c.is_digit(radix))
            .count();
        if fits < least {
            return Err(format!("truncated {form} escape"));
        }
        let code = u32::from_str_radix(&self.rest[..fits], radix).unwrap_or(u32::MAX);
        let letter = char::from_u32(code).ok_or_else(|| {
            format!("the escape {form} names no character (half of a surrogate pair, or too large)")
        })?;
        self.rest = &self.rest[fits..];
        self.out.push(letter);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_pythons_rules() {
        for (token, value) in [
            ("42", Value::from(42)),
            ("-42", Value::from(-42)),
            ("1_000", Value::from(1000)),
            ("0xFF", Value::from(255)),
            ("0x_F", Value::from(15)),
            ("0o17", Value::from(15)),
            ("0b1_01", Value::from(5)),
            ("00", Value::from(0)),
            ("1.", Value::Float(1.0)),
            ("1.e5", Value::Float(1e5)),
            ("007.5", Value::Float(7.5)),
        ] {
            assert_eq!(number(token), Ok(value), "{token}");
        }
        for token in ["007", "1_", "1__0", "0x_", "0x1_", "1.5e3e4"] {
            assert!(number(token).is_err(), "{token}");
        }
    }

    #[test]
    fn escapes_in_texts_are_read() {
        for (token, text) in [
            (r"'tab\tx\x41\u0042'", "tab\txAB"),
            (r"'back\\'", "back\\"),
            (r"'\q\101\0'", "\\qA\0"),
            (r#"'a\"b'"#, "a\"b"),
            (r"'\U0001F600'", "😀"),
        ] {
            assert_eq!(string(token).as_deref(), Ok(text), "{token}");
        }
        for token in [r"'end\'", r"'\x4'", r"'\ud800'", r"'\N{DASH}'", "'a\nb'"] {
            assert!(string(token).is_err(), "{token}");
        }
    }
}
