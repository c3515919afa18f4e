//! Scanning of scalars: plain, quoted and block.

use std::sync::Arc;

use super::node::{Offsets, Scalar, Style};
use super::problem::Problem;
use super::scanner::{Scanned, Scanner, is_blank_or_end, is_break, is_break_or_end};
use super::token::{Mark, Token, TokenKind};

/// A value under construction, with the place of each of its parts.
#[derive(Default)]
struct Value {
    text: String,
    pieces: Vec<(usize, usize)>,
}

impl Value {
    /// Notes that what is added next stands at this place.
    fn at(&mut self, place: usize) {
        let offset = self.text.len();
        let continues = self
            .pieces
            .last()
            .is_some_and(|(value, file)| offset - value == place.wrapping_sub(*file));
        if !continues {
            self.pieces.push((offset, place));
        }
    }

    /// Adds what a part of the file stands for. Several line breaks all stand where they begin:
    /// in the file they may be longer, and have blanks between them.
    fn add(&mut self, place: usize, text: &str) {
        if text.contains(is_break) {
            let offset = self.text.len();
            let breaks = text.char_indices();
            self.pieces
                .extend(breaks.map(|(at, _)| (offset + at, place)));
            self.text.push_str(text);
        } else if !text.is_empty() {
            self.at(place);
            self.text.push_str(text);
        }
    }

    fn token(self, style: Style, start: Mark, end: Mark) -> Token {
        let offsets = Offsets::new(self.pieces);
        let scalar = Scalar {
            value: Arc::from(self.text),
            style,
            offsets,
        };
        Token {
            kind: TokenKind::Scalar(scalar),
            start,
            end,
        }
    }
}

/// The blanks and line breaks between two words of a scalar.
struct Gap {
    place: usize,
    text: String,
}

