//! Reads JSON.

use num_bigint::BigInt;

use crate::error::Fault;
use crate::functions::Answer;
use crate::literal::{MOST_DIGITS, too_long};
use crate::value::{Dict, Value};

/// Deeper JSON is refused.
const DEEPEST: usize = 200;

/// Reads a JSON text.
pub(super) fn read(text: &str) -> Answer {
    let mut reader = Reader {
        chars: text.chars().collect(),
        at: 0,
        depth: 0,
    };
    if reader.chars.first() == Some(&'\u{feff}') {
        return Err(reader.wrong("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0));
    }
    reader.blanks();
    let value = reader.value()?;
    reader.blanks();
    if reader.at < reader.chars.len() {
        return Err(reader.wrong("Extra data", reader.at));
    }
    Ok(value)
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn wrong(&self, message: &str, at: usize) -> Fault {
        let before = &self.chars[..at.min(self.chars.len())];
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        let start = before
            .iter()
            .rposition(|c| *c == '\n')
            .map_or(0, |at| at + 1);
        Fault::new(format!(
            "{message}: line {line} column {} (char {at})",
            at - start + 1
        ))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        self.at += usize::from(there);
        there
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let there = word
            .chars()
            .enumerate()
            .all(|(n, c)| self.chars.get(self.at + n) == Some(&c));
        self.at += if there { word.len() } else { 0 };
        there
    }

    fn value(&mut self) -> Answer {
        let start = self.at;
        match self.peek() {
            Some('"') => {
                self.at += 1;
                self.text().map(Value::Str)
            }
            Some('{') => self.nested(Self::dict),
            Some('[') => self.nested(Self::list),
            _ if self.word("null") => Ok(Value::None),
            _ if self.word("true") => Ok(Value::Bool(true)),
            _ if self.word("false") => Ok(Value::Bool(false)),
            _ if self.word("NaN") => Ok(Value::Float(f64::NAN)),
            _ if self.word("Infinity") => Ok(Value::Float(f64::INFINITY)),
            _ if self.word("-Infinity") => Ok(Value::Float(f64::NEG_INFINITY)),
            Some('-' | '0'..='9') => self.number(),
            _ => Err(self.wrong("Expecting value", start)),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Answer) -> Answer {
        self.depth += 1;
        self.at += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong("nested too deeply", self.at - 1));
        }
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Answer {
        let mut items = Vec::new();
        self.blanks();
        if self.take(']') {
            return Ok(Value::List(items));
        }
        loop {
            self.blanks();
            items.push(self.value()?);
            self.blanks();
            if self.take(']') {
                return Ok(Value::List(items));
            }
            if !self.take(',') {
                return Err(self.wrong("Expecting ',' delimiter", self.at));
            }
        }
    }

    fn dict(&mut self) -> Answer {
        let mut dict = Dict::new();
        self.blanks();
        if self.take('}') {
            return Ok(Value::Dict(dict));
        }
        loop {
            self.blanks();
            if !self.take('"') {
                let message = "Expecting property name enclosed in double quotes";
                return Err(self.wrong(message, self.at));
            }
            let key = self.text()?;
            self.blanks();
            if !self.take(':') {
                return Err(self.wrong("Expecting ':' delimiter", self.at));
            }
            self.blanks();
            dict.insert(key, self.value()?);
            self.blanks();
            if self.take('}') {
                return Ok(Value::Dict(dict));
            }
            if !self.take(',') {
                return Err(self.wrong("Expecting ',' delimiter", self.at));
            }
        }
    }

    /// The rest of a text behind its opening quote.
    fn text(&mut self) -> Result<String, Fault> {
        let open = self.at - 1;
        let mut out = String::new();
        loop {
            let Some(c) = self.peek() else {
                return Err(self.wrong("Unterminated string starting at", open));
            };
            self.at += 1;
            match c {
                '"' => return Ok(out),
                '\\' => out.push(self.escape(open)?),
                c if c < ' ' => return Err(self.wrong("Invalid control character at", self.at - 1)),
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self, open: usize) -> Result<char, Fault> {
        let Some(letter) = self.peek() else {
            return Err(self.wrong("Unterminated string starting at", open));
        };
        self.at += 1;
        match letter {
            '"' | '\\' | '/' => Ok(letter),
            'b' => Ok('\u{8}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'u' => self.code(),
            _ => Err(self.wrong("Invalid \\escape", self.at - 2)),
        }
    }

    fn unit(&mut self) -> Result<u32, Fault> {
        let digits: String = self.chars.iter().skip(self.at).take(4).collect();
        let fits = digits.len() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit());
        let unit = u32::from_str_radix(&digits, 16).ok().filter(|_| fits);
        let unit = unit.ok_or_else(|| self.wrong("Invalid \\uXXXX escape", self.at - 1))?;
        self.at += 4;
        Ok(unit)
    }

    /// A character by its code; two halves of a surrogate pair become one.
    fn code(&mut self) -> Result<char, Fault> {
        let start = self.at - 2;
        let mut code = self.unit()?;
        if (0xd800..0xdc00).contains(&code) && self.word("\\u") {
            let low = self.unit()?;
            code = 0x10000 + ((code - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
        }
        char::from_u32(code).ok_or_else(|| self.wrong("Half of a surrogate pair", start))
    }

    fn number(&mut self) -> Answer {
        let start = self.at;
        self.take('-');
        let whole = self.at;
        if !self.take('0') {
            self.digits();
        }
        if self.at == whole {
            return Err(self.wrong("Expecting value", start));
        }
        let point = self.at;
        self.fraction();
        let token: String = self.chars[start..self.at].iter().collect();
        if self.at > point {
            return Ok(Value::Float(token.parse().unwrap_or(f64::INFINITY)));
        }
        if token.len() > MOST_DIGITS {
            return Err(Fault::new(too_long(token.len())));
        }
        let number: BigInt = token
            .parse()
            .map_err(|_| self.wrong("Expecting value", start))?;
        Ok(Value::Int(number))
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    /// Takes a fraction and an exponent if they are complete.
    fn fraction(&mut self) {
        let back = self.at;
        if self.take('.') && !self.digits() {
            self.at = back;
            return;
        }
        let back = self.at;
        if self.take('e') || self.take('E') {
            if !self.take('+') {
                self.take('-');
            }
            if !self.digits() {
                self.at = back;
            }
        }
    }
}
