//! What is said about a sentence that cannot be read, and what can be done about it.

use source::Span;

use super::{Parser, Stop};
use crate::lexer::{Token, TokenKind, complaint};

impl Parser<'_> {
    /// Says that something else was expected here.
    pub(super) fn unexpected(&mut self, wanted: &str) -> Stop {
        let Some(token) = self.peek() else {
            let span = Span::at((self.place)(self.content.len()));
            let message = format!("the expression ends too early, {wanted} is missing");
            self.say(
                "expression-syntax",
                span,
                message,
                Some("close it with `}}`".to_owned()),
            );
            return Stop;
        };
        let span = self.span_of(token);
        if token.kind == TokenKind::Bad {
            let (message, help) = complaint(&self.content[token.start..]);
            let first = self.content[token.start..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
            let span = self.span(token.start, token.start + first);
            self.say("expression-token", span, message, help);
            return Stop;
        }
        let message = format!(
            "expected {wanted}, found `{}`",
            &self.content[token.start..token.end]
        );
        let help = self.advice(token, wanted);
        self.say("expression-syntax", span, message, help);
        Stop
    }

    /// What can be done about a token nobody expected.
    pub(super) fn advice(&self, token: Token, wanted: &str) -> Option<String> {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let advice = match (token.kind, self.slice(token)) {
            (TokenKind::Close(_), word) => return self.advice_on_closer(word, wanted),
            (TokenKind::Number, word) if word.starts_with('-') => {
                "put a blank after the minus to subtract".to_owned()
            }
            (_, "." | "[") => "only names and calls can be followed by `.` or `[`".to_owned(),
            (_, "(") => "values have no methods; call a function instead: `upper(x)`".to_owned(),
            (_, "in") => "there is no operator `in`".to_owned(),
            (_, "for") => "only a list can be built with one `for`: `[x for x in list]`".to_owned(),
            (_, ":") => "lists and texts cannot be sliced".to_owned(),
            (_, ")") if before.is_some_and(|token| self.slice(*token) == ",") => {
                "remove the last comma".to_owned()
            }
            _ => return None,
        };
        Some(advice)
    }

    /// What can be done about an expression that is closed where it should go on.
    pub(super) fn advice_on_closer(&self, word: &str, wanted: &str) -> Option<String> {
        let (open, close) = (self.fence.open(), self.fence.close());
        let advice = match wanted {
            "`else`" => "`if` needs an `else`: write `a if condition else b`".to_owned(),
            "`}}`" | "`]]`" => format!("what begins with `{open}` has to end with `{close}`"),
            "`}`" | "`]`" if word.contains(wanted.trim_matches('`')) => {
                let bracket = wanted.trim_matches('`');
                format!("`{word}` always closes an expression: write `{bracket} {bracket}`")
            }
            "`)`" | "`}`" | "`]`" => "a bracket is not closed".to_owned(),
            _ => return None,
        };
        Some(advice)
    }
}
