//! The small language behind the colon of `fmt('{:>8.2f}', x)`, shared with `'%8.2f' % x`.

use num_bigint::{BigInt, Sign};
use num_traits::{Signed as _, ToPrimitive as _};

use crate::error::Fault;
use crate::limit;
use crate::value::{Value, quoted, real_text};

/// How a value is to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) fill: Option<char>,
    pub(crate) align: Option<char>,
    pub(crate) sign: Option<char>,
    pub(crate) alternate: bool,
    pub(crate) width: usize,
    pub(crate) grouping: Option<char>,
    pub(crate) precision: Option<usize>,
    pub(crate) kind: Option<char>,
}

impl Spec {
    /// Reads `[[fill]align][sign][#][0][width][grouping][.precision][type]`.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let chars: Vec<char> = text.chars().collect();
        let mut spec = Self::default();
        let mut at = 0;
        let is_align = |c: Option<&char>| c.is_some_and(|c| matches!(c, '<' | '>' | '=' | '^'));
        if is_align(chars.get(1)) {
            (spec.fill, spec.align, at) = (Some(chars[0]), Some(chars[1]), 2);
        } else if is_align(chars.first()) {
            (spec.align, at) = (Some(chars[0]), 1);
        }
        let mut take = |fits: fn(char) -> bool| {
            let found = chars.get(at).copied().filter(|c| fits(*c));
            at += usize::from(found.is_some());
            found
        };
        spec.sign = take(|c| matches!(c, '+' | '-' | ' '));
        let _ = take(|c| c == 'z');
        spec.alternate = take(|c| c == '#').is_some();
        if take(|c| c == '0').is_some() {
            spec.fill = spec.fill.or(Some('0'));
            spec.align = spec.align.or(Some('='));
        }
        spec.width = digits(&mut take)?.unwrap_or(0);
        spec.grouping = take(|c| matches!(c, ',' | '_'));
        if take(|c| c == '.').is_some() {
            let precision = digits(&mut take)?;
            spec.precision =
                Some(precision.ok_or_else(|| Fault::new("Format specifier missing precision"))?);
        }
        spec.kind = take(|_| true);
        if at < chars.len() {
            return Err(Fault::new("Invalid format specifier"));
        }
        Ok(spec)
    }

    /// Writes a value.
    pub(crate) fn write(&self, value: &Value) -> Result<String, Fault> {
        match (value, self.kind) {
            (Value::Str(text), None | Some('s')) => self.text(text),
            (Value::Bool(flag), kind) => {
                let number = BigInt::from(u8::from(*flag));
                if kind.is_none() {
                    self.text(&value.to_string())
                } else {
                    self.whole(&number)
                }
            }
            (Value::Int(number), _) => self.whole(number),
            (Value::Float(number), _) => self.real(*number, self.kind),
            (_, Some(kind)) => Err(unknown_code(kind, value)),
            (other, None) => Err(Fault::new(format!(
                "unsupported format string passed to {}.__format__",
                other.type_name()
            ))),
        }
    }

    fn text(&self, text: &str) -> Result<String, Fault> {
        if self.sign.is_some() {
            return Err(Fault::new("Sign not allowed in string format specifier"));
        }
        if self.align == Some('=') && self.fill != Some('0') {
            return Err(Fault::new(
                "'=' alignment not allowed in string format specifier",
            ));
        }
        let cut = match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text.to_owned(),
        };
        self.padded("", &cut, '<')
    }

    fn whole(&self, number: &BigInt) -> Result<String, Fault> {
        let kind = self.kind.unwrap_or('d');
        let size = number.abs();
        let (prefix, digits) = match kind {
            'd' | 'n' => ("", size.to_string()),
            'b' => ("0b", size.to_str_radix(2)),
            'o' => ("0o", size.to_str_radix(8)),
            'x' => ("0x", size.to_str_radix(16)),
            'X' => ("0X", size.to_str_radix(16).to_uppercase()),
            'c' => {
                let letter = number.to_u32().and_then(char::from_u32);
                let letter = letter.ok_or_else(|| Fault::new("%c arg not in range(0x110000)"))?;
                return self.padded("", &letter.to_string(), '<');
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
                let real = crate::value::compare::real_of(number)
                    .ok_or_else(|| Fault::new("int too large to convert to float"))?;
                return self.real(real, self.kind);
            }
            other => return Err(unknown_code(other, &Value::Int(number.clone()))),
        };
        if self.precision.is_some() {
            return Err(Fault::new(
                "Precision not allowed in integer format specifier",
            ));
        }
        let prefix = if self.alternate { prefix } else { "" };
        let group = if matches!(kind, 'd' | 'n') { 3 } else { 4 };
        let sign = self.sign_of(number.sign() == Sign::Minus);
        self.padded(
            &format!("{sign}{prefix}"),
            &self.grouped(&digits, group),
            '>',
        )
    }

    fn real(&self, number: f64, kind: Option<char>) -> Result<String, Fault> {
        let size = number.abs();
        let digits = self.precision;
        if digits.is_some_and(|digits| digits > 10_000) {
            return Err(Fault::new("precision too big"));
        }
        let body = if !size.is_finite() {
            real_text(size)
        } else {
            match kind {
                None if digits.is_none() => real_text(size),
                None => general(size, digits.unwrap_or(6).max(1), self.alternate, true),
                Some('f' | 'F') => format!("{size:.*}", digits.unwrap_or(6)),
                Some('e' | 'E') => scientific(size, digits.unwrap_or(6)),
                Some('g' | 'G' | 'n') => {
                    general(size, digits.unwrap_or(6).max(1), self.alternate, false)
                }
                Some('%') => format!("{:.*}", digits.unwrap_or(6), size * 100.0),
                Some(other) => return Err(unknown_code(other, &Value::Float(number))),
            }
        };
        let mut body = match body.split_once('.') {
            Some((whole, rest)) => format!("{}.{rest}", self.grouped(whole, 3)),
            None => self.grouped(&body, 3),
        };
        if kind == Some('%') {
            body.push('%');
        }
        if kind.is_some_and(|kind| kind.is_ascii_uppercase()) {
            body = body.to_uppercase();
        }
        let negative = number.is_sign_negative() && !number.is_nan();
        self.padded(self.sign_of(negative), &body, '>')
    }

    fn sign_of(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            (false, _) => "",
        }
    }

    fn grouped(&self, digits: &str, size: usize) -> String {
        let Some(separator) = self.grouping else {
            return digits.to_owned();
        };
        let mut out = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(size) {
                out.push(separator);
            }
            out.push(digit);
        }
        out
    }

    /// Fills up to the width; `head` (the sign) stays in front when zeros come between.
    pub(crate) fn padded(&self, head: &str, body: &str, usual: char) -> Result<String, Fault> {
        limit::text_of(self.width)?;
        let fill = self.fill.unwrap_or(' ').to_string();
        let missing = self
            .width
            .saturating_sub(head.chars().count() + body.chars().count());
        let (left, middle, right) = match self.align.unwrap_or(usual) {
            '>' => (missing, 0, 0),
            '=' => (0, missing, 0),
            '^' => (missing / 2, 0, missing - missing / 2),
            _ => (0, 0, missing),
        };
        let [left, middle, right] = [left, middle, right].map(|count| fill.repeat(count));
        Ok(format!("{left}{head}{middle}{body}{right}"))
    }
}

