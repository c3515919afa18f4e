//! Lists in `[ ]` and mappings in `{ }`.

use std::sync::Arc;

use source::Span;

use super::compose::{Composer, Place, empty_scalar};
use super::node::{Node, NodeKind, Pair};
use super::problem::Problem;
use super::scanner::Scanned;
use super::token::{Token, TokenKind};

impl Composer {
    pub(super) fn flow_sequence(&mut self, start: &Token) -> Scanned<(NodeKind, usize)> {
        self.scanner.take_token()?;
        let mut items = Vec::new();
        let mut end = start.end.byte;
        while self.problem.is_none() {
            let item = self.flow_item(start, items.is_empty(), &mut end);
            match self.kept(item).flatten() {
                Some(item) => items.push(item),
                None => break,
            }
        }
        Ok((NodeKind::Sequence(items), end))
    }

    fn flow_item(
        &mut self,
        start: &Token,
        first: bool,
        end: &mut usize,
    ) -> Scanned<Option<Arc<Node>>> {
        if !first && !self.next_is(&[TokenKind::FlowSequenceEnd])? {
            self.comma("`,` or `]` was expected here", start, "the list")?;
        }
        let token = self.scanner.peek_token()?.clone();
        match token.kind {
            TokenKind::FlowSequenceEnd => {
                self.scanner.take_token()?;
                *end = token.end.byte;
                Ok(None)
            }
            TokenKind::Key => self.single_pair().map(Some),
            _ => self.node(Place::Flow).map(Some),
        }
    }

    /// `[a: b]`: a mapping of one pair.
    fn single_pair(&mut self) -> Scanned<Arc<Node>> {
        let token = self.scanner.take_token()?;
        let without = [
            TokenKind::Value,
            TokenKind::FlowEntry,
            TokenKind::FlowSequenceEnd,
        ];
        let key = self.node_unless(&without, token.end, Place::Flow)?;
        let next = self.scanner.peek_token()?.clone();
        let value = match next.kind {
            TokenKind::Value => {
                self.scanner.take_token()?;
                self.node_unless(&without[1..], next.end, Place::Flow)?
            }
            _ => Arc::new(empty_scalar(next.start)),
        };
        let span = Span::new(token.start.byte, value.span.end);
        Ok(Arc::new(Node {
            span,
            tag: None,
            kind: NodeKind::Mapping(vec![(key, value)]),
        }))
    }

    fn comma(&mut self, message: &str, start: &Token, what: &str) -> Scanned<()> {
        let token = self.scanner.peek_token()?.clone();
        if token.kind == TokenKind::FlowEntry {
            self.scanner.take_token()?;
            return Ok(());
        }
        Err(Problem::new(
            token.start.byte,
            format!("{message}, not {}", token.kind.noun()),
        )
        .within(start.start.byte, format!("{what} begins here"))
        .help("put an expression inside `[ ]` or `{ }` into quotes"))
    }

    pub(super) fn flow_mapping(&mut self, start: &Token) -> Scanned<(NodeKind, usize)> {
        self.scanner.take_token()?;
        let mut pairs = Vec::new();
        let mut end = start.end.byte;
        while self.problem.is_none() {
            let pair = self.flow_pair(start, pairs.is_empty(), &mut end);
            match self.kept(pair).flatten() {
                Some(pair) => pairs.push(pair),
                None => break,
            }
        }
        Ok((NodeKind::Mapping(pairs), end))
    }

    fn flow_pair(&mut self, start: &Token, first: bool, end: &mut usize) -> Scanned<Option<Pair>> {
        if !first && !self.next_is(&[TokenKind::FlowMappingEnd])? {
            self.comma("`,` or `}` was expected here", start, "the mapping")?;
        }
        let token = self.scanner.peek_token()?.clone();
        match token.kind {
            TokenKind::FlowMappingEnd => {
                self.scanner.take_token()?;
                *end = token.end.byte;
                return Ok(None);
            }
            TokenKind::Key => {
                self.scanner.take_token()?;
            }
            _ => {
                let key = self.node(Place::Flow)?;
                let at = self.scanner.peek_token()?.start;
                return Ok(Some((key, Arc::new(empty_scalar(at)))));
            }
        }
        let without = [
            TokenKind::Value,
            TokenKind::FlowEntry,
            TokenKind::FlowMappingEnd,
        ];
        let key = self.node_unless(&without, token.end, Place::Flow)?;
        let next = self.scanner.peek_token()?.clone();
        let value = match next.kind {
            TokenKind::Value => {
                self.scanner.take_token()?;
                self.node_unless(&without[1..], next.end, Place::Flow)?
            }
            _ => Arc::new(empty_scalar(next.start)),
        };
        Ok(Some((key, value)))
    }
}
