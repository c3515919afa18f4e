//! The small language behind the colon of `fmt('{:>8.2f}', x)`, shared with `'%8.2f' % x`.

mod reader;
mod real;

use num_bigint::{BigInt, Sign};
use num_traits::{Signed as _, ToPrimitive as _};

use self::reader::Reader;
use self::real::{general, scientific};
use crate::error::Fault;
use crate::limit;
use crate::value::{Value, real_text};

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
    /// Whether `0` stood before the width: numbers are filled behind their sign.
    pub(crate) zeros: bool,
    /// Whether negative zeros lose their sign.
    pub(crate) plain_zero: bool,
}

impl Spec {
    /// Reads `[[fill]align][sign][z][#][0][width][grouping][.precision][type]` and writes a value.
    pub(crate) fn format(text: &str, value: &Value) -> Result<String, Fault> {
        match value {
            Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) => {}
            other => {
                let kind = other.type_name();
                let message = format!("unsupported format string passed to {kind}.__format__");
                return Err(Fault::new(message));
            }
        }
        let mut reader = Reader {
            chars: text.chars().collect(),
            at: 0,
        };
        let spec = reader.spec()?;
        if reader.at < reader.chars.len() {
            let kind = value.type_name();
            let message = format!("Invalid format specifier '{text}' for object of type '{kind}'");
            return Err(Fault::new(message));
        }
        spec.check_grouping(matches!(value, Value::Str(_)))?;
        spec.write(value)
    }

    fn check_grouping(&self, text: bool) -> Result<(), Fault> {
        let Some(grouping) = self.grouping else {
            return Ok(());
        };
        let kind = self.kind.or(text.then_some('s'));
        let fits = match kind {
            None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => true,
            Some('b' | 'o' | 'x' | 'X') => grouping == '_',
            Some(_) => false,
        };
        match kind {
            Some(kind) if !fits => Err(Fault::new(format!(
                "Cannot specify '{grouping}' with '{kind}'."
            ))),
            _ => Ok(()),
        }
    }

    /// Writes a text or a number.
    pub(crate) fn write(&self, value: &Value) -> Result<String, Fault> {
        match (value, self.kind) {
            (Value::Str(text), None | Some('s')) => self.text(text),
            (Value::Bool(flag), _) => self.whole(&BigInt::from(u8::from(*flag)), "bool"),
            (Value::Int(number), _) => self.whole(number, "int"),
            (Value::Float(number), _) => self.real(*number, self.kind),
            (other, kind) => Err(unknown_code(kind.unwrap_or('s'), other.type_name())),
        }
    }

    fn text(&self, text: &str) -> Result<String, Fault> {
        let refused = |what: &str| {
            Err(Fault::new(format!(
                "{what} not allowed in string format specifier"
            )))
        };
        if self.sign.is_some() {
            return refused("Sign");
        }
        if self.plain_zero {
            return refused("Negative zero coercion (z)");
        }
        if self.alternate {
            return refused("Alternate form (#)");
        }
        if self.align == Some('=') {
            return refused("'=' alignment");
        }
        let cut = match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text.to_owned(),
        };
        self.padded("", &cut, '<')
    }

    fn whole(&self, number: &BigInt, type_name: &str) -> Result<String, Fault> {
        let kind = self.kind.unwrap_or('d');
        if matches!(kind, 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') {
            let real = crate::value::compare::real_of(number)
                .ok_or_else(|| Fault::new("int too large to convert to float"))?;
            return self.real(real, self.kind);
        }
        let size = number.abs();
        let (prefix, digits) = match kind {
            'd' | 'n' => ("", size.to_string()),
            'b' => ("0b", size.to_str_radix(2)),
            'o' => ("0o", size.to_str_radix(8)),
            'x' => ("0x", size.to_str_radix(16)),
            'X' => ("0X", size.to_str_radix(16).to_uppercase()),
            'c' => ("", String::new()),
            other => return Err(unknown_code(other, type_name)),
        };
        self.check_whole()?;
        if kind == 'c' {
            return self.character(number);
        }
        let prefix = if self.alternate { prefix } else { "" };
        let group = if matches!(kind, 'd' | 'n') { 3 } else { 4 };
        let head = format!("{}{prefix}", self.sign_of(number.sign() == Sign::Minus));
        let digits = self.grouped(&digits, group, head.chars().count(), 0);
        self.padded(&head, &digits, '>')
    }

    fn check_whole(&self) -> Result<(), Fault> {
        let message = if self.precision.is_some() {
            "Precision not allowed in integer format specifier"
        } else if self.plain_zero {
            "Negative zero coercion (z) not allowed in integer format specifier"
        } else {
            return Ok(());
        };
        Err(Fault::new(message))
    }

    fn character(&self, number: &BigInt) -> Result<String, Fault> {
        let with_c = |what: &str| {
            Err(Fault::new(format!(
                "{what} not allowed with integer format specifier 'c'"
            )))
        };
        if self.sign.is_some() {
            return with_c("Sign");
        }
        if self.alternate {
            return with_c("Alternate form (#)");
        }
        let letter = number.to_u32().and_then(char::from_u32);
        let letter = letter.ok_or_else(|| Fault::new("%c arg not in range(0x110000)"))?;
        self.padded("", &letter.to_string(), '<')
    }

    fn real(&self, number: f64, kind: Option<char>) -> Result<String, Fault> {
        if let Some(other) = kind.filter(|kind| !"eEfFgGn%".contains(*kind)) {
            return Err(unknown_code(other, "float"));
        }
        if self.precision.is_some_and(|digits| digits > MOST_PLACES) {
            return Err(Fault::new("precision too big"));
        }
        let mut body = self.real_digits(number.abs(), kind);
        if kind.is_some_and(|kind| kind.is_ascii_uppercase()) {
            body = body.to_uppercase();
        }
        let zero = self.plain_zero && body.chars().all(|c| matches!(c, '0' | '.'));
        let negative = number.is_sign_negative() && !number.is_nan() && !zero;
        let head = self.sign_of(negative);
        let whole = body
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(body.len());
        let (whole, rest) = body.split_at(whole);
        if whole.is_empty() {
            return self.padded(head, rest, '>');
        }
        let tail = rest.chars().count();
        let whole = self.grouped(whole, 3, head.len(), tail);
        self.padded(head, &format!("{whole}{rest}"), '>')
    }

    fn real_digits(&self, size: f64, kind: Option<char>) -> String {
        let percent = if kind == Some('%') { "%" } else { "" };
        if !size.is_finite() {
            return format!("{}{percent}", real_text(size));
        }
        let digits = self.precision.unwrap_or(6);
        let body = match kind {
            None => match self.precision {
                Some(digits) => general(size, digits.max(1), self.alternate, true),
                None => real_text(size),
            },
            Some('f' | 'F') => format!("{size:.digits$}"),
            Some('e' | 'E') => scientific(size, digits),
            Some('%') => format!("{:.digits$}", size * 100.0),
            Some(_) => general(size, digits.max(1), self.alternate, false),
        };
        let point = self.alternate && !body.contains('.') && !body.contains('e');
        format!("{body}{}{percent}", if point { "." } else { "" })
    }

    fn sign_of(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            (false, _) => "",
        }
    }

    /// Digits in groups; with `0` before the width, zeros are put in front first.
    fn grouped(&self, digits: &str, size: usize, head: usize, tail: usize) -> String {
        let Some(separator) = self.grouping else {
            return digits.to_owned();
        };
        let taken = |count: usize| count + count.saturating_sub(1) / size;
        let room = self
            .width
            .min(limit::LONGEST_TEXT)
            .saturating_sub(head + tail);
        let mut count = digits.len();
        if self.zeros && self.align.is_none() && self.fill.is_none() {
            while taken(count) < room {
                count += 1;
            }
        }
        let filled = format!("{}{digits}", "0".repeat(count - digits.len()));
        let mut out = String::new();
        for (at, digit) in filled.chars().enumerate() {
            if at > 0 && (count - at).is_multiple_of(size) {
                out.push(separator);
            }
            out.push(digit);
        }
        out
    }

    /// Fills up to the width; `head` (the sign) stays in front when zeros come between.
    pub(crate) fn padded(&self, head: &str, body: &str, usual: char) -> Result<String, Fault> {
        limit::text_of(self.width)?;
        let fill = self
            .fill
            .unwrap_or(if self.zeros { '0' } else { ' ' })
            .to_string();
        let usual = if self.zeros && usual == '>' {
            '='
        } else {
            usual
        };
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

/// No float is written with more places.
const MOST_PLACES: usize = 10_000;

fn unknown_code(kind: char, type_name: &str) -> Fault {
    Fault::new(format!(
        "Unknown format code '{kind}' for object of type '{type_name}'"
    ))
}