/// What becomes of the line breaks at the end of a block scalar.
#[derive(Clone, Copy, PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Scanner {
    pub(super) fn scan_plain(&mut self) -> Token {
        let start = self.mark;
        let mut end = start;
        let mut value = Value::default();
        let mut gap = Gap {
            place: 0,
            text: String::new(),
        };
        let indent = self.indent + 1;
        loop {
            let length = if self.peek(0) == '#' {
                0
            } else {
                self.plain_length()
            };
            if length == 0 {
                break;
            }
            self.key_allowed = false;
            value.add(gap.place, &gap.text);
            value.at(self.mark.byte);
            self.take_into(length, &mut value.text);
            end = self.mark;
            let Some(next) = self.scan_plain_gap() else {
                break;
            };
            gap = next;
            let dedented = self.flow_level == 0 && (self.mark.column as isize) < indent;
            if gap.text.is_empty() || self.peek(0) == '#' || dedented {
                break;
            }
        }
        value.token(Style::Plain, start, end)
    }

    /// How many characters of plain text follow without a blank.
    fn plain_length(&self) -> usize {
        let flow = self.flow_level > 0;
        let mut length = 0;
        loop {
            let (here, next) = (self.peek(length), self.peek(length + 1));
            let ends = is_blank_or_end(here)
                || (here == ':' && (is_blank_or_end(next) || (flow && ",[]{}".contains(next))))
                || (flow && ",?[]{}".contains(here));
            if ends {
                return length;
            }
            length += 1;
        }
    }

    /// Blanks or line breaks inside plain text; nothing when a document separator follows.
    fn scan_plain_gap(&mut self) -> Option<Gap> {
        let place = self.mark.byte;
        let mut blanks = String::new();
        while self.peek(0) == ' ' {
            self.take_into(1, &mut blanks);
        }
        let Some(first) = self.take_break() else {
            return Some(Gap {
                place,
                text: blanks,
            });
        };
        self.key_allowed = true;
        if self.at_separator() {
            return None;
        }
        let mut breaks = String::new();
        loop {
            if self.peek(0) == ' ' {
                self.forward(1);
            } else if let Some(next) = self.take_break() {
                breaks.push(next);
                if self.at_separator() {
                    return None;
                }
            } else {
                return Some(Gap {
                    place,
                    text: folded(first, &breaks),
                });
            }
        }
    }

    pub(super) fn scan_quoted(&mut self, quote: char) -> Scanned<Token> {
        let start = self.mark;
        let mut value = Value::default();
        self.forward(1);
        value.pieces.push((0, self.mark.byte));
        loop {
            self.scan_quoted_word(quote, start, &mut value)?;
            if self.peek(0) == quote {
                break;
            }
            self.scan_quoted_gap(quote, start, &mut value)?;
        }
        self.forward(1);
        let style = if quote == '"' {
            Style::Double
        } else {
            Style::Single
        };
        Ok(value.token(style, start, self.mark))
    }

    fn scan_quoted_word(&mut self, quote: char, start: Mark, value: &mut Value) -> Scanned<()> {
        loop {
            let mut length = 0;
            while !is_blank_or_end(self.peek(length)) && !"'\"\\".contains(self.peek(length)) {
                length += 1;
            }
            if length > 0 {
                value.at(self.mark.byte);
                self.take_into(length, &mut value.text);
            }
            match self.peek(0) {
                '\'' if quote == '\'' && self.peek(1) == '\'' => {
                    value.add(self.mark.byte, "'");
                    self.forward(2);
                }
                other @ ('\'' | '"') if other != quote => {
                    value.at(self.mark.byte);
                    self.take_into(1, &mut value.text);
                }
                '\\' if quote == '\'' => {
                    value.at(self.mark.byte);
                    self.take_into(1, &mut value.text);
                }
                '\\' => self.scan_escape(start, value)?,
                _ => return Ok(()),
            }
        }
    }

    fn scan_escape(&mut self, start: Mark, value: &mut Value) -> Scanned<()> {
        let place = self.mark.byte;
        self.forward(1);
        let escape = self.peek(0);
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            self.forward(1);
            let character = self.scan_hex(digits, start)?;
            value.add(place, character.encode_utf8(&mut [0; 4]));
            return Ok(());
        }
        if let Some(character) = unescaped(escape) {
            self.forward(1);
            value.add(place, character.encode_utf8(&mut [0; 4]));
            return Ok(());
        }
        if self.take_break().is_some() {
            let breaks = self.scan_quoted_breaks(start)?;
            value.add(place, &breaks);
            return Ok(());
        }
        Err(
            Problem::new(self.mark.byte, format!("there is no escape `\\{escape}`"))
                .within(start.byte, "the text in double quotes")
                .help("double the backslash, or use single quotes, in which nothing is escaped"),
        )
    }

    fn scan_hex(&mut self, digits: usize, start: Mark) -> Scanned<char> {
        let mut code = 0;
        for ahead in 0..digits {
            let Some(digit) = self.peek(ahead).to_digit(16) else {
                return Err(Problem::new(
                    self.mark.byte,
                    format!("{digits} hexadecimal digits must follow this escape"),
                )
                .within(start.byte, "the text in double quotes"));
            };
            code = code << 4 | digit;
        }
        let character = char::from_u32(code).ok_or_else(|| {
            Problem::new(self.mark.byte, "this escape is no character")
                .within(start.byte, "the text in double quotes")
        })?;
        self.forward(digits);
        Ok(character)
    }

    fn scan_quoted_gap(&mut self, quote: char, start: Mark, value: &mut Value) -> Scanned<()> {
        let place = self.mark.byte;
        let mut blanks = String::new();
        while matches!(self.peek(0), ' ' | '\t') {
            self.take_into(1, &mut blanks);
        }
        if self.at_end() || self.peek(0) == '\0' {
            return Err(
                Problem::new(self.mark.byte, format!("the closing `{quote}` is missing"))
                    .within(start.byte, "the text begins here"),
            );
        }
        match self.take_break() {
            Some(first) => {
                let breaks = self.scan_quoted_breaks(start)?;
                value.add(place, &folded(first, &breaks));
            }
            None => value.add(place, &blanks),
        }
        Ok(())
    }

    fn scan_quoted_breaks(&mut self, start: Mark) -> Scanned<String> {
        let mut breaks = String::new();
        loop {
            if self.at_separator() {
                return Err(
                    Problem::new(self.mark.byte, "a document ends inside quoted text")
                        .within(start.byte, "the text begins here"),
                );
            }
            while matches!(self.peek(0), ' ' | '\t') {
                self.forward(1);
            }
            match self.take_break() {
                Some(next) => breaks.push(next),
                None => return Ok(breaks),
            }
        }
    }

    pub(super) fn scan_block_scalar(&mut self, fold: bool) -> Scanned<Token> {
        let start = self.mark;
        self.forward(1);
        let (chomping, increment) = self.scan_block_header(start)?;
        let least = (self.indent + 1).max(1) as usize;
        let (mut breaks, mut end, indent) = match increment {
            Some(increment) => {
                let indent = least + increment - 1;
                let (breaks, end) = self.scan_block_breaks(indent);
                (breaks, end, indent)
            }
            None => self.scan_block_indent(least),
        };
        let mut value = Value::default();
        let mut line_break = String::new();
        let mut break_place = self.mark.byte;
        while self.mark.column == indent && !self.at_end() {
            value.add(break_place, &breaks);
            let spaced = matches!(self.peek(0), ' ' | '\t');
            self.take_line(&mut value);
            break_place = self.mark.byte;
            line_break = self.take_break().map(String::from).unwrap_or_default();
            (breaks, end) = self.scan_block_breaks(indent);
            if self.mark.column != indent || self.at_end() {
                break;
            }
            let joins =
                fold && line_break == "\n" && !spaced && !matches!(self.peek(0), ' ' | '\t');
            match (joins, breaks.is_empty()) {
                (true, true) => value.add(break_place, " "),
                (true, false) => {}
                (false, _) => value.add(break_place, &line_break),
            }
        }
        if chomping != Chomping::Strip {
            value.add(break_place, &line_break);
        }
        if chomping == Chomping::Keep {
            value.add(break_place, &breaks);
        }
        let style = if fold { Style::Folded } else { Style::Literal };
        Ok(value.token(style, start, end))
    }

    fn take_line(&mut self, value: &mut Value) {
        let mut length = 0;
        while !is_break_or_end(self.peek(length)) {
            length += 1;
        }
        if length > 0 {
            value.at(self.mark.byte);
            self.take_into(length, &mut value.text);
        }
    }

    fn scan_block_header(&mut self, start: Mark) -> Scanned<(Chomping, Option<usize>)> {
        let mut chomping = Chomping::Clip;
        let mut increment = None;
        let mut seen_chomping = false;
        loop {
            match self.peek(0) {
                sign @ ('+' | '-') if !seen_chomping => {
                    seen_chomping = true;
                    chomping = if sign == '+' {
                        Chomping::Keep
                    } else {
                        Chomping::Strip
                    };
                }
                digit @ '1'..='9' if increment.is_none() => {
                    increment = digit.to_digit(10).map(|digit| digit as usize);
                }
                _ => break,
            }
            self.forward(1);
        }
        let broken = |at, what: &str| Problem::new(at, what).within(start.byte, "the block text");
        if !(self.peek(0) == ' ' || is_break_or_end(self.peek(0))) {
            let what = "only `+`, `-` and a digit from 1 to 9 may follow `|` or `>`";
            return Err(broken(self.mark.byte, what));
        }
        while self.peek(0) == ' ' {
            self.forward(1);
        }
        if self.peek(0) == '#' {
            while !is_break_or_end(self.peek(0)) {
                self.forward(1);
            }
        }
        if !is_break_or_end(self.peek(0)) {
            return Err(broken(
                self.mark.byte,
                "the text of a block begins on the next line",
            ));
        }
        self.take_break();
        Ok((chomping, increment))
    }

    fn scan_block_indent(&mut self, least: usize) -> (String, Mark, usize) {
        let mut breaks = String::new();
        let mut end = self.mark;
        let mut deepest = 0;
        loop {
            if let Some(next) = self.take_break() {
                breaks.push(next);
                end = self.mark;
            } else if self.peek(0) == ' ' {
                self.forward(1);
                deepest = deepest.max(self.mark.column);
            } else {
                return (breaks, end, least.max(deepest));
            }
        }
    }

    fn scan_block_breaks(&mut self, indent: usize) -> (String, Mark) {
        let mut breaks = String::new();
        let mut end = self.mark;
        loop {
            while self.mark.column < indent && self.peek(0) == ' ' {
                self.forward(1);
            }
            if !is_break(self.peek(0)) {
                return (breaks, end);
            }
            breaks.extend(self.take_break());
            end = self.mark;
        }
    }
}

/// What a line break between words becomes: a blank, unless more breaks follow.
fn folded(first: char, breaks: &str) -> String {
    match (first, breaks.is_empty()) {
        ('\n', true) => " ".to_owned(),
        ('\n', false) => breaks.to_owned(),
        (other, _) => format!("{other}{breaks}"),
    }
}

/// The character behind a one-letter escape.
fn unescaped(escape: char) -> Option<char> {
    Some(match escape {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' => ' ',
        '"' => '"',
        '\\' => '\\',
        '/' => '/',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    })
}
