//! From characters to tokens: the block structure of YAML 1.1, as the reference tool sees it.
//!
//! A mapping key without `?` is only known to be one when its `:` comes. The scanner therefore
//! remembers, for every level of `[` and `{`, the last place where a key could have begun
//! (a [`Candidate`]), and inserts the missing tokens there.

use std::collections::VecDeque;

use super::candidate::Candidate;
use super::problem::Problem;
use super::token::{Mark, Token, TokenKind};

pub(super) type Scanned<T> = Result<T, Problem>;

/// Characters of a text and the place reached in it.
pub(super) struct Scanner {
    chars: Vec<char>,
    pub(super) mark: Mark,
    pub(super) flow_level: usize,
    /// The column of the block we are in; -1 outside any.
    pub(super) indent: isize,
    indents: Vec<isize>,
    pub(super) key_allowed: bool,
    pub(super) candidates: Vec<Option<Candidate>>,
    pub(super) tokens: VecDeque<Token>,
    pub(super) taken: usize,
    done: bool,
}

/// Whether a character ends a line; the end of the text does not count.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character ends a line or the text.
pub(super) fn is_break_or_end(character: char) -> bool {
    character == '\0' || is_break(character)
}

/// Whether a character is a blank, a tab, ends a line or the text.
pub(super) fn is_blank_or_end(character: char) -> bool {
    matches!(character, ' ' | '\t') || is_break_or_end(character)
}

impl Scanner {
    pub(super) fn new(text: &str) -> Self {
        Self {
            chars: text.chars().collect(),
            mark: Mark {
                byte: 0,
                index: 0,
                line: 0,
                column: 0,
            },
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            key_allowed: true,
            candidates: vec![None],
            tokens: VecDeque::new(),
            taken: 0,
            done: false,
        }
    }

    /// The next token, left in place.
    pub(super) fn peek_token(&mut self) -> Scanned<&Token> {
        while self.needs_more()? {
            self.fetch()?;
        }
        Ok(self.tokens.front().expect("a stream end is never taken"))
    }

    /// The next token, taken; the end of the stream stays.
    pub(super) fn take_token(&mut self) -> Scanned<Token> {
        let token = self.peek_token()?.clone();
        if token.kind != TokenKind::StreamEnd {
            self.tokens.pop_front();
            self.taken += 1;
        }
        Ok(token)
    }

    fn needs_more(&mut self) -> Scanned<bool> {
        if self.done {
            return Ok(false);
        }
        if self.tokens.is_empty() {
            return Ok(true);
        }
        self.drop_stale()?;
        let next = self
            .candidates
            .iter()
            .flatten()
            .map(|candidate| candidate.token)
            .min();
        Ok(next == Some(self.taken))
    }

    // Characters.

    /// The character `ahead` places on; the end of the text reads as `\0`.
    pub(super) fn peek(&self, ahead: usize) -> char {
        self.chars
            .get(self.mark.index + ahead)
            .copied()
            .unwrap_or('\0')
    }

    /// Whether the whole text was read.
    pub(super) fn at_end(&self) -> bool {
        self.mark.index >= self.chars.len()
    }

    /// Goes on by some characters.
    pub(super) fn forward(&mut self, count: usize) {
        for _ in 0..count {
            let Some(&character) = self.chars.get(self.mark.index) else {
                return;
            };
            self.mark.index += 1;
            self.mark.byte += character.len_utf8();
            let ends_line = is_break(character) && !(character == '\r' && self.peek(0) == '\n');
            if ends_line {
                self.mark.line += 1;
                self.mark.column = 0;
            } else {
                self.mark.column += 1;
            }
        }
    }

    /// Takes some characters into a text.
    pub(super) fn take_into(&mut self, count: usize, into: &mut String) {
        let from = self.mark.index;
        into.extend(&self.chars[from..(from + count).min(self.chars.len())]);
        self.forward(count);
    }

    /// Takes a line break, if there is one: what it counts as in a value.
    pub(super) fn take_break(&mut self) -> Option<char> {
        let character = self.peek(0);
        if !is_break(character) {
            return None;
        }
        let pair = character == '\r' && self.peek(1) == '\n';
        self.forward(if pair { 2 } else { 1 });
        Some(if matches!(character, '\u{2028}' | '\u{2029}') {
            character
        } else {
            '\n'
        })
    }

