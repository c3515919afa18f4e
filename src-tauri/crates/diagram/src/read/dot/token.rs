//! Characters → names and signs.

use std::borrow::Cow;

use super::{DotProblem, Fault};

/// A name, a number, a string or a label in HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) kind: WordKind,
}

/// How a word was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    /// As a name or number; only such a word can be a keyword.
    Bare,
    /// Between double quotes.
    Quoted,
    /// Between angle brackets.
    Html,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Word(Word<'t>),
    /// `{ } [ ] ; , = :`
    Sign(char),
    /// `->`
    Arrow,
    /// `--`
    Line,
    End,
}

impl Token<'_> {
    /// How the token is named in a message.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(word) => {
                let mut start: String = word.text.chars().take(40).collect();
                if start.len() < word.text.len() {
                    start.push('…');
                }
                format!("`{start}`")
            }
            Self::Sign(sign) => format!("`{sign}`"),
            Self::Arrow => "`->`".to_owned(),
            Self::Line => "`--`".to_owned(),
            Self::End => "the end of the file".to_owned(),
        }
    }
}

/// Reads tokens one by one.
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
        Self { text, at }
    }

    /// The next token and the byte where it begins.
    pub(super) fn next(&mut self) -> Result<(Token<'t>, usize), Fault> {
        self.skip_blank()?;
        let start = self.at;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, start));
        };
        let token = match first {
            '{' | '}' | '[' | ']' | ';' | ',' | '=' | ':' => {
                self.at += 1;
                Token::Sign(first)
            }
            '"' => self.strings()?,
            '<' => self.html()?,
            '-' if rest.starts_with("->") => {
                self.at += 2;
                Token::Arrow
            }
            '-' if rest.starts_with("--") => {
                self.at += 2;
                Token::Line
            }
            '-' | '.' | '0'..='9' => self.number(rest)?,
            letter if in_name(letter) => {
                let end = rest.find(|c| !in_name(c)).unwrap_or(rest.len());
                self.bare(end)
            }
            character => return Err(fault(start, DotProblem::OddCharacter { character })),
        };
        Ok((token, start))
    }

    fn bare(&mut self, length: usize) -> Token<'t> {
        let text = &self.text[self.at..self.at + length];
        self.at += length;
        Token::Word(Word {
            text: Cow::Borrowed(text),
            kind: WordKind::Bare,
        })
    }

    fn number(&mut self, rest: &'t str) -> Result<Token<'t>, Fault> {
        let bytes = rest.as_bytes();
        let digits = |from: usize| {
            bytes[from..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
        };
        let mut end = usize::from(bytes[0] == b'-');
        let whole = digits(end);
        end += whole;
        let mut part = 0;
        if bytes.get(end) == Some(&b'.') {
            part = digits(end + 1);
            end += 1 + part;
        }
        if whole + part == 0 {
            let character = char::from(bytes[0]);
            return Err(fault(self.at, DotProblem::OddCharacter { character }));
        }
        if rest[end..].starts_with(in_name) {
            let name = rest
                .chars()
                .take_while(|c| in_name(*c) || *c == '.' || *c == '-');
            let name = name.take(40).collect();
            return Err(fault(self.at, DotProblem::NumberAndName { name }));
        }
        Ok(self.bare(end))
    }

    /// One string, or several joined with `+`.
    fn strings(&mut self) -> Result<Token<'t>, Fault> {
        let mut text = self.string()?;
        loop {
            let end = self.at;
            self.skip_blank()?;
            if !self.text[self.at..].starts_with('+') {
                self.at = end;
                break;
            }
            let plus = self.at;
            self.at += 1;
            self.skip_blank()?;
            if !self.text[self.at..].starts_with('"') {
                return Err(fault(plus, DotProblem::NothingToJoin));
            }
            let more = self.string()?;
            text.to_mut().push_str(&more);
        }
        Ok(Token::Word(Word {
            text,
            kind: WordKind::Quoted,
        }))
    }

    /// The string that begins here. Only `\"` and a line's end after `\` are
    /// replaced; what else a backslash means depends on the attribute.
    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        let open = self.at;
        let body = &self.text[open + 1..];
        let mut text = Cow::Borrowed("");
        let mut from = 0;
        let mut at = 0;
        loop {
            let Some(found) = body[at..].find(['"', '\\']) else {
                return Err(fault(open, DotProblem::OpenString));
            };
            at += found;
            if body[at..].starts_with('"') {
                break;
            }
            let after = &body[at + 1..];
            let (cut, keep) = match after.as_bytes() {
                [b'"', ..] => (1, 1),
                [b'\r', b'\n', ..] => (3, 0),
                [b'\n', ..] => (2, 0),
                // the backslash and what it stands before stay as they are
                [next, ..] if next.is_ascii() => (0, 2),
                _ => (0, 1),
            };
            if cut > 0 {
                text.to_mut().push_str(&body[from..at]);
                from = at + cut;
            }
            at += cut + keep;
        }
        text = match text {
            Cow::Borrowed(_) if from == 0 => Cow::Borrowed(&body[..at]),
            other => Cow::Owned(other.into_owned() + &body[from..at]),
        };
        self.at = open + 1 + at + 1;
        Ok(text)
    }

    fn html(&mut self) -> Result<Token<'t>, Fault> {
        let open = self.at;
        let mut depth = 0_usize;
        let bytes = self.text.as_bytes();
        let mut at = open;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'<' if self.text[at..].starts_with("<!--") => {
                    let end = self.text[at..].find("-->");
                    at += end.ok_or_else(|| fault(open, DotProblem::OpenHtml))? + 2;
                }
                b'<' => depth += 1,
                b'>' => depth -= 1,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                self.at = at;
                return Ok(Token::Word(Word {
                    text: Cow::Borrowed(&self.text[open + 1..at - 1]),
                    kind: WordKind::Html,
                }));
            }
        }
        Err(fault(open, DotProblem::OpenHtml))
    }

    /// Passes over spaces, comments, and lines for the preprocessor.
    fn skip_blank(&mut self) -> Result<(), Fault> {
        loop {
            let rest = &self.text[self.at..];
            let blank = rest.trim_start();
            if blank.len() < rest.len() {
                self.at += rest.len() - blank.len();
            } else if rest.starts_with("//") || (rest.starts_with('#') && self.begins_line()) {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let end = comment.find("*/");
                let end = end.ok_or_else(|| fault(self.at, DotProblem::OpenComment))?;
                self.at += end + 4;
            } else {
                return Ok(());
            }
        }
    }

    fn begins_line(&self) -> bool {
        let before = self.text[..self.at].trim_start_matches('\u{FEFF}');
        before.is_empty() || before.ends_with('\n')
    }
}

/// Whether a bare name may hold the character; digits only after the first.
fn in_name(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || character == '_'
        || (!character.is_ascii() && !character.is_whitespace())
}

fn fault(at: usize, problem: DotProblem) -> Fault {
    Fault { at, problem }
}
