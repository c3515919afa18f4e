//! Operators and choices, loosest first.

use source::Span;

use super::{DEEPEST, Parser, Read, Stop};
use crate::lexer::{Token, TokenKind};
use crate::literal;
use crate::tree::{Binary, Choice, Node, NodeKind, Rank, Unary};
use crate::value::Value;

impl Parser<'_> {
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= DEEPEST {
            let span = self
                .peek()
                .map_or(Span::at((self.place)(self.content.len())), |token| {
                    self.span_of(token)
                });
            let message = format!("expressions cannot be nested deeper than {DEEPEST} levels");
            self.say("expression-depth", span, message, None);
            return Err(Stop);
        }
        self.depth += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    pub(super) fn expression(&mut self) -> Read<Node> {
        self.deeper(|parser| {
            let then = parser.binary(Rank::Or)?;
            match parser.take("if") {
                Some(_) => {
                    let condition = parser.binary(Rank::Or)?;
                    parser.choice(then, condition)
                }
                None => Ok(then),
            }
        })
    }

    /// The rest of `then if condition else …`.
    pub(super) fn choice(&mut self, then: Node, condition: Node) -> Read<Node> {
        self.need("else")?;
        let otherwise = self.expression()?;
        Ok(chosen(then, condition, otherwise))
    }

    pub(super) fn binary(&mut self, least: Rank) -> Read<Node> {
        let mut level = Rank::Sign;
        let mut left = if least <= Rank::Not && self.word() == "not" {
            level = Rank::Not;
            self.unary(Unary::Not)?
        } else {
            self.signed()?
        };
        while let Some(operator) = self.operator(|rank| least <= rank && rank < level) {
            level = operator.rank();
            let mut rest = Vec::new();
            while let Some(operator) = self.operator(|rank| rank == level) {
                self.at += 1;
                rest.push((operator, self.binary(level.next())?));
            }
            let span = rest
                .last()
                .map_or(left.span, |(_, last)| left.span.to(last.span));
            left = Node {
                span,
                kind: NodeKind::Chain(Box::new(left), rest),
            };
        }
        Ok(left)
    }

    pub(super) fn operator(&self, fits: impl Fn(Rank) -> bool) -> Option<Binary> {
        let word = self.word();
        Binary::ALL
            .into_iter()
            .find(|operator| operator.sign() == word && fits(operator.rank()))
    }

    pub(super) fn unary(&mut self, operator: Unary) -> Read<Node> {
        let sign = self.need(operator.sign())?;
        let operand = self.deeper(|parser| match operator {
            Unary::Not => parser.binary(Rank::Not),
            Unary::Plus | Unary::Minus => parser.signed(),
        })?;
        let span = self.span_of(sign).to(operand.span);
        Ok(Node {
            span,
            kind: NodeKind::Unary(operator, Box::new(operand)),
        })
    }

    pub(super) fn signed(&mut self) -> Read<Node> {
        match self.word() {
            "+" => self.unary(Unary::Plus),
            "-" => self.unary(Unary::Minus),
            _ => self.atom(),
        }
    }

    pub(super) fn atom(&mut self) -> Read<Node> {
        let Some(token) = self.peek() else {
            return Err(self.unexpected("a value"));
        };
        match token.kind {
            TokenKind::None | TokenKind::Bool | TokenKind::Number | TokenKind::Str => {
                self.at += 1;
                Ok(self.literal(token))
            }
            TokenKind::Name => self.named(),
            TokenKind::Mark => match self.slice(token) {
                "(" => self.group(),
                "[" => self.list(),
                "{" => self.dict(),
                _ => Err(self.unexpected("a value")),
            },
            _ => Err(self.unexpected("a value")),
        }
    }

    pub(super) fn literal(&mut self, token: Token) -> Node {
        let word = self.slice(token);
        let value = match token.kind {
            TokenKind::Bool => Ok(Value::Bool(word == "True")),
            TokenKind::Number => literal::number(word),
            TokenKind::Str => literal::string(word).map(Value::Str),
            _ => Ok(Value::None),
        };
        let span = self.span_of(token);
        let kind = match value {
            Ok(value) => NodeKind::Literal(value),
            Err(message) => {
                self.say("expression-literal", span, message, None);
                NodeKind::Broken
            }
        };
        Node { span, kind }
    }

    /// Parentheses; the span of what is inside takes them in.
    pub(super) fn group(&mut self) -> Read<Node> {
        self.need("(")?;
        let node = self.expression()?;
        self.need(")")?;
        Ok(node)
    }
}

pub(super) fn chosen(then: Node, condition: Node, otherwise: Node) -> Node {
    let span = then.span.to(otherwise.span);
    Node {
        span,
        kind: NodeKind::Choice(Box::new(Choice {
            then,
            condition,
            otherwise,
        })),
    }
}