fn digits(take: &mut impl FnMut(fn(char) -> bool) -> Option<char>) -> Result<Option<usize>, Fault> {
    let mut number: Option<usize> = None;
    while let Some(digit) = take(|c| c.is_ascii_digit()) {
        let digit = digit
            .to_digit(10)
            .and_then(|digit| usize::try_from(digit).ok())
            .unwrap_or(0);
        let next = number
            .unwrap_or(0)
            .checked_mul(10)
            .and_then(|number| number.checked_add(digit));
        number = Some(next.ok_or_else(|| Fault::new("Too many decimal digits in format string"))?);
    }
    Ok(number)
}

fn unknown_code(kind: char, value: &Value) -> Fault {
    match value {
        Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) => {
            let code = quoted(&kind.to_string());
            let name = value.type_name();
            Fault::new(format!(
                "Unknown format code {code} for object of type '{name}'"
            ))
        }
        other => Fault::new(format!(
            "unsupported format string passed to {}.__format__",
            other.type_name()
        )),
    }
}

/// `1.5e+02`
pub(crate) fn scientific(size: f64, digits: usize) -> String {
    let text = format!("{size:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The shorter of fixed and scientific form, without zeros at the end.
pub(crate) fn general(size: f64, digits: usize, keep_zeros: bool, keep_point: bool) -> String {
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
