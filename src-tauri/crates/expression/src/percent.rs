//! Fills values into a pattern with `%`, as Python's `'%s' % x` does.

use num_bigint::BigInt;

use crate::error::Fault;
use crate::format::ascii;
use crate::functions::{real_from, whole_from};
use crate::limit;
use crate::spec::Spec;
use crate::value::Value;

/// Fills a pattern with one value, or with the entries of a dictionary.
pub(crate) fn format(pattern: &str, value: &Value) -> Result<String, Fault> {
    let mut filler = Filler {
        rest: pattern,
        whole: pattern,
        value,
        used: false,
        named: false,
    };
    let out = filler.fill()?;
    let optional = matches!(value, Value::Dict(_) | Value::List(_));
    if filler.used || filler.named || optional {
        return Ok(out);
    }
    Err(Fault::new(
        "not all arguments converted during string formatting",
    ))
}

struct Filler<'a> {
    whole: &'a str,
    rest: &'a str,
    value: &'a Value,
    used: bool,
    named: bool,
}

impl Filler<'_> {
    fn fill(&mut self) -> Result<String, Fault> {
        let mut out = String::new();
        while let Some(at) = self.rest.find('%') {
            out.push_str(&self.rest[..at]);
            self.rest = &self.rest[at + 1..];
            out.push_str(&self.field()?);
            limit::text_of(out.len())?;
        }
        out.push_str(self.rest);
        Ok(out)
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn field(&mut self) -> Result<String, Fault> {
        if let Some(rest) = self.rest.strip_prefix('%') {
            self.rest = rest;
            return Ok("%".to_owned());
        }
        let name = self.name()?;
        let mut spec = self.flags();
        spec.width = self.number()?.unwrap_or(0);
        if self.rest.starts_with('.') {
            self.next();
            spec.precision = Some(self.number()?.unwrap_or(0));
        }
        while self.rest.starts_with(['h', 'l', 'L']) {
            self.next();
        }
        let at = self.whole.chars().count() - self.rest.chars().count();
        let code = self.next().ok_or_else(|| Fault::new("incomplete format"))?;
        let value = self.argument(name)?;
        write(&mut spec, code, &value, at)
    }

    fn name(&mut self) -> Result<Option<String>, Fault> {
        if !self.rest.starts_with('(') {
            return Ok(None);
        }
        if !matches!(self.value, Value::Dict(_)) {
            return Err(Fault::new("format requires a mapping"));
        }
        let end = self
            .rest
            .find(')')
            .ok_or_else(|| Fault::new("incomplete format key"))?;
        let name = self.rest[1..end].to_owned();
        self.rest = &self.rest[end + 1..];
        Ok(Some(name))
    }

    fn flags(&mut self) -> Spec {
        let mut spec = Spec {
            align: Some('>'),
            ..Spec::default()
        };
        let mut left = false;
        while let Some(flag) = self.rest.chars().next().filter(|c| "-+ #0".contains(*c)) {
            self.next();
            match flag {
                '-' => left = true,
                '+' => spec.sign = Some('+'),
                ' ' => spec.sign = spec.sign.or(Some(' ')),
                '#' => spec.alternate = true,
                _ => (spec.fill, spec.align) = (Some('0'), Some('=')),
            }
        }
        if left {
            (spec.fill, spec.align) = (None, Some('<'));
        }
        spec
    }

    fn number(&mut self) -> Result<Option<usize>, Fault> {
        if self.rest.starts_with('*') {
            self.next();
            let value = self.argument(None)?;
            let width = value.as_i64().ok_or_else(|| Fault::new("* wants int"))?;
            return Ok(Some(usize::try_from(width).unwrap_or(0)));
        }
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let digits = &self.rest[..end];
        self.rest = &self.rest[end..];
        if digits.is_empty() {
            return Ok(None);
        }
        digits
            .parse()
            .map(Some)
            .map_err(|_| Fault::new("width too big"))
    }

    fn argument(&mut self, name: Option<String>) -> Result<Value, Fault> {
        if let (Some(name), Value::Dict(dict)) = (name, self.value) {
            self.named = true;
            let found = dict.get(&name).cloned();
            return found.ok_or_else(|| Fault::new(crate::value::quoted(&name)));
        }
        if self.used {
            return Err(Fault::new("not enough arguments for format string"));
        }
        self.used = true;
        Ok(self.value.clone())
    }
}

fn write(spec: &mut Spec, code: char, value: &Value, at: usize) -> Result<String, Fault> {
    match code {
        's' => text(spec, &value.to_string()),
        'r' => text(spec, &value.repr()),
        'a' => text(spec, &ascii(&value.repr())),
        'd' | 'i' | 'u' => whole(spec, 'd', &decimal(code, value)?),
        'x' | 'X' | 'o' => {
            let (Value::Int(_) | Value::Bool(_)) = value else {
                let kind = value.type_name();
                return Err(Fault::new(format!(
                    "%{code} format: an integer is required, not {kind}"
                )));
            };
            whole(spec, code, &whole_from(value)?)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let (Value::Int(_) | Value::Bool(_) | Value::Float(_)) = value else {
                return Err(Fault::new(format!(
                    "must be real number, not {}",
                    value.type_name()
                )));
            };
            spec.kind = Some(code);
            spec.write(&Value::Float(real_from(value).map_err(Fault::from)?))
        }
        'c' => character(spec, value),
        other => Err(Fault::new(format!(
            "unsupported format character '{other}' ({:#x}) at index {at}",
            u32::from(other)
        ))),
    }
}

fn text(spec: &Spec, text: &str) -> Result<String, Fault> {
    let cut: String = text
        .chars()
        .take(spec.precision.unwrap_or(usize::MAX))
        .collect();
    let align = if spec.align == Some('=') {
        Some('>')
    } else {
        spec.align
    };
    Spec {
        fill: None,
        align,
        ..spec.clone()
    }
    .padded("", &cut, '>')
}

fn decimal(code: char, value: &Value) -> Result<BigInt, Fault> {
    match value {
        Value::Int(_) | Value::Bool(_) | Value::Float(_) => whole_from(value),
        other => {
            let kind = other.type_name();
            Err(Fault::new(format!(
                "%{code} format: a real number is required, not {kind}"
            )))
        }
    }
}

fn whole(spec: &mut Spec, kind: char, number: &BigInt) -> Result<String, Fault> {
    let least = spec.precision.take().unwrap_or(0);
    limit::text_of(least)?;
    let bare = Spec {
        kind: Some(kind),
        alternate: spec.alternate,
        ..Spec::default()
    };
    let written = bare.write(&Value::Int(number.clone()))?;
    let negative = written.starts_with('-');
    let digits = written.trim_start_matches('-');
    let split = if spec.alternate && kind != 'd' { 2 } else { 0 };
    let (prefix, digits) = digits.split_at(split);
    let zeros = "0".repeat(least.saturating_sub(digits.len()));
    let sign = match (negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    spec.padded(&format!("{sign}{prefix}"), &format!("{zeros}{digits}"), '>')
}

fn character(spec: &Spec, value: &Value) -> Result<String, Fault> {
    let letter = match value {
        Value::Str(letter) if letter.chars().count() == 1 => letter.clone(),
        Value::Int(_) | Value::Bool(_) => {
            let code = u32::try_from(whole_from(value)?)
                .ok()
                .and_then(char::from_u32);
            code.ok_or_else(|| Fault::new("%c arg not in range(0x110000)"))?
                .to_string()
        }
        _ => return Err(Fault::new("%c requires int or char")),
    };
    text(
        &Spec {
            precision: None,
            ..spec.clone()
        },
        &letter,
    )
}
