//! Builds the tree. Reading never fails: what cannot be read becomes a broken node and a diagnostic.

mod atoms;
mod complaints;
mod operations;

use source::{Diagnostic, Parsed, Span, Text};

use crate::lexer::{Token, TokenKind, tokens};
use crate::tree::{Fence, Name, Node, NodeKind, Part, Template};

/// Expressions nested deeper than this are refused.
pub const DEEPEST: usize = 64;

/// Reads a text that may hold expressions.
///
/// `content` is the text after YAML has read it; `place` tells for each byte of it, and for its
/// end, where it stands in the file `text` (a scalar may have quotes, escapes and folded lines).
#[must_use]
pub fn parse_template(
    content: &str,
    place: &dyn Fn(usize) -> usize,
    text: &Text,
) -> Parsed<Template> {
    let mut parser = Parser {
        content,
        tokens: tokens(content),
        at: 0,
        depth: 0,
        fence: Fence::Braces,
        place,
        text,
        found: Vec::new(),
    };
    let mut parts = Vec::new();
    while let Some(token) = parser.peek() {
        parts.push(parser.part(token));
    }
    let span = parser.span(0, content.len());
    let mut diagnostics = parser.found;
    diagnostics.sort_by_key(|found| found.span.start);
    Parsed {
        tree: Template {
            parts,
            source: content.to_owned(),
            span,
        },
        diagnostics,
    }
}

/// Reads a text on its own, for tests and for input fields.
#[must_use]
pub fn parse_text(text: &Text) -> Parsed<Template> {
    parse_template(text.content(), &|offset| offset, text)
}

/// Somebody has already said what is wrong.
struct Stop;

type Read<T> = Result<T, Stop>;

struct Parser<'a> {
    content: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    fence: Fence,
    place: &'a dyn Fn(usize) -> usize,
    text: &'a Text,
    found: Vec<Diagnostic>,
}

/// Tokens and places.
impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    fn word(&self) -> &'a str {
        self.peek().map_or("", |token| self.slice(token))
    }

    fn slice(&self, token: Token) -> &'a str {
        if token.kind == TokenKind::Text {
            ""
        } else {
            &self.content[token.start..token.end]
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new((self.place)(start), (self.place)(end))
    }

    fn span_of(&self, token: Token) -> Span {
        self.span(token.start, token.end)
    }

    /// Takes the next token if it is this one.
    fn take(&mut self, word: &str) -> Option<Token> {
        let token = self.peek().filter(|_| self.word() == word)?;
        self.at += 1;
        Some(token)
    }

    fn need(&mut self, word: &str) -> Read<Token> {
        self.take(word)
            .ok_or_else(|| self.unexpected(&format!("`{word}`")))
    }

    fn name(&mut self) -> Read<Name> {
        match self.peek() {
            Some(token) if token.kind == TokenKind::Name => {
                self.at += 1;
                Ok(Name {
                    text: self.slice(token).to_owned(),
                    span: self.span_of(token),
                })
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    fn say(&mut self, code: &'static str, span: Span, message: String, help: Option<String>) {
        let found = Diagnostic::error(code, self.text, span, message);
        self.found.push(match help {
            Some(help) => found.help(help),
            None => found,
        });
    }
}

/// Parts.
impl Parser<'_> {
    fn part(&mut self, token: Token) -> Part {
        let TokenKind::Open(fence) = token.kind else {
            self.at += 1;
            let text = self.content[token.start..token.end].to_owned();
            return Part::Text {
                text,
                span: self.span_of(token),
            };
        };
        self.at += 1;
        self.depth = 0;
        self.fence = fence;
        let node = self.fenced(fence).unwrap_or_else(|Stop| self.broken(token));
        let end = self
            .tokens
            .get(self.at.saturating_sub(1))
            .map_or(token.end, |last| last.end);
        Part::Expression {
            node,
            span: self.span(token.start, end),
            fence,
        }
    }

    fn fenced(&mut self, fence: Fence) -> Read<Node> {
        self.refuse_bad_tokens()?;
        let node = self.expression()?;
        self.need(fence.close())?;
        Ok(node)
    }

    /// A token that cannot be read spoils the whole expression, wherever it stands.
    fn refuse_bad_tokens(&mut self) -> Read<()> {
        let start = self.at;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Bad => return Err(self.unexpected("an expression")),
                TokenKind::Close(_) | TokenKind::Text => break,
                _ => self.at += 1,
            }
        }
        self.at = start;
        Ok(())
    }

    /// Goes on behind the closer of an expression that could not be read.
    fn broken(&mut self, open: Token) -> Node {
        let start = open.end;
        while let Some(token) = self.peek() {
            self.at += 1;
            if matches!(token.kind, TokenKind::Close(_)) {
                return Node {
                    span: self.span(start, token.start),
                    kind: NodeKind::Broken,
                };
            }
        }
        Node {
            span: self.span(start, self.content.len()),
            kind: NodeKind::Broken,
        }
    }
}
