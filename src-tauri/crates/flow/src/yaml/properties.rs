//! Scanning of directives, anchors and tags.

use std::sync::Arc;

use super::problem::Problem;
use super::scanner::{Scanned, Scanner, is_blank_or_end, is_break_or_end};
use super::token::TokenKind;

impl Scanner {
    pub(super) fn scan_directive(&mut self) -> Scanned<TokenKind> {
        let start = self.mark;
        self.forward(1);
        let mut name = String::new();
        while self.peek(0).is_ascii_alphanumeric() || "-_".contains(self.peek(0)) {
            self.take_into(1, &mut name);
        }
        let broken = |at| Problem::new(at, "this directive cannot be read").within(start.byte, "");
        if name.is_empty() || !is_blank_or_end(self.peek(0)) || self.peek(0) == '\t' {
            return Err(broken(self.mark.byte));
        }
        let mut words = String::new();
        let rest = self.mark.byte;
        while !is_break_or_end(self.peek(0)) && self.peek(0) != '#' {
            self.take_into(1, &mut words);
        }
        while !is_break_or_end(self.peek(0)) {
            self.forward(1);
        }
        self.take_break();
        let words: Vec<&str> = words.split_whitespace().collect();
        match (name.as_str(), words.as_slice()) {
            ("YAML", [version]) => version
                .split_once('.')
                .and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)))
                .map(|(major, minor)| TokenKind::Version(major, minor))
                .ok_or_else(|| broken(rest)),
            ("TAG", [handle, prefix]) => {
                Ok(TokenKind::TagPrefix(Arc::from(*handle), Arc::from(*prefix)))
            }
            ("YAML" | "TAG", _) => Err(broken(rest)),
            _ => Ok(TokenKind::OtherDirective),
        }
    }

    pub(super) fn scan_anchor(&mut self) -> Scanned<Arc<str>> {
        let start = self.mark;
        self.forward(1);
        let mut name = String::new();
        while self.peek(0).is_ascii_alphanumeric() || "-_".contains(self.peek(0)) {
            self.take_into(1, &mut name);
        }
        let next = self.peek(0);
        if name.is_empty() || !(is_blank_or_end(next) || "?:,]}%@`".contains(next)) {
            return Err(Problem::new(
                self.mark.byte,
                "the name of an anchor has only letters, digits, `-` and `_`",
            )
            .within(start.byte, "the anchor or alias"));
        }
        Ok(Arc::from(name))
    }

    pub(super) fn scan_tag(&mut self) -> Scanned<TokenKind> {
        let start = self.mark;
        let (handle, suffix) = match self.peek(1) {
            '<' => {
                self.forward(2);
                let suffix = self.scan_tag_text();
                if self.peek(0) != '>' || suffix.is_empty() {
                    return Err(
                        Problem::new(self.mark.byte, "this tag does not end with `>`")
                            .within(start.byte, "the tag"),
                    );
                }
                self.forward(1);
                (None, suffix)
            }
            next if is_blank_or_end(next) => {
                self.forward(1);
                (None, "!".to_owned())
            }
            _ => self.scan_short_tag(),
        };
        let next = self.peek(0);
        if suffix.is_empty() || !(next == ' ' || is_break_or_end(next)) {
            return Err(Problem::new(self.mark.byte, "a blank must follow a tag")
                .within(start.byte, "the tag"));
        }
        Ok(TokenKind::Tag(handle.map(Arc::from), Arc::from(suffix)))
    }

    /// A tag such as `!name`, `!!name` or `!handle!name`.
    fn scan_short_tag(&mut self) -> (Option<String>, String) {
        let mut length = 1;
        while !(self.peek(length) == ' ' || is_break_or_end(self.peek(length))) {
            if self.peek(length) == '!' {
                let mut handle = String::new();
                self.take_into(length + 1, &mut handle);
                return (Some(handle), self.scan_tag_text());
            }
            length += 1;
        }
        self.forward(1);
        (Some("!".to_owned()), self.scan_tag_text())
    }

    fn scan_tag_text(&mut self) -> String {
        let mut text = String::new();
        while self.peek(0).is_ascii_alphanumeric()
            || "-;/?:@&=+$,_.!~*'()[]%".contains(self.peek(0))
        {
            self.take_into(1, &mut text);
        }
        text
    }
}