    /// Whether `---` or `...` stands here as a document separator.
    pub(super) fn at_separator(&self) -> bool {
        let first = self.peek(0);
        matches!(first, '-' | '.')
            && self.peek(1) == first
            && self.peek(2) == first
            && is_blank_or_end(self.peek(3))
    }

    fn skip_to_token(&mut self) {
        if self.mark.index == 0 && self.peek(0) == '\u{feff}' {
            self.forward(1);
        }
        loop {
            while self.peek(0) == ' ' {
                self.forward(1);
            }
            if self.peek(0) == '#' {
                while !is_break_or_end(self.peek(0)) {
                    self.forward(1);
                }
            }
            if self.take_break().is_none() {
                return;
            }
            if self.flow_level == 0 {
                self.key_allowed = true;
            }
        }
    }

    // Structure.

    fn fetch(&mut self) -> Scanned<()> {
        self.skip_to_token();
        self.drop_stale()?;
        self.close_blocks(self.mark.column as isize);
        let (first, second) = (self.peek(0), self.peek(1));
        let spaced = is_blank_or_end(second);
        let flow = self.flow_level > 0;
        if self.at_end() || first == '\0' {
            return self.fetch_end();
        }
        if self.mark.column == 0 && first == '%' {
            return self.fetch_directive();
        }
        if self.mark.column == 0 && self.at_separator() {
            return self.fetch_separator();
        }
        match first {
            '[' => self.open_flow(TokenKind::FlowSequenceStart),
            '{' => self.open_flow(TokenKind::FlowMappingStart),
            ']' => self.close_flow(TokenKind::FlowSequenceEnd),
            '}' => self.close_flow(TokenKind::FlowMappingEnd),
            ',' => self.fetch_comma(),
            '-' if spaced => self.fetch_entry(),
            '?' if flow || spaced => self.fetch_key(),
            ':' if flow || spaced => self.fetch_value(),
            '*' | '&' => self.fetch_anchor(first),
            '!' => self.fetch_tag(),
            '|' | '>' if !flow => self.fetch_block_scalar(first),
            '\'' | '"' => self.fetch_quoted(first),
            _ if self.starts_plain() => self.fetch_plain(),
            _ => Err(self.unknown_start(first)),
        }
    }

    fn starts_plain(&self) -> bool {
        let (first, second) = (self.peek(0), self.peek(1));
        if !is_blank_or_end(first) && !"-?:,[]{}#&*!|>'\"%@`".contains(first) {
            return true;
        }
        !is_blank_or_end(second) && (first == '-' || (self.flow_level == 0 && "?:".contains(first)))
    }

    fn unknown_start(&self, first: char) -> Problem {
        let problem = Problem::new(self.mark.byte, format!("no value can begin with `{first}`"));
        match first {
            '\t' => problem.help("indent with blanks: YAML does not allow tabs here"),
            _ => problem.help("put the text into quotes"),
        }
    }

    fn push(&mut self, kind: TokenKind, start: Mark) {
        self.tokens.push_back(Token {
            kind,
            start,
            end: self.mark,
        });
    }

    fn fetch_end(&mut self) -> Scanned<()> {
        self.close_blocks(-1);
        self.drop_candidate()?;
        self.key_allowed = false;
        self.candidates
            .iter_mut()
            .for_each(|candidate| *candidate = None);
        self.push(TokenKind::StreamEnd, self.mark);
        self.done = true;
        Ok(())
    }

    fn fetch_directive(&mut self) -> Scanned<()> {
        self.close_blocks(-1);
        self.drop_candidate()?;
        self.key_allowed = false;
        let start = self.mark;
        let kind = self.scan_directive()?;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_separator(&mut self) -> Scanned<()> {
        self.close_blocks(-1);
        self.drop_candidate()?;
        self.key_allowed = false;
        let start = self.mark;
        let kind = match self.peek(0) {
            '-' => TokenKind::DocumentStart,
            _ => TokenKind::DocumentEnd,
        };
        self.forward(3);
        self.push(kind, start);
        Ok(())
    }

    fn open_flow(&mut self, kind: TokenKind) -> Scanned<()> {
        self.save_candidate()?;
        self.flow_level += 1;
        self.candidates.push(None);
        self.key_allowed = true;
        self.push_char(kind);
        Ok(())
    }

    fn close_flow(&mut self, kind: TokenKind) -> Scanned<()> {
        self.drop_candidate()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            self.candidates.pop();
        }
        self.key_allowed = false;
        self.push_char(kind);
        Ok(())
    }

