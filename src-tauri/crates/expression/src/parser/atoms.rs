//! Lists, dictionaries, names and calls.

use source::{Diagnostic, Span, nearest};

use super::{Parser, Read, operations::chosen};
use crate::function::{Function, function, function_names};
use crate::lexer::Token;
use crate::tree::{Call, Comprehension, Lookup, Name, Node, NodeKind, Rank, Trailer};

impl Parser<'_> {
    pub(super) fn list(&mut self) -> Read<Node> {
        let open = self.need("[")?;
        if let Some(close) = self.take("]") {
            return Ok(self.node(open, close, NodeKind::List(Vec::new())));
        }
        let first = self.expression()?;
        if self.take("for").is_some() {
            return self.comprehension(open, first);
        }
        let mut items = vec![first];
        while self.take(",").is_some() && self.word() != "]" {
            items.push(self.expression()?);
        }
        let close = self.need("]")?;
        Ok(self.node(open, close, NodeKind::List(items)))
    }

    pub(super) fn comprehension(&mut self, open: Token, element: Node) -> Read<Node> {
        let variable = self.name()?;
        self.need("in")?;
        let (source, condition) = self.source()?;
        let close = self.need("]")?;
        let comprehension = Comprehension {
            element,
            variable,
            source,
            condition,
        };
        Ok(self.node(
            open,
            close,
            NodeKind::Comprehension(Box::new(comprehension)),
        ))
    }

    /// The source of a comprehension and its condition: an `if` belongs to the source if there is
    /// an `else` for it, and else begins the condition.
    pub(super) fn source(&mut self) -> Read<(Node, Option<Node>)> {
        self.deeper(|parser| {
            let first = parser.binary(Rank::Or)?;
            if parser.take("if").is_none() {
                return Ok((first, None));
            }
            let test = parser.binary(Rank::Or)?;
            if parser.take("else").is_none() {
                return Ok((first, Some(parser.choice_of(test)?)));
            }
            let (otherwise, condition) = parser.source()?;
            Ok((chosen(first, test, otherwise), condition))
        })
    }

    /// The whole expression that begins with a value read already.
    pub(super) fn choice_of(&mut self, then: Node) -> Read<Node> {
        if self.take("if").is_none() {
            return Ok(then);
        }
        let condition = self.binary(Rank::Or)?;
        self.choice(then, condition)
    }

    pub(super) fn dict(&mut self) -> Read<Node> {
        let open = self.need("{")?;
        let mut pairs = Vec::new();
        if let Some(close) = self.take("}") {
            return Ok(self.node(open, close, NodeKind::Dict(pairs)));
        }
        pairs.push(self.pair()?);
        while self.take(",").is_some() && self.word() != "}" {
            pairs.push(self.pair()?);
        }
        let close = self.need("}")?;
        Ok(self.node(open, close, NodeKind::Dict(pairs)))
    }

    pub(super) fn pair(&mut self) -> Read<(Node, Node)> {
        let key = self.expression()?;
        self.need(":")?;
        Ok((key, self.expression()?))
    }

    pub(super) fn named(&mut self) -> Read<Node> {
        let name = self.name()?;
        let start = name.span;
        if self.take("(").is_none() {
            let trailers = self.trailers()?;
            let span = self.span_to_here(start);
            return Ok(Node {
                span,
                kind: NodeKind::Lookup(Lookup { name, trailers }),
            });
        }
        let mut arguments = Vec::new();
        if self.word() != ")" {
            arguments.push(self.expression()?);
            while self.take(",").is_some() {
                arguments.push(self.expression()?);
            }
        }
        self.need(")")?;
        let function = self.called(&name, self.span_to_here(start), arguments.len());
        let trailers = self.trailers()?;
        let span = self.span_to_here(start);
        Ok(Node {
            span,
            kind: NodeKind::Call(Call {
                name,
                function,
                arguments,
                trailers,
            }),
        })
    }

    /// The function of this name, after a look at the number of arguments.
    pub(super) fn called(
        &mut self,
        name: &Name,
        span: Span,
        count: usize,
    ) -> Option<&'static Function> {
        let Some(function) = function(&name.text) else {
            let candidates = nearest(&name.text, function_names());
            let message = format!("Unknown function {}", name.text);
            let found = Diagnostic::error("unknown-function", self.text, name.span, message);
            self.found.push(found.candidates(candidates));
            return None;
        };
        if let Err(message) = function.bind(count) {
            let help = Some(format!("write {}", function.signature));
            self.say("argument-count", span, message, help);
        }
        Some(function)
    }

    pub(super) fn trailers(&mut self) -> Read<Vec<Trailer>> {
        let mut trailers = Vec::new();
        loop {
            if self.take(".").is_some() {
                trailers.push(Trailer::Attribute(self.name()?));
            } else if self.take("[").is_some() {
                let key = self.expression()?;
                self.need("]")?;
                trailers.push(Trailer::Item(key));
            } else {
                return Ok(trailers);
            }
        }
    }

    pub(super) fn node(&self, open: Token, close: Token, kind: NodeKind) -> Node {
        Node {
            span: self.span(open.start, close.end),
            kind,
        }
    }

    /// From a place to the end of the last token that was taken.
    pub(super) fn span_to_here(&self, start: Span) -> Span {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(start, |last| start.to(self.span_of(*last)))
    }
}