    fn push_char(&mut self, kind: TokenKind) {
        let start = self.mark;
        self.forward(1);
        self.push(kind, start);
    }

    fn fetch_comma(&mut self) -> Scanned<()> {
        self.key_allowed = true;
        self.drop_candidate()?;
        self.push_char(TokenKind::FlowEntry);
        Ok(())
    }

    fn fetch_entry(&mut self) -> Scanned<()> {
        if self.flow_level == 0 {
            if !self.key_allowed {
                return Err(Problem::new(self.mark.byte, "a list cannot begin here")
                    .help("begin the list on a line of its own, or put the text into quotes"));
            }
            self.open_block(self.mark, TokenKind::BlockSequenceStart, None);
        }
        self.key_allowed = true;
        self.drop_candidate()?;
        self.push_char(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Scanned<()> {
        if self.flow_level == 0 {
            if !self.key_allowed {
                return Err(Problem::new(
                    self.mark.byte,
                    "a mapping key cannot begin here",
                ));
            }
            self.open_block(self.mark, TokenKind::BlockMappingStart, None);
        }
        self.key_allowed = self.flow_level == 0;
        self.drop_candidate()?;
        self.push_char(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Scanned<()> {
        if let Some(key) = self.candidates[self.flow_level].take() {
            let at = key.token - self.taken;
            let token = Token {
                kind: TokenKind::Key,
                start: key.mark,
                end: key.mark,
            };
            self.tokens.insert(at, token);
            if self.flow_level == 0 {
                self.open_block(key.mark, TokenKind::BlockMappingStart, Some(at));
            }
            self.key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.key_allowed {
                    return Err(self.misplaced_value());
                }
                self.open_block(self.mark, TokenKind::BlockMappingStart, None);
            }
            self.key_allowed = self.flow_level == 0;
            self.drop_candidate()?;
        }
        self.push_char(TokenKind::Value);
        Ok(())
    }

    fn misplaced_value(&self) -> Problem {
        Problem::new(self.mark.byte, "a key with a value cannot stand here")
            .help("put a text that contains `: ` into quotes, or mend the indentation")
    }

    fn fetch_anchor(&mut self, first: char) -> Scanned<()> {
        self.save_candidate()?;
        self.key_allowed = false;
        let start = self.mark;
        let name = self.scan_anchor()?;
        let kind = if first == '*' {
            TokenKind::Alias(name)
        } else {
            TokenKind::Anchor(name)
        };
        self.push(kind, start);
        Ok(())
    }

    fn fetch_tag(&mut self) -> Scanned<()> {
        self.save_candidate()?;
        self.key_allowed = false;
        let start = self.mark;
        let kind = self.scan_tag()?;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_block_scalar(&mut self, first: char) -> Scanned<()> {
        self.key_allowed = true;
        self.drop_candidate()?;
        let token = self.scan_block_scalar(first == '>')?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn fetch_quoted(&mut self, quote: char) -> Scanned<()> {
        self.save_candidate()?;
        self.key_allowed = false;
        let token = self.scan_quoted(quote)?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn fetch_plain(&mut self) -> Scanned<()> {
        self.save_candidate()?;
        self.key_allowed = false;
        let token = self.scan_plain();
        self.tokens.push_back(token);
        Ok(())
    }

    /// Opens a block at a column, if it lies deeper than the one we are in.
    fn open_block(&mut self, mark: Mark, kind: TokenKind, at: Option<usize>) {
        let column = mark.column as isize;
        if self.indent >= column {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column;
        let token = Token {
            kind,
            start: mark,
            end: mark,
        };
        match at {
            Some(at) => self.tokens.insert(at, token),
            None => self.tokens.push_back(token),
        }
    }

    fn close_blocks(&mut self, column: isize) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.indent = self.indents.pop().unwrap_or(-1);
            self.push(TokenKind::BlockEnd, self.mark);
        }
    }
}
